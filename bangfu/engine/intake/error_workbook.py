"""The sender's own file once more, same sheets, same order, with a column 问题 that says what to mend in which row."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bangfu.core.problems import Problem
from bangfu.engine.findings.set_aside import REASONS
from bangfu.engine.intake.archive import ArchiveReader
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.engine.intake.cells import text_of
from bangfu.engine.intake.forms import archive_form
from bangfu.engine.intake.tables import Cell, Table, open_tables

PROBLEM_HEADING = "问题"
# Excel's limit for one cell.
_LONGEST = 32_767


def problems_by_row(rows: Iterable[ArchiveRow]) -> dict[tuple[str, int], list[str]]:
    """What to say beside each row of each sheet: first why it is wrong, then what is doubtful, each in both languages."""
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for row in rows:
        said = [_sentence(row, None, problem) for problem in row.wrong]
        already = {problem.code for problem in row.wrong}
        said += [
            _sentence(row, remark.field, remark.problem)
            for remark in row.remarks
            if remark.problem is not None and remark.problem.code not in already
        ]
        if row.outcome is Outcome.WRONG:
            said.insert(0, "【未收入 Not brought in】")
        if said:
            found[row.sheet, row.number] += said
    return found


def write_error_workbook(reader: ArchiveReader, said: dict[tuple[str, int], list[str]], path: Path) -> None:
    """Write the copy. Everything that is not a plain number stays text, so that no digit is lost on the way back."""
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    text, red = book.add_format({"num_format": 49}), book.add_format({"font_color": "#B42318", "text_wrap": True})
    header_rows = {layout.table.name: layout.header_rows[-1] for layout in reader.layouts}
    try:
        for table in open_tables(reader.path):
            sheet = book.add_worksheet(table.name[:31])
            width = _problem_column(table)
            sheet.set_column(width, width, 60)
            for number, cells in table.rows():
                _write_row(sheet, number - 1, cells[:width], text)
                if number == header_rows.get(table.name):
                    sheet.write_string(number - 1, width, PROBLEM_HEADING, red)
                elif (table.name, number) in said:
                    sheet.write_string(number - 1, width, "\n".join(said[table.name, number])[:_LONGEST], red)
    finally:
        book.close()


def write_quarantine(quarantine: Path, file: str, path: Path) -> None:
    """The rows of a delivery that were set aside: file, row and reason. The numbers stay in the delivered file."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    try:
        sheet = book.add_worksheet("搁置")
        sheet.set_column(0, 2, 24)
        sheet.write_row(0, 0, ["文件", "行", PROBLEM_HEADING])
        for index, row in enumerate(pq.read_table(quarantine).to_pylist(), 1):
            zh, en = REASONS[row["reason"]]
            sheet.write_row(index, 0, [file, row["row"], f"{zh} {en}"])
    finally:
        book.close()


def _sentence(row: ArchiveRow, field: str | None, problem: Problem) -> str:
    form = archive_form()
    spec = (form.worker if row.is_head else form.member).get(field or "")
    where = f"{spec.heading}：" if spec else ""
    return f"{where}{problem.zh} {problem.en}"


def _problem_column(table: Table) -> int:
    """Behind the last column; or where an earlier error workbook has it already."""
    width = 0
    for _, cells in table.rows():
        if cells and cells[-1] == PROBLEM_HEADING:
            return len(cells) - 1
        width = max(width, len(cells))
    return width


def _write_row(sheet: Worksheet, index: int, cells: tuple[Cell, ...], text: Format) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, bool):
            sheet.write_boolean(index, column, cell)
        elif isinstance(cell, int | float) and abs(cell) < 10**15:
            sheet.write_number(index, column, cell)
        elif isinstance(cell, datetime | date):
            sheet.write_string(index, column, text_of(cell), text)
        elif cell is not None:
            sheet.write_string(index, column, text_of(cell)[:_LONGEST], text)
