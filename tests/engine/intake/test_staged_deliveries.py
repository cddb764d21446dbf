"""Deliveries staged before: compared they give what the raw files give, and nothing that was changed since is used."""

import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bangfu.core.problems import Problem
from bangfu.engine.comparison import compare, compare_staged
from bangfu.engine.intake.deliveries import Manifest, stage_delivery
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.engine.intake.staged_deliveries import check_totals, read_manifest, staged_delivery
from bangfu.synthetic.prefecture import generate
from tests.engine.small import HEAD, ON, write_csv

DEATHS = [
    {"姓名": "张伟", "身份证号": HEAD, "死亡日期": "2026-01-02"},
    {"姓名": "王芳", "身份证号": "5", "死亡日期": ""},
]


def stage(folder: Path) -> Manifest:
    return stage_delivery("deaths", write_csv(folder / "deaths.csv", DEATHS), folder / "staged", today=ON)


def refused(folder: Path) -> str:
    with pytest.raises(Problem) as found:
        staged_delivery(folder)
    return found.value.code


@pytest.mark.parametrize("seed", [1, 2])
def test_staged_deliveries_give_exactly_what_the_raw_files_give(seed: int, tmp_path: Path) -> None:
    generate(200, seed, tmp_path / "made")
    registry, folder = tmp_path / "made" / "people.parquet", open_folder(tmp_path / "made" / "datasets")
    compare(registry, folder.files, ON, tmp_path / "raw.csv", about=folder.about, evidence=tmp_path / "raw.parquet")
    deliveries = []
    for name, path in folder.files.items():
        about = folder.about[name]
        stage_delivery(name, path, tmp_path / "staged" / name, today=ON, widths=about.widths)
        deliveries.append(staged_delivery(tmp_path / "staged" / name, as_of=about.as_of, coverage=about.coverage))
    compare_staged(registry, deliveries, ON, tmp_path / "staged.csv", evidence=tmp_path / "staged.parquet")
    assert (tmp_path / "staged.csv").read_bytes() == (tmp_path / "raw.csv").read_bytes()
    assert pq.read_table(tmp_path / "staged.parquet").equals(pq.read_table(tmp_path / "raw.parquet"))


def test_a_delivery_knows_its_file_its_day_and_its_places(tmp_path: Path) -> None:
    stage(tmp_path)
    delivery = staged_delivery(tmp_path / "staged", as_of=date(2026, 9, 30), coverage=["5329"])
    assert (delivery.dataset.name, delivery.file) == ("deaths", "deaths.csv")
    assert (delivery.as_of, delivery.coverage) == (date(2026, 9, 30), ("5329",))


def test_the_manifest_comes_back_as_it_was(tmp_path: Path) -> None:
    manifest = stage(tmp_path)
    assert set(manifest.hashes) == {"clean.parquet", "repaired.parquet", "quarantine.parquet"}
    assert read_manifest(tmp_path / "staged") == manifest


def test_the_same_file_is_staged_to_the_same_bytes(tmp_path: Path) -> None:
    first = stage(tmp_path)
    assert stage(tmp_path) == first


def test_nobody_else_may_look(tmp_path: Path) -> None:
    stage(tmp_path)
    assert (tmp_path / "staged").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "staged").iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["clean.parquet", "repaired.parquet", "quarantine.parquet"])
def test_one_changed_byte_is_noticed(name: str, tmp_path: Path) -> None:
    stage(tmp_path)
    staged_delivery(tmp_path / "staged")
    content = bytearray((tmp_path / "staged" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "staged" / name).write_bytes(content)
    assert refused(tmp_path / "staged") == "staged.changed"


@pytest.mark.parametrize("name", ["clean.parquet", "repaired.parquet", "quarantine.parquet", "manifest.json"])
def test_a_missing_file_is_noticed(name: str, tmp_path: Path) -> None:
    stage(tmp_path)
    (tmp_path / "staged" / name).unlink()
    assert refused(tmp_path / "staged") == "staged.missing"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"dataset": "vehicles"}, "staged.old"),
        ({"dataset": "lottery"}, "dataset.unknown"),
        ({"staged": ["../deaths.csv"]}, "staged.changed"),
        ({"hashes": {}}, "staged.changed"),
        ({"hashes": None}, "staged.changed"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(changed: dict[str, object], code: str, tmp_path: Path) -> None:
    stage(tmp_path)
    path = tmp_path / "staged" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changed), "utf-8")
    assert refused(tmp_path / "staged") == code


@pytest.mark.parametrize("text", ["", "[]", "{}", "7"])
def test_what_is_no_manifest_is_refused(text: str, tmp_path: Path) -> None:
    stage(tmp_path)
    (tmp_path / "staged" / "manifest.json").write_text(text, "utf-8")
    assert refused(tmp_path / "staged") == "staged.changed"


def test_a_failed_staging_leaves_no_older_manifest(tmp_path: Path) -> None:
    stage(tmp_path)
    with pytest.raises(Problem):
        stage_delivery("deaths", write_csv(tmp_path / "x.csv", [{"别的": "1"}]), tmp_path / "staged", today=ON)
    assert refused(tmp_path / "staged") == "staged.missing"


def test_another_control_total_is_a_problem(tmp_path: Path) -> None:
    manifest = stage(tmp_path)
    assert check_totals(manifest, rows=2) is None
    assert check_totals(manifest, rows=None) is None
    problem = check_totals(manifest, rows=3)
    assert problem is not None
    assert problem.values == {"dataset": "deaths", "expected": 3, "found": 2}
