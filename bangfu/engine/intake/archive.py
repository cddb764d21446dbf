"""Reading an archive workbook: rows in = new + same + wrong, each with what there is to say about it; nothing is lost.

Two passes over the sheets: the first reads only names and numbers and learns who belongs to whom; the second reads
everything, row by row, so that memory grows with the number of persons and not with the width of the form.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

from bangfu.engine.intake import problems
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.engine.intake.drafts import Draft, sheet_drafts
from bangfu.engine.intake.forms import archive_form
from bangfu.engine.intake.households import Households
from bangfu.engine.intake.layout import (
    Column,
    Layout,
    find_layout,
    named_fields,
    refuse_chosen_twice,
    refuse_missing,
    refuse_units,
    require_columns,
    settle_doubles,
)
from bangfu.engine.intake.naming import Choices, Naming, Sheet
from bangfu.engine.intake.summary import summary_columns, summary_drafts
from bangfu.engine.intake.tables import Table, open_tables

# Sheets of our own template that hold no rows.
OWN_SHEETS = ("填写说明", "代码")
# (who_only) -> the rows, heads before their members.
Drafts = Callable[[bool], Iterator[Draft]]


@dataclass(slots=True)
class Counts:
    """rows = new + same + wrong; into an empty register nothing can be changed."""

    rows: int = 0
    new: int = 0
    same: int = 0
    wrong: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one row."""
        self.rows += 1
        if outcome is Outcome.NEW:
            self.new += 1
        elif outcome is Outcome.SAME:
            self.same += 1
        else:
            self.wrong += 1


@dataclass(slots=True)
class ArchiveReader:
    """An opened workbook; iterate for its rows. ``counts`` grow while iterating and start again with each iteration.

    ``unread`` names the sheets that hold something and are no part of the archive. ``fields``: which fields there are columns for, in
    rows of heads (worker) and of members; of what there is no column for the workbook says nothing. No member's: it lists no members.
    """

    path: Path
    layouts: list[Layout]
    drafts: Drafts
    unread: list[str]
    fields: dict[Sheet, frozenset[str]]
    counts: Counts = field(default_factory=Counts)

    @property
    def unknown_headings(self) -> list[str]:
        """Headings that the form does not have; their cells stay in ``raw`` of each row under the heading."""
        unknown = [
            column.heading
            for layout in self.layouts
            for column in layout.unknown
            if layout.naming.field_of(column.written, "member", column.index) is None
        ]
        return list(dict.fromkeys(unknown))

    @property
    def formulas(self) -> int:
        """How many cells hold formulas; what is read is the result that the file stores."""
        return sum(layout.table.formulas for layout in self.layouts)

    def __iter__(self) -> Iterator[ArchiveRow]:
        """Every row of data, in the order of the file. Raises NO_ROWS where there is none."""
        self.counts = Counts()
        households = Households(self.drafts(True))
        for draft in self.drafts(False):
            row = households.place(draft)
            self.counts.add(row.outcome)
            yield row
        if not self.counts.rows:
            raise problems.NO_ROWS(file=self.path.name)


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """Which sheets are read: a sheet of heads and perhaps one of members, or else summary tables; nothing where none is known."""

    worker: Table | None = None
    member: Table | None = None
    summaries: tuple[Layout, ...] = ()


def read_archive(path: Path, today: date, columns: Choices | None = None) -> ArchiveReader:
    """Open a two-sheet archive workbook or a one-sheet summary table.

    ``columns``: what whoever brings the file chose for its headings (intake/naming.py); the rest is recognised. Raises a Problem for
    a file that is no such thing, for a field that does not exist, and for two columns of one field; problems of single
    rows come with the rows.
    """
    naming = Naming.of(columns)
    tables = filled_tables(path)
    choice = choose_sheets(tables, naming)
    if choice.worker is not None:
        return _two_sheets(path, choice.worker, choice.member, tables, today, naming)
    if not choice.summaries:
        raise problems.NO_SUCH_SHEET(file=path.name, sheets="、".join(table.name for table in tables) or "-")
    return _summaries(path, choice.summaries, tables, today)


