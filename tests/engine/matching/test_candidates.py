"""Who may be the same person where no number says so: asked about, never claimed (DESIGN 5, 可能同一人)."""

import csv
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from bangfu.engine.comparison import How, compare
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.matching import candidates
from tests.engine.small import CHILD, HEAD, ON, STRANGER, WIFE, number, write_csv

Rows = list[dict[str, str]]
ASKING, NOT_ASKING = How(matching=True, limits=Limits(threads=1)), How()
MASKED = HEAD[:6] + "********" + HEAD[14:]
KIND = "可能同一人"


def head(written: str, name: str = "张伟", **more: str) -> Rows:
    return [
        {"姓名": name, "身份证号": written, "户主身份证号": written, "出生日期": "1970-01-01", "性别": "男", **more}
    ]


def register(name: str, written: str, **more: str) -> dict[str, str]:
    return {"姓名": name, "公民身份号码": written, "状态": "正常", **more}


OTHERS = [register("李强", STRANGER), register("王芳", WIFE), register("杨丽", CHILD), register("赵敏", number(20))]


def found(folder: Path, people: Rows, how: How = ASKING, /, **deliveries: Rows) -> Rows:
    files = {name: write_csv(folder / f"{name}.csv", rows, _HEADINGS.get(name)) for name, rows in deliveries.items()}
    registry, out = write_csv(folder / "people.csv", people), folder / "findings.csv"
    compare(registry, files, ON, out, how=how, evidence=folder / "evidence.parquet")
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked(folder: Path, people: Rows, /, **deliveries: Rows) -> list[tuple[str, str]]:
    """Dataset and rows of what a person is asked about."""
    rows = [row for row in found(folder, people, **deliveries) if row["种类"] == KIND]
    assert {row["结论"] for row in rows} <= {"疑点"}
    assert all(re.search(r"概率 [5-9]\d%", row["说明"]) for row in rows)
    return [(row["数据集"], row["来源行"]) for row in rows]


_HEADINGS = {"population": ["姓名", "公民身份号码", "状态", "注销原因"], "deaths": ["姓名", "身份证号", "死亡日期"]}


def test_an_unusable_number_leads_to_a_question(tmp_path: Path) -> None:
    damaged = {
        "張偉": MASKED,
        "李強": (cut := number(21, "19710203"))[:15] + "000",
        "杨小丽": (slip := number(22, "19800807"))[:16] + str((int(slip[16]) + 1) % 10) + slip[17],
        "买买提•吐尔逊": f"{(two := number(23, '19900909'))}/{two[:17]}0",
        "王小芳": "",
    }
    whole = {"张伟": HEAD, "李强": cut, "杨小丽": slip, "买买提·吐尔逊": two, "王晓芳": number(24)}
    people = [
        person for name, written in damaged.items() for person in head(written, name=name, 户口所在地行政区划="532990")
    ]
    # The date of the archive is another one where the number still says the right one.
    for person in people[1:4]:
        person["出生日期"] = ""
    population = [*OTHERS, *(register(name, written) for name, written in whole.items())]
    rows = [row for row in found(tmp_path, people, population=population) if row["种类"] == KIND]
    expected = {written: f"population.csv:{row}" for row, written in enumerate(damaged.values(), 6)}
    assert {row["身份证号"]: row["来源行"] for row in rows} == expected


def test_it_is_never_anything_but_a_doubt_of_one_kind(tmp_path: Path) -> None:
    # The row says that the person is dead and owns a car: neither is claimed of somebody who only may be the one.
    dead = [*OTHERS, register("张伟", HEAD) | {"状态": "注销", "注销原因": "死亡"}]
    car = {"所有人": "张伟", "身份证号": HEAD, "车辆类型": "小型轿车", "使用性质": "非营运", "状态": "正常"}
    rows = found(tmp_path, head(MASKED), population=dead, vehicles=[car])
    assert {(row["种类"], row["结论"]) for row in rows} == {("号码无效", "无法核对"), (KIND, "疑点")}


def test_nothing_else_changes_by_it(tmp_path: Path) -> None:
    people = [*head(MASKED), {"姓名": "王芳", "身份证号": WIFE, "户主身份证号": MASKED}]
    deliveries = {"population": [*OTHERS, register("张伟", HEAD), register("王方", WIFE)]}
    without = found(tmp_path, people, NOT_ASKING, **deliveries)
    rows = found(tmp_path, people, **deliveries)
    assert [row for row in rows if row["种类"] != KIND] == without
    assert len(rows) == len(without) + 1


def test_a_mask_that_fits_is_not_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    population = [*OTHERS, register("李四海", HEAD)]
    assert asked(tmp_path, head(MASKED), population=population) == []
    # Numbers alone would have said so.
    monkeypatch.setattr(candidates, "speaks_for", lambda _: "TRUE")
    assert asked(tmp_path, head(MASKED), population=population) == [("population", "population.csv:6")]


def test_a_mask_that_does_not_fit_speaks_against(tmp_path: Path) -> None:
    masked = f"{HEAD[:14]}{int(HEAD[14]) + 5}**{HEAD[17]}"
    (fits,) = weights(tmp_path, head(MASKED), population=[*OTHERS, register("张伟", HEAD)])
    (fails,) = weights(tmp_path, head(masked), population=[*OTHERS, register("张伟", HEAD)])
    assert fits["tail"] > 0 > fails["tail"]


def test_who_differs_in_name_and_number_is_another_one_of_that_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = head(HEAD[:17] + str((int(HEAD[17]) + 1) % 10), name="段志强")
    population = [*OTHERS, register("段志刚", number(777))]
    assert asked(tmp_path, people, population=population) == []
    monkeypatch.setattr(candidates, "_CLOSE_LEVELS", candidates._NAME_LEVELS)
    assert asked(tmp_path, people, population=population) == [("population", "population.csv:6")]


