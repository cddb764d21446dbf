"""What the columns of a workbook are taken for, and what becomes of it when somebody says otherwise."""

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.names import PersonName
from bangfu.core.problems import Problem
from bangfu.engine.intake.archive import ArchiveReader, read_archive
from bangfu.engine.intake.archive_columns import SheetColumns, columns_of
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.engine.intake.naming import Choices
from bangfu.engine.intake.staged_archive import stage_archive, staged_archive
from tests.engine.intake.books import HEADS, MEMBERS, A, B, C, Rows, write_book
from tests.engine.intake.composer import Composer

TODAY = date(2026, 10, 31)
SUMMARY: Rows = [
    ["姓名", "关系", "身份证号", "户主身份证号", "身份", "月收入", "手机", "别的"],
    ["张三", "本人", A, A, "在岗", "2000", "13800000000", "x"],
    ["张妻", "妻", C, A, "失(无)业", "500", None, None],
    ["李四", "本人", B, B, "在岗", "1000", None, None],
]
SIDE_BY_SIDE: Rows = [
    ["姓名", "身份证号", "手机号码", "成员姓名", "关系", "身份证号", "月收入", "别的", "家庭住址"],
    ["张三", A, "13800000000", "张妻", "妻", C, "500", "x", "下关"],
    ["李四", B, None, None, None, None, None, None, "喜洲"],
]


def two_sheets(folder: Path, heads: Rows = HEADS, members: Rows = MEMBERS) -> Path:
    return write_book(folder / "archive.xlsx", {"职工": heads, "家庭成员": members})


def one_sheet(folder: Path, rows: Rows = SUMMARY) -> Path:
    return write_book(folder / "archive.xlsx", {"汇总": rows})


def renamed(rows: Rows, **names: str) -> Rows:
    return [[names.get(str(cell), cell) for cell in rows[0]], *rows[1:]]


def fields(sheets: list[SheetColumns]) -> list[tuple[str, dict[str, str | None]]]:
    return [(sheet.role, {column.key: column.field for column in sheet.columns}) for sheet in sheets]


def refused(path: Path, columns: Choices) -> str:
    with pytest.raises(Problem) as found:
        list(read_archive(path, TODAY, columns))
    return found.value.code


def content(reader: ArchiveReader) -> list[ArchiveRow]:
    return list(reader)


def test_each_sheet_says_what_its_columns_were_taken_for(tmp_path: Path) -> None:
    worker, member = columns_of(two_sheets(tmp_path), TODAY)
    assert (worker.sheet, worker.role, worker.missing, worker.known) == ("职工", "worker", (), True)
    assert [(c.index, c.heading, c.field, c.type, c.required, c.samples) for c in worker.columns] == [
        (0, "姓名", "name", "name", True, ("张三", "李四")),
        (1, "身份证号", "id_number", "id", True, (A, B)),
        (2, "家庭人口", "persons", "count", False, ("2", "1")),
        (3, "本人月平均收入", "monthly_income", "yuan", False, ("2000", "1000")),
    ]
    assert [column.key for column in member.columns][:2] == ["家庭成员/户主身份证号", "家庭成员/姓名"]


def test_samples_are_the_first_three_that_are_not_empty_and_say_what_cannot_be_read(tmp_path: Path) -> None:
    heads = [
        [*HEADS[0], "别的", "出生日期"],
        *([*HEADS[1], None, text] for text in (None, "1980-1-1", "不详", " ", "甲")),
    ]
    (worker, _) = columns_of(two_sheets(tmp_path, heads), TODAY)
    other, birth = worker.columns[4:]
    assert (other.field, other.type, other.samples, other.unread) == (None, None, (), 0)
    assert (birth.samples, birth.unread) == (("1980-1-1", "不详", "甲"), 2)


def test_missing_required_headings_are_named(tmp_path: Path) -> None:
    sheets = columns_of(two_sheets(tmp_path, members=renamed(MEMBERS, 户主身份证号="主")), TODAY)
    assert [sheet.missing for sheet in sheets] == [(), ("户主身份证号",)]


