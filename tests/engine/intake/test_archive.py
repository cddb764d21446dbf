"""The archive workbook and the summary table, read as DESIGN 4 says; acceptance tests 1 to 4 of DOMAIN 12."""

from datetime import date
from pathlib import Path

import pytest

from bangfu.core.ids import Fault, IdNumber, fault_of, read_id
from bangfu.core.names import PersonName, differ
from bangfu.core.problems import Problem
from bangfu.engine.intake.archive import Counts, read_archive
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.engine.intake.forms import EXAMPLE_NUMBERS
from tests.engine.intake.books import HEADS, MEMBERS, A, B, C, D, E, Rows, number, write_book

TODAY = date(2026, 10, 31)


def read(path: Path) -> tuple[list[ArchiveRow], Counts]:
    reader = read_archive(path, TODAY)
    return list(reader), reader.counts


def two_sheets(folder: Path, heads: Rows = HEADS, members: Rows = MEMBERS) -> tuple[list[ArchiveRow], Counts]:
    return read(write_book(folder / "archive.xlsx", {"职工": heads, "家庭成员": members}))


def why(row: ArchiveRow) -> list[str]:
    return [problem.code for problem in row.wrong]


def doubts(row: ArchiveRow) -> dict[str, str]:
    return {remark.field: remark.problem.code for remark in row.remarks if remark.problem}


def test_heads_and_members_are_read_and_tied(tmp_path: Path) -> None:
    rows, counts = two_sheets(tmp_path)
    assert counts == Counts(rows=3, new=3)
    assert [(row.is_head, row.household and row.household.text) for row in rows] == [(True, A), (True, B), (False, A)]
    assert rows[0].values["monthly_income"] == 200000


def test_a_missing_value_makes_the_file_incomplete_and_not_wrong(tmp_path: Path) -> None:
    rows, counts = two_sheets(tmp_path, [["姓名", "身份证号"], ["张三", A]])
    assert counts == Counts(rows=2, new=2)
    assert rows[0].values.keys() == {"name", "id_number"}


def test_a_value_outside_its_list_is_kept_as_written_and_flagged(tmp_path: Path) -> None:
    rows, _ = two_sheets(tmp_path, [["姓名", "身份证号", "婚姻状况"], ["张三", A, "分居"]])
    assert rows[0].values["marital_status"] == "分居"
    assert doubts(rows[0]) == {"marital_status": "value.not_in_list"}


@pytest.mark.parametrize("written", ["下(待)岗", "下（待）岗", " 下(待)岗 ", "2 下(待)岗", "2.下（待）岗"])
def test_a_code_is_recognised_in_every_print(tmp_path: Path, written: str) -> None:
    rows, _ = two_sheets(tmp_path, [["姓名", "身份证号", "工作状态"], ["张三", A, written]])
    assert rows[0].values["work_status"] == "下(待)岗"
    assert doubts(rows[0]) == {}


def test_secondary_causes_are_several_and_at_most_three(tmp_path: Path) -> None:
    heads: Rows = [
        ["姓名", "身份证号", "次要致困原因"],
        ["张三", A, "子女上学、下岗失业"],
        ["李四", B, "其他,子女上学;下岗失业 无劳动能力"],
    ]
    rows, _ = two_sheets(tmp_path, heads)
    assert rows[0].values["secondary_causes"] == ("子女上学", "下岗失业")
    assert doubts(rows[1]) == {"secondary_causes": "value.too_many"}


@pytest.mark.parametrize(
    ("name", "id_number", "code"),
    [
        (None, A, "row.no_name"),
        ("张三", None, "id.missing"),
        ("张三", "110101199003072000", "id.spreadsheet"),
        ("张三", A[:-1], "id.length"),
    ],
)
def test_a_head_without_name_or_valid_number_is_wrong_and_so_are_his_members(
    tmp_path: Path, name: str | None, id_number: str | None, code: str
) -> None:
    rows, counts = two_sheets(tmp_path, [["姓名", "身份证号", "民族"], [name, id_number, "汉族"], ["李四", B, "汉族"]])
    assert why(rows[0]) == [code]
    assert rows[2].outcome is Outcome.WRONG
    assert counts == Counts(rows=3, new=1, wrong=2)


