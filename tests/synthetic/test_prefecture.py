"""What the default prefecture is like."""

import csv
import re
from collections import Counter
from datetime import date

from python_calamine import CalamineWorkbook

from bangfu.core.credit_codes import read_credit_code
from bangfu.core.ids import read_id
from bangfu.synthetic.datasets import DATASETS
from bangfu.synthetic.forms import headings
from bangfu.synthetic.places import COUNTIES, ONE_SHEET_COUNTY, shares
from tests.synthetic.conftest import Made
from tests.synthetic.reading import control_totals, delivery, parquet

# DESIGN 5, every kind with every verdict that it can have; probable matches come with a later issue.
TABLE = {
    ("号码无效", "无法核对"), ("已死亡", "矛盾"), ("户籍注销", "疑点"), ("查无此人", "疑点"), ("姓名不符", "疑点"), ("名下机动车", "矛盾"),
    ("名下机动车", "疑点"), ("名下企业", "矛盾"), ("名下企业", "疑点"), ("多套住房", "矛盾"), ("多套住房", "疑点"), ("经营性房产", "矛盾"),
    ("劳动关系", "佐证"), ("劳动关系", "矛盾"), ("就业状态", "佐证"), ("就业状态", "矛盾"), ("领取养老金", "矛盾"), ("领取养老金", "佐证"),
    ("领取养老金", "疑点"), ("收入不符", "矛盾"), ("低保在享", "佐证"), ("医疗支出", "佐证"), ("在读学生", "佐证"), ("残疾证", "佐证"),
    ("残疾证", "疑点"), ("异地建档", "矛盾"),
}  # fmt: skip


def test_every_kind_occurs_with_every_verdict(dali: Made) -> None:
    truth = parquet(dali.folder / "truth.parquet")
    assert {(row["种类"], row["结论"]) for row in truth if row["可比"] == "True"} == TABLE
    both = Counter((row["种类"], row["数据集"]) for row in truth)
    assert both["收入不符", "provident_fund"]
    assert both["收入不符", "income_tax"]
    assert both["已死亡", "deaths"]
    assert both["已死亡", "population"]


def test_no_finding_is_expected_twice(dali: Made) -> None:
    truth = parquet(dali.folder / "truth.parquet")
    keys = [tuple(row[h] for h in ("户主身份证号", "身份证号", "数据集", "结论", "种类")) for row in truth]
    assert len(set(keys)) == len(keys) == dali.summary.findings


def test_every_class_occurs_and_some_households_stand_exactly_on_a_line(dali: Made) -> None:
    classes = parquet(dali.folder / "truth_classes.parquet")
    assert {row["类别"] for row in classes} == {"深度困难", "相对困难", "意外致困", "不符合"}
    on_the_line = Counter((row["人均月净收入"], row["类别"]) for row in classes)
    assert on_the_line["780.00", "深度困难"]
    assert on_the_line["1560.00", "相对困难"]


def test_households_have_one_to_seven_persons(dali: Made) -> None:
    people = parquet(dali.folder / "people.parquet")
    sizes = Counter[str]()
    for row in people:
        head = read_id(row["户主身份证号"]).value
        sizes[head.text if head else row["户主身份证号"]] += 1
    assert set(sizes.values()) >= {1, 2, 3, 4, 5, 6, 7}
    assert max(sizes.values()) == 7
    assert 2.7 < len(people) / dali.summary.households < 3.4


def test_numbers_are_invented_unique_and_agree_with_sex_and_birth_date(dali: Made) -> None:
    seen = set()
    for row in parquet(dali.folder / "people.parquet"):
        number = read_id(row["身份证号"]).value
        if number is None:
            continue
        assert "532990" <= number.division <= "532999"
        assert row["性别"] == ("男" if number.sex == "1" else "女")
        seen.add(number.text)
    assert len(seen) > 0.98 * dali.summary.persons
    for name, dataset in DATASETS.items():
        for row in delivery(dali.folder, name):
            written = row[dataset.number_heading]
            read = read_id(written[:18] if name == "disability" and len(written) == 20 else written).value
            assert read is None or "532990" <= read.division <= "532999"


def test_no_row_is_lost(dali: Made) -> None:
    totals = control_totals(dali.folder)
    assert {name: len(delivery(dali.folder, name)) for name in DATASETS} == totals
    assert sum(totals.values()) == dali.summary.department_rows
    assert 10_000 < dali.summary.department_rows < 200_000
    workbooks = sum(_persons_in(dali, county.code) for county in COUNTIES)
    assert workbooks == dali.summary.persons == len(parquet(dali.folder / "people.parquet"))


def _persons_in(made: Made, code: str) -> int:
    book = CalamineWorkbook.from_path(made.folder / "archive" / f"{code}.xlsx")
    if code == ONE_SHEET_COUNTY:
        rows = book.get_sheet_by_name("困难职工汇总表").to_python()
        return sum(isinstance(row[0], float) for row in rows) + sum(bool(row[-7]) for row in rows[3:])
    return sum(len(book.get_sheet_by_name(sheet).to_python()) - 1 for sheet in ("职工", "家庭成员"))