def test_two_verified_numbers_are_two_persons(tmp_path: Path) -> None:
    assert asked(tmp_path, head(HEAD), population=[*OTHERS, register("张伟", number(5))]) == []


def test_a_number_that_is_on_file_belongs_to_its_owner(tmp_path: Path) -> None:
    people = [*head(""), {"姓名": "张伟", "身份证号": number(5), "户主身份证号": HEAD}]
    assert asked(tmp_path, people, population=[*OTHERS, register("张伟", number(5))]) == []


def test_a_row_without_a_usable_number_is_laid_beside_people_with_one(tmp_path: Path) -> None:
    population = [*OTHERS, register("张伟", MASKED)]
    assert asked(tmp_path, head(HEAD), population=population) == [("population", "population.csv:6")]
    # Of a row with a name alone nothing can be said.
    assert asked(tmp_path, head(HEAD), population=[*OTHERS, register("张伟", "")]) == []


def test_a_name_alone_is_never_enough_however_rare(tmp_path: Path) -> None:
    people = [{"姓名": "尉迟龑", "身份证号": "", "户主身份证号": ""}]
    assert asked(tmp_path, people, population=[*OTHERS, register("尉迟龑", HEAD)]) == []


def test_the_twin_with_the_other_name_is_not_asked_about(tmp_path: Path) -> None:
    population = [*OTHERS, register("张伟", HEAD), register("张杰", number(3))]
    assert asked(tmp_path, head("", 户口所在地行政区划="532990"), population=population) == [
        ("population", "population.csv:6")
    ]


def test_of_two_equally_likely_ones_neither_is_likely(tmp_path: Path) -> None:
    population = [*OTHERS, register("张伟", HEAD), register("张伟", number(3))]
    people = head("", 户口所在地行政区划="532990")
    assert asked(tmp_path, people, population=population) == []
    # Without the other one it is.
    assert asked(tmp_path, people, population=population[:-1]) == [("population", "population.csv:6")]


def test_one_row_per_person_and_dataset(tmp_path: Path) -> None:
    homes = [
        {"权利人": "张伟", "证件号": HEAD, "不动产单元号": unit, "用途": "住宅", "共有份额": "全部", "状态": "现势"}
        for unit in ("甲", "乙")
    ]
    expected = [("population", "population.csv:6"), ("real_estate", "real_estate.csv:2;real_estate.csv:3")]
    assert asked(tmp_path, head(MASKED), population=[*OTHERS, register("张伟", HEAD)], real_estate=homes) == expected


def test_an_employer_speaks_but_not_alone(tmp_path: Path) -> None:
    people = head(HEAD, name="尹龙飞", 工作单位="苍洱缫丝厂（有限公司）")
    row = {"姓名": "尹龙飞", "身份证号": "", "单位名称": "苍洱缫丝厂有限公司", "险种": "失业保险", "状态": "参保缴费"}
    (said,) = weights(tmp_path, people, social_insurance=[row | {"身份证号": MASKED}])
    assert said["employer"] > 0
    assert weights(tmp_path, people, social_insurance=[row]) == []


def test_the_same_question_whatever_the_machine(tmp_path: Path) -> None:
    people = [
        *head(MASKED),
        {"姓名": "王芳", "身份证号": "", "户主身份证号": MASKED, "出生日期": "1970-01-01", "性别": "女"},
    ]
    deliveries = {"population": [*OTHERS, register("张伟", HEAD)]}
    runs = []
    for threads in (1, 2):
        found(tmp_path, people, How(matching=True, limits=Limits(threads=threads)), **deliveries)
        runs.append(pq.read_table(tmp_path / "evidence.parquet").to_pylist())
    assert runs[0] == runs[1]


def test_nobody_to_match_is_no_trouble(tmp_path: Path) -> None:
    assert asked(tmp_path, head(HEAD), population=[], deaths=[{"姓名": "", "身份证号": "", "死亡日期": ""}]) == []


def weights(folder: Path, people: Rows, /, **deliveries: Rows) -> list[dict[str, float]]:
    """Of each candidate, the weight of each field."""
    return [
        {said["field"]: said["weight"] for said in one["fields"]} for one in explained(folder, people, **deliveries)
    ]


def explained(folder: Path, people: Rows, /, **deliveries: Rows) -> list[dict[str, Any]]:
    found(folder, people, **deliveries)
    rows = pq.read_table(folder / "evidence.parquet").to_pylist()
    return [candidate for row in rows for candidate in row["candidates"] or ()]


def test_every_field_says_in_words_what_it_weighs(tmp_path: Path) -> None:
    (said,) = explained(tmp_path, head(MASKED, name="張偉"), population=[*OTHERS, register("张伟", HEAD)])
    assert said["start"] + sum(field["weight"] for field in said["fields"]) == pytest.approx(said["weight"], abs=0.1)
    assert 0.5 <= said["probability"] < 1
    assert said["rows"] == [6]
    words = {field["field"]: (field["says"]["zh"], field["says"]["en"]) for field in said["fields"]}
    assert words["name"] == words["birth"] == ("相同", "the same")
    assert words["division"] == ("同一县", "same county")


def test_without_it_the_evidence_has_no_such_column(tmp_path: Path) -> None:
    found(tmp_path, head(MASKED), NOT_ASKING, population=[register("张伟", HEAD)])
    assert "candidates" not in pq.read_schema(tmp_path / "evidence.parquet").names
