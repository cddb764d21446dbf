"""A comparison from beginning to end: the register out of the database, the engine, the findings back into it.

The engine runs outside of any transaction, in a folder that only this user can open. A run that was killed goes on with the first
chunk that is not recorded if its folder is still there, and else begins again; nothing doubles either way.
"""

import json
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db.utils import InterfaceError, OperationalError

from bangfu.core.problems import Problem
from bangfu.core.whole_files import replacing
from bangfu.decide.comparison import services
from bangfu.decide.comparison.delta import Leg, legs, run_before, signatures, unchanged_since
from bangfu.decide.comparison.evidence import CHUNK, Laid, found_in, in_chunks, lay_in_order, part
from bangfu.decide.comparison.folders import own_folder
from bangfu.decide.comparison.models import Finding, Run
from bangfu.decide.comparison.problems import NO_SUCH_RUN, STOPPED
from bangfu.decide.comparison.services import used_of
from bangfu.engine.comparison import How, compare_staged
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.engine.intake.people import HOUSEHOLD_ID, PERSON_ID, SOURCE, write_people_rows
from bangfu.engine.intake.staged_deliveries import staged_delivery
from bangfu.engine.intake.staged_register import stage_register
from bangfu.engine.rules.ruleset import load_rules
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.faults import fault_point
from bangfu.record.registry.models import CaseFile
from bangfu.record.registry.reading import FiledRow, bundles, rows_of
from bangfu.record.registry.selectors.rows import open_files
from bangfu.record.sources.about import seal_keys
from bangfu.record.sources.selectors import ActiveDelivery, deliveries_in_force

_PLAN, _PEOPLE = "plan.json", "people.parquet"


def compare_now(actor: Actor, on: date | None = None, how: How | None = None, *, delta: bool = False) -> UUID:
    """Compare at once and wait for it, as the command line does; gives the run.

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
        if run.state in (Run.State.DONE, Run.State.FAILED):
            shutil.rmtree(folder, ignore_errors=True)
            return
        try:
            _carry_out(actor, run, folder, how)
        except Problem as problem:
            fail(actor, run_id, problem)
        except (InterfaceError, OperationalError):
            # The database was restarted, or the like: the job is tried again, and goes on.
            raise
        except Exception as error:
            fail(actor, run_id, STOPPED(why=type(error).__name__))
            shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(folder, ignore_errors=True)


def _carry_out(actor: Actor, run: Run, folder: Path, how: How | None) -> None:
    if not (folder / _PLAN).exists():
        _compare(actor, run, folder, how)
    fault_point("comparison.compared")
    plan = json.loads((folder / _PLAN).read_text("utf-8"))
    versions = {UUID(file): version for leg in plan["legs"] for file, version in leg["files"]}
    chunks = [
        (number, chunk)
        for number, leg in enumerate(plan["legs"])
        for chunk in in_chunks([UUID(file) for file, _ in leg["files"]], folder)
    ]
    found_by_chunk = found_in([chunk for _, chunk in chunks], plan["rounds"], folder)
    for number, (in_chunk, found) in enumerate(found_by_chunk):
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
    _keep_others(actor, run.pk, plan)
    _close_departed(actor, run.pk, plan["attempt"])
    services.finish_run(
        actor=actor,
        act_id=uuid5(run.pk, "finish"),
        run_id=run.pk,
        persons=plan["persons"],
        seconds=plan["seconds"],
        rules_version=plan["rules_version"],
    )


def _compare(actor: Actor, run: Run, folder: Path, how: How | None) -> None:
    """Lay the register down, run the engine, and at last write the plan: what is recorded then no longer depends on the tables."""
    started = time.monotonic()
    with acting(actor):
        files, without_basis = files_to_compare(actor)
        deliveries = list(deliveries_in_force(actor, run.on))
        now, before = signatures(load_rules(), run.on, deliveries), run_before(actor) if run.delta else None
        same = unchanged_since(before, files) if before else []
        versions = dict(CaseFile.objects.filter(pk__in=files).values_list("pk", "version"))
    walked = legs(now, before.signatures if before else {}, files, same)
    again = {file for leg in walked for file in leg.files}
    rounds = in_rounds(deliveries)
    attempt = services.begin_run(
        actor=actor,
        act_id=uuid4(),
        run_id=run.pk,
        deliveries=[used_of(delivery) for one in rounds for delivery in one.values()],
        files=len(files),
        without_basis=without_basis,
        signatures=now,
        not_again=len(files) - len(again),
    )
    laid: list[Laid] = []
    persons = 0
    for number, leg in enumerate(walked):
        persons += _compare_leg(actor, run, folder, how, leg, [*_asked(rounds, leg, number)], laid)
    lay_in_order(laid, folder)
    plan = {
        "attempt": attempt,
        "legs": [{"files": [(str(f), versions[f]) for f in leg.files], "datasets": leg.asked} for leg in walked],
        "rounds": [{name: str(d.id) for name, d in one.deliveries.items()} for one in laid],
        "kept": sorted(str(file) for file in set(files) - again),
        "before": str(before.pk) if before else None,
        "persons": persons,
        "seconds": round(time.monotonic() - started, 3),
        "rules_version": str(load_rules().version),
    }
    with replacing(folder / _PLAN) as temporary:
        temporary.write_text(json.dumps(plan), "utf-8")


def files_to_compare(actor: Actor) -> tuple[list[UUID], int]:
    """Open files of the actor's area that a standing basis lets us compare, in a fixed order; and how many have none."""
    every = open_files(with_basis=False).filter(**_inside(actor)).count()
    files = sorted(open_files(with_basis=True).filter(**_inside(actor)).values_list("pk", flat=True))
    return files, every - len(files)


