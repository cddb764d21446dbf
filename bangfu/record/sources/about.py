"""What is said of a delivery when it is brought: which data, of which day, of which places, on which basis."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings

from bangfu.engine import problems as engine_problems
from bangfu.engine.datasets import declared_datasets
from bangfu.record.sources import problems
from bangfu.record.sources.models import Delivery

STAGED, SEAL_KEYS = "deliveries", "seal-keys"
_DIVISION = re.compile("[1-9][0-9]{1,11}")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class About:
    """``coverage``: division codes (none: every place). ``control_rows``: how many rows the department says there are.

    ``document``: the agreement or letter that says so; ``source``: who sent it. ``widths``: heading → bytes, for text of fixed width.
    Raises a Problem for an unknown dataset or basis and for what is no division code.
    """

    dataset: str
    as_of: date
    coverage: tuple[str, ...] = ()
    control_rows: int | None = None
    basis: str = Delivery.Basis.AGREEMENT.value
    document: str = ""
    source: str = ""
    widths: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.dataset not in declared_datasets():
            raise engine_problems.UNKNOWN_DATASET(name=self.dataset[:40], known="、".join(declared_datasets()))
        if self.basis not in Delivery.Basis.values:
            raise problems.BASIS(basis=self.basis[:40])
        object.__setattr__(self, "coverage", divisions(self.coverage))
        object.__setattr__(self, "document", self.document.strip()[:_LONGEST])
        object.__setattr__(self, "source", self.source.strip()[:_LONGEST])


def divisions(codes: Iterable[str]) -> tuple[str, ...]:
    """Division codes in one form, sorted: 532900 and 532900000000 are 5329; what lies in another one of them is left out."""
    short = {_shortened(code.strip()) for code in codes}
    return tuple(sorted(code for code in short if not any(code != other and code.startswith(other) for other in short)))


def widths_of(text: str) -> dict[str, int]:
    """Read 姓名=20,身份证号=18; empty is no fixed width."""
    found = {}
    for part in filter(None, (piece.strip() for piece in re.split("[,，]", text))):
        heading, _, width = part.rpartition("=")
        if not heading.strip() or not width.strip().isdecimal() or not 0 < int(width) < 10_000:
            raise problems.WIDTHS(given=text[:80])
        found[heading.strip()] = int(width)
    return found


def staged_folder(delivery_id: UUID) -> Path:
    """Where the staged rows of a delivery lie."""
    return Path(settings.BANGFU_HOME) / STAGED / str(delivery_id)


def label_of(delivery_id: UUID) -> str:
    """By what the protected files of a delivery are bound to it (engine/protection)."""
    return f"{STAGED}/{delivery_id}"


def seal_keys() -> Path:
    """Where the keys of sealed deliveries lie."""
    return Path(settings.BANGFU_HOME) / SEAL_KEYS


def _shortened(code: str) -> str:
    if not _DIVISION.fullmatch(code):
        raise problems.COVERAGE(code=code[:20])
    if len(code) > 6 and not code[6:].strip("0"):
        code = code[:6]
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code
