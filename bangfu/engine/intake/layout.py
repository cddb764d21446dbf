"""Where in a sheet the table is: title rows, a unit row, headings in one or two rows, then data, totals and signatures."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from bangfu.core.text import plain
from bangfu.engine.intake import problems
from bangfu.engine.intake.cells import text_of
from bangfu.engine.intake.forms import EXAMPLE_NUMBERS, FieldSpec, archive_form
from bangfu.engine.intake.headings import bare_heading
from bangfu.engine.intake.naming import AS_PRINTED, Naming, Sheet
from bangfu.engine.intake.tables import Cell, Row, Table

# Titles, units and notes stand above the headings; more than this many rows of them is no table of ours.
_ROWS_ABOVE = 40
_UNIT_ROW = re.compile(r"单位[:：]?(?:人民币)?([百千万亿]?元)")
# Rows below or between the data that are about the table and not about a person (DOMAIN 4.5).
_ABOUT_THE_TABLE = re.compile(
    r"^(合计|总计|小计|共计|累计|本页小计|填表|制表|填报|审核人|审核[:：]|负责人|单位负责人|经办|联系人|联系电话|工会主席|盖章|日期[:：]|注[:：]|说明[:：]|备注[:：]|共[0-9]+[户人]|平均|[(（]?以下(空白|无)|[(（]?本页)"
)
_OTHER_UNITS = frozenset({"百元", "千元", "亿元"})
# The sender and the date, alone in their row.
_SENDER = re.compile(r"(工会|盖章|公章|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)")
_LIKE_A_NUMBER = re.compile(r"[0-9*]{12}")
_PROBLEMS = "问题"
_RUNNING_NUMBER = frozenset({_PROBLEMS, "序号", "编号", "户序号", "NO", "No", "no", "№"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: where it is, which field it holds, or (``field`` None) which unknown heading it has.

    ``chosen``: whoever brings the file chose the field, or (``field`` None) to leave the column out.
    """

    index: int
    written: str
    heading: str
    field: str | None
    spec: FieldSpec | None
    ten_thousands: bool = False
    chosen: bool = False

    @property
    def left_out(self) -> bool:
        """By choice."""
        return self.chosen and self.field is None


@dataclass(frozen=True, slots=True)
class Layout:
    """The table of one sheet."""

    table: Table
    header_rows: tuple[int, ...]
    headings: Mapping[int, str]
    units: frozenset[str]
    columns: tuple[Column, ...]
    naming: Naming = AS_PRINTED

    @property
    def ten_thousands(self) -> bool:
        """Does the sheet's unit row say 万元?"""
        return "万元" in self.units

    def data(self) -> Iterator[Row]:
        """The rows of data: everything below the headings that is neither empty nor about the table itself."""
        last = self.header_rows[-1]
        furniture = _Furniture(self)
        for number, cells in self.table.rows():
            if number > last and not furniture.is_it(cells):
                yield number, cells

    @property
    def unknown(self) -> list[Column]:
        """Columns that the form does not have; running numbers, an earlier error workbook's problems, and those left out aside."""
        return [c for c in self.columns if c.field is None and not c.left_out and c.heading not in _RUNNING_NUMBER]


def find_layout(table: Table, sheet: Sheet, naming: Naming = AS_PRINTED) -> Layout | None:
    """Find the headings of a sheet, in any order; None where no row has a name and an ID number as headings."""
    rows = list(islice(table.rows(), _ROWS_ABOVE + 1))
    scores = [(_known(cells, sheet, naming), -number) for number, cells in rows]
    best = max(scores, default=(0, 0))
    return None if best[0] < 2 else _layout_at(table, rows, -best[1], sheet, naming)


def guess_layout(table: Table, sheet: Sheet, naming: Naming = AS_PRINTED) -> Layout | None:
    """Where find_layout finds nothing: the row that most likely holds the headings, so that somebody can say what they mean.

    That is the row with most known headings, then with most texts; None for a sheet without any text.
    """
    rows = list(islice(table.rows(), _ROWS_ABOVE + 1))
    scores = [(len(_fields(cells, sheet, naming)), len(_written(cells)), -number) for number, cells in rows]
    best = max(scores, default=(0, 0, 0))
    return None if best[1] < 1 else _layout_at(table, rows, -best[2], sheet, naming)


