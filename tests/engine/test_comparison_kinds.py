"""What the base rules say, kind by kind (DESIGN 5). Each test is one line of the table."""

from datetime import date
from pathlib import Path

import pytest

from bangfu.engine.intake.deliveries_folder import About
from tests.engine.small import CHILD, HEAD, STRANGER, WIFE, family, findings, kinds, told


def test_a_head_with_an_invalid_number_cannot_be_checked_and_is_exported_as_written(tmp_path: Path) -> None:
    people = [{"姓名": "张伟", "身份证号": "53299019700101", "户主身份证号": "53299019700101"}]
    (row,) = findings(tmp_path, people, deaths=[])
    assert row == {
        "户主身份证号": "53299019700101", "身份证号": "53299019700101", "数据集": "", "结论": "无法核对", "种类": "号码无效",
        "说明": "身份证号不能用于核对：位数不对", "来源行": "people.csv:2",
    }  # fmt: skip


def test_a_member_without_a_number_cannot_be_checked(tmp_path: Path) -> None:
    people = [*family(), {"姓名": "李四", "身份证号": "", "户主身份证号": HEAD}]
    assert kinds(findings(tmp_path, people, deaths=[])) == [("", "号码无效", "无法核对", "people.csv:5")]


@pytest.mark.parametrize(
    "written",
    [
        f"'{HEAD}",
        f" {HEAD}\u200b",
        HEAD[:6] + HEAD[8:17],
        HEAD.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ],
)
def test_numbers_meet_after_normalisation(written: str, tmp_path: Path) -> None:
    people = family()
    people[0]["身份证号"] = written
    rows = findings(tmp_path, people, deaths=[{"姓名": "张伟", "身份证号": HEAD, "死亡日期": "2026-01-02"}])
    assert kinds(rows) == [(HEAD, "已死亡", "矛盾", "deaths.csv:2")]
    assert rows[0]["说明"] == "有殡葬火化记录2026-01-02"


