"""What can go wrong, as a catalogue: a stable code, what happened and what to do, in Chinese and English.

Each room declares its kinds in its own ``problems.py``; calling a kind makes the problem, ready to raise or to keep:

    NO_SUCH_SHEET = kind("intake.no_such_sheet", zh="…{sheet}…", en="…{sheet}…", do_zh="…", do_en="…")
    raise NO_SUCH_SHEET(sheet="职工")
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

_CATALOGUE: dict[str, "ProblemKind"] = {}


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One entry of the catalogue. The four texts may use the same named values; ``do_*`` say what to do next."""

    code: str
    zh: str
    en: str
    do_zh: str
    do_en: str

    def __call__(self, **values: object) -> "Problem":
        """Make a problem of this kind; a missing or an unknown value is a programming error (KeyError)."""
        if set(values) != self.parameters:
            raise KeyError(f"{self.code} takes {sorted(self.parameters)}, got {sorted(values)}")
        return Problem(self, values)

    @property
    def parameters(self) -> set[str]:
        """Names of the values that the texts use."""
        return _fields(self.zh) | _fields(self.do_zh)


class Problem(Exception):
    """Something that went wrong, for people: ``str()`` is both languages. Values never hold an ID number, a card, an illness."""

    def __init__(self, problem_kind: ProblemKind, values: dict[str, object]) -> None:
        super().__init__(problem_kind.code)
        self.kind = problem_kind
        self.values = values

    @property
    def code(self) -> str:
        """The stable code, for machines."""
        return self.kind.code

    @property
    def zh(self) -> str:
        """What happened and what to do, in Chinese."""
        return f"{self.kind.zh}{self.kind.do_zh}".format(**self.values)

    @property
    def en(self) -> str:
        """What happened and what to do, in English."""
        return f"{self.kind.en} {self.kind.do_en}".format(**self.values)

    def __str__(self) -> str:
        return f"{self.zh}\n{self.en}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Problem) and (self.kind, self.values) == (other.kind, other.values)

    def __hash__(self) -> int:
        return hash((self.code, str(self.values)))


def kind(code: str, *, zh: str, en: str, do_zh: str, do_en: str) -> ProblemKind:
    """Enter a kind into the catalogue. Refuses a code used twice and texts whose values differ between the languages."""
    entry = ProblemKind(code, zh, en, do_zh, do_en)
    if code in _CATALOGUE:
        raise ValueError(f"problem code used twice: {code}")
    if entry.parameters != _fields(en) | _fields(do_en):
        raise ValueError(f"{code}: the Chinese and the English text name different values")
    _CATALOGUE[code] = entry
    return entry


def problem_of(code: str, values: Mapping[str, object]) -> Problem:
    """Make again a problem that was kept as code and values. KeyError for a code that no imported module declares."""
    return _CATALOGUE[code](**values)


def catalogue() -> Iterator[ProblemKind]:
    """All kinds declared by the modules imported so far, by code."""
    yield from (_CATALOGUE[code] for code in sorted(_CATALOGUE))


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