def _layout_at(table: Table, rows: list[Row], header: int, sheet: Sheet, naming: Naming) -> Layout:
    headings, header_rows = _with_second_row(dict(rows), header, sheet, naming)
    units = {_unit_of(cells) for number, cells in rows if number < header} - {""}
    columns = tuple(column_of(index, headings[index], sheet, "万元" in units, naming) for index in sorted(headings))
    return Layout(table, header_rows, headings, frozenset(units), columns, naming)


def require_columns(layout: Layout, sheet: Sheet, file: str) -> None:
    """Refuse a table that has a column twice, or lacks a required one."""
    have = [column.field for column in layout.columns]
    for column in layout.columns:
        if column.field is not None and have.count(column.field) > 1:
            raise problems.COLUMN_TWICE(file=file, sheet=layout.table.name, column=column.heading)
    refuse_missing(set(have), layout.table, sheet, file)


def refuse_chosen_twice(columns: tuple[Column, ...], table: Table, file: str) -> None:
    """Refuse a choice of a field that another column holds too."""
    have = [column.field for column in columns]
    for column in columns:
        if column.chosen and column.field is not None and have.count(column.field) > 1:
            raise problems.COLUMN_TWICE(file=file, sheet=table.name, column=column.heading)


def refuse_units(layout: Layout, file: str) -> None:
    """Refuse amounts in thousands and the like: reading them as yuan would be a change in silence."""
    named = {bare_heading(column.written)[1] for column in layout.columns if not column.left_out}
    for unit in sorted((layout.units | named) & _OTHER_UNITS):
        raise problems.UNIT(file=file, sheet=layout.table.name, unit=unit)


def refuse_missing(have: set[str | None], table: Table, sheet: Sheet, file: str) -> None:
    """Refuse a table that lacks a required column."""
    fields = getattr(archive_form(), sheet)
    missing = [spec.heading for name, spec in fields.items() if spec.required and name not in have]
    if missing:
        raise problems.MISSING_COLUMNS(file=file, sheet=table.name, columns="、".join(missing))


def named_fields(table: Table, sheet: Sheet, naming: Naming = AS_PRINTED) -> set[str | None]:
    """The fields that some row near the top names, even where they are too few for a table."""
    rows = [_fields(cells, sheet, naming) for _, cells in islice(table.rows(), _ROWS_ABOVE + 1)]
    return max(rows, key=len, default=set())


