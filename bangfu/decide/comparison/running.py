"""A comparison from beginning to end: made ready (``preparing.py``), and recorded chunk by chunk.

The engine runs outside of any transaction, in a folder that only this user can open. A run that was killed goes on with the first
chunk that is not recorded if its folder is still there, and else begins again; nothing doubles either way. So does one that was cancelled
or has failed, when somebody takes it up again.
"""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db.utils import InterfaceError, OperationalError

from bangfu.core.problems import Problem
from bangfu.decide.comparison import services
from bangfu.decide.comparison.evidence import CHUNK, found_in, in_chunks
from bangfu.decide.comparison.folders import PLAN, own_folder
from bangfu.decide.comparison.models import Finding, Run
from bangfu.decide.comparison.preparing import in_rounds, inside, named, prepare
from bangfu.decide.comparison.problems import CANCELLED, NO_SUCH_RUN, STOPPED
from bangfu.decide.comparison.progress import Progress, heeding
from bangfu.decide.comparison.rules import RECORDING
from bangfu.decide.comparison.services_duplicates import Pair, record_duplicates
from bangfu.decide.comparison.services_stopping import cancel_run, go_on_run
from bangfu.engine.comparison import How
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.rules.ruleset import load_rules, with_further
from bangfu.engine.stages import Stages, Stop, Stopped
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.faults import fault_point
from bangfu.record.registry.models import CaseFile
from bangfu.record.sources.selectors import deliveries_in_force


def asking_everything(limits: Limits | None = None) -> How:
    """As a run from the desk asks: the base rules, the further ones, and who may be the same person."""
    return How(rules=with_further(load_rules()), limits=limits or Limits(), matching=True)


def compare_now(actor: Actor, on: date | None = None, how: How | None = None, *, delta: bool = False) -> UUID:
    """Compare at once and wait for it, as the command line does; gives the run. Without ``how`` the base rules alone are asked.

    ``delta``: look only at what changed since the run before; where there is none to measure by, at everything.
    """
    run_id = services.start_run(actor=actor, act_id=uuid4(), on=on, in_background=False, delta=delta)
    perform(actor, run_id, how)
    return run_id


def perform(actor: Actor, run_id: UUID, how: How | None = None) -> None:
    """Carry a run out; again after any interruption. A Problem ends it as failed, and says why."""
    with own_folder(run_id) as folder:
        with acting(actor):
            run = Run.objects.filter(pk=run_id).first()
        if run is None:
            raise NO_SUCH_RUN()
        if run.state not in (Run.State.QUEUED, Run.State.RUNNING):
            _tidy(actor, run_id, folder)
            return
        stop = (how.limits.stop if how else None) or Stop()
        try:
            with heeding(actor, run_id, stop):
                _carry_out(actor, run, folder, how or How(), stop)
        except Stopped:
            _stopped(actor, run_id)
        except Problem as problem:
            # Who cancelled it has told so.
            if problem.code != CANCELLED.code:
                fail(actor, run_id, problem)
        except (InterfaceError, OperationalError):
            # The database was restarted, or the like: the job is tried again, and goes on.
            raise
        except Exception as error:
            fail(actor, run_id, STOPPED(why=type(error).__name__))
            raise
        finally:
            _tidy(actor, run_id, folder)


def _stopped(actor: Actor, run_id: UUID) -> None:
    """Cancelled at the desk, which is told already, and may be taken up again by now; or at the command line, which is told here."""
    with acting(actor):
        at_work = Run.objects.filter(pk=run_id, state=Run.State.RUNNING).exists()
    if at_work:
        cancel_run(actor=actor, act_id=uuid4(), run_id=run_id)


def _tidy(actor: Actor, run_id: UUID, folder: Path) -> None:
    """Keep only what a run that is not done can go on with: what the engine found, which names people by ids of our own."""
    if (folder / PLAN).exists():
        try:
            with acting(actor):
                done = Run.objects.filter(pk=run_id, state=Run.State.DONE).exists()
        except (InterfaceError, OperationalError):
            return
        if not done:
            return
    shutil.rmtree(folder, ignore_errors=True)


