"""The findings once more, for a database: the same rows with their evidence, in both languages; the contract file never changes for it."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.engine.comparison import compare
from bangfu.engine.intake.deliveries_folder import About, open_folder
from bangfu.synthetic.prefecture import generate
from tests.engine.small import CHILD, HEAD, ON, WIFE, family, write_csv

People = list[dict[str, str]]


def evidence(folder: Path, people: People, about: dict[str, About] | None = None, **deliveries: People) -> list[Any]:
    registry = folder / "people.parquet"
    headings = list(dict.fromkeys(heading for row in people for heading in row))
    pq.write_table(pa.Table.from_pylist(people, pa.schema([(heading, pa.string()) for heading in headings])), registry)
    files = {name: write_csv(folder / f"{name}.csv", rows) for name, rows in deliveries.items()}
    compare(registry, files, ON, folder / "findings.csv", about=about, evidence=folder / "evidence.parquet")
    found: list[Any] = pq.read_table(folder / "evidence.parquet").to_pylist()
    return found


def car(number: str) -> dict[str, str]:
    return {"所有人": "王芳", "身份证号": number, "车辆类型": "小型轿车", "使用性质": "非营运", "状态": "正常"}


def home(number: str, unit: str) -> dict[str, str]:
    return {"权利人": "", "证件号": number, "不动产单元号": unit, "用途": "住宅", "共有份额": "全部", "状态": "现势"}


DEAD = {"姓名": "张伟", "身份证号": HEAD, "死亡日期": "2026-01-02"}


def test_a_finding_carries_its_whole_evidence(tmp_path: Path) -> None:
    about = {"vehicles": About(as_of=date(2026, 9, 30))}
    (row,) = evidence(tmp_path, family(), about, vehicles=[car(WIFE), car(WIFE)])
    assert row == {
        "household": HEAD, "person": WIFE, "person_row": 2, "person_id": None, "household_id": None,
        "dataset": "vehicles", "conclusion": "矛盾", "kind": "名下机动车",
        "says_zh": "名下小型轿车，状态正常", "says_en": "Owns a vehicle (小型轿车), status 正常",
        "may_be": [
            {"zh": "单位用车", "en": "The employer's vehicle"},
            {"zh": "已卖未过户", "en": "Sold, not yet re-registered"},
            {"zh": "残疾人代步", "en": "Transport of a disabled person"},
            {"zh": "身份被冒用", "en": "The identity was misused"},
        ],
        "rows": [2, 3], "sources": ["vehicles.csv:2", "vehicles.csv:3"], "first_row": 2, "row_count": 2,
        "rule": "名下机动车/owns_vehicle", "rules_version": 1, "as_of": date(2026, 9, 30), "file": "vehicles.csv",
    }  # fmt: skip


def test_names_that_a_database_gave_come_back(tmp_path: Path) -> None:
    people = [{**row, "人员标识": f"p{at}", "档案标识": "h"} for at, row in enumerate(family())]
    rows = evidence(tmp_path, people, vehicles=[car(WIFE)], real_estate=[home(WIFE, "1"), home(CHILD, "2")])
    assert {(row["kind"], row["person"], row["person_id"], row["household_id"]) for row in rows} == {
        ("名下机动车", WIFE, "p1", "h"),
        ("多套住房", HEAD, "p0", "h"),
    }


def test_a_finding_of_the_household_is_laid_on_its_head(tmp_path: Path) -> None:
    (row,) = evidence(tmp_path, family(), real_estate=[home(WIFE, "1"), home(CHILD, "2")])
    assert (row["person"], row["person_row"], row["rows"]) == (HEAD, 1, [2, 3])
    assert (row["says_zh"], row["says_en"]) == ("全家登记住房2套", "The household has 2 registered homes")


def test_persons_without_a_number_are_told_apart_by_their_row(tmp_path: Path) -> None:
    unknown = {"身份证号": "", "户主身份证号": HEAD}
    people = [*family(), {"姓名": "李四", **unknown}, {"姓名": "李五", **unknown}]
    rows = evidence(tmp_path, people, deaths=[DEAD | {"身份证号": WIFE, "姓名": "王芳"}])
    assert [(row["person"], row["person_row"]) for row in rows if row["kind"] == "号码无效"] == [("", 4), ("", 5)]


def test_our_own_words_are_said_in_the_language_of_the_sentence(tmp_path: Path) -> None:
    people = [*family(), {"姓名": "李四", "身份证号": "123", "户主身份证号": HEAD}]
    rows = evidence(tmp_path, people, deaths=[DEAD])
    assert {(row["says_zh"], row["says_en"]) for row in rows} == {
        ("身份证号不能用于核对：位数不对", "The ID number cannot be checked: wrong length"),
        ("有殡葬火化记录2026-01-02", "Recorded as dead (a funeral is on record) 2026-01-02"),
    }


def test_several_sentences_of_one_finding_stand_in_the_same_order_in_both_languages(tmp_path: Path) -> None:
    truck = car(WIFE) | {"车辆类型": "重型货车"}
    (row,) = evidence(tmp_path, family(), vehicles=[truck, car(WIFE)])
    assert row["says_zh"] == "名下小型轿车，状态正常；名下重型货车，状态正常"
    assert row["says_en"] == "Owns a vehicle (小型轿车), status 正常; Owns a vehicle (重型货车), status 正常"


def test_silence_has_no_rows(tmp_path: Path) -> None:
    population = [{"姓名": "张伟", "公民身份号码": HEAD, "状态": "正常", "注销原因": ""}]
    rows = evidence(tmp_path, family(), population=population)
    assert [(row["person"], row["rows"], row["first_row"], row["row_count"], row["sources"]) for row in rows] == [
        (WIFE, [], None, 0, []),
        (CHILD, [], None, 0, []),
    ]


def test_a_register_of_workbooks_gives_the_place_in_the_workbook(tmp_path: Path) -> None:
    people = [{**row, "来源行": f"a.xlsx/职工:{at}"} for at, row in enumerate(family(), 2)]
    people[1]["身份证号"] = "123"
    rows = evidence(tmp_path, people, deaths=[DEAD])
    assert [(row["rows"], row["sources"]) for row in rows if not row["dataset"]] == [([2], ["a.xlsx/职工:3"])]


def test_nothing_found_is_an_empty_file_with_all_columns(tmp_path: Path) -> None:
    assert evidence(tmp_path, family(), deaths=[DEAD | {"身份证号": "123"}]) == []
    assert pq.read_schema(tmp_path / "evidence.parquet").names[:3] == ["household", "person", "person_row"]


@pytest.fixture(scope="module")
def prefecture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prefecture") / "made"
    generate(200, 3, folder)
    return folder


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_contract_file_is_the_same_to_the_byte_with_and_without_evidence(
    ending: str, prefecture: Path, tmp_path: Path
) -> None:
    folder = open_folder(prefecture / "datasets")
    plain, beside = tmp_path / f"plain.{ending}", tmp_path / f"beside.{ending}"
    registry = prefecture / "people.parquet"
    compare(registry, folder.files, ON, plain, about=folder.about)
    compare(registry, folder.files, ON, beside, about=folder.about, evidence=tmp_path / "evidence.parquet")
    assert plain.read_bytes() == beside.read_bytes()


def test_evidence_has_the_rows_of_the_contract_file(prefecture: Path, tmp_path: Path) -> None:
    folder = open_folder(prefecture / "datasets")
    out, kept = tmp_path / "findings.parquet", tmp_path / "evidence.parquet"
    compare(prefecture / "people.parquet", folder.files, ON, out, about=folder.about, evidence=kept)
    contract = {tuple(row.values()) for row in pq.read_table(out).to_pylist()}
    names = ("household", "person", "dataset", "conclusion", "kind", "says_zh")
    rows = pq.read_table(kept).to_pylist()
    assert len(rows) >= len(contract) > 300
    # Persons whom the texts cannot tell apart are one row there; the places of each are among those of that row.
    places = {row[:6]: set(row[6].split(";")) for row in contract}
    for row in rows:
        assert set(row["sources"]) - {""} <= places[tuple(row[name] for name in names)]
    assert {tuple(row[name] for name in names) for row in rows} == set(places)