def filled_tables(path: Path) -> list[Table]:
    """The sheets of a file that hold something."""
    return [table for table in open_tables(path) if _holds_something(table)]


def choose_sheets(tables: list[Table], naming: Naming) -> SheetChoice:
    """Sheets are told by their names, or else by their headings."""
    form = archive_form()
    workers = [table for table in tables if form.worker_sheet.matches(table.name)]
    members = [table for table in tables if form.member_sheet.matches(table.name)]
    if workers and (members or not _has_ties(workers[0], naming)):
        return SheetChoice(workers[0], members[0] if members else None)
    found = [layout for table in tables if (layout := find_layout(table, "worker", naming)) is not None]
    tied = [layout.table for layout in found if _has_ties(layout.table, naming)]
    untied = [layout.table for layout in found if not _has_ties(layout.table, naming)]
    return SheetChoice(untied[0], tied[0]) if tied and untied else SheetChoice(summaries=tuple(found))


def _two_sheets(
    path: Path, worker: Table, member: Table | None, tables: list[Table], today: date, naming: Naming
) -> ArchiveReader:
    heads = _required(path, worker, "worker", naming)
    others = [_required(path, member, "member", naming)] if member is not None else []

    def drafts(who_only: bool) -> Iterator[Draft]:
        yield from sheet_drafts(heads, today, is_head=True, who_only=who_only)
        for layout in others:
            yield from sheet_drafts(layout, today, is_head=False, who_only=who_only)

    layouts = [heads, *others]
    fields: dict[Sheet, frozenset[str]] = {
        "worker": _named(heads.columns),
        "member": _named(column for layout in others for column in layout.columns),
    }
    return ArchiveReader(path, layouts, drafts, _unread(tables, [layout.table for layout in layouts]), fields)


def _summaries(path: Path, layouts: tuple[Layout, ...], tables: list[Table], today: date) -> ArchiveReader:
    fields: dict[Sheet, frozenset[str]] = {"worker": frozenset(), "member": frozenset()}
    for layout in layouts:
        refuse_units(layout, path.name)
        columns = summary_columns(layout)
        # The head's own row among the members completes him.
        fields["worker"] |= _named((*columns.head, *columns.member))
        fields["member"] |= _named(columns.member)
        for view in (columns.head, columns.member):
            refuse_chosen_twice(view, layout.table, path.name)

    def drafts(who_only: bool) -> Iterator[Draft]:
        for layout in layouts:
            yield from summary_drafts(layout, today, who_only=who_only)

    return ArchiveReader(path, list(layouts), drafts, _unread(tables, [layout.table for layout in layouts]), fields)


def _named(columns: Iterable[Column]) -> frozenset[str]:
    return frozenset(column.field for column in columns if column.field is not None)


def _holds_something(table: Table) -> bool:
    """A sheet with nothing, or with a title alone, is as good as none."""
    filled = (cell for _, cells in table.rows() for cell in cells if cell is not None)
    return len(list(islice(filled, 2))) > 1


def _unread(tables: list[Table], read: list[Table]) -> list[str]:
    return [table.name for table in tables if table not in read and table.name not in OWN_SHEETS]


def _has_ties(table: Table, naming: Naming) -> bool:
    """Do the rows name the head of their household?"""
    layout = find_layout(table, "member", naming)
    return layout is not None and any(column.field == "head_id_number" for column in layout.columns)


def _required(path: Path, table: Table, sheet: Sheet, naming: Naming) -> Layout:
    layout = find_layout(table, sheet, naming)
    if layout is None:
        refuse_missing(named_fields(table, sheet, naming), table, sheet, path.name)
        raise problems.NO_SUCH_SHEET(file=path.name, sheets=table.name)
    layout = replace(layout, columns=settle_doubles(layout.columns))
    require_columns(layout, sheet, path.name)
    refuse_units(layout, path.name)
    return layout
