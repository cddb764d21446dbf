"""Comparing a union's files with the deliveries in force: each step is an act; what happens between them is in ``running.py``."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone
from procrastinate.contrib.django import app as jobs

from bangfu.core.clock import MachineClock, today
from bangfu.decide.comparison.models import Compared as ComparedFile
from bangfu.decide.comparison.models import Finding, Run
from bangfu.decide.comparison.problems import CANCELLED, NO_SUCH_RUN
from bangfu.decide.comparison.rules import Compared, Difference, Found, Key, Open, Place, difference
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import lock
from bangfu.ground.acts.verbs import verb
from bangfu.record.registry.models import CaseFile, Member
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.selectors import ActiveDelivery

STARTED = verb("comparison.run_started", zh="发起信息比对（{on}）", en="asked for a comparison (as of {on})")
BEGUN = verb(
    "comparison.run_begun",
    zh="开始比对：{files} 户，{deliveries} 份部门数据，{without_basis} 户没有核对依据未比对",
    en="began to compare {files} files with {deliveries} deliveries; {without_basis} files without a basis were left out",
)
RECORDED = verb(
    "comparison.findings_recorded",
    zh="记录比对结果第 {number} 段：新增 {opened}、变更 {changed}、消除 {closed}",
    en="recorded findings, part {number}: {opened} opened, {changed} changed, {closed} closed",
)
CLOSED = verb(
    "comparison.findings_closed",
    zh="档案已撤，消除比对结果 {closed} 条",
    en="closed {closed} findings of files that are closed",
)
KEPT = verb(
    "comparison.files_kept",
    zh="{files} 户的档案和部门数据都没有变化，未重新比对",
    en="nothing changed for {files} files: they were not compared again",
)
FINISHED = verb(
    "comparison.run_finished",
    zh="比对完成（{on}）：新增 {opened}、变更 {changed}、消除 {closed}，现有 {findings} 条",
    en="comparison as of {on} done: {opened} opened, {changed} changed, {closed} closed, {findings} now",
)
FAILED = verb("comparison.run_failed", zh="比对中断（{code}）", en="the comparison stopped ({code})")
EXPORTED = verb(
    "comparison.findings_exported",
    zh="导出比对结果 {findings} 条，含完整身份证号",
    en="exported {findings} findings with full ID numbers",
)
JOB, LOCK = "comparison.run", "comparison"
_ALIVE = (Run.State.QUEUED, Run.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Used:
    """A delivery as a run used it."""

    id: UUID
    dataset: str
    file: str
    as_of: date | None
    coverage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """What one chunk changed; ``same`` counts findings that only moved on to newer data, too."""

    opened: int
    changed: int
    closed: int
    same: int


@act(STARTED, right=Right.COMPARE)
def start_run(
    *, actor: Actor, act_id: UUID, on: date | None = None, in_background: bool = True, delta: bool = False
) -> Done[UUID]:
    """Queue a comparison of the actor's files as of a day (None: today); gives the run. One that still waits serves for both.

    ``in_background=False``: the caller runs it (``running.perform``). ``delta``: only what changed since the run before is looked at.
    """
    day = on or today(MachineClock())
    lock("comparison.start", [actor.scope])
    if in_background:
        waiting = Run.objects.filter(org=actor.scope, state=Run.State.QUEUED, on=day).first()
        if waiting is not None:
            return Done(waiting.pk, waiting.org, "run", waiting.pk, values={"on": day})
    run = Run.objects.create(
        org=actor.scope,
        on=day,
        delta=delta,
        purpose=actor.purpose.value,
        created_by=actor.person_id,
        created_name=actor.name,
    )
    if in_background:
        queue(actor, run.pk)
    return Done(run.pk, run.org, "run", run.pk, values={"on": day})


def queue(actor: Actor, run_id: UUID) -> None:
    """Have a run carried out in the background, for whoever asks. One at a time: what newer data said must not be overwritten
    by a run that began before.
    """
    jobs.configure_task(JOB, lock=LOCK).defer(
        run_id=str(run_id),
        person_id=str(actor.person_id),
        role=actor.role.value,
        organisation=actor.organisation,
        purpose=actor.purpose.value,
    )


@act(BEGUN, right=Right.COMPARE)
def begin_run(
    *,
    actor: Actor,
    act_id: UUID,
    run_id: UUID,
    deliveries: list[Used],
    files: int,
    without_basis: int,
    left_out: tuple[str, ...] = (),
    signatures: dict[str, str],
    not_again: int,
) -> Done[int]:
    """Say what is compared; gives the number of the attempt. A run that was killed begins again with the next one."""
    run = _run(run_id, *_ALIVE)
    run.state = Run.State.RUNNING
    run.attempt += 1
    run.deliveries, run.left_out = [stored(used) for used in deliveries], list(left_out)
    run.households, run.without_basis, run.not_again = files, without_basis, not_again
    run.signatures = signatures
    run.chunks, run.chunks_done, run.stages = None, 0, []
    run.version += 1
    run.save()
    told = {"files": files, "deliveries": len(deliveries), "without_basis": without_basis}
    return Done(run.attempt, run.org, "run", run.pk, values=told)


@act(RECORDED, right=Right.COMPARE)
def record_findings(
    *,
    actor: Actor,
    act_id: UUID,
    run_id: UUID,
    number: int,
    chunks: int,
    files: list[UUID],
    found: list[Found],
    versions: list[int],
    datasets: list[str] | None = None,
) -> Done[Tally]:
    """Put one chunk of findings beside those open in its files: open what is new, change what says something else, close what is gone.

    ``versions``: of the files as they were compared. ``datasets``: those that were looked at, None for all that the run has.
    """
    run = _run(run_id, Run.State.RUNNING)
    lock("comparison.file", files)
    looked_at = (used for used in run.deliveries if datasets is None or used["dataset"] in datasets)
    compared = compared_of(looked_at, run.left_out)
    people, kept = _members(files), _open(files, run)
    by_file: dict[UUID, list[Found]] = {file: [] for file in files}
    for entry in found:
        by_file[entry.case_file].append(entry)
    total = Difference()
    for file, entries in by_file.items():
        one = difference(entries, kept.get(file, ()), compared, people.get(file, set()))
        total.opened += one.opened
        total.changed += one.changed
        total.moved += one.moved
        total.closed += one.closed
        total.same += one.same
    _write(run, total, dict(zip(files, versions, strict=True)))
    Run.objects.filter(pk=run.pk).update(chunks=chunks, chunks_done=number + 1, version=F("version") + 1)
    tally = Tally(len(total.opened), len(total.changed), len(total.closed), total.same + len(total.moved))
    told = {"number": number + 1, "opened": tally.opened, "changed": tally.changed, "closed": tally.closed}
    return Done(tally, run.org, "run", run.pk, values=told)


@act(CLOSED, right=Right.COMPARE)
def close_findings(*, actor: Actor, act_id: UUID, run_id: UUID, findings: list[UUID]) -> Done[int]:
    """Close findings of files that are no longer open."""
    run = _run(run_id, Run.State.RUNNING)
    closed = _close(run, findings)
    return Done(closed, run.org, "run", run.pk, values={"closed": closed})


@act(KEPT, right=Right.COMPARE)
def keep_files(*, actor: Actor, act_id: UUID, run_id: UUID, before: UUID, files: list[UUID]) -> Done[int]:
    """Say of files in which nothing had to be looked at that they stand compared by this run, as they did by the run before."""
    run = _run(run_id, Run.State.RUNNING)
    kept = ComparedFile.objects.filter(run_id=before, case_file__in=files).update(run_id=run.pk, on=run.on)
    return Done(kept, run.org, "run", run.pk, values={"files": kept})


@act(FINISHED, right=Right.COMPARE)
def finish_run(
    *, actor: Actor, act_id: UUID, run_id: UUID, persons: int, seconds: float, rules_version: str
) -> Done[dict[str, int]]:
    """Add up what the run changed. Counted in the tables, so that a run that was killed and went on counts nothing twice."""
    run = _run(run_id, Run.State.RUNNING)
    counts = add_up(run)
    run.state, run.persons, run.seconds = Run.State.DONE, persons, seconds
    run.rules_version, run.finished_at = rules_version, timezone.now()
    run.version += 1
    run.save()
    return Done(counts, run.org, "run", run.pk, values={"on": run.on, **counts})


@act(FAILED, right=Right.COMPARE)
def fail_run(*, actor: Actor, act_id: UUID, run_id: UUID, code: str, zh: str, en: str) -> Done[None]:
    """Say why a run stopped; what it recorded stands."""
    run = _run(run_id, *_ALIVE)
    add_up(run)
    run.state, run.finished_at = Run.State.FAILED, timezone.now()
    run.problem = {"code": code, "zh": zh, "en": en}
    run.version += 1
    run.save()
    return Done(None, run.org, "run", run.pk, values={"code": code})


@act(EXPORTED, right=Right.EXPORT)
def record_export(*, actor: Actor, act_id: UUID, findings: int) -> Done[None]:
    """Say in the trail that findings are taken out."""
    return Done(None, actor.scope, "export", values={"findings": findings})


def compared_of(deliveries: Iterable[dict[str, Any]], left_out: Iterable[str] = ()) -> Compared:
    """What a run compared, from the deliveries that it keeps, and kinds that it did not ask about."""
    coverages: dict[str, list[tuple[str, ...]]] = {}
    for used in deliveries:
        coverages.setdefault(used["dataset"], []).append(tuple(used["coverage"]))
    return Compared(coverages, frozenset(left_out))


def _run(run_id: UUID, *states: Run.State) -> Run:
    """The run, locked. Raises CANCELLED where it is no longer in one of these states: somebody ended it meanwhile."""
    run = Run.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NO_SUCH_RUN()
    if run.state not in states:
        raise CANCELLED()
    return run


def add_up(run: Run) -> dict[str, int]:
    """Write into a run what it changed so far, and what is open now; counted in the tables, so that nothing counts twice."""
    mine = Finding.objects.filter(org__gte=run.org, org__lt=f"{run.org[:-1]}0")
    by_change = {
        "opened": Counter(mine.filter(opened_run=run.pk).values_list("kind", "conclusion")),
        "changed": Counter(
            mine.filter(changed_run=run.pk).exclude(opened_run=run.pk).values_list("kind", "conclusion")
        ),
        "closed": Counter(mine.filter(closed_run=run.pk).values_list("kind", "conclusion")),
    }
    still = Counter(mine.filter(state=Finding.State.OPEN).values_list("kind", "conclusion"))
    counts = {change: kinds.total() for change, kinds in by_change.items()} | {"findings": still.total()}
    for name, value in counts.items():
        setattr(run, name, value)
    run.by_kind = [[kind, conclusion, count] for (kind, conclusion), count in sorted(still.items())]
    every = sorted({kind for kinds in by_change.values() for kind in kinds})
    run.changes = [[*kind, *(kinds[kind] for kinds in by_change.values())] for kind in every]
    return counts


def used_of(delivery: ActiveDelivery) -> Used:
    """What a run keeps of a delivery."""
    return Used(delivery.id, delivery.dataset, delivery.file_name, delivery.as_of, delivery.coverage or ())


def stored(used: Used) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "id": str(used.id),
        "dataset": used.dataset,
        "file": used.file,
        "as_of": used.as_of.isoformat() if used.as_of else None,
        "coverage": list(used.coverage),
    }


def _members(files: list[UUID]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    members = Member.objects.filter(case_file__in=files, left_on__isnull=True)
    for case_file, member in members.values_list("case_file", "pk"):
        found.setdefault(case_file, set()).add(member)
    return found


def _open(files: list[UUID], run: Run) -> dict[UUID, list[Open]]:
    """What is open in these files, with the coverage of the delivery that each was read from."""
    rows = list(Finding.objects.filter(case_file__in=files, state=Finding.State.OPEN))
    coverage = {UUID(used["id"]): tuple(used["coverage"]) for used in run.deliveries}
    others = {row.delivery_id for row in rows if row.delivery_id is not None} - coverage.keys()
    coverage |= {
        delivery: tuple(covered)
        for delivery, covered in Delivery.objects.filter(pk__in=others).values_list("pk", "coverage")
    }
    found: dict[UUID, list[Open]] = {}
    for row in rows:
        key: Key = (row.member_id, row.dataset, row.kind, row.conclusion)
        place = Place(tuple(row.rows), row.file, row.delivery_id, row.as_of, row.rules_version, tuple(row.candidates))
        covered = coverage.get(row.delivery_id, ()) if row.delivery_id is not None else ()
        found.setdefault(row.case_file_id, []).append(Open(row.pk, key, row.content, place, covered))
    return found


def _write(run: Run, total: Difference, files: dict[UUID, int]) -> None:
    homes = {
        pk: (household, org)
        for pk, household, org in CaseFile.objects.filter(pk__in=files).values_list("pk", "household_id", "org")
    }
    now = timezone.now()
    Finding.objects.bulk_create(
        Finding(
            household_id=homes[entry.case_file][0],
            case_file_id=entry.case_file,
            member_id=entry.member,
            org=homes[entry.case_file][1],
            dataset=entry.dataset,
            kind=entry.kind,
            conclusion=entry.conclusion,
            opened_run=run.pk,
            opened_at=now,
            **_said(entry),
        )
        for entry in total.opened
    )
    changed = [Finding(pk=pk, changed_run=run.pk, changed_at=now, **_said(entry)) for pk, entry in total.changed]
    if changed:
        Finding.objects.bulk_update(changed, [*_said(total.changed[0][1]), "changed_run", "changed_at"])
    moved = [Finding(pk=pk, **_read(entry)) for pk, entry in total.moved]
    if moved:
        Finding.objects.bulk_update(moved, list(_read(total.moved[0][1])))
    _close(run, total.closed)
    ComparedFile.objects.bulk_create(
        (
            ComparedFile(case_file_id=file, org=homes[file][1], run_id=run.pk, on=run.on, file_version=version)
            for file, version in files.items()
        ),
        update_conflicts=True,
        unique_fields=["case_file"],
        update_fields=["run_id", "on", "org", "file_version"],
    )


def _close(run: Run, findings: list[UUID]) -> int:
    mine = Q(pk__in=findings, state=Finding.State.OPEN)
    return Finding.objects.filter(mine).update(state=Finding.State.CLOSED, closed_run=run.pk, closed_at=timezone.now())


def _said(entry: Found) -> dict[str, Any]:
    return {
        "says_zh": entry.says_zh,
        "says_en": entry.says_en,
        "may_be": [{"zh": zh, "en": en} for zh, en in entry.may_be],
        "content": entry.content,
        "rule": entry.rule,
        **_read(entry),
    }


def _read(entry: Found) -> dict[str, Any]:
    return {
        "rows": list(entry.sources),
        "candidates": list(entry.candidates),
        "row_count": entry.row_count,
        "first_row": entry.first_row,
        "file": entry.file,
        "delivery_id": entry.delivery,
        "as_of": entry.as_of,
        "rules_version": entry.rules_version,
    }