def test_a_workbook_that_cannot_be_read_yet_still_shows_its_columns(tmp_path: Path) -> None:
    path = one_sheet(tmp_path, [["花名册", None], *renamed(SUMMARY, 姓名="何人", 身份证号="证号", 户主身份证号="主")])
    (sheet,) = columns_of(path, TODAY)
    assert (sheet.role, sheet.known, sheet.missing) == ("summary", False, ("姓名", "身份证号"))
    assert [column.heading for column in sheet.columns][:3] == ["何人", "关系", "证号"]
    assert sheet.columns[0].samples == ("张三", "张妻", "李四")
    columns = {"何人": "name", "证号": "id_number", "主": "head_id_number"}
    assert [sheet.known for sheet in columns_of(path, TODAY, columns)] == [True]
    assert (
        content(read_archive(path, TODAY, columns))[1].household
        == content(read_archive(path, TODAY, columns))[0].household
    )


def test_a_chosen_field_is_read_from_the_chosen_column(tmp_path: Path) -> None:
    path = two_sheets(tmp_path, renamed(HEADS, 姓名="何人"), renamed(MEMBERS, 姓名="何人"))
    assert refused(path, {}) == "archive.missing_columns"
    rows = content(read_archive(path, TODAY, {"何人": "name"}))
    assert [row.values["name"] for row in rows] == [PersonName("张三"), PersonName("李四"), PersonName("张妻")]
    assert {row.outcome for row in rows} == {Outcome.NEW}


def test_a_choice_may_be_for_one_sheet_only(tmp_path: Path) -> None:
    heads = [[*HEADS[0], "钱"], *([*row, "1"] for row in HEADS[1:])]
    members = [[*MEMBERS[0], "钱"], [*MEMBERS[1], "2"]]
    path = two_sheets(tmp_path, heads, members)
    rows = content(read_archive(path, TODAY, {"职工/钱": "illness_expenditure", "家庭成员/钱": "remark"}))
    assert [row.values.get("illness_expenditure") for row in rows] == [100, 100, None]
    assert [row.values.get("remark") for row in rows] == [None, None, "2"]


def test_a_field_of_one_sheet_leaves_the_other_sheet_alone(tmp_path: Path) -> None:
    heads = [[*HEADS[0], "钱"], *([*row, "1"] for row in HEADS[1:])]
    members = [[*MEMBERS[0], "钱"], [*MEMBERS[1], "2"]]
    reader = read_archive(two_sheets(tmp_path, heads, members), TODAY, {"钱": "illness_expenditure"})
    rows = content(reader)
    assert rows[0].values["illness_expenditure"] == 100
    assert rows[2].raw["钱"] == "2"
    assert reader.unknown_headings == ["钱"]


def test_a_column_left_out_is_not_read_not_kept_and_not_unknown(tmp_path: Path) -> None:
    heads = [[*HEADS[0], "别的"], *([*row, "x"] for row in HEADS[1:])]
    path = two_sheets(tmp_path, heads)
    assert content(read_archive(path, TODAY))[0].raw == {"别的": "x"}
    reader = read_archive(path, TODAY, {"别的": None, "职工/本人月平均收入": None})
    first = content(reader)[0]
    assert (first.raw, first.values.get("monthly_income"), reader.unknown_headings) == ({}, None, [])
    assert [c.left_out for c in columns_of(path, TODAY, {"别的": None})[0].columns] == [False] * 4 + [True]


def test_a_required_column_cannot_be_left_out(tmp_path: Path) -> None:
    assert refused(two_sheets(tmp_path), {"家庭成员/姓名": None}) == "archive.missing_columns"


@pytest.mark.parametrize(
    "columns", [{"家庭人口": "no_such_field"}, {"职工/家庭人口": "relation"}, {"家庭成员/月收入": "persons"}]
)
def test_a_field_that_does_not_exist_is_refused(columns: Choices, tmp_path: Path) -> None:
    assert refused(two_sheets(tmp_path), columns) == "columns.unknown_field"


def test_two_columns_for_one_field_are_refused(tmp_path: Path) -> None:
    assert refused(two_sheets(tmp_path), {"家庭人口": "monthly_income"}) == "archive.column_twice"
    assert refused(one_sheet(tmp_path), {"手机": "monthly_income"}) == "archive.column_twice"


def test_the_other_column_may_be_left_out_to_make_room(tmp_path: Path) -> None:
    rows = content(
        read_archive(two_sheets(tmp_path), TODAY, {"家庭人口": "monthly_income", "职工/本人月平均收入": None})
    )
    assert [row.values["monthly_income"] for row in rows] == [200, 100, 50_000]


