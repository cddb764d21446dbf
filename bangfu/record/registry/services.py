"""Bringing archives in: receive, check, commit chunk by chunk, finish. Each step is an act; an interrupted one goes on where it stopped."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app as jobs

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.selectors import organisation
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.faults import fault_point
from bangfu.ground.acts.locks import lock, locked_row
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb
from bangfu.record.registry import problems
from bangfu.record.registry.apply import Basis, apply, new_files
from bangfu.record.registry.models import Batch, Chunk
from bangfu.record.registry.ready import taken
from bangfu.record.registry.staged import known_of, plan_of
from bangfu.record.registry.uploads import Stored

RECEIVED = verb(
    "registry.archive_received",
    zh="收到档案工作簿“{file}”，来源：{source}，比对依据：{basis}",
    en="received the archive workbook “{file}” from {source}, basis for comparison: {basis}",
)
COLUMNS_CHOSEN = verb("registry.columns_chosen", zh="为“{file}”确定了对应列", en="settled the columns of “{file}”")
CHECKED = verb(
    "registry.archive_checked",
    zh="检查“{file}”：{rows} 行 = 新增 {new} + 变更 {changed} + 相同 {same} + 有错 {wrong}",
    en="checked “{file}”: {rows} rows = {new} new + {changed} changed + {same} same + {wrong} wrong",
)
REFUSED = verb(
    "registry.archive_refused", zh="“{file}”读不了，没有收入", en="“{file}” cannot be read; nothing was brought in"
)
COMMITTED = verb("registry.commit_started", zh="开始提交“{file}”", en="began to commit “{file}”")
CHUNK_BROUGHT = verb(
    "registry.chunk_brought",
    zh="从“{file}”收入第 {number} 段：新增 {new}，变更 {changed}，相同 {same}，有错 {wrong}",
    en="brought in part {number} of “{file}”: {new} new, {changed} changed, {same} same, {wrong} wrong",
)
FINISHED = verb(
    "registry.batch_finished",
    zh="“{file}”收入完毕：{rows} 行 = 新增 {new} + 变更 {changed} + 相同 {same} + 有错 {wrong}",
    en="“{file}” is in: {rows} rows = {new} new + {changed} changed + {same} same + {wrong} wrong",
)


@act(RECEIVED, right=Right.BRING_ARCHIVE)
def receive_archive(
    *,
    actor: Actor,
    act_id: UUID,
    stored: Stored,
    organisation_code: str,
    basis: str,
    document: str = "",
    source: str = "",
    control_rows: int | None = None,
    control_households: int | None = None,
) -> Done[UUID]:
    """Take note of an uploaded workbook for a union in the actor's scope. Gives the batch's id."""
    org = organisation(organisation_code).path
    if not org.startswith(actor.scope):
        raise NOT_FOUND()
    batch = Batch.objects.create(
        id=stored.id,
        org=org,
        purpose=actor.purpose.value,
        basis=basis,
        document=document,
        source=source,
        file_name=stored.file_name,
        sha256=stored.sha256,
        size=stored.size,
        control_rows=control_rows,
        control_households=control_households,
        columns=_remembered_columns(org, source),
        created_by=actor.person_id,
        created_name=actor.name,
        created_role=actor.role.value,
    )
    told = {"file": stored.file_name, "source": source or "-", "basis": basis}
    return Done(batch.pk, org, "batch", batch.pk, values=told)


@act(COLUMNS_CHOSEN, right=Right.BRING_ARCHIVE)
def choose_columns(
    *,
    actor: Actor,
    act_id: UUID,
    batch_id: UUID,
    seen_version: int,
    columns: dict[str, str | None],
    in_background: bool = True,
) -> Done[None]:
    """Settle which heading is which field (None: left out), and have the workbook checked. ``in_background=False``: the caller checks."""
    batch = locked_row(Batch, batch_id, seen_version)
    _require(batch, Batch.State.UPLOADED, Batch.State.CHECKED, Batch.State.REFUSED)
    batch.columns = columns
    batch.state = Batch.State.CHECKING
    batch.problem = None
    batch.version += 1
    batch.save()
    if in_background:
        _defer("registry.check", actor, batch)
    return Done(None, batch.org, "batch", batch.pk, values={"file": batch.file_name})


@act(CHECKED, right=Right.BRING_ARCHIVE)
def record_check(
    *,
    actor: Actor,
    act_id: UUID,
    batch_id: UUID,
    chunks: int,
    fields: dict[str, list[str]],
    expected: dict[str, int],
    tally: dict[str, Any],
) -> Done[None]:
    """Keep what the check found: the four counts as they would be if committed now, and what there is to say about the rows."""
    batch = _batch(batch_id)
    if batch.state == Batch.State.CHECKING:
        batch.state, batch.chunks, batch.fields, batch.expected, batch.tally = (
            Batch.State.CHECKED, chunks, fields, expected, tally,
        )  # fmt: skip
        batch.checked_at = timezone.now()
        batch.version += 1
        batch.save()
    return Done(None, batch.org, "batch", batch.pk, values={"file": batch.file_name, **expected})


@act(REFUSED, right=Right.BRING_ARCHIVE)
def record_refusal(*, actor: Actor, act_id: UUID, batch_id: UUID, code: str, zh: str, en: str) -> Done[None]:
    """The file is no archive workbook: say why."""
    batch = _batch(batch_id)
    batch.state = Batch.State.REFUSED
    batch.problem = {"code": code, "zh": zh, "en": en}
    batch.version += 1
    batch.save()
    return Done(None, batch.org, "batch", batch.pk, values={"file": batch.file_name})


@act(COMMITTED, right=Right.BRING_ARCHIVE)
def start_commit(
    *, actor: Actor, act_id: UUID, batch_id: UUID, seen_version: int, reason: str = "", in_background: bool = True
) -> Done[None]:
    """Begin to bring a checked workbook in. Where control totals differ, ``reason`` must say why it is right all the same."""
    batch = locked_row(Batch, batch_id, seen_version)
    _require(batch, Batch.State.CHECKED)
    if not reason:
        check_totals(batch)
    batch.state = Batch.State.COMMITTING
    batch.tally["reason"] = reason
    batch.version += 1
    batch.save()
    if in_background:
        _defer("registry.commit", actor, batch)
    return Done(None, batch.org, "batch", batch.pk, values={"file": batch.file_name})


@act(CHUNK_BROUGHT, right=Right.BRING_ARCHIVE)
def bring_chunk(*, actor: Actor, act_id: UUID, batch_id: UUID, number: int) -> Done[dict[str, int]]:
    """Bring one chunk in: at most 1,000 rows, whole households, one transaction. Gives its counts."""
    batch = _batch(batch_id)
    _require(batch, Batch.State.COMMITTING)
    # Two workbooks for one union come in one after the other; those of other unions at the same time.
    lock("registry.bring", [batch.org])
    chunk = taken(batch, number)
    plan = plan_of(batch, chunk.rows, known_of(chunk.rows))
    fault_point("registry.chunk_brought.planned")
    day = today(MachineClock())
    apply(
        plan,
        persons=chunk.persons,
        org=batch.org,
        today=day,
        numbers=file_numbers(batch.org, day, new_files(plan)),
        basis=Basis(batch.pk, batch.file_name, batch.basis, batch.document),
    )
    fault_point("registry.chunk_brought.written")
    counts = {**plan.counts, "departed": plan.departed}
    Chunk.objects.create(batch=batch, org=batch.org, number=number, act_id=act_id, **counts)
    return Done(counts, batch.org, "batch", batch.pk, values={"file": batch.file_name, "number": number + 1, **counts})


@act(FINISHED, right=Right.BRING_ARCHIVE)
def finish_batch(*, actor: Actor, act_id: UUID, batch_id: UUID) -> Done[dict[str, int]]:
    """Add the chunks up; they must make the whole file."""
    batch = _batch(batch_id)
    names = ("rows", "new", "changed", "same", "wrong", "departed")
    chunks = list(batch.chunks_in.all())
    counts = {name: sum(getattr(chunk, name) for chunk in chunks) for name in names}
    if len(chunks) != batch.chunks or counts["rows"] != batch.expected["rows"]:
        raise problems.SUM_DIFFERS(counted=counts["rows"], rows=batch.expected["rows"])
    batch.state, batch.counts, batch.finished_at = Batch.State.DONE, counts, timezone.now()
    batch.version += 1
    batch.save()
    return Done(counts, batch.org, "batch", batch.pk, values={"file": batch.file_name, **counts})


def step_id(batch_id: UUID, step: str) -> UUID:
    """The act_id of a step of a batch: the same however often it is tried."""
    return uuid5(batch_id, step)


def check_totals(batch: Batch) -> None:
    """Raise CONTROL_ROWS or CONTROL_HOUSEHOLDS where the sender stated other numbers than the file holds."""
    if batch.control_rows is not None and batch.control_rows != batch.expected["rows"]:
        raise problems.CONTROL_ROWS(expected=batch.control_rows, found=batch.expected["rows"])
    households = int(batch.tally.get("households", 0))
    if batch.control_households is not None and batch.control_households != households:
        raise problems.CONTROL_HOUSEHOLDS(expected=batch.control_households, found=households)


def file_numbers(org: str, day: date, count: int) -> list[str]:
    """The next numbers of a county's year: 532923-2026-00418."""
    if not count:
        return []
    places = [part for part in org.split("/") if part]
    place = next((part for part in reversed(places) if len(part) == 6), places[-1])
    series = f"{place}-{day.year}"
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO registry_filecounter (series, last) VALUES (%s, %s)
               ON CONFLICT (series) DO UPDATE SET last = registry_filecounter.last + excluded.last RETURNING last""",
            [series, count],
        )
        last = int(cursor.fetchone()[0])
    return [f"{series}-{number:05}" for number in range(last - count + 1, last + 1)]


def _batch(batch_id: UUID) -> Batch:
    batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NOT_FOUND()
    return batch


def _require(batch: Batch, *states: str) -> None:
    if batch.state not in states:
        raise problems.ALREADY_COMMITTED(state=batch.state)


def _remembered_columns(org: str, source: str) -> Mapping[str, Any]:
    last = Batch.objects.filter(org=org, source=source).exclude(columns={}).order_by("-created_at").first()
    return last.columns if last else {}


def _defer(task: str, actor: Actor, batch: Batch) -> None:
    jobs.configure_task(task).defer(
        batch_id=str(batch.pk),
        person_id=str(actor.person_id),
        role=actor.role.value,
        organisation=actor.organisation,
        purpose=actor.purpose.value,
        version=batch.version,
    )
