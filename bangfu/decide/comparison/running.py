"""A comparison from beginning to end: the register out of the database, the engine, the findings back into it.

The engine runs outside of any transaction, in a folder that only this user can open. A run that was killed goes on with the first
chunk that is not recorded if its folder is still there, and else begins again; nothing doubles either way. So does one that was cancelled
or has failed, when somebody takes it up again.
"""

import json
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

from django.db.utils import InterfaceError, OperationalError

from bangfu.core.problems import Problem
from bangfu.core.whole_files import replacing
from bangfu.decide.comparison import services
from bangfu.decide.comparison.evidence import CHUNK, found_in, in_chunks, lay_in_order, part
from bangfu.decide.comparison.folders import own_folder
from bangfu.decide.comparison.models import Finding, Run
from bangfu.decide.comparison.problems import CANCELLED, NO_SUCH_RUN, STOPPED
from bangfu.decide.comparison.progress import Progress, heeding
from bangfu.decide.comparison.rules import ORDERING, READING, RECORDING, STAGING
from bangfu.decide.comparison.services import used_of
from bangfu.decide.comparison.services_duplicates import Pair, pairs_of, record_duplicates
from bangfu.decide.comparison.services_stopping import cancel_run, go_on_run
from bangfu.engine.comparison import How, compare_staged
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.engine.intake.people import HOUSEHOLD_ID, PERSON_ID, SOURCE, write_people_rows
from bangfu.engine.intake.staged_register import StagedRegister, stage_register
from bangfu.engine.matching.reasons import KIND as LIKENESS
from bangfu.engine.protection.staged import opened_delivery, size_at_rest
from bangfu.engine.rules.ruleset import further_rules, load_rules, with_further
from bangfu.engine.stages import Stages, Stop, Stopped
from bangfu.ground.access.at_rest import opening_folder, protection
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.faults import fault_point
from bangfu.record.registry.models import CaseFile
from bangfu.record.registry.reading import FiledRow, bundles, rows_of
from bangfu.record.registry.selectors.rows import open_files
from bangfu.record.sources.about import label_of, seal_keys
from bangfu.record.sources.selectors import ActiveDelivery, deliveries_in_force

if TYPE_CHECKING:
    from bangfu.engine.matching.duplicates import SameFamily

_PLAN, _PEOPLE = "plan.json", "people.parquet"
# Bytes of one household's rows and findings while a run works.
_PER_FILE = 20_000


def asking_everything(limits: Limits | None = None) -> How:
    """As a run from the desk asks: the base rules, the further ones, and who may be the same person."""
    return How(rules=with_further(load_rules()), limits=limits or Limits(), matching=True)


def left_out(how: How) -> tuple[str, ...]:
    """Kinds beyond the base rules that a run does not ask about: what another run found of them stays open."""
    asked = {rule.kind for rule in (how.rules or load_rules()).rules} | ({LIKENESS} if how.matching else set())
    return tuple(sorted({LIKENESS, *(rule.kind for rule in further_rules().rules)} - asked))


def compare_now(actor: Actor, on: date | None = None, how: How | None = None) -> UUID:
    """Compare at once and wait for it, as the command line does; gives the run. Without ``how`` the base rules alone are asked."""
    run_id = services.start_run(actor=actor, act_id=uuid4(), on=on, in_background=False)
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
    if (folder / _PLAN).exists():
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
        _compare(actor, run, folder, how, stages, progress)
    fault_point("comparison.compared")
    plan = json.loads((folder / _PLAN).read_text("utf-8"))
    with acting(actor):
        done = Run.objects.get(pk=run.pk).chunks_done
    files = [UUID(file) for file in plan["files"]]
    chunks = in_chunks(files, folder)
    stages.begin(RECORDING, rows=len(files))
    for number, (in_chunk, found) in enumerate(found_in(chunks, plan["rounds"], folder)):
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
        )
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


def _goes_on(actor: Actor, run: Run, folder: Path) -> bool:
    """Can the run go on with what the engine found before? Not where it was taken up again and other data are in force by now."""
    if not (folder / _PLAN).exists():
        return False
    if run.state == Run.State.RUNNING:
        return True
    plan = json.loads((folder / _PLAN).read_text("utf-8"))
    with acting(actor):
        now = in_rounds(deliveries_in_force(actor, run.on))
    if plan["rounds"] != _named(now):
        (folder / _PLAN).unlink()
        return False
    go_on_run(actor=actor, act_id=uuid4(), run_id=run.pk)
    return True


def _named(rounds: list[dict[str, ActiveDelivery]]) -> list[dict[str, str]]:
    return [{name: str(delivery.id) for name, delivery in one.items()} for one in rounds]


