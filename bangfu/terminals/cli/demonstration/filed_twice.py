"""Parents of one county whom a daughter in another has in her file too: two files of one family (DOMAIN 4.5, duplicates).

She copied their numbers from a notice board, where the birth date is covered, so that no number tells who they are. A whole number that
stands in an open file elsewhere is refused as the workbook comes in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from bangfu.core.ids import check_digit
from bangfu.engine.intake.tables import open_tables
from bangfu.synthetic.xlsx import Cell
from bangfu.terminals.cli.demonstration.workbooks import records, write_whole

_HEADS, _MEMBERS = "职工", "家庭成员"
_NUMBER, _HEAD, _RELATION = "身份证号", "户主身份证号", "关系"
_DIGITS, _OLD_ENOUGH = 18, "1984"
# What both sheets say of a person, under the same heading.
_OF_A_PERSON = (
    "姓名", "民族", "性别", "政治面貌", "身份证号", "出生日期", "健康状况", "疾病/残疾类别", "婚姻状况", "户口类型", "医保状况",
)  # fmt: skip
# Of the invented divisions. Should somebody have one of them already, the daughter is refused as she comes in.
_DAUGHTERS = [(f"5329952004{month:02}29{serial}", given) for month, serial, given in
              ((4, 982, "云霞"), (6, 984, "春梅"), (9, 986, "建芳"), (11, 988, "晓燕"))]  # fmt: skip
Record = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Couple:
    """The head of a file and the other one, as their rows are."""

    head: Record
    other: Record


def file_twice(workbook: Path, target: Path, address: str) -> int:
    """Write a workbook of daughters who live at ``address``; gives how many, and writes nothing where there is no couple."""
    tables = {table.name: list(records(table, lambda *_: True)) for table in open_tables(workbook)}
    couples = list(islice(_couples(tables[_HEADS], tables[_MEMBERS]), len(_DAUGHTERS)))
    if couples:
        empty, families = dict.fromkeys(tables[_MEMBERS][0]), list(zip(couples, _DAUGHTERS, strict=False))
        heads = (_daughter(couple, *daughter, address) for couple, daughter in families)
        members = (row for couple, (number, _) in families for row in _parents(couple, _whole(number), empty))
        write_whole(target, {_HEADS: heads, _MEMBERS: members})
    return len(couples)


def _couples(heads: list[Record], members: list[Record]) -> Iterator[Couple]:
    families = {head: list(rows) for head, rows in groupby(members, key=lambda row: row[_HEAD])}
    for head in heads:
        for row in families.get(head[_NUMBER], []):
            if row[_RELATION] == "配偶" and _may_be_parent(head) and _may_be_parent(row):
                yield Couple(head, row)


def _daughter(couple: Couple, number: str, given: str, address: str) -> Record:
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    own = {"姓名": f"{str(couple.head['姓名'])[0]}{given}", "性别": "女", _NUMBER: _whole(number), "出生日期": born}
    work = {"工作状态": "在岗", "本人月平均收入": 1800, "主要致困原因": "患重特大疾病", "家庭住址": address}
    kept = {heading: couple.head[heading] for heading in ("民族", "户口类型", "申请类别", "建档人", "录入人")}
    return dict.fromkeys(couple.head) | kept | own | work | {"健康状况": "良好", "医保状况": "城镇职工"}


def _parents(couple: Couple, daughter: str, empty: Record) -> Iterator[Record]:
    for row in (couple.head, couple.other):
        number = str(row[_NUMBER])
        covered = f"{number[:6]}********{number[14:]}"
        relation = "母亲" if row["性别"] == "女" else "父亲"
        own = {heading: row[heading] for heading in _OF_A_PERSON if heading in empty}
        yield empty | own | {_HEAD: daughter, _RELATION: relation, _NUMBER: covered}


def _may_be_parent(row: Record) -> bool:
    number = str(row[_NUMBER])
    return len(number) == _DIGITS and number[6:10] <= _OLD_ENOUGH


def _whole(number: str) -> str:
    return number + check_digit(number)