def settle_doubles(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Where an alias stands beside the form's own heading (户主身份证号 beside 身份证号), the form's own heading counts."""
    own = {
        column.field
        for column in columns
        if column.spec and bare_heading(column.written)[0] == bare_heading(column.spec.heading)[0]
    }
    return tuple(
        replace(column, field=None, spec=None, heading=plain(column.written))
        if column.spec
        and not column.chosen
        and column.field in own
        and bare_heading(column.written)[0] != bare_heading(column.spec.heading)[0]
        else column
        for column in columns
    )


def column_of(index: int, written: str, sheet: Sheet, ten_thousands: bool, naming: Naming = AS_PRINTED) -> Column:
    """The column that a written heading names on a sheet."""
    unit = bare_heading(written)[1]
    chosen = naming.choice(written, sheet, index)[0]
    field = naming.field_of(written, sheet, index)
    spec = getattr(archive_form(), sheet)[field] if field else None
    # A unit in the heading itself outweighs the sheet's unit row.
    in_ten_thousands = unit == "万元" if unit in ("元", "万元") else ten_thousands
    return Column(index, written, spec.heading if spec else plain(written), field, spec, in_ten_thousands, chosen)


def _known(cells: tuple[Cell, ...], sheet: Sheet, naming: Naming) -> int:
    """How many headings of the form a row has; 0 unless a name and an ID number are among them."""
    fields = _fields(cells, sheet, naming)
    return len(fields) if fields & {"name"} and fields & {"id_number", "head_id_number"} else 0


def _fields(cells: tuple[Cell, ...], sheet: Sheet, naming: Naming) -> set[str | None]:
    return {naming.field_of(cell, sheet, index) for index, cell in enumerate(cells) if isinstance(cell, str)} - {None}


def _with_second_row(
    rows: Mapping[int, tuple[Cell, ...]], header: int, sheet: Sheet, naming: Naming
) -> tuple[dict[int, str], tuple[int, ...]]:
    """Headings of the best row; where it is blank, of the row above or below if that names fields there (merged headings)."""
    headings = _written(rows[header])
    header_rows = [header]

    def is_heading(index: int, text: str) -> bool:
        return naming.field_of(text, sheet, index) is not None

    for beside in (header - 1, header + 1):
        other = _written(rows.get(beside, ()))
        extra = {index: text for index, text in other.items() if index not in headings and is_heading(index, text)}
        below_is_headings = beside < header or len(extra) == len([i for i in other if i not in headings]) > 0
        clash = beside > header and any(index in headings and not is_heading(index, other[index]) for index in other)
        if extra and below_is_headings and not clash:
            headings |= extra
            header_rows.append(beside)
    return headings, tuple(sorted(header_rows))


def _written(cells: tuple[Cell, ...]) -> dict[int, str]:
    return {index: cell for index, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()}


def unit_said(text: str) -> str:
    """The unit of money that a line such as 单位：万元 names, or ""."""
    found = _UNIT_ROW.search(plain(text))
    return found[1] if found else ""


def _unit_of(cells: tuple[Cell, ...]) -> str:
    return next((unit for cell in cells if isinstance(cell, str) and (unit := unit_said(cell))), "")


class _Furniture:
    """Tells rows about the table from rows about persons. A row with anything like an ID number is about a person."""

    def __init__(self, layout: Layout) -> None:
        known = [column for column in layout.columns if column.field is not None]
        self._known = [column.index for column in known]
        self._names = [column.index for column in known if column.field == "name"]
        self._ids = [column.index for column in known if column.spec and column.spec.type == "id"]
        self._headings = {
            index: bare_heading(text)[0] for index, text in layout.headings.items() if index in self._names + self._ids
        }

    def is_it(self, cells: tuple[Cell, ...]) -> bool:
        """Is the row empty, the headings once more, an example, or about the table (totals, signatures, notes)?"""
        if self._is_plainly_about_a_person(cells):
            return False
        if not any(_filled(cells, index) for index in self._known):
            return True
        if any(_written_at(cells, index) in EXAMPLE_NUMBERS for index in self._ids):
            return any(_written_at(cells, index).startswith("示例") for index in self._names)
        if any(_is_plainly_a_number(cells, index) for index in self._ids):
            return False
        if all(bare_heading(_written_at(cells, index))[0] == heading for index, heading in self._headings.items()):
            return True
        if any(_LIKE_A_NUMBER.search(_written_at(cells, index)) for index in self._ids):
            return False
        filled = [_written_at(cells, index) for index in range(len(cells)) if _filled(cells, index)]
        alone = len(filled) == 1 and _SENDER.search(filled[0]) is not None
        return alone or _ABOUT_THE_TABLE.match(filled[0]) is not None

    def _is_plainly_about_a_person(self, cells: tuple[Cell, ...]) -> bool:
        """Nearly every row: its numbers are numbers, and none of them is an example's."""
        numbers = [cells[index] for index in self._ids if index < len(cells) and cells[index] is not None]
        return bool(numbers) and all(
            isinstance(number, str) and len(number) == 18 and number[:17].isdigit() and number not in EXAMPLE_NUMBERS
            for number in numbers
        )


def _is_plainly_a_number(cells: tuple[Cell, ...], index: int) -> bool:
    cell = cells[index] if index < len(cells) else None
    return isinstance(cell, str) and len(cell) == 18 and cell[:17].isdigit()


def _filled(cells: tuple[Cell, ...], index: int) -> bool:
    return (
        index < len(cells) and cells[index] is not None and cells[index] != "" and bool(text_of(cells[index]).strip())
    )


def _written_at(cells: tuple[Cell, ...], index: int) -> str:
    text = text_of(cells[index]) if index < len(cells) else ""
    return text if text.isalpha() else plain(text)
