"""The one-sheet 困难职工汇总表: families as blocks of rows, the head's cells merged over them (DESIGN 4, DOMAIN 4.5).

Two arrangements are met. *Side by side*: the head's columns, then a second name column that begins the member's columns.
*One below the other*: every row is a person, told apart by 户主身份证号 or 关系.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from bangfu.core.ids import IdNumber
from bangfu.core.readings import Repair
from bangfu.engine.intake.archive_row import Remark
from bangfu.engine.intake.drafts import HEAD_RELATIONS, Draft, RowReader, own_checks
from bangfu.engine.intake.forms import archive_form, field_of
from bangfu.engine.intake.headings import bare_heading
from bangfu.engine.intake.layout import Column, Layout, column_of, settle_doubles
from bangfu.engine.intake.tables import Cell


@dataclass(frozen=True, slots=True)
class SummaryColumns:
    """Which columns speak of the head and which of the person in the row."""

    head: tuple[Column, ...]
    member: tuple[Column, ...]
    side_by_side: bool


def summary_columns(layout: Layout) -> SummaryColumns:
    """Tell the two arrangements apart by how many columns are headed as names."""
    names = [index for index in sorted(layout.headings) if _names_a_person(layout, index)]
    if len(names) < 2:
        member = tuple(_member_column(layout, index) for index in sorted(layout.headings))
        return SummaryColumns(settle_doubles(layout.columns), settle_doubles(member), side_by_side=False)
    block = _member_block(layout, names[1])
    head = tuple(column for column in layout.columns if column.index not in block)
    member = tuple(_member_column(layout, index) for index in block)
    return SummaryColumns(settle_doubles(head), settle_doubles(member), side_by_side=True)


def summary_drafts(layout: Layout, today: date, *, who_only: bool) -> Iterator[Draft]:
    """Heads, each followed by the members of the family."""
    columns = summary_columns(layout)
    head_reader = RowReader.of(columns.head, today, who_only=who_only)
    member_reader = RowReader.of(columns.member, today, who_only=who_only)
    rows = _SummaryRows(layout, columns)
    if columns.side_by_side:
        return rows.side_by_side(head_reader, member_reader)
    return rows.one_below_the_other(head_reader, member_reader)


class _SummaryRows:
    def __init__(self, layout: Layout, columns: SummaryColumns) -> None:
        self._layout = layout
        self._head_places = [c.index for c in columns.head if c.field in ("name", "id_number")]
        self._tie = next((c.index for c in columns.member if c.field == "head_id_number"), -1)
        self._has_relation = any(c.field == "relation" for c in columns.member)
        below = [m for m in layout.table.merged if m[0] > layout.header_rows[-1] and m[1] > m[0]]
        self._covered = {
            (row, column - 1): (top, column - 1)
            for top, bottom, left, right in below
            for row in range(top + 1, bottom + 1)
            for column in range(left, right + 1)
        }
        self._merges_families = bool(below)

    def side_by_side(self, head_reader: RowReader, member_reader: RowReader) -> Iterator[Draft]:
        """Each row may begin a family, and holds one member; the head's own row among the members completes him."""
        head: Draft | None = None
        members: list[Draft] = []
        for number, cells in self._layout.data():
            member = self._draft(member_reader, number, cells, is_head=False)
            begins = self._draft(head_reader, number, cells, is_head=True)
            if self._is_blank(cells) and not self._continues(number, cells):
                # Nobody can say whose family this is: the row is wrong, once.
                yield member
                continue
            if head is None or not (self._continues(number, cells) or _repeats(head, begins)):
                yield from _family(head, members)
                head, members = begins, []
            if set(member.values) - {"relation"} or member.raw:
                members.append(member)
        yield from _family(head, members)

    def one_below_the_other(self, head_reader: RowReader, member_reader: RowReader) -> Iterator[Draft]:
        """Each row is a person; ``head`` of a member is his own tie, or else the last head above."""
        tie: Cell = None
        head: IdNumber | None = None
        for number, written in self._layout.data():
            cells, filled = written, False
            if self._tie >= 0:
                own_tie = written[self._tie] if self._tie < len(written) else None
                filled = own_tie is None and self._fills_down(number, self._tie)
                tie = tie if filled else own_tie
                cells = (*written[: self._tie], tie, *written[self._tie + 1 :])
            member = self._draft(member_reader, number, cells, is_head=False)
            if self._is_head(member):
                draft = self._draft(head_reader, number, cells, is_head=True)
                head = draft.id_number
            else:
                draft = member
                tied = member.values.get("head_id_number")
                draft.head = (tied if isinstance(tied, IdNumber) else None) if self._tie >= 0 else head
            if filled:
                draft.remarks.append(Remark("head_id_number", None, (Repair.FILLED_DOWN,)))
            yield draft

    def _is_head(self, member: Draft) -> bool:
        relation = member.values.get("relation")
        if relation in HEAD_RELATIONS:
            return True
        if self._tie >= 0:
            tied = member.values.get("head_id_number")
            return tied is not None and tied == member.id_number
        return not self._has_relation or (relation is None and "relation" not in member.raw)

    def _continues(self, number: int, cells: tuple[Cell, ...]) -> bool:
        """Does the row belong to the family above? Its head cells are blank, and merged with those above."""
        return self._is_blank(cells) and any(self._fills_down(number, place) for place in self._head_places)

    def _is_blank(self, cells: tuple[Cell, ...]) -> bool:
        return all(place >= len(cells) or cells[place] is None for place in self._head_places)

    def _fills_down(self, number: int, column: int) -> bool:
        # Formats without merged cells (CSV, dBase) leave blanks below the head: there a blank is all there is to go by.
        return (number, column) in self._covered or not self._merges_families

    def _draft(self, reader: RowReader, number: int, cells: tuple[Cell, ...], *, is_head: bool) -> Draft:
        values, raw, remarks = reader.read(cells)
        if not is_head and set(raw) == {"id_number"} and not values:
            raw, remarks = {}, []
        own = values.get("id_number")
        head = own if is_head and isinstance(own, IdNumber) else None
        if is_head:
            remarks += own_checks(values)
        return Draft(self._layout.table.name, number, is_head, values, raw, remarks, head)