def _inside(actor: Actor) -> dict[str, str]:
    return {"org__gte": actor.scope, "org__lt": f"{actor.scope[:-1]}0"}


def in_rounds(deliveries: Iterable[ActiveDelivery]) -> list[dict[str, ActiveDelivery]]:
    """One delivery of each dataset to a round, the widest first: the engine takes one of each. At least one round."""
    by_dataset: dict[str, list[ActiveDelivery]] = {}
    for delivery in sorted(deliveries, key=lambda d: (bool(d.coverage), str(d.as_of), str(d.id))):
        by_dataset.setdefault(delivery.dataset, []).append(delivery)
    rounds: list[dict[str, ActiveDelivery]] = [{}]
    for dataset, several in sorted(by_dataset.items()):
        for number, delivery in enumerate(several):
            if number == len(rounds):
                rounds.append({})
            rounds[number][dataset] = delivery
    return rounds


def _compare_leg(
    actor: Actor,
    run: Run,
    folder: Path,
    how: How | None,
    leg: Leg,
    rounds: list[tuple[Laid, list[ActiveDelivery]]],
    laid: list[Laid],
) -> int:
    """Compare the files of a leg, each round into a part of its own that is added to ``laid``; gives how many persons they have."""
    people = folder / _PEOPLE
    persons = write_people_rows(_register(actor, leg.files), people, file="档案") if leg.files else 0
    if persons:
        # Each round takes the same register: it is read once.
        register = stage_register(people, folder / "register", today=run.on)
        with_keys = replace(how or How(), keys=seal_keys())
        for one, deliveries in rounds:
            out = folder / "findings.parquet"
            compare_staged(register, _opened(deliveries), run.on, out, how=with_keys, evidence=part(folder, len(laid)))
            out.unlink()
            laid.append(one)
        shutil.rmtree(register.folder)
    people.unlink(missing_ok=True)
    return persons


def _asked(
    rounds: list[dict[str, ActiveDelivery]], leg: Leg, number: int
) -> Iterator[tuple[Laid, list[ActiveDelivery]]]:
    """The rounds of a leg, each with what the engine takes: besides its own datasets those of the first round that say something about
    the person which other datasets are judged by (a disability).
    """
    asked = {attribute.or_fact for attribute in load_rules().person.values() if attribute.or_fact}
    helping = {name for name, dataset in declared_datasets().items() if asked & dataset.states.keys()}
    for at, one in enumerate(rounds):
        own = {name: delivery for name, delivery in one.items() if leg.datasets is None or name in leg.datasets}
        if own or not at:
            helpers = [rounds[0][name] for name in sorted(helping & (rounds[0].keys() - own.keys()))]
            yield Laid(number, own, first=not at), [*own.values(), *helpers]


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


def _register(actor: Actor, files: list[UUID]) -> Iterator[tuple[ArchiveRow, dict[str, str]]]:
    """The rows of the register, a thousand files to a door, with the names by which findings come back."""
    for begin in range(0, len(files), CHUNK):
        with acting(actor):
            slice_of = CaseFile.objects.filter(pk__in=files[begin : begin + CHUNK])
            rows: list[FiledRow] = [filed for bundle in bundles(slice_of) for filed in rows_of(bundle)]
        for filed in rows:
            yield filed.row, {PERSON_ID: str(filed.member), HOUSEHOLD_ID: str(filed.case_file), SOURCE: filed.source}


def _opened(deliveries: Iterable[ActiveDelivery]) -> Iterator[Delivery]:
    for delivery in deliveries:
        yield staged_delivery(delivery.folder, as_of=delivery.as_of, coverage=delivery.coverage)


def _close_departed(actor: Actor, run_id: UUID, attempt: int) -> None:
    """Findings of files that are closed by now."""
    while True:
        with acting(actor):
            left = Finding.objects.filter(
                **_inside(actor), state=Finding.State.OPEN, case_file__state=CaseFile.State.CLOSED
            )
            findings = sorted(left.values_list("pk", flat=True)[:CHUNK])
        if not findings:
            return
        act_id = uuid5(run_id, f"{attempt}/closed/{findings[0]}")
        services.close_findings(actor=actor, act_id=act_id, run_id=run_id, findings=findings)


def fail(actor: Actor, run_id: UUID, problem: Problem) -> None:
    """Let a run end with a problem."""
    services.fail_run(actor=actor, act_id=uuid4(), run_id=run_id, code=problem.code, zh=problem.zh, en=problem.en)
