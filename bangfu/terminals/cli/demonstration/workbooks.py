"""Xiangyun's workbook in two: one of its townships sends its own, so that there is a batch below the county."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from bangfu.core.whole_files import replacing
from bangfu.engine.intake.archive import read_archive
from bangfu.engine.intake.cells import text_of
from bangfu.engine.intake.tables import Cell, Table, open_tables
from bangfu.synthetic.xlsx import Cell as Written
from bangfu.synthetic.xlsx import write_sheets


def split(workbook: Path, day: date, place: str, inside: Path, rest: Path) -> int:
    """Write the households whose address names ``place`` to ``inside``, everything else to ``rest``; gives how many households.

    Rows that belong to no household stay with the rest. Cells are copied as they are.
    """
    households, rows = set(), {}
    for row in read_archive(workbook, day):
        key = row.household.text if row.household else ""
        rows[row.sheet, row.number] = key
        if row.is_head and key and place in str(row.values.get("address", "")):
            households.add(key)
    if not households:
        return 0
    _copy(workbook, rest, lambda sheet, number: rows.get((sheet, number)) not in households)
    # The last, since it tells that both are there.
    _copy(workbook, inside, lambda sheet, number: rows.get((sheet, number)) in households)
    return len(households)


def _copy(workbook: Path, target: Path, wanted: Callable[[str, int], bool]) -> None:
    write_whole(target, {table.name: records(table, wanted) for table in open_tables(workbook)})


def write_whole(target: Path, sheets: Mapping[str, Iterator[dict[str, Written]]]) -> None:
    """Write a workbook that is there whole or not at all: a demo that was broken off takes it as it finds it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as temporary:
        write_sheets(temporary, sheets)


def records(table: Table, wanted: Callable[[str, int], bool]) -> Iterator[dict[str, Written]]:
    """The rows of a sheet that are wanted by its name and their number, cells as they are; one empty row where there is none."""
    rows = table.rows()
    _, headings = next(rows)
    names = [text_of(heading) for heading in headings]
    empty = True
    for number, cells in rows:
        if wanted(table.name, number):
            empty = False
            yield dict.fromkeys(names) | {name: _cell(cell) for name, cell in zip(names, cells, strict=False)}
    if empty:
        yield dict.fromkeys(names)


def _cell(cell: Cell) -> Written:
    return cell if cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)) else text_of(cell)
