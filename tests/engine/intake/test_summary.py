"""The one-sheet 困难职工汇总表: families as blocks of rows (DESIGN 4, DOMAIN 4.5)."""

from pathlib import Path

import pytest

from bangfu.engine.intake.archive import Counts
from tests.engine.intake.books import A, B, C, D, E, Rows, write_book
from tests.engine.intake.test_archive import read, why

SIDE_BY_SIDE: Rows = [
    ["祥云县困难职工汇总表"],
    ["单位：元"],
    ["序号", "姓名", "身份证号", "本人月平均收入", "家庭成员姓名", "关系", "身份证号", "月收入", "主要致困原因"],
    [1, "张三", A, 2000, "张妻", "妻", C, 100, "其他"],
    [None, None, None, None, "张子", "子", D, 0, None],
    [2, "李四", B, 1000, None, None, None, None, "子女上学"],
    ["合计", None, None, 3000],
]


def test_a_summary_table_with_the_members_beside_the_head(tmp_path: Path) -> None:
    merges = [(3, c, 4, c, SIDE_BY_SIDE[3][c]) for c in (0, 1, 2, 3, 8)]
    rows, counts = read(write_book(tmp_path / "a.xlsx", {"汇总": SIDE_BY_SIDE}, merges))
    assert counts == Counts(rows=4, new=4)
    assert [(row.is_head, row.household and row.household.text) for row in rows] == [
        (True, A),
        (False, A),
        (False, A),
        (True, B),
    ]
    assert rows[3].values["main_cause"] == "子女上学"


@pytest.mark.parametrize(
    ("name", "number"), [("户主姓名", "户主身份证号"), ("职工姓名", "身份证号码"), ("姓名", "户主身份证号")]
)
def test_a_summary_table_may_name_the_head_as_head(tmp_path: Path, name: str, number: str) -> None:
    table = [*SIDE_BY_SIDE[:2], [SIDE_BY_SIDE[2][0], name, number, *SIDE_BY_SIDE[2][3:]], *SIDE_BY_SIDE[3:]]
    merges = [(3, c, 4, c, SIDE_BY_SIDE[3][c]) for c in (0, 1, 2, 3, 8)]
    rows, counts = read(write_book(tmp_path / "a.xlsx", {"汇总": table}, merges))
    assert counts == Counts(rows=4, new=4)
    assert [row.household and row.household.text for row in rows] == [A, A, A, B]


def test_a_summary_table_with_one_person_below_the_other(tmp_path: Path) -> None:
    table: Rows = [
        ["祥云县困难职工汇总表"],
        ["户主身份证号", "姓名", "与户主关系", "身份证号", "月收入", "困难类别"],
        [A, "张三", "本人", A, 2000, "深度困难"],
        [None, "张妻", "妻", C, 100, None],
        [None, "张子", "子", None, 0, None],
        [B, "李四", "本人", B, 1000, "相对困难"],
    ]
    rows, counts = read(write_book(tmp_path / "a.xlsx", {"Sheet1": table}, [(2, 0, 4, 0, A), (2, 5, 4, 5, "深度困难")]))
    assert counts == Counts(rows=4, new=4)
    assert [row.values["monthly_income"] for row in rows] == [200000, 10000, 0, 100000]
    assert rows[0].values["category"] == "深度困难"
    assert rows[2].household == rows[0].household


def test_a_summary_table_without_merged_cells_reads_blanks_as_the_family_above(tmp_path: Path) -> None:
    path = tmp_path / "summary.csv"
    path.write_text(
        "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in SIDE_BY_SIDE),
        encoding="gb18030",
    )
    rows, counts = read(path)
    assert counts == Counts(rows=4, new=4)
    assert rows[2].household == rows[0].household


def test_a_blank_that_is_not_merged_is_not_filled_where_others_are(tmp_path: Path) -> None:
    merges = [(3, c, 4, c, SIDE_BY_SIDE[3][c]) for c in (0, 1, 2, 3, 8)]
    table = [*SIDE_BY_SIDE[:6], [3, None, None, None, "赵女", "女", E, 0, None]]
    rows, counts = read(write_book(tmp_path / "a.xlsx", {"汇总": table}, merges))
    assert counts == Counts(rows=5, new=4, wrong=1)
    assert why(rows[3]) == ["row.no_head"]


def test_every_summary_table_of_a_workbook_is_read(tmp_path: Path) -> None:
    other: Rows = [*SIDE_BY_SIDE[:3], [1, "王五", E, 900]]
    _, counts = read(write_book(tmp_path / "a.xlsx", {"沙龙镇": SIDE_BY_SIDE[:6], "祥城镇": other}))
    assert counts == Counts(rows=5, new=5)


def test_a_head_repeated_in_every_row_begins_no_new_family(tmp_path: Path) -> None:
    table: Rows = [
        ["姓名", "身份证号", "家庭成员姓名", "关系", "身份证号", "月收入"],
        ["张三", A, "张三", "本人", A, 2000],
        ["张三", A, "张妻", "妻", C, 100],
        ["李四", B, "李妻", "妻", D, 100],
    ]
    rows, counts = read(write_book(tmp_path / "a.xlsx", {"汇总": table}))
    assert counts == Counts(rows=4, new=4)
    assert rows[0].values["monthly_income"] == 200000


@pytest.mark.parametrize("relation", ["本人", "职工本人", "户主", "自己", "申请人"])
def test_the_head_is_called_by_many_names(tmp_path: Path, relation: str) -> None:
    table: Rows = [["姓名", "与户主关系", "身份证号"], ["张三", relation, A], ["张妻", "妻", C]]
    _, counts = read(write_book(tmp_path / "a.xlsx", {"汇总": table}))
    assert counts == Counts(rows=2, new=2)


def test_a_total_below_headings_in_two_rows_is_no_person(tmp_path: Path) -> None:
    table: Rows = [
        ["序号", "职工基本情况", None, "家庭成员", None],
        [None, "姓名", "身份证号", "姓名", "身份证号"],
        [1, "张三", A, "张妻", C],
        ["合计", 1, None, 1, None],
    ]
    merges = [(0, 0, 1, 0, "序号"), (0, 1, 0, 2, "职工基本情况"), (0, 3, 0, 4, "家庭成员")]
    _, counts = read(write_book(tmp_path / "a.xlsx", {"汇总": table}, merges))
    assert counts == Counts(rows=2, new=2)
