"""The old way: one sheet 困难职工汇总表 with title, unit row, families as blocks whose head's cells are merged, totals, signatures."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from bangfu.synthetic.days import REFERENCE_DAY
from bangfu.synthetic.places import County
from bangfu.synthetic.sinks import Values
from bangfu.synthetic.workbooks import Part, Registry, figure_cell, holds_figures
from bangfu.synthetic.xlsx import Cell, store_plainly

# Printed heading → the registry's heading.
_HEAD = {"职工姓名": "姓名", "职工身份证号": "身份证号"} | {
    heading: heading
    for heading in (
        "性别", "民族", "健康状况", "疾病/残疾类别", "工作状态", "工作单位", "统一社会信用代码", "住房类型", "家庭住址", "是否单亲",
        "家庭人口", "本人月平均收入", "家庭其他(非薪资)年收入", "家庭年度总收入", "主要致困原因",
        "次要致困原因", "医疗自付支出(年)", "残疾支出(年)",
        "教育支出(年)", "住房支出(年)", "其他刚性支出(年)", "必要就业成本(年)", "意外损失(年)",
    )
}  # fmt: skip
_MEMBER = {"家庭成员姓名": "姓名", "关系": "关系", "成员身份证号": "身份证号"} | {
    heading: heading for heading in ("月收入", "人员身份", "工作状态", "健康状况", "疾病/残疾类别", "单位或学校")
}
_WANTED = tuple(dict.fromkeys((*_HEAD.values(), *_MEMBER.values())))
_FIRST_MEMBER_COLUMN = 1 + len(_HEAD)


def write_one_sheet(registry: Registry, part: Part, path: Path) -> None:
    """Write a county's workbook."""
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"author": "bangfu generate", "created": datetime.combine(REFERENCE_DAY, time())})
    _SummarySheet(book, part.county).write(_families(registry, part))
    book.close()
    store_plainly(path)


def _families(registry: Registry, part: Part) -> Iterator[list[dict[str, str | None]]]:
    family: list[dict[str, str | None]] = []
    for is_head, values in registry.rows(part, _WANTED):
        if is_head and family:
            yield family
            family = []
        family.append(_named(values))
    if family:
        yield family


def _named(values: Values) -> dict[str, str | None]:
    return dict(zip(_WANTED, values, strict=True))


class _SummarySheet:
    def __init__(self, book: Workbook, county: County) -> None:
        self._county = county
        self._sheet = book.add_worksheet("困难职工汇总表")
        self._bold: Format = book.add_format({"bold": True, "align": "center"})
        self._middle: Format = book.add_format({"valign": "vcenter"})
        self._row = 0

    def write(self, families: Iterator[list[dict[str, str | None]]]) -> None:
        self._top()
        persons = count = 0
        for count, family in enumerate(families, 1):
            self._family(count, family)
            persons += len(family)
        self._sheet.write_row(self._row, 0, ("合计", f"{count}户", f"{persons}人"))
        self._sheet.write_string(
            self._row + 2, 0, "填表人：段秀英    审核人：李建国    单位负责人（盖章）：    日期：2026年10月31日"
        )

    def _top(self) -> None:
        last = _FIRST_MEMBER_COLUMN + len(_MEMBER) - 1
        self._sheet.merge_range(0, 0, 0, last, f"{self._county.name}困难职工汇总表", self._bold)
        self._sheet.write_string(1, 0, "单位：元")
        self._sheet.write_row(2, 0, ("序号", *_HEAD, *_MEMBER), self._bold)
        self._row = 3

    def _family(self, count: int, family: list[dict[str, str | None]]) -> None:
        head, members = family[0], family[1:]
        rows = max(1, len(members))
        cells: list[Cell] = [count, *_cells(head, _HEAD)]
        for column, cell in enumerate(cells):
            self._block(column, rows, cell)
        for turn, member in enumerate(members):
            for column, cell in enumerate(_cells(member, _MEMBER), _FIRST_MEMBER_COLUMN):
                if cell is not None:
                    self._sheet.write(self._row + turn, column, cell)
        self._row += rows

    def _block(self, column: int, rows: int, cell: Cell) -> None:
        if rows > 1:
            value = "" if cell is None else cell
            self._sheet.merge_range(self._row, column, self._row + rows - 1, column, value, self._middle)
        elif cell is not None:
            self._sheet.write(self._row, column, cell, self._middle)


def _cells(person: dict[str, str | None], columns: dict[str, str]) -> list[Cell]:
    return [figure_cell(person[source], holds_figures(source)) for source in columns.values()]
