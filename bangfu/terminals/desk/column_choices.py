"""The step in which somebody says what the columns of a file mean: one line per column, its samples masked, a list to choose from."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext

from bangfu.engine.intake.columns_seen import ColumnSeen
from bangfu.ground.access.masking import masked_name

LEFT_OUT = "-"
_MOST_COLUMNS = 2_000
_NUMBERS_OF_PERSONS = frozenset({"id", "disability_id", "card", "mobile"})
# Anything that could be a number of a person, a card or a telephone.
_NUMBERS = re.compile(r"[0-9０-９][0-9０-９ -]{5,}[0-9０-９XxＸｘ]")


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the file. ``name`` is that of its fields in the form; ``chosen`` a field, LEFT_OUT, or "" for not used."""

    name: str
    key: str
    heading: str
    samples: tuple[str, ...]
    chosen: str
    unread: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns of one sheet, what each may be, and the required headings that none of them is yet."""

    title: str
    lines: tuple[Line, ...]
    choices: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    known: bool


def sheet(
    number: int,
    title: str,
    columns: Sequence[ColumnSeen],
    choices: Iterable[tuple[str, str]],
    missing: Iterable[str],
    *,
    known: bool,
    sensitive: frozenset[str],
) -> Sheet:
    """A sheet as the page shows it; ``choices`` are (field, heading), ``sensitive`` the fields whose values are not shown."""
    lines = tuple(
        Line(
            f"{number}.{column.index}",
            column.key,
            column.heading,
            tuple(shown_sample(text, column.type, sensitive=column.field in sensitive) for text in column.samples),
            LEFT_OUT if column.left_out else column.field or "",
            column.unread,
        )
        for column in columns[:_MOST_COLUMNS]
    )
    return Sheet(title, lines, tuple(choices), tuple(missing), known)


def chosen_columns(posted: QueryDict) -> tuple[dict[str, str | None], bool]:
    """The mapping of a sent form (key → field, None: left out), and whether anything in it differs from what was shown."""
    mapping: dict[str, str | None] = {}
    changed = False
    for name in list(posted)[: 4 * _MOST_COLUMNS]:
        if not name.startswith("column."):
            continue
        where = name.removeprefix("column.")
        chosen, key, was = (str(posted.get(f"{part}.{where}") or "") for part in ("column", "key", "was"))
        changed = changed or chosen != was
        # What nobody recognised and nobody chose stays open: it is listed, and may be recognised another time.
        if key and (chosen or was):
            mapping[key] = chosen if chosen not in ("", LEFT_OUT) else None
    return mapping, changed


def shown_sample(text: str, column_type: str | None, *, sensitive: bool = False) -> str:
    """A cell's value for the eye: enough to see what the column holds, and nothing of what must not be seen.

    Numbers of persons are stars alone: their last four never stand beside a birth date (DESIGN 2). Of other sensitive fields, health
    among them, only the length is shown; names are masked; nothing is longer than a line.
    """
    if column_type == "name":
        return masked_name(text)
    if sensitive or column_type in _NUMBERS_OF_PERSONS:
        return "*" * min(len(text), 20)
    return _NUMBERS.sub(lambda found: "*" * len(found.group()), text)[:40]


def choice_words(columns: Mapping[str, str]) -> list[tuple[str, str]]:
    """The list to choose from: not recognised, left out by choice, and every field with its heading."""
    return [("", gettext("没认出，不读")), (LEFT_OUT, gettext("不用这一列")), *columns.items()]