def _carry_out(actor: Actor, run: Run, folder: Path, how: How, stop: Stop) -> None:
    progress = Progress(actor, run, how.stages)
    how = replace(how, stages=progress.tell, limits=replace(how.limits, stop=stop))
    stages = Stages(progress.tell, stop)
    if not _goes_on(actor, run, folder):
        prepare(actor, run, folder, how, stages, progress)
    fault_point("comparison.compared")
    plan = json.loads((folder / PLAN).read_text("utf-8"))
    _record(actor, run, folder, plan, stages, stop)
    _keep_others(actor, run.pk, plan)
    _close_departed(actor, run.pk, plan["attempt"])
    if plan["pairs"] is not None:
        record_duplicates(
            actor=actor,
            act_id=uuid5(run.pk, f"{plan['attempt']}/duplicates"),
            run_id=run.pk,
            pairs=[Pair(UUID(pair["one"]), UUID(pair["other"]), pair["persons"]) for pair in plan["pairs"]],
        )
    stages.end()
    progress.keep()
    services.finish_run(
        actor=actor,
        act_id=uuid5(run.pk, "finish"),
        run_id=run.pk,
        persons=plan["persons"],
        seconds=plan["seconds"],
        rules_version=plan["rules_version"],
    )


def _record(actor: Actor, run: Run, folder: Path, plan: dict[str, Any], stages: Stages, stop: Stop) -> None:
    """Record what the plan names, chunk by chunk, from the first that is not recorded."""
    with acting(actor):
        done = Run.objects.get(pk=run.pk).chunks_done
    versions = {UUID(file): version for leg in plan["legs"] for file, version in leg["files"]}
    chunks = [
        (number, chunk)
        for number, leg in enumerate(plan["legs"])
        for chunk in in_chunks([UUID(file) for file, _ in leg["files"]], folder)
    ]
    stages.begin(RECORDING, rows=len(versions))
    found_by_chunk = found_in([chunk for _, chunk in chunks], plan["rounds"], folder)
    for number, (in_chunk, found) in enumerate(found_by_chunk):
        stop.check()
        if number < done:
            continue
        services.record_findings(
            actor=actor,
            act_id=uuid5(run.pk, f"{plan['attempt']}/{number}"),
            run_id=run.pk,
            number=number,
            chunks=len(chunks),
            files=in_chunk,
            found=found,
            versions=[versions[file] for file in in_chunk],
            datasets=plan["legs"][chunks[number][0]]["datasets"],
        )


def _goes_on(actor: Actor, run: Run, folder: Path) -> bool:
    """Can the run go on with what the engine found before? Not where it was taken up again and other data are in force by now."""
    if not (folder / PLAN).exists():
        return False
    if run.state == Run.State.RUNNING:
        return True
    plan = json.loads((folder / PLAN).read_text("utf-8"))
    with acting(actor):
        now = in_rounds(deliveries_in_force(actor, run.on))
    if plan["in_force"] != [named(one) for one in now]:
        (folder / PLAN).unlink()
        return False
    go_on_run(actor=actor, act_id=uuid4(), run_id=run.pk)
    return True


def _keep_others(actor: Actor, run_id: UUID, plan: dict[str, Any]) -> None:
    """Files in which nothing had to be looked at stand compared by this run too."""
    for begin in range(0, len(plan["kept"]), 10 * CHUNK):
        services.keep_files(
            actor=actor,
            act_id=uuid5(run_id, f"{plan['attempt']}/kept/{begin}"),
            run_id=run_id,
            before=UUID(plan["before"]),
            files=[UUID(file) for file in plan["kept"][begin : begin + 10 * CHUNK]],
        )


def _close_departed(actor: Actor, run_id: UUID, attempt: int) -> None:
    """Findings of files that are closed by now."""
    while True:
        with acting(actor):
            left = Finding.objects.filter(
                **inside(actor), state=Finding.State.OPEN, case_file__state=CaseFile.State.CLOSED
            )
            findings = sorted(left.values_list("pk", flat=True)[:CHUNK])
        if not findings:
            return
        act_id = uuid5(run_id, f"{attempt}/closed/{findings[0]}")
        services.close_findings(actor=actor, act_id=act_id, run_id=run_id, findings=findings)


def fail(actor: Actor, run_id: UUID, problem: Problem) -> None:
    """Let a run end with a problem, unless somebody has ended it."""
    try:
        services.fail_run(actor=actor, act_id=uuid4(), run_id=run_id, code=problem.code, zh=problem.zh, en=problem.en)
    except Problem as refused:
        if refused.code != CANCELLED.code:
            raise