def test_a_member_whose_head_is_not_there_is_wrong(tmp_path: Path) -> None:
    rows, counts = two_sheets(tmp_path, members=[*MEMBERS, [E, "王五", "弟", D, "0"]])
    assert why(rows[3]) == ["row.no_head"]
    assert counts == Counts(rows=4, new=3, wrong=1)


@pytest.mark.parametrize("written", [None, "", A[:-2], "110101********2316"])
def test_a_member_without_a_valid_number_is_brought_in_and_marked(tmp_path: Path, written: str | None) -> None:
    rows, counts = two_sheets(tmp_path, members=[MEMBERS[0], [A, "张妻", "妻", written, "500"]])
    assert counts == Counts(rows=3, new=3)
    assert "id_number" not in rows[2].values
    assert rows[2].raw["id_number"] == (written or "")
    assert doubts(rows[2])["id_number"].startswith("id.")


def test_acceptance_1_a_second_file_of_one_family_is_blocked_with_a_pointer_to_the_first(tmp_path: Path) -> None:
    members = [*MEMBERS, [A, "李四", "弟", B, "0"], [B, "李妻", "妻", D, "0"]]
    rows, counts = two_sheets(tmp_path, members=members)
    assert why(rows[1]) == ["row.two_files"]
    assert "家庭成员:3" in rows[1].wrong[0].zh
    assert why(rows[4]) == ["row.household_blocked"]
    assert counts == Counts(rows=5, new=3, wrong=2)


def test_acceptance_1_a_person_in_two_households_stays_in_the_first(tmp_path: Path) -> None:
    rows, _ = two_sheets(tmp_path, members=[*MEMBERS, [B, "张妻", "姐", C, "500"]])
    assert rows[2].outcome is Outcome.NEW
    assert why(rows[3]) == ["row.two_files"]
    assert "家庭成员:2" in rows[3].wrong[0].en


def test_acceptance_2_fifteen_digits_and_eighteen_are_one_person(tmp_path: Path) -> None:
    old = A[:6] + A[8:17]
    rows, counts = two_sheets(tmp_path, members=[MEMBERS[0], [old, "张妻", "妻", C, "500"]])
    assert rows[2].household == rows[0].household
    assert counts.wrong == 0


def test_acceptance_3_a_number_that_a_numeric_cell_cut_short_is_quarantined(tmp_path: Path) -> None:
    rows, _ = two_sheets(tmp_path, [["姓名", "身份证号"], ["张三", 110101199003072000], ["李四", B]])
    assert why(rows[0]) == ["id.spreadsheet"]


@pytest.mark.parametrize("written", ["买买提•吐尔逊", "买买提.吐尔逊", "买买提吐尔逊", "買買提・吐爾遜"])
def test_acceptance_4_dots_make_no_difference(tmp_path: Path, written: str) -> None:
    rows, _ = two_sheets(tmp_path, [["姓名", "身份证号"], [written, A]])
    name = rows[0].values["name"]
    assert isinstance(name, PersonName)
    assert not differ(name.text, "买买提·吐尔逊")
    assert differ(name.text, "买买提·艾力")


def test_the_same_row_twice_is_the_same_and_another_one_is_asked_about(tmp_path: Path) -> None:
    rows, counts = two_sheets(tmp_path, [*HEADS, HEADS[1], ["李四", B, 1, "9999"]])
    assert rows[2].outcome is Outcome.SAME
    assert why(rows[3]) == ["row.twice"]
    assert "本人月平均收入" in rows[3].wrong[0].zh
    assert "职工:3" in rows[3].wrong[0].zh
    assert counts == Counts(rows=5, new=3, same=1, wrong=1)


@pytest.mark.parametrize("own", [A, None])
def test_the_head_listed_again_among_the_members_is_no_second_person(tmp_path: Path, own: str | None) -> None:
    rows, counts = two_sheets(tmp_path, members=[*MEMBERS, [A, "张三", "本人", own, "2000"]])
    assert rows[3].outcome is Outcome.SAME
    assert counts.new == 3


def test_what_a_row_says_twice_must_agree(tmp_path: Path) -> None:
    heads: Rows = [["姓名", "身份证号", "性别", "出生日期", "家庭人口"], ["张三", A, "女", "1981-01-01", 4]]
    rows, _ = two_sheets(tmp_path, heads)
    assert doubts(rows[0]) == {"sex": "check.sex", "birth_date": "check.birth", "persons": "check.persons"}


