"""A comparison that is cancelled, stops or is killed: it ends within a moment, what it recorded stands, and it can be taken up again."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from bangfu.core.problems import Problem
from bangfu.decide.comparison import jobs
from bangfu.decide.comparison.models import Compared, Finding, Run
from bangfu.decide.comparison.progress import heeding
from bangfu.decide.comparison.running import compare_now, perform
from bangfu.decide.comparison.selectors_runs import run_page
from bangfu.decide.comparison.services import begin_run, start_run
from bangfu.decide.comparison.services_stopping import cancel_run, take_up_run
from bangfu.decide.identification.proposing import pending
from bangfu.engine.comparison import How
from bangfu.engine.duckdb_.session import Limits, session
from bangfu.engine.stages import Stage, Stop, Stopped
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from tests.database import ROOT
from tests.decide.filing import ON
from tests.decide.union import CARS, LI, Union, clerk
from tests.people import DATA_OFFICER, LEADER, NEIGHBOUR, PREFECTURE_CLERK, actor

ENDLESS = "SELECT count(*) FROM range(1000000000) AS a, range(1000000000) AS b"


def started() -> UUID:
    return start_run(actor=clerk(), act_id=uuid4(), on=ON)


def cancel(run_id: UUID, by: Actor | None = None) -> None:
    cancel_run(actor=by or clerk(), act_id=uuid4(), run_id=run_id)


def take_up(run_id: UUID, by: Actor | None = None) -> None:
    take_up_run(actor=by or clerk(), act_id=uuid4(), run_id=run_id)


def run_of(run_id: UUID) -> Run:
    with acting(clerk()):
        return Run.objects.get(pk=run_id)


def refused(call: object) -> str:
    with pytest.raises(Problem) as problem:
        call()  # type: ignore[operator]
    return problem.value.code


def cancelled_at(run_id: UUID, name: str) -> None:
    """Carried out, and cancelled from the desk as a stage begins."""

    def told(stage: Stage) -> None:
        if stage.name == name and stage.seconds is None:
            cancel(run_id)

    perform(clerk(), run_id, How(stages=told))


def waiting_jobs(run_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'run_id' = %s AND status = 'todo'", [str(run_id)]
        )
        (found,) = cursor.fetchone() or (0,)
    return int(found)


def test_one_that_waits_is_cancelled_once_and_its_job_does_nothing(union: Union) -> None:
    run_id, act_id = started(), uuid4()
    for _ in range(2):
        cancel_run(actor=clerk(), act_id=act_id, run_id=run_id)
    perform(clerk(), run_id)
    run = run_of(run_id)
    assert (run.state, run.attempt, run.cancelled_name) == (Run.State.CANCELLED, 0, clerk().name)
    with acting(clerk()):
        assert Entry.objects.filter(verb="comparison.run_cancelled", subject_id=run_id).count() == 1
    assert refused(lambda: cancel(run_id)) == "comparison.already_over"


def test_nobody_cancels_or_takes_up_without_the_right_or_in_another_area(union: Union) -> None:
    run_id = started()
    for by, code in ((actor(LEADER), "access.not_allowed"), (actor(NEIGHBOUR), "access.not_found")):
        assert refused(lambda by=by: cancel(run_id, by)) == code
        assert refused(lambda by=by: take_up(run_id, by)) == code
    assert run_of(run_id).state == Run.State.QUEUED


def test_a_run_that_is_cancelled_while_its_engine_works_records_nothing(union: Union) -> None:
    union.deliver_vehicles([(LI, "小型轿车", "非营运"), *CARS])
    run_id = started()
    cancelled_at(run_id, "match")
    with acting(clerk()):
        assert not Compared.objects.filter(run_id=run_id).exists()
        assert Finding.objects.filter(state="open").count() == 2
    assert run_of(run_id).state == Run.State.CANCELLED


def test_the_query_that_runs_when_somebody_cancels_is_ended(union: Union) -> None:
    run_id, stop = started(), Stop()
    begin_run(
        actor=clerk(),
        act_id=uuid4(),
        run_id=run_id,
        deliveries=[],
        files=0,
        without_basis=0,
        signatures={},
        not_again=0,
    )
    cancel(run_id)
    with pytest.raises(Stopped), heeding(clerk(), run_id, stop), session(Limits(stop=stop)) as (duck, _):
        duck.execute(ENDLESS)


def test_ended_at_the_command_line_it_is_cancelled_and_no_id_number_stays_behind(union: Union) -> None:
    stop = Stop()
    run_id = compare_now(
        clerk(), ON, How(limits=Limits(stop=stop), stages=lambda stage: stop.ask() if stage.name == "match" else None)
    )
    assert run_of(run_id).state == Run.State.CANCELLED
    assert not Path(settings.BANGFU_HOME, "comparison", str(run_id)).exists()


def killed_after_one_file(run_id: UUID) -> None:
    """In a process of its own, one file to a chunk."""
    code = (
        "import django; django.setup(); from bangfu.decide.comparison import evidence; evidence.CHUNK = 1; "
        f"from tests.decide.union import go_on; go_on('{run_id}')"
    )
    faults = os.environ | {"BANGFU_FAULTS": "comparison.findings_recorded.after_commit=kill"}
    killed = subprocess.run([sys.executable, "-c", code], env=faults, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL


def test_taken_up_by_somebody_else_it_goes_on_with_the_first_part_that_is_not_recorded(
    union: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bangfu.decide.comparison.evidence.CHUNK", 1)
    union.deliver_vehicles([(LI, "小型轿车", "非营运"), *CARS])
    run_id = started()
    killed_after_one_file(run_id)
    cancel(run_id)
    assert (run_of(run_id).chunks_done, run_of(run_id).chunks) == (1, 4)
    with acting(clerk()):
        assert Compared.objects.filter(run_id=run_id).count() == 1
        # What it recorded is followed, as if it were done.
        assert pending()
    # The next county's run in between does not take away what this one found.
    compare_now(actor(NEIGHBOUR, Purpose.COMPARISON), ON)
    officer = actor(DATA_OFFICER, Purpose.COMPARISON)
    take_up(run_id, actor(PREFECTURE_CLERK, Purpose.COMPARISON))
    assert refused(lambda: take_up(run_id, officer)) == "comparison.not_stopped"
    perform(actor(PREFECTURE_CLERK, Purpose.COMPARISON), run_id)
    run = run_of(run_id)
    assert (run.state, run.attempt, run.opened, run.findings) == (Run.State.DONE, 1, 1, 3)
    assert [stage["name"] for stage in run.stages].count("match") == 1
    with acting(clerk()):
        assert Entry.objects.filter(verb="comparison.findings_recorded", subject_id=run_id).count() == 4
        assert Entry.objects.get(verb="comparison.run_gone_on", subject_id=run_id).values == {"chunks": 1}
    assert not Path(settings.BANGFU_HOME, "comparison", str(run_id)).exists()


def test_where_newer_data_are_in_force_it_begins_again(union: Union) -> None:
    run_id = started()
    cancelled_at(run_id, "record")
    assert run_of(run_id).state == Run.State.CANCELLED
    union.deliver_vehicles([(LI, "小型轿车", "非营运"), *CARS])
    take_up(run_id)
    perform(clerk(), run_id)
    run = run_of(run_id)
    assert (run.state, run.attempt, run.opened) == (Run.State.DONE, 2, 1)


def test_an_older_one_is_not_taken_up_over_a_newer_one(union: Union) -> None:
    older = started()
    cancel(older)
    compare_now(clerk(), ON)
    assert refused(lambda: take_up(older)) == "comparison.newer_run"


def test_one_whose_job_is_gone_is_queued_again(union: Union) -> None:
    run_id = started()
    assert refused(lambda: take_up(run_id)) == "comparison.not_stopped"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE args ->> 'run_id' = %s", [str(run_id)])
    with acting(clerk()):
        assert run_page(clerk(), run_id).stuck
    take_up(run_id)
    assert waiting_jobs(run_id) == 1


def test_the_worker_takes_the_memory_that_its_setting_says(union: Union) -> None:
    run_id = started()
    mine = clerk()
    with override_settings(BANGFU_MEMORY="a lot"):
        jobs.run(
            run_id=str(run_id),
            person_id=str(mine.person_id),
            role=mine.role.value,
            organisation=mine.organisation,
            purpose=mine.purpose.value,
        )
    assert (run_of(run_id).problem or {})["code"] == "call.memory"


def test_a_run_tells_its_stages_with_rows_and_what_it_changed_by_kind(union: Union) -> None:
    union.deliver_vehicles([(LI, "小型轿车", "非营运"), *CARS])
    run_id = compare_now(clerk(), ON)
    with acting(clerk()):
        page = run_page(clerk(), run_id)
    stages = {(stage.name, stage.dataset): stage for stage in page.stages}
    assert [name for name, _ in stages] == [
        *("read", "stage", "register", "match", "names", "judge", "write", "order", "record")
    ]
    assert all(stage.seconds is not None for stage in page.stages)
    assert (stages["read", ""].rows, stages["match", "vehicles"].rows, stages["record", ""].rows) == (5, 3, 4)
    assert page.changes == (("名下机动车", "矛盾", 1, 0, 0),)
    assert (page.at_work, page.left, page.used[0].rows) == (False, None, 3)
