"""Rows of persons as they are written, before it is known whether they fit into a household."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from bangfu.core.ids import IdNumber
from bangfu.core.readings import Reading, Repair
from bangfu.engine.intake import problems
from bangfu.engine.intake.archive_row import Remark, Value
from bangfu.engine.intake.cells import Reader, read_broken, reader_of, text_of
from bangfu.engine.intake.layout import Column, Layout
from bangfu.engine.intake.ooxml import Broken
from bangfu.engine.intake.tables import Cell

# Enough to know who is whose: what the first of the two passes reads.
_WHO = frozenset({"name", "id_number", "head_id_number", "relation"})
HEAD_RELATIONS = frozenset(
    {"本人", "户主", "户主本人", "本人(户主)", "户主(本人)", "职工本人", "职工", "自己", "申请人", "主申请人"}
)

Values = dict[str, Value]
# Types of fields whose values hardly ever come twice; all others are read once and remembered, as many of a column as this.
_OWN_TO_A_PERSON = frozenset({"id", "name", "mobile", "card", "text"})
_REMEMBERED = 4096


@dataclass(slots=True)
class Draft:
    """A person's row. ``head`` is the number of the household's head as far as it can be read."""

    sheet: str
    number: int
    is_head: bool
    values: Values
    raw: dict[str, str]
    remarks: list[Remark]
    head: IdNumber | None = None
    # The person's own number, where it is valid.
    id_number: IdNumber | None = field(init=False)

    def __post_init__(self) -> None:
        """Asked for so often that it is looked up once."""
        found = self.values.get("id_number")
        self.id_number = found if isinstance(found, IdNumber) else None

    @property
    def place(self) -> str:
        """How a message points to this row: sheet and row number."""
        return f"{self.sheet}:{self.number}"


# Where a column stands, its field and heading, what reads its cells, and what was read of it so far (None: not remembered).
_Reads = tuple[int, str, str, Reader, dict[str, Reading[Value]] | None]


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the columns of one sheet; ``who_only`` leaves out all but names and numbers."""

    columns: tuple[_Reads, ...]

    @classmethod
    def of(cls, columns: Iterable[Column], today: date, *, who_only: bool) -> "RowReader":
        """Make the readers once per sheet."""
        return cls(
            tuple(
                (
                    column.index,
                    column.field,
                    column.heading,
                    reader_of(column.spec, today=today, ten_thousands=column.ten_thousands),
                    None if column.spec.type in _OWN_TO_A_PERSON else {},
                )
                for column in columns
                if column.field and column.spec and (not who_only or column.field in _WHO)
            )
        )

    def read(self, cells: tuple[Cell, ...]) -> tuple[Values, dict[str, str], list[Remark]]:
        """Values that could be read; what was written where that differs; and what there is to say about it."""
        values: Values = {}
        raw: dict[str, str] = {}
        remarks: list[Remark] = []
        width = len(cells)
        for index, name, heading, read, known in self.columns:
            cell = cells[index] if index < width else None
            if cell is None and name != "id_number":
                continue
            reading = known.get(cell) if known is not None and isinstance(cell, str) else None
            if reading is None:
                reading = read_broken(cell, heading) if isinstance(cell, Broken) else read(cell)
                if known is not None and isinstance(cell, str) and len(known) < _REMEMBERED:
                    known[cell] = reading
            if reading.value is not None:
                values[name] = reading.value
            if reading.problem is not None or reading.repairs:
                raw[name] = text_of(cell)
                remarks.append(Remark(name, reading.problem, reading.repairs))
        return values, raw, remarks


def sheet_drafts(layout: Layout, today: date, *, is_head: bool, who_only: bool) -> Iterator[Draft]:
    """The rows of 职工 (heads) or of 家庭成员 (members) of the two-sheet workbook."""
    reader = RowReader.of(layout.columns, today, who_only=who_only)
    merged = {} if is_head else _merged_ties(layout)
    tie: Cell = None
    unknown = [
        (column.index, column.heading) for column in layout.columns if column.field is None and not column.left_out
    ]
    for number, written in layout.data():
        cells, filled = written, number in merged
        if filled:
            place = merged[number]
            cells = (*written[:place], tie, *written[place + 1 :])
        elif merged:
            place = next(iter(merged.values()))
            tie = written[place] if place < len(written) else None
        values, raw, remarks = reader.read(cells)
        if filled:
            remarks.append(Remark("head_id_number", None, (Repair.FILLED_DOWN,)))
        if not who_only:
            raw |= {heading: text_of(cells[i]) for i, heading in unknown if i < len(cells) and cells[i] is not None}
        head = values.get("id_number" if is_head else "head_id_number")
        known_head = head if isinstance(head, IdNumber) else None
        if is_head and not who_only:
            remarks += own_checks(values)
        yield Draft(layout.table.name, number, is_head, values, raw, remarks, known_head)


def _merged_ties(layout: Layout) -> dict[int, int]:
    """Rows whose 户主身份证号 is merged with the one above, each with the place of that column (DOMAIN 4.5)."""
    place = next((column.index for column in layout.columns if column.field == "head_id_number"), -1)
    return {
        row: place
        for top, bottom, left, right in layout.table.merged
        if left - 1 <= place <= right - 1 and top > layout.header_rows[-1]
        for row in range(top + 1, bottom + 1)
    }


def own_checks(values: Mapping[str, Value]) -> list[Remark]:
    """What a row says twice must agree: sex and birth date beside the ID number (DOMAIN 2.1 no. 8, 4.2)."""
    number = values.get("id_number")
    if not isinstance(number, IdNumber):
        return []
    found = []
    sex = {"男": "1", "女": "2"}.get(str(values.get("sex")))
    if sex is not None and sex != number.sex:
        found.append(Remark("sex", problems.SEX_DIFFERS()))
    birth = values.get("birth_date")
    if isinstance(birth, date) and birth != number.birth_date:
        found.append(Remark("birth_date", problems.BIRTH_DIFFERS()))
    return found