def test_titles_units_totals_signatures_and_blank_rows_are_no_persons(tmp_path: Path) -> None:
    heads: Rows = [
        ["祥云县困难职工档案"],
        ["填报单位：祥云县总工会", None, None, "单位：万元"],
        [],
        ["序号", "姓名 *", "身份证号：", "本人月平均收入"],
        [1, "张三", A, "0.2"],
        [],
        ["序号", "姓名", "身份证号", "本人月平均收入"],
        [2, "李四", B, "0.1"],
        [3],
        ["合计", None, None, "0.3"],
        ["填表人：王五", None, "审核人：赵六"],
    ]
    rows, counts = two_sheets(tmp_path, heads)
    assert counts == Counts(rows=3, new=3)
    assert rows[0].values["monthly_income"] == 200000


def test_a_unit_in_the_heading_outweighs_the_unit_row(tmp_path: Path) -> None:
    heads = [["单位：万元"], ["姓名", "身份证号", "本人月平均收入（元）", "家庭年度总收入"], ["张三", A, "2000", "2.4"]]
    rows, _ = two_sheets(tmp_path, heads)
    assert (rows[0].values["monthly_income"], rows[0].values["total_yearly_income"]) == (200000, 2400000)


def test_columns_may_stand_in_any_order_under_any_printed_name(tmp_path: Path) -> None:
    heads = [["本人月收入", "公民身份号码", "致困原因", "职工姓名", "怪列"], ["2000", A, "其他", "张三", "怪"]]
    path = write_book(tmp_path / "a.xlsx", {"职工": heads, "家庭成员": MEMBERS})
    reader = read_archive(path, TODAY)
    row = next(iter(reader))
    assert row.values["monthly_income"] == 200000
    assert row.values["main_cause"] == "其他"
    assert reader.unknown_headings == ["怪列"]
    assert row.raw["怪列"] == "怪"


def test_headings_in_two_rows_are_put_together(tmp_path: Path) -> None:
    heads: Rows = [
        ["姓名", "身份证号", "收入情况", None],
        [None, None, "本人月平均收入", "家庭年度总收入"],
        ["张三", A, "2000", "24000"],
    ]
    rows, counts = two_sheets(tmp_path, heads)
    assert counts.new == 2
    assert rows[0].values["total_yearly_income"] == 2400000


def test_sheets_with_other_names_are_told_by_their_headings(tmp_path: Path) -> None:
    _, counts = read(write_book(tmp_path / "a.xlsx", {"Sheet2": MEMBERS, "Sheet1": HEADS}))
    assert counts == Counts(rows=3, new=3)


