"""The columns of an archive workbook as they were taken, sheet by sheet; also of one that cannot be read yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from bangfu.engine.intake import problems
from bangfu.engine.intake.archive import OWN_SHEETS, choose_sheets, filled_tables
from bangfu.engine.intake.cells import read_broken, reader_of, text_of
from bangfu.engine.intake.columns_seen import ColumnSeen, numbered_where_twice, sample_cells
from bangfu.engine.intake.forms import archive_form
from bangfu.engine.intake.layout import Column, Layout, find_layout, guess_layout, settle_doubles
from bangfu.engine.intake.naming import Choices, Naming, Sheet, sheet_name
from bangfu.engine.intake.ooxml import Broken
from bangfu.engine.intake.summary import summary_columns
from bangfu.engine.intake.tables import Cell, Table

Role = Literal["worker", "member", "summary"]


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """One sheet: its name, what it was taken for, its columns, and the required headings that none of them holds.

    ``known``: False where no headings were found and the row of them is a guess.
    """

    sheet: str
    role: Role
    columns: tuple[ColumnSeen, ...]
    missing: tuple[str, ...]
    known: bool = True


def columns_of(path: Path, today: date, columns: Choices | None = None) -> list[SheetColumns]:
    """How the columns of a workbook would be taken, with ``columns`` as of read_archive. ``today`` settles two-digit years.

    In a summary table with one person below the other a column speaks of heads and of members; ``field`` is then the worker's where
    there is one. Raises a Problem for a file that cannot be opened or holds nothing, not for one that lacks columns: that is
    what choices are for.
    """
    naming = Naming.of(columns)
    tables = filled_tables(path)
    choice = choose_sheets(tables, naming)
    sheets: list[tuple[Table, Role]] = [(layout.table, "summary") for layout in choice.summaries]
    if choice.worker is not None:
        sheets = [(choice.worker, "worker")]
        sheets += [(choice.member, "member")] if choice.member is not None else []
    seen = [_seen(table, role, today, naming) for table, role in sheets or _guessed(tables)]
    found = [sheet for sheet in seen if sheet is not None]
    if not found:
        raise problems.NO_SUCH_SHEET(file=path.name, sheets="、".join(table.name for table in tables) or "-")
    return found


def _guessed(tables: list[Table]) -> list[tuple[Table, Role]]:
    return [(table, "summary") for table in tables if table.name not in OWN_SHEETS]


def _seen(table: Table, role: Role, today: date, naming: Naming) -> SheetColumns | None:
    view: Sheet = "member" if role == "member" else "worker"
    found = find_layout(table, view, naming)
    layout = found or guess_layout(table, view, naming)
    if layout is None:
        return None
    columns = _summary(layout) if role == "summary" else _one_sheet(layout, view)
    samples = sample_cells(_rows(layout, known=found is not None), max(layout.headings) + 1)
    keys = numbered_where_twice([(column.index, key) for column, key in columns])
    told = tuple(
        _column(column, key, samples[column.index], today) for (column, _), key in zip(columns, keys, strict=True)
    )
    have = {column.field for column, _ in columns}
    missing = tuple(
        spec.heading for name, spec in getattr(archive_form(), view).items() if spec.required and name not in have
    )
    return SheetColumns(table.name, role, told, missing, found is not None)


def _one_sheet(layout: Layout, view: Sheet) -> list[tuple[Column, str]]:
    return [(column, f"{sheet_name(view)}/{column.written}") for column in settle_doubles(layout.columns)]


def _summary(layout: Layout) -> list[tuple[Column, str]]:
    """Side by side, each column belongs to the head or to the member; one below the other, to both."""
    columns = summary_columns(layout)
    if columns.side_by_side:
        both = [(column, f"{sheet_name('worker')}/{column.written}") for column in columns.head]
        both += [(column, f"{sheet_name('member')}/{column.written}") for column in columns.member]
        return sorted(both, key=lambda pair: pair[0].index)
    of_member = {column.index: column for column in columns.member}
    pairs = [(column, of_member[column.index]) for column in columns.head]
    return [(head if head.field or not member.field else member, head.written) for head, member in pairs]


def _rows(layout: Layout, *, known: bool) -> Iterator[tuple[Cell, ...]]:
    """Rows of data; where the headings are a guess, whatever stands below them."""
    if known:
        yield from (cells for _, cells in layout.data())
        return
    yield from (cells for number, cells in layout.table.rows() if number > layout.header_rows[-1])


def _column(column: Column, key: str, samples: list[Cell], today: date) -> ColumnSeen:
    spec, unread = column.spec, 0
    if spec is not None:
        read = reader_of(spec, today=today, ten_thousands=column.ten_thousands)
        readings = [read_broken(c, spec.heading) if isinstance(c, Broken) else read(c) for c in samples]
        unread = sum(reading.problem is not None for reading in readings)
    return ColumnSeen(
        index=column.index,
        heading=column.written,
        key=key,
        field=column.field,
        type=spec.type if spec else None,
        required=spec.required if spec else False,
        left_out=column.left_out,
        samples=tuple(text_of(cell) for cell in samples),
        unread=unread,
    )