def test_a_masked_number_is_compatible_but_never_matched(tmp_path: Path) -> None:
    masked = HEAD[:6] + "********" + HEAD[14:]
    assert findings(tmp_path, family(), deaths=[{"姓名": "张伟", "身份证号": masked}]) == []


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        ("正常", "", []),
        ("注销", "死亡", [("已死亡", "矛盾")]),
        ("注销", "迁出", [("户籍注销", "疑点")]),
        ("注销", "", [("户籍注销", "疑点")]),
    ],
)
def test_population_tells_death_from_other_cancellation(
    status: str, reason: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    population = [{"姓名": "张伟", "公民身份号码": HEAD, "状态": status, "注销原因": reason}]
    assert told(findings(tmp_path, family()[:1], population=population)) == expected


def test_a_person_not_in_population_is_doubtful_without_source(tmp_path: Path) -> None:
    population = [
        {"姓名": "张伟", "公民身份号码": HEAD, "状态": "正常"},
        {"姓名": "王芳", "公民身份号码": WIFE, "状态": "正常"},
    ]
    assert kinds(findings(tmp_path, family(), population=population)) == [(CHILD, "查无此人", "疑点", "")]


def test_a_delivery_with_headings_only_finds_nobody(tmp_path: Path) -> None:
    assert told(findings(tmp_path, family(), population=[])) == [("查无此人", "疑点")] * 3


def test_a_dataset_that_was_not_delivered_yields_nothing(tmp_path: Path) -> None:
    assert findings(tmp_path, family(), deaths=[]) == []


@pytest.mark.parametrize(
    ("coverage", "place", "missing"),
    [
        (("5329",), "532923", 3),
        (("532900",), "532923000000", 3),
        (("5301",), "532923", 0),
        (("5329",), "", 0),
        (("532923",), "532922", 0),
    ],
)
def test_silence_says_nothing_about_places_not_covered(
    coverage: tuple[str, ...], place: str, missing: int, tmp_path: Path
) -> None:
    # The members take the head's place.
    people = family(户口所在地行政区划=place)
    about = {"population": About(as_of=date(2026, 10, 1), coverage=coverage)}
    assert len(findings(tmp_path, people, about, population=[])) == missing


@pytest.mark.parametrize(
    ("name", "differs"),
    [("张伟", False), ("张 伟", False), ("張偉", False), ("张□", False), ("", False), ("张维", True), ("张小伟", True)],
)
def test_names_differ_only_when_they_really_do(name: str, differs: bool, tmp_path: Path) -> None:
    rows = findings(tmp_path, family(), vehicles=[{"所有人": name, "身份证号": HEAD, "状态": "报废"}])
    assert told(rows) == [("姓名不符", "疑点")] * differs


@pytest.mark.parametrize(
    ("vehicle", "status", "expected"),
    [
        ("小型轿车", "正常", [("名下机动车", "矛盾")]),
        ("小型轿车", "查封", [("名下机动车", "矛盾")]),
        ("小型轿车", "报废", []),
        ("小型轿车", "注销", []),
        ("两轮摩托车", "正常", []),
    ],
)
def test_vehicles(vehicle: str, status: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    rows = findings(
        tmp_path, family(), vehicles=[{"所有人": "张伟", "身份证号": HEAD, "车辆类型": vehicle, "状态": status}]
    )
    assert told(rows) == expected


@pytest.mark.parametrize("head", [{"健康状况": "残疾"}, {"疾病/残疾类别": "肢体残疾二级"}, {}])
@pytest.mark.parametrize(("vehicle", "use"), [("残疾人专用汽车", ""), ("轮椅车", ""), ("小型轿车", "残疾人专用")])
def test_a_vehicle_for_the_disabled_is_doubtful_when_its_owner_is_disabled(
    head: dict[str, str], vehicle: str, use: str, tmp_path: Path
) -> None:
    # DOMAIN 12, test 7: exception path, file kept, evidence stored.
    row = {"所有人": "张伟", "身份证号": HEAD, "车辆类型": vehicle, "使用性质": use, "状态": "正常"}
    rows = findings(tmp_path, family(**head), vehicles=[row])
    assert kinds(rows) == [(HEAD, "名下机动车", "疑点" if head else "矛盾", "vehicles.csv:2")]


def test_the_federation_may_say_that_the_owner_is_disabled(tmp_path: Path) -> None:
    vehicle = {"所有人": "张伟", "身份证号": HEAD, "车辆类型": "残疾人专用汽车", "状态": "正常"}
    certificate = {"姓名": "张伟", "残疾人证号": HEAD + "42", "状态": "有效"}
    rows = findings(tmp_path, family(), vehicles=[vehicle], disability=[certificate])
    assert ("名下机动车", "疑点") in told(rows)


def test_rows_with_one_conclusion_are_one_finding_with_all_sources_in_the_order_of_rows(tmp_path: Path) -> None:
    car = {"所有人": "张伟", "身份证号": HEAD, "车辆类型": "小型轿车", "状态": "正常"}
    rows = findings(tmp_path, family(), vehicles=[{**car, "状态": "报废"}] * 8 + [car, car])
    assert [row["来源行"] for row in rows] == ["vehicles.csv:10;vehicles.csv:11"]
    assert [row["说明"] for row in rows] == ["名下小型轿车，状态正常"]


@pytest.mark.parametrize(("status", "expected"), [("存续", "矛盾"), ("在业", "矛盾"), ("吊销", "疑点"), ("注销", None)])
def test_companies(status: str, expected: str | None, tmp_path: Path) -> None:
    rows = findings(tmp_path, family(), companies=[{"法定代表人": "张伟", "身份证号": HEAD, "状态": status}])
    assert [row["结论"] for row in rows] == ([expected] if expected else [])


HOME = {"用途": "住宅", "共有份额": "全部", "状态": "现势"}


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"不动产单元号": "U2"}, [(HEAD, "多套住房", "矛盾", "real_estate.csv:2;real_estate.csv:3")]),
        (
            {"不动产单元号": "U2", "共有份额": "50%"},
            [(HEAD, "多套住房", "疑点", "real_estate.csv:2;real_estate.csv:3")],
        ),
        ({"不动产单元号": "", "坐落": "甲路1号"}, [(HEAD, "多套住房", "矛盾", "real_estate.csv:2;real_estate.csv:3")]),
        ({"不动产单元号": "Ｕ 1"}, []),
        ({"不动产单元号": ""}, []),
        ({"不动产单元号": "U2", "状态": "历史"}, []),
        ({"不动产单元号": "U2", "用途": "车库"}, []),
    ],
)
def test_two_homes_of_one_household_are_laid_on_its_head(
    second: dict[str, str], expected: list[tuple[str, str, str, str]], tmp_path: Path
) -> None:
    homes = [
        {"权利人": "王芳", "证件号": WIFE, "不动产单元号": "U1", **HOME},
        {"权利人": "张小伟", "证件号": CHILD, **HOME, **second},
    ]
    assert kinds(findings(tmp_path, family(), real_estate=homes)) == expected