@pytest.mark.parametrize(
    ("sheets", "code"),
    [
        ({"Sheet1": [["甲", "乙"], [1, 2]]}, "archive.no_sheet"),
        ({"职工": [["姓名", "民族"], ["张三", "汉族"]], "家庭成员": MEMBERS}, "archive.missing_columns"),
        ({"职工": HEADS, "家庭成员": [["姓名", "身份证号"], ["张妻", C]]}, "archive.missing_columns"),
        ({"职工": [["姓名", "身份证号", "姓名"], ["张三", A, "x"]], "家庭成员": MEMBERS}, "archive.column_twice"),
        ({"职工": HEADS[:1], "家庭成员": MEMBERS[:1]}, "archive.no_rows"),
    ],
)  # fmt: skip
def test_a_workbook_that_is_no_archive_is_refused_with_what_to_do(
    tmp_path: Path, sheets: dict[str, Rows], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        read(write_book(tmp_path / "a.xlsx", sheets))
    assert refused.value.code == code


def test_every_row_may_be_read_again(tmp_path: Path) -> None:
    reader = read_archive(write_book(tmp_path / "a.xlsx", {"职工": HEADS, "家庭成员": MEMBERS}), TODAY)
    assert list(reader) == list(reader)
    assert reader.counts == Counts(rows=3, new=3)


def test_numbers_are_typed(tmp_path: Path) -> None:
    rows, _ = two_sheets(tmp_path)
    assert isinstance(rows[0].values["id_number"], IdNumber)
    assert number(1) == A


def test_a_merged_head_number_among_the_members_is_filled_down(tmp_path: Path) -> None:
    members: Rows = [MEMBERS[0], [A, "张妻", "妻", C, 0], [None, "张子", "子", D, 0], [None, "赵六", "弟", E, 0]]
    path = tmp_path / "a.xlsx"
    write_book(path, {"家庭成员": members, "职工": HEADS}, [(1, 0, 2, 0, A)])
    rows, counts = read(path)
    assert counts == Counts(rows=5, new=4, wrong=1)
    assert [row.household and row.household.text for row in rows][2:4] == [A, A]
    assert why(rows[4]) == ["row.no_head"]


def test_two_members_without_a_number_are_two(tmp_path: Path) -> None:
    _, counts = two_sheets(tmp_path, members=[MEMBERS[0], [A, "李四", "子", None, 0], [A, "李四", "子", None, 0]])
    assert counts == Counts(rows=4, new=4)


@pytest.mark.parametrize(
    ("unit_row", "heading", "cell", "fen"),
    [
        ("单位：万元", "本人月平均收入", "3000元", 300000),
        ("单位：万元", "本人月平均收入", "0.3", 300000),
        ("金额单位：人民币万元", "本人月平均收入", 0.3, 300000),
        (None, "本人月平均收入(单位：万元)", "0.3", 300000),
        (None, "本人月平均收入/万元", "0.3", 300000),
        ("单位：万元", "本人月平均收入（元）", "3000", 300000),
    ],
)
def test_units_are_taken_from_the_cell_then_the_heading_then_the_sheet(
    tmp_path: Path, unit_row: str | None, heading: str, cell: str | float, fen: int
) -> None:
    rows, _ = two_sheets(tmp_path, [[unit_row], ["姓名", "身份证号", heading], ["张三", A, cell]])
    assert rows[0].values["monthly_income"] == fen


@pytest.mark.parametrize(("unit_row", "heading"), [("单位：千元", "本人月平均收入"), (None, "本人月平均收入(千元)")])
def test_other_units_are_refused(tmp_path: Path, unit_row: str | None, heading: str) -> None:
    with pytest.raises(Problem) as refused:
        two_sheets(tmp_path, [[unit_row], ["姓名", "身份证号", heading], ["张三", A, "3"]])
    assert refused.value.code == "archive.unit"


@pytest.mark.parametrize("heading", ["身份证号（18位）", "身份證號", "身份证号*", "身份证 号"])
def test_headings_with_notes_or_in_traditional_characters_are_known(tmp_path: Path, heading: str) -> None:
    _, counts = two_sheets(tmp_path, [["姓名", heading], ["张三", A]])
    assert counts.new == 2


@pytest.mark.parametrize("footer", ["大理州总工会 2024年3月1日", "共1户", "平均", "（以下空白）", "合计"])
def test_footers_are_no_persons(tmp_path: Path, footer: str) -> None:
    _, counts = two_sheets(tmp_path, [*HEADS, [], [footer]])
    assert counts == Counts(rows=3, new=3)


@pytest.mark.parametrize("members", [[], [["家庭成员情况"]]])
def test_an_empty_sheet_of_members_is_as_good_as_none(tmp_path: Path, members: Rows) -> None:
    _, counts = two_sheets(tmp_path, members=members)
    assert counts == Counts(rows=2, new=2)


@pytest.mark.parametrize("name", ["/", "-", "无"])
def test_a_stroke_is_no_name(tmp_path: Path, name: str) -> None:
    rows, _ = two_sheets(tmp_path, [["姓名", "身份证号"], [name, A]])
    assert why(rows[0]) == ["row.no_name"]


def test_only_the_template_s_own_examples_are_left_out(tmp_path: Path) -> None:
    heads = [["姓名", "身份证号"], ["示例·张三", EXAMPLE_NUMBERS[1]], ["示例·李四", B]]
    _, counts = two_sheets(tmp_path, heads, MEMBERS[:1])
    assert counts == Counts(rows=1, new=1)


def test_sheets_that_are_no_part_of_the_archive_are_named(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"职工": HEADS, "家庭成员": MEMBERS, "职工2": HEADS})
    assert read_archive(path, TODAY).unread == ["职工2"]


def test_a_number_cut_by_a_spreadsheet_never_looks_whole(tmp_path: Path) -> None:
    cut = float(A)
    rows, _ = two_sheets(tmp_path, members=[MEMBERS[0], [A, "张妻", "妻", cut, 0]])
    assert rows[2].raw["id_number"] == f"{cut:.14E}"
    assert fault_of(read_id(rows[2].raw["id_number"])) is Fault.SPREADSHEET
