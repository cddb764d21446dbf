"""``bangfu bring dataset`` with a database: what comes in, what is refused, what it prints for machines."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.conf import settings
from openpyxl import load_workbook

from bangfu.core.problems import Problem
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.record.registry.uploads import FOLDER
from bangfu.record.sources.models import Delivery
from bangfu.terminals.cli import running
from bangfu.terminals.cli.bring import bring
from tests.database import OwnDatabase
from tests.record.sources.making import number, vehicles

CAR, COACH = "小型轿车", "小型客车"


@pytest.fixture(autouse=True)
def home(own_database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path / "home"))
    # The tests' database runs already.
    for name, value in (("_starters", [lambda: None]), ("_started", [])):
        monkeypatch.setattr(running, name, value)
    return tmp_path / "home"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "机动车.csv"
    path.write_bytes(vehicles([(number(1), CAR), (number(2), CAR)]))
    return path


def bring_dataset(file: Path, *more: str, name: str = "vehicles", day: str = "2026-10-31") -> Result:
    return CliRunner().invoke(
        bring, ["dataset", name, str(file), "--as-of", day, "--json", *more], standalone_mode=False
    )


def said(result: Result, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The last line, wherever it was printed to."""
    lines = (result.stdout + capfd.readouterr().out).strip().splitlines()
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def deliveries() -> list[tuple[str, int | None]]:
    with acting(operator()):
        return list(Delivery.objects.order_by("created_at").values_list("state", "rows"))


def test_a_delivery_comes_into_use(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    result = bring_dataset(file)
    assert (result.exception, result.return_value) == (None, 0)
    assert said(result, capfd) == {"rows": 2, "new": 2, "changed": 0, "same": 0, "wrong": 0}
    assert deliveries() == [("active", 2)]


def test_the_same_file_again_changes_nothing(file: Path, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bring_dataset(file)
    assert said(bring_dataset(file), capfd) == {"rows": 2, "new": 0, "changed": 0, "same": 2, "wrong": 0}
    assert deliveries() == [("active", 2)]
    assert len(list((home / FOLDER).iterdir())) == 1


def test_rows_set_aside_end_in_one_and_in_the_error_workbook(
    file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(vehicles([(number(1), CAR), (number(2), COACH), ("123", CAR)]))
    result = bring_dataset(file, "--errors", str(tmp_path / "errors.xlsx"))
    assert result.return_value == 1
    assert said(result, capfd) == {"rows": 3, "new": 2, "changed": 0, "same": 0, "wrong": 1}
    rows = list(load_workbook(tmp_path / "errors.xlsx")["搁置"].values)
    assert rows[1][:2] == ("机动车.csv", 4)
    with acting(operator()):
        assert Entry.objects.filter(verb="sources.quarantine_taken").exists()


def test_a_file_that_cannot_be_read_is_refused_and_nothing_of_it_stays(file: Path, home: Path) -> None:
    file.write_text("甲,乙\n1,2\n", "utf-8")
    result = bring_dataset(file)
    assert isinstance(result.exception, Problem)
    assert result.exception.code == "dataset.missing_columns"
    assert deliveries() == [("refused", None)]
    assert list((home / FOLDER).iterdir()) == []


def test_a_differing_control_total_waits_for_a_reason(file: Path) -> None:
    refused = bring_dataset(file, "--rows", "5")
    assert isinstance(refused.exception, Problem)
    assert refused.exception.code == "delivery.control_total"
    assert deliveries() == [("checked", 2)]
    assert bring_dataset(file, "--rows", "5", "--reason", "来电确认").return_value == 0
    assert deliveries() == [("active", 2)]


def test_an_unknown_dataset_is_a_problem_before_anything_is_kept(file: Path, home: Path) -> None:
    result = bring_dataset(file, name="unicorns")
    assert isinstance(result.exception, Problem)
    assert result.exception.code == "dataset.unknown"
    assert not (home / FOLDER).exists()


def test_nothing_can_come_in_before_there_is_a_union(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Organisation.objects, "exists", lambda: False)
    result = bring_dataset(file)
    assert isinstance(result.exception, Problem)
    assert result.exception.code == "call.nothing_founded"


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    result = bring_dataset(tmp_path / "nothing.csv")
    assert isinstance(result.exception, Problem)
    assert result.exception.code == "file.missing"


def test_checking_only_needs_no_instance(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_starters", [])
    assert bring_dataset(file, "--dry-run").return_value == 0
    assert deliveries() == []
    refused = bring_dataset(file)
    assert isinstance(refused.exception, Problem)
    assert refused.exception.code == "call.no_instance"