def test_homes_of_two_households_are_not_added_up(tmp_path: Path) -> None:
    people = [*family(), {"姓名": "外人", "身份证号": STRANGER, "户主身份证号": STRANGER}]
    homes = [
        {"权利人": "张伟", "证件号": HEAD, "不动产单元号": "U1", **HOME},
        {"权利人": "外人", "证件号": STRANGER, "不动产单元号": "U2", **HOME},
    ]
    assert findings(tmp_path, people, real_estate=homes) == []


def test_business_premises(tmp_path: Path) -> None:
    premises = {"权利人": "王芳", "证件号": WIFE, "用途": "商铺", "状态": "现势"}
    rows = findings(tmp_path, family(), real_estate=[premises, {**premises, "状态": "历史"}])
    assert kinds(rows) == [(WIFE, "经营性房产", "矛盾", "real_estate.csv:2")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("在岗", ["佐证"]),
        ("失(无)业", ["矛盾"]),
        ("失（无）业", ["矛盾"]),
        ("下(待)岗", ["矛盾"]),
        ("退休", []),
        ("", []),
    ],
)
def test_employment_relation(said: str, expected: list[str], tmp_path: Path) -> None:
    rows = findings(
        tmp_path,
        family(工作状态=said),
        social_insurance=[{"姓名": "张伟", "身份证号": HEAD, "险种": "养老", "状态": "参保缴费"}],
    )
    assert [row["结论"] for row in rows] == expected


@pytest.mark.parametrize(
    ("said", "registered", "expected"),
    [("失(无)业", "失业", ["佐证"]), ("失(无)业", "就业", ["矛盾"]), ("在岗", "失业", []), ("在岗", "就业", [])],
)
def test_employment_register(said: str, registered: str, expected: list[str], tmp_path: Path) -> None:
    rows = findings(
        tmp_path, family(人员身份=said), employment=[{"姓名": "张伟", "身份证号": HEAD, "状态": registered}]
    )
    assert [row["结论"] for row in rows] == expected


def test_a_pension_contradicts_the_head_confirms_the_retired_and_is_doubtful_for_others(tmp_path: Path) -> None:
    people = family(人员身份="退休")
    people.append({"姓名": "张父", "身份证号": STRANGER, "户主身份证号": HEAD, "人员身份": "退休"})
    drawn = [{"姓名": "", "身份证号": n, "状态": "正常"} for n in (HEAD, WIFE, STRANGER)] + [
        {"身份证号": CHILD, "状态": "停发"}
    ]
    assert {row["身份证号"]: row["结论"] for row in findings(tmp_path, people, pensions=drawn)} == {
        HEAD: "矛盾",
        WIFE: "疑点",
        STRANGER: "佐证",
    }


@pytest.mark.parametrize(("base", "expected"), [("1200", []), ("1200.01", ["矛盾"]), ("0.13万", ["矛盾"]), ("约", [])])
def test_a_contribution_base_contradicts_above_a_fifth_more_than_declared(
    base: str, expected: list[str], tmp_path: Path
) -> None:
    rows = findings(
        tmp_path,
        family(本人月平均收入="1,000元"),
        provident_fund=[{"姓名": "张伟", "身份证号": HEAD, "缴存基数": base, "状态": "正常"}],
    )
    assert [row["结论"] for row in rows] == expected


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (("2025-11", "2026-10"), ["矛盾"]),
        (("2025-10", "2026-10"), []),
        (("2026-11", "2026-10"), []),
        (("202601", "2026年1月"), ["矛盾"]),
    ],
)
def test_taxed_income_counts_over_the_twelve_months_that_end_with_the_month(
    months: tuple[str, str], expected: list[str], tmp_path: Path
) -> None:
    # 14,400 is exactly 1.2 × 12 × 1,000 and no contradiction; a fen more is.
    paid = [
        {"姓名": "张伟", "身份证号": HEAD, "收入额": amount, "所属年月": month}
        for amount, month in zip(("14400", "0.01"), months, strict=True)
    ]
    rows = findings(tmp_path, family(月收入="1000"), income_tax=paid)
    assert [row["结论"] for row in rows] == expected