def _compare(actor: Actor, run: Run, folder: Path, how: How, stages: Stages, progress: Progress) -> None:
    """Lay the register down, run the engine, and at last write the plan: what is recorded then no longer depends on the tables."""
    started = time.monotonic()
    with acting(actor):
        files, without_basis = files_to_compare(actor)
        rounds = in_rounds(deliveries_in_force(actor, run.on))
    used = [used_of(delivery) for one in rounds for delivery in one.values()]
    attempt = services.begin_run(
        actor=actor,
        act_id=uuid4(),
        run_id=run.pk,
        deliveries=used,
        files=len(files),
        without_basis=without_basis,
        left_out=left_out(how),
    )
    progress.begin_again()
    pairs: list[Pair] | None = [] if how.matching else None
    with opening_folder(_room(files, rounds)) as open_folder:
        people = open_folder / _PEOPLE
        stages.begin(READING)
        persons = write_people_rows(_register(actor, files, how.limits.stop), people, file="档案") if files else 0
        stages.end(persons)
        if persons:
            stages.begin(STAGING, rows=persons)
            # Each round takes the same register: it is read once.
            own = open_folder / "register"
            register = stage_register(people, own, today=run.on, matching=how.matching, limits=how.limits)
            stages.end()
            people.unlink()
            with_keys = replace(how, keys=seal_keys())
            for number, deliveries in enumerate(_with_helpers(rounds)):
                out, evidence = open_folder / "findings.parquet", part(open_folder, number)
                opened = _opened(deliveries, open_folder)
                compare_staged(register, opened, run.on, out, how=with_keys, evidence=evidence)
                out.unlink()
            if how.matching:
                pairs = pairs_of(_same_families(register, run.on))
            stages.begin(ORDERING)
            lay_in_order(rounds, open_folder, folder, how.limits)
            stages.end()
    plan = {
        "attempt": attempt,
        "files": [str(file) for file in files],
        "rounds": _named(rounds) if persons else [],
        "persons": persons,
        "seconds": round(time.monotonic() - started, 3),
        "rules_version": str(load_rules().version),
        "pairs": None if pairs is None else [_plain(pair) for pair in pairs],
    }
    with replacing(folder / _PLAN) as temporary:
        temporary.write_text(json.dumps(plan), "utf-8")


def _same_families(register: StagedRegister, on: date) -> "list[SameFamily]":
    # Splink takes half a second to import, and most comparisons do without it.
    from bangfu.engine.matching.duplicates import duplicates  # noqa: PLC0415

    return duplicates(register, on)


def _plain(pair: Pair) -> dict[str, Any]:
    return {"one": str(pair.one), "other": str(pair.other), "persons": pair.persons}


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


def _with_helpers(rounds: list[dict[str, ActiveDelivery]]) -> list[list[ActiveDelivery]]:
    """Later rounds take those of the first that say something about the person which other datasets are judged by (a disability)."""
    asked = {attribute.or_fact for attribute in load_rules().person.values() if attribute.or_fact}
    helping = {name for name, dataset in declared_datasets().items() if asked & dataset.states.keys()}
    first = rounds[0]
    return [
        list(one.values()) + [first[name] for name in helping & (first.keys() - one.keys())]
        if number
        else [*one.values()]
        for number, one in enumerate(rounds)
    ]


def _register(actor: Actor, files: list[UUID], stop: Stop | None) -> Iterator[tuple[ArchiveRow, dict[str, str]]]:
    """The rows of the register, a thousand files to a door, with the names by which findings come back."""
    for begin in range(0, len(files), CHUNK):
        if stop is not None:
            stop.check()
        with acting(actor):
            slice_of = CaseFile.objects.filter(pk__in=files[begin : begin + CHUNK])
            rows: list[FiledRow] = [filed for bundle in bundles(slice_of) for filed in rows_of(bundle)]
        for filed in rows:
            yield filed.row, {PERSON_ID: str(filed.member), HOUSEHOLD_ID: str(filed.case_file), SOURCE: filed.source}


def _opened(deliveries: Iterable[ActiveDelivery], open_folder: Path) -> Iterator[Delivery]:
    """One after the other, each open for as long as it is matched."""
    into = open_folder / "delivery"
    for delivery in deliveries:
        yield opened_delivery(
            delivery.folder,
            into,
            protection(),
            label_of(delivery.id),
            as_of=delivery.as_of,
            coverage=delivery.coverage,
        )
        shutil.rmtree(into, ignore_errors=True)


def _room(files: list[UUID], rounds: list[dict[str, ActiveDelivery]]) -> int:
    """About how many bytes lie open at once: the register, its findings, and the largest delivery."""
    largest = max((size_at_rest(delivery.folder) for one in rounds for delivery in one.values()), default=0)
    return len(files) * _PER_FILE + largest


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
    """Let a run end with a problem, unless somebody has ended it."""
    try:
        services.fail_run(actor=actor, act_id=uuid4(), run_id=run_id, code=problem.code, zh=problem.zh, en=problem.en)
    except Problem as refused:
        if refused.code != CANCELLED.code:
            raise
