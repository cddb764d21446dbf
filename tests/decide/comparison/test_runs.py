"""A comparison from the registry's tables: the same findings as from the workbooks, kept, closed, and gone on with after a kill."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from bangfu.core.problems import Problem
from bangfu.decide.comparison import jobs
from bangfu.decide.comparison.exports import findings_export
from bangfu.decide.comparison.folders import PLAN
from bangfu.decide.comparison.models import Finding, Run
from bangfu.decide.comparison.running import compare_now, perform
from bangfu.decide.comparison.services import start_run
from bangfu.engine.comparison import compare
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.engine.intake.people import registry_of
from bangfu.ground.acts.actor import Purpose
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.ground.trail.history import events_of
from bangfu.record.registry.models import CaseFile, Consent
from bangfu.record.sources.about import staged_folder
from bangfu.record.sources.models import Delivery
from tests.database import ROOT, OwnDatabase
from tests.decide.filing import ON, bring_datasets, bring_workbooks, clerk_of_prefecture, deliver
from tests.decide.union import CARS, LI, WANG, Union, clerk
from tests.people import LEADER, NEIGHBOUR, TOWNSHIP, actor


def compared() -> Run:
    run_id = compare_now(clerk(), ON)
    with acting(clerk()):
        return Run.objects.get(pk=run_id)


def open_findings() -> list[Finding]:
    with acting(clerk()):
        return list(Finding.objects.filter(state="open").order_by("pk"))


def by_kind() -> set[tuple[str, str, str]]:
    with acting(clerk()):
        found = Finding.objects.filter(state="open").values_list("case_file__head_name", "kind", "conclusion")
        return set(found)


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def from_workbooks(prefecture: Path, out: Path) -> list[list[str]]:
    folder = open_folder(prefecture / "datasets")
    with registry_of(prefecture / "archive", ON) as people:
        compare(people.path, folder.files, ON, out, about=folder.about)
    return lines(out)


def test_the_export_equals_a_comparison_of_the_same_workbooks(
    own_database: OwnDatabase, prefecture: Path, tmp_path: Path
) -> None:
    bring_workbooks(prefecture)
    bring_datasets(prefecture)
    clerk = clerk_of_prefecture()
    run_id = compare_now(clerk, ON)
    with acting(clerk):
        run = Run.objects.get(pk=run_id)
        assert run.state == Run.State.DONE, run.problem
        assert (run.closed, run.changed) == (0, 0)
        assert run.opened == Finding.objects.filter(state="open").count() == run.findings
    findings_export(clerk, tmp_path / "database.csv")
    ours, theirs = lines(tmp_path / "database.csv"), from_workbooks(prefecture, tmp_path / "workbooks.csv")
    assert len(ours) > 50
    assert ours == theirs


def test_a_second_run_of_the_same_data_changes_nothing(union: Union) -> None:
    before = open_findings()
    run = compared()
    assert (run.opened, run.changed, run.closed, run.findings) == (0, 0, 0, len(before))
    assert open_findings() == before


def test_a_newer_delivery_opens_changes_and_closes(union: Union) -> None:
    assert by_kind() == {("王明", "名下机动车", "矛盾"), ("周静", "名下机动车", "疑点")}
    union.deliver_vehicles([(WANG, "重型货车", "营运"), (LI, "小型轿车", "非营运")])
    run = compared()
    assert (run.opened, run.changed, run.closed) == (1, 1, 1)
    assert by_kind() == {("王明", "名下机动车", "矛盾"), ("李芳", "名下机动车", "矛盾")}
    with acting(clerk()):
        changed = Finding.objects.get(changed_run=run.pk)
        assert changed.says_zh == "名下重型货车，状态正常"
        assert events_of(Finding)._default_manager.filter(id=changed.pk).count() == 2


def test_a_file_without_a_basis_is_counted_and_not_compared(union: Union) -> None:
    with acting(clerk()):
        Consent.objects.filter(case_file__head_name="李芳").update(withdrawn_on=ON)
    union.deliver_vehicles([(LI, "小型轿车", "非营运"), *CARS])
    run = compared()
    assert (run.households, run.without_basis, run.opened) == (3, 1, 0)


def test_findings_of_a_closed_file_are_closed(union: Union) -> None:
    with acting(clerk()):
        CaseFile.objects.filter(head_name="王明").update(state=CaseFile.State.CLOSED)
    run = compared()
    assert (run.closed, run.findings) == (1, 1)


def test_a_county_compares_its_own_files_with_the_deliveries_of_the_prefecture(union: Union) -> None:
    neighbour = actor(NEIGHBOUR, Purpose.COMPARISON)
    run_id = compare_now(neighbour, ON)
    with acting(neighbour):
        run = Run.objects.get(pk=run_id)
        assert (run.state, run.households, len(run.deliveries)) == (Run.State.DONE, 0, 1)
        assert not Finding.objects.exists()
    with acting(clerk()):
        assert not Run.objects.filter(pk=run_id).exists()


def test_two_deliveries_of_one_dataset_are_both_compared(union: Union) -> None:
    township = union.folder / "vehicles-township.csv"
    township.write_text(f"所有人,身份证号,号牌号码,车辆类型,使用性质,状态\n,{LI},云L1,小型轿车,非营运,正常\n", "utf-8")
    deliver("vehicles", township, coverage=(TOWNSHIP,), as_of=ON + timedelta(days=1))
    run = compared()
    assert len(run.deliveries) == 2
    assert by_kind() == {
        ("王明", "名下机动车", "矛盾"),
        ("周静", "名下机动车", "疑点"),
        ("李芳", "名下机动车", "矛盾"),
    }


def test_one_that_waits_serves_for_both_who_ask(union: Union) -> None:
    first = start_run(actor=clerk(), act_id=uuid4(), on=ON)
    assert start_run(actor=clerk(), act_id=uuid4(), on=ON) == first
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'comparison.run'")
        assert cursor.fetchone() == (1,)


def test_the_job_carries_out_what_was_asked_for(union: Union) -> None:
    run_id = start_run(actor=clerk(), act_id=uuid4(), on=ON)
    with acting(clerk()), connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'comparison.run'")
        (asked,) = cursor.fetchone() or ("{}",)
    jobs.run(**json.loads(asked))
    with acting(clerk()):
        assert Run.objects.get(pk=run_id).state == Run.State.DONE


def test_the_job_of_somebody_who_left_compares_nothing_and_says_so(union: Union) -> None:
    run_id = start_run(actor=clerk(), act_id=uuid4(), on=ON)
    somebody = {"run_id": str(run_id), "person_id": str(clerk().person_id), "purpose": "comparison"}
    jobs.run(**somebody, role="reviewer", organisation="532923")
    with acting(clerk()):
        run = Run.objects.get(pk=run_id)
        assert (run.state, (run.problem or {})["code"]) == (Run.State.FAILED, "access.no_appointment")


def test_a_delivery_that_was_tampered_with_ends_the_run_with_a_problem(union: Union) -> None:
    with acting(clerk()):
        delivery = Delivery.objects.get(state="active")
    staged = staged_folder(delivery.pk) / "clean.parquet"
    whole = staged.read_bytes()
    staged.write_bytes(whole[:-1])
    try:
        run = compared()
    finally:
        staged.write_bytes(whole)
    assert run.state == Run.State.FAILED
    assert (run.problem or {})["code"] == "protection.altered"
    assert not Path(settings.BANGFU_HOME, "comparison", str(run.pk)).exists()


@pytest.mark.parametrize(
    "where",
    [
        "comparison.run_begun.after_commit",
        "comparison.compared",
        "comparison.findings_recorded.before_commit",
        "comparison.findings_recorded.after_commit",
        "comparison.run_finished.before_commit",
        "comparison.run_finished.after_commit",
    ],
)
def test_a_killed_run_goes_on_and_nothing_doubles(where: str, union: Union) -> None:
    union.deliver_vehicles([(LI, "小型轿车", "非营运"), *CARS])
    run_id = start_run(actor=clerk(), act_id=uuid4(), on=ON, in_background=False)
    code = f"import django; django.setup(); from tests.decide.union import go_on; go_on('{run_id}')"
    faults = os.environ | {"BANGFU_FAULTS": f"{where}=kill"}
    killed = subprocess.run([sys.executable, "-c", code], env=faults, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    perform(clerk(), run_id)
    with acting(clerk()):
        run = Run.objects.get(pk=run_id)
        assert (run.state, run.opened, run.changed, run.closed, run.findings) == (Run.State.DONE, 1, 0, 0, 3)
        assert Finding.objects.count() == 3
        told = Entry.objects.filter(subject_id=run_id, verb="comparison.findings_recorded")
        assert sum(entry.values["opened"] for entry in told) == 1
    assert not Path(settings.BANGFU_HOME, "comparison", str(run_id)).exists()


def left_behind(*, planned_days_ago: int | None) -> Path:
    left = Path(settings.BANGFU_HOME, "comparison", str(uuid4()))
    left.mkdir(parents=True)
    (left / "evidence.parquet").write_bytes(b"")
    if planned_days_ago is not None:
        (left / PLAN).write_bytes(b"{}")
        at = time.time() - planned_days_ago * 86_400
        os.utime(left / PLAN, (at, at))
    return left


def test_of_what_killed_runs_left_behind_the_next_keeps_what_they_can_go_on_with_for_a_while(union: Union) -> None:
    unfinished, old, planned = (left_behind(planned_days_ago=days) for days in (None, 15, 13))
    compared()
    assert [one.exists() for one in (unfinished, old, planned)] == [False, False, True]
    shutil.rmtree(planned)


def test_what_nobody_took_up_again_is_removed_in_the_night(union: Union) -> None:
    old, planned = left_behind(planned_days_ago=15), left_behind(planned_days_ago=13)
    jobs.remove_leftovers(0)
    assert [one.exists() for one in (old, planned)] == [False, True]
    shutil.rmtree(planned)


def test_the_export_is_in_the_trail_with_its_purpose_and_the_neighbour_exports_nothing_of_it(union: Union) -> None:
    assert findings_export(clerk(), union.folder / "mine.csv") == 2
    assert findings_export(actor(NEIGHBOUR), union.folder / "theirs.csv") == 0
    assert (union.folder / "mine.csv").stat().st_mode & 0o777 == 0o600
    with acting(clerk()):
        entry = Entry.objects.get(verb="comparison.findings_exported")
        assert (entry.purpose, entry.values) == ("identification", {"findings": 2})


def test_nobody_exports_without_the_right(union: Union) -> None:
    with pytest.raises(Problem) as refused:
        findings_export(actor(LEADER), union.folder / "findings.csv")
    assert refused.value.code == "access.not_allowed"
    assert not (union.folder / "findings.csv").exists()