def test_workbooks_have_the_headings_of_the_form(dali: Made) -> None:
    book = CalamineWorkbook.from_path(dali.folder / "archive" / "532923.xlsx")
    assert book.sheet_names == ["职工", "家庭成员"]
    assert tuple(book.get_sheet_by_name("职工").to_python()[0]) == headings("worker")
    assert tuple(book.get_sheet_by_name("家庭成员").to_python()[0]) == headings("member")


def test_one_county_hands_in_the_old_single_sheet(dali: Made) -> None:
    book = CalamineWorkbook.from_path(dali.folder / "archive" / f"{ONE_SHEET_COUNTY}.xlsx")
    sheet = book.get_sheet_by_name("困难职工汇总表")
    rows = sheet.to_python()
    assert rows[0][0] == "漾濞彝族自治县困难职工汇总表"
    assert rows[1][0] == "单位：元"
    assert rows[2][0] == "序号"
    assert len(sheet.merged_cell_ranges or []) > 100
    assert any(row[0] == "合计" for row in rows)
    assert str(rows[-1][0]).startswith("填表人")


def test_workbook_and_registry_say_the_same(dali: Made) -> None:
    people = {row["姓名"] + row["身份证号"] for row in parquet(dali.folder / "people.parquet")}
    for sheet in ("职工", "家庭成员"):
        first, *rows = (
            CalamineWorkbook.from_path(dali.folder / "archive" / "532901.xlsx").get_sheet_by_name(sheet).to_python()
        )
        name, number = first.index("姓名"), first.index("身份证号")
        for row in rows:
            written = f"{row[number]:.0f}" if isinstance(row[number], float) else str(row[number])
            assert str(row[name]) + written in people


def test_damage_comes_at_modest_rates(dali: Made) -> None:
    people = parquet(dali.folder / "people.parquet")
    unreadable = sum(read_id(row["身份证号"]).value is None for row in people)
    repaired = sum(bool(read_id(row["身份证号"]).repairs) for row in people)
    assert 0.003 < unreadable / len(people) < 0.01
    assert 0.025 < repaired / len(people) < 0.06
    rows = delivery(dali.folder, "population")
    lost = sum(read_id(row["公民身份号码"]).value is None for row in rows)
    assert 0.004 < lost / len(rows) < 0.011
    said = Counter(part for row in parquet(dali.folder / "damage.parquet") for part in row["原因"].split(";"))
    for kind in (
        "撇号",
        "全角",
        "15位",
        "小写x",
        "西里尔х",
        "零宽字符",
        "一位写错",
        "数字单元格",
        "遮掩",
        "缺失",
        "一格两号",
    ):
        assert said[f"部门号码：{kind}"], kind
    amounts = "".join(row["本人月平均收入"] + row["月收入"] for row in people)
    assert all(sign in amounts for sign in ("元", ",", "约", "万", "无"))
    dates = [row["出生日期"] for row in people]
    assert any(re.fullmatch(r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}", day) for day in dates)
    assert any(re.fullmatch(r"[0-9]{2}/[0-9]{1,2}/[0-9]{1,2}", day) for day in dates)
    assert {row["是否单亲"] for row in people} >= {"是", "否", "√", "×", "有", "无", "1", "0", "Y"}
    names = "".join(row["姓名"] for row in people)
    assert all(sign in names for sign in ("·", "□", " ", "(户主)", "（女）", "龑"))


def test_heads_beyond_reading_have_no_class(dali: Made) -> None:
    classes = {row["户主身份证号"] for row in parquet(dali.folder / "truth_classes.parquet")}
    heads = [row for row in parquet(dali.folder / "people.parquet") if row["身份证号"] == row["户主身份证号"]]
    lost = [row for row in heads if read_id(row["身份证号"]).value is None]
    assert lost
    assert len(classes) == dali.summary.households - len(lost)


def test_organisations_form_one_tree(dali: Made) -> None:
    with (dali.folder / "organisations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = {row["code"] for row in rows}
    assert [row["code"] for row in rows if not row["parent"]] == ["5329"]
    assert all(row["parent"] in codes for row in rows if row["parent"])
    assert {row["code"] for row in rows if row["level"] == "county"} == {county.code for county in COUNTIES}
    unions = [row["code"] for row in rows if row["level"] == "employer"]
    assert len(set(unions)) == len(unions) > 100
    for code in unions:
        read = read_credit_code(code)
        assert read.value is not None
        assert read.value.is_trade_union
        assert read.problem is None


def test_households_are_shared_among_the_counties() -> None:
    for households in (1, 7, 100, 2356, 100_000):
        assert sum(shares(households)) == households
    assert min(shares(2356)) > 50


def test_settings_are_said_to_be_invented(dali: Made) -> None:
    text = (dali.folder / "settings.yaml").read_text("utf-8")
    assert "虚构" in text
    assert "nvented" in text
    assert f"reference_date: {date(2026, 10, 31)}" in text
