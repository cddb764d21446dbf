"""Small workbooks for tests, and persons from the invented range 532990-532999."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from bangfu.core.ids import check_digit

Cell = str | int | float | bool | None
Rows = Sequence[Sequence[Cell]]
# first row, first column, last row, last column, value: all from 0.
Merge = tuple[int, int, int, int, Cell]


def number(sequence: int, birth: str = "19800101", division: str = "532990") -> str:
    """A valid invented ID number."""
    seventeen = f"{division}{birth}{sequence:03}"
    return seventeen + check_digit(seventeen)


def write_book(path: Path, sheets: Mapping[str, Rows], merges: Sequence[Merge] = ()) -> Path:
    """Write sheets as they are given: text stays text, numbers numbers; merges go to the first sheet."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False})
    for index, (name, rows) in enumerate(sheets.items()):
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                elif cell is not None:
                    sheet.write(r, c, cell)
        if index == 0:
            for merge in merges:
                sheet.merge_range(*merge)
    book.close()
    return path


A, B, C, D, E = (number(sequence) for sequence in range(1, 6))
HEADS: Rows = [["姓名", "身份证号", "家庭人口", "本人月平均收入"], ["张三", A, 2, "2000"], ["李四", B, 1, "1000"]]
MEMBERS: Rows = [["户主身份证号", "姓名", "关系", "身份证号", "月收入"], [A, "张妻", "妻", C, "500"]]