@pytest.mark.parametrize(
    ("until", "current"),
    [
        ("", True),
        ("2026-10", True),
        ("2027年1月", True),
        ("2026-09", False),
        ("长期", True),
        ("2020年底", False),
        ("不详", False),
    ],
)
def test_minimum_allowance_that_is_current_confirms(until: str, current: bool, tmp_path: Path) -> None:
    rows = findings(
        tmp_path,
        family(),
        minimum_allowance=[{"姓名": "王芳", "身份证号": WIFE, "救助类别": "低保", "截止年月": until}],
    )
    assert kinds(rows) == [(WIFE, "低保在享", "佐证", "minimum_allowance.csv:2")] * current


@pytest.mark.parametrize(
    ("cause", "day", "paid", "confirms"),
    [
        ({"主要致困原因": "患重特大疾病"}, "2025-11-01", "0.01", True),
        ({"次要致困原因": "子女上学、患重特大疾病"}, "2026-10-31", "500", True),
        ({"主要致困原因": "子女上学"}, "2026-10-31", "500", False),
        ({"主要致困原因": "患重特大疾病"}, "2025-10-31", "500", False),
        ({"主要致困原因": "患重特大疾病"}, "2026-11-01", "500", False),
        ({"主要致困原因": "患重特大疾病"}, "2026-01-01", "0", False),
    ],
)
def test_treatment_paid_in_the_last_twelve_months_confirms_a_serious_illness_of_the_household(
    cause: dict[str, str],
    day: str,
    paid: str,
    confirms: bool,
    tmp_path: Path,
) -> None:
    bills = [{"姓名": "王芳", "身份证号": WIFE, "结算日期": day, "个人自付": paid}]
    rows = findings(tmp_path, family(**cause), medical_settlement=bills)
    assert kinds(rows) == [(WIFE, "医疗支出", "佐证", "medical_settlement.csv:2")] * confirms


def test_a_student_in_the_school_register_is_confirmed(tmp_path: Path) -> None:
    enrolled = [{"姓名": "张小伟", "身份证号": CHILD}, {"姓名": "王芳", "身份证号": WIFE}]
    assert kinds(findings(tmp_path, family(), students=enrolled)) == [(CHILD, "在读学生", "佐证", "students.csv:2")]


@pytest.mark.parametrize(
    ("said", "certificate", "expected"),
    [
        ("肢体残疾二级", HEAD + "42", ["佐证"]),
        ("肢体残疾2级", HEAD + "42", ["佐证"]),
        ("肢体残疾二级", f"'{HEAD[:6]} {HEAD[6:]}42", ["佐证"]),
        ("肢体残疾二级", HEAD + "43", ["疑点"]),
        ("肢体残疾二级", HEAD + "12", ["疑点"]),
        ("", HEAD + "42", ["疑点"]),
        ("肢体残疾二级", HEAD, []),
        ("肢体残疾二级", HEAD + "85", []),
        ("肢体残疾二级", HEAD + "42B1", ["佐证"]),
    ],
)
def test_a_certificate_confirms_kind_and_grade(
    said: str, certificate: str, expected: list[str], tmp_path: Path
) -> None:
    held = [{"姓名": "张伟", "残疾人证号": certificate, "状态": "有效"}]
    rows = findings(tmp_path, family(**{"疾病/残疾类别": said}), disability=held)
    assert [row["结论"] for row in rows] == expected


def test_a_file_elsewhere_contradicts(tmp_path: Path) -> None:
    elsewhere = [
        {"姓名": "张伟", "身份证号": HEAD, "建档地": "昆明", "状态": "在档"},
        {"姓名": "王芳", "身份证号": WIFE, "状态": "已脱困"},
    ]
    assert kinds(findings(tmp_path, family(), other_archives=elsewhere)) == [
        (HEAD, "异地建档", "矛盾", "other_archives.csv:2")
    ]


def test_an_explanation_never_holds_a_number(tmp_path: Path) -> None:
    car = {"所有人": WIFE, "身份证号": HEAD, "车辆类型": f"轿车{WIFE}", "状态": "正常"}
    rows = findings(tmp_path, family(), vehicles=[car])
    assert {row["种类"]: row["说明"] for row in rows} == {
        "名下机动车": "名下轿车…，状态正常",
        "姓名不符": "部门登记的姓名是“…”",
    }