def test_of_two_columns_with_one_heading_one_may_be_left_out_by_its_number(tmp_path: Path) -> None:
    heads = [[*HEADS[0], "姓名"], *([*row, "别名"] for row in HEADS[1:])]
    path = two_sheets(tmp_path, heads)
    assert refused(path, {}) == "archive.column_twice"
    keys = [column.key for column in columns_of(path, TODAY)[0].columns]
    assert keys == ["职工/姓名#1", "职工/身份证号", "职工/家庭人口", "职工/本人月平均收入", "职工/姓名#5"]
    rows = content(read_archive(path, TODAY, {"职工/姓名#5": None}))
    assert rows[0].values["name"] == PersonName("张三")


def test_a_summary_of_persons_below_each_other_takes_choices(tmp_path: Path) -> None:
    path = one_sheet(tmp_path, renamed(SUMMARY, 关系="什么人", 月收入="钱"))
    rows = content(read_archive(path, TODAY, {"什么人": "relation", "钱": "monthly_income"}))
    assert rows == content(read_archive(one_sheet(tmp_path), TODAY))


def test_a_summary_side_by_side_takes_choices_for_heads_and_for_members(tmp_path: Path) -> None:
    path = one_sheet(tmp_path, renamed(SIDE_BY_SIDE, 成员姓名="其他人", 手机号码="打哪个"))
    rows = content(read_archive(path, TODAY, {"家庭成员/其他人": "name", "职工/打哪个": "mobile"}))
    assert rows == content(read_archive(one_sheet(tmp_path, SIDE_BY_SIDE), TODAY))
    assert [row.values.get("address") for row in rows] == ["下关", None, "喜洲"]


def test_leaving_out_a_column_moves_no_other_from_the_head_to_the_member(tmp_path: Path) -> None:
    rows: Rows = [[*row[:7], row[7], *row[8:]] for row in renamed(SIDE_BY_SIDE, 家庭住址="婚姻状况", 手机号码="备注")]
    path = one_sheet(tmp_path, [rows[0], *([*row[:8], "已婚"] for row in rows[1:])])
    plain = content(read_archive(path, TODAY))
    assert plain[0].values["marital_status"] == "已婚"
    assert content(read_archive(path, TODAY, {"别的": None})) == plain


@pytest.mark.parametrize("rows", [SUMMARY, SIDE_BY_SIDE])
def test_saying_what_is_so_anyway_changes_nothing_in_a_summary(rows: Rows, tmp_path: Path) -> None:
    path = one_sheet(tmp_path, rows)
    assert content(read_archive(path, TODAY, said_anyway(path))) == content(read_archive(path, TODAY))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_saying_what_is_so_anyway_changes_nothing(seed: int) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "archive.xlsx"
        Composer(seed).compose(path)
        assert content(read_archive(path, TODAY, said_anyway(path))) == content(read_archive(path, TODAY))


def said_anyway(path: Path) -> Choices:
    columns: Choices = json.loads(
        json.dumps({c.key: c.field for sheet in columns_of(path, TODAY) for c in sheet.columns if c.field})
    )
    assert len(columns) > 4
    return columns


def test_an_alias_that_stands_beside_the_form_s_own_heading_may_be_left_out(tmp_path: Path) -> None:
    heads = [["户主身份证号", *HEADS[0]], *([row[1], *row] for row in HEADS[1:])]
    path = two_sheets(tmp_path, heads)
    worker = columns_of(path, TODAY)[0]
    assert [column.field for column in worker.columns][:3] == [None, "name", "id_number"]
    assert len(content(read_archive(path, TODAY, {"职工/户主身份证号": None}))) == 3


def test_a_key_that_no_column_has_is_of_no_consequence(tmp_path: Path) -> None:
    path = two_sheets(tmp_path)
    assert content(read_archive(path, TODAY, {"上月才有的列": "remark"})) == content(read_archive(path, TODAY))


def test_a_staged_archive_keeps_what_was_chosen(tmp_path: Path) -> None:
    path = two_sheets(tmp_path, renamed(HEADS, 家庭人口="口数"))
    columns: Choices = {"口数": "persons", "职工/本人月平均收入": None}
    archive = stage_archive(path, tmp_path / "staged", TODAY, columns)
    (chunk,) = archive.chunks()
    assert chunk[0].values["persons"] == 2
    assert staged_archive(tmp_path / "staged").manifest.columns == columns


def test_a_file_with_nothing_in_it_has_no_columns(tmp_path: Path) -> None:
    with pytest.raises(Problem) as found:
        columns_of(write_book(tmp_path / "archive.xlsx", {"空": []}), TODAY)
    assert found.value.code == "archive.no_sheet"