def _family(head: Draft | None, members: list[Draft]) -> Iterator[Draft]:
    if head is None:
        return
    others = []
    for member in members:
        if _is_same_person(head, member):
            # What only the head's row among the members says belongs to the head.
            same_fields = {"person_status": "work_status"}
            for field, value in member.values.items():
                if field in ("relation", "head_id_number"):
                    continue
                head.values.setdefault(same_fields.get(field, field), value)
        else:
            member.head = head.id_number
            others.append(member)
    yield head
    yield from others


def _repeats(head: Draft, row: Draft) -> bool:
    """Some write the head once more in every row of the family."""
    return row.id_number is not None and row.id_number == head.id_number


def _is_same_person(head: Draft, member: Draft) -> bool:
    if member.id_number is not None and head.id_number is not None:
        return member.id_number == head.id_number
    return member.values.get("relation") in HEAD_RELATIONS


def _names_a_person(layout: Layout, index: int) -> bool:
    text, naming = layout.headings[index], layout.naming
    return "name" in (naming.field_of(text, "worker", index), naming.field_of(text, "member", index))


def _member_column(layout: Layout, index: int) -> Column:
    return column_of(index, layout.headings[index], "member", layout.ten_thousands, layout.naming)


def _member_block(layout: Layout, start: int) -> list[int]:
    """The run of member's headings around the second name column."""
    places = sorted(layout.headings)
    first = places.index(start)
    if first and _member_column(layout, places[first - 1]).field == "relation":
        first -= 1
    return list(takewhile(lambda place: _is_members(layout, place), places[first:]))


def _is_members(layout: Layout, place: int) -> bool:
    """A heading of the members' own, or one that the form does not print for the worker."""
    text = layout.headings[place]
    if layout.naming.choice(text, "member", place)[1] is not None:
        return True
    if layout.naming.choice(text, "worker", place)[1] is not None:
        return False
    form, bare = archive_form(), bare_heading(text)[0]
    if bare in {bare_heading(spec.heading)[0] for spec in form.member.values()}:
        return True
    return field_of(bare, "member") is not None and bare not in {spec.heading for spec in form.worker.values()}
