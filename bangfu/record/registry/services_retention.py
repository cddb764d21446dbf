"""What was sent is kept no longer than it is needed: the act by which an uploaded workbook and the rows read of it are dropped."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import locked_row
from bangfu.ground.acts.verbs import verb
from bangfu.record.registry import problems
from bangfu.record.registry.models import Batch

DROPPED = verb(
    "registry.upload_dropped",
    zh="“{file}”已满 {days} 天保存期，删除上传的文件和读出的行",
    en="dropped the uploaded “{file}” and the rows read of it, kept for {days} days",
)
# Nobody works on these; the others are dropped when their work is over.
CLOSED = (Batch.State.UPLOADED, Batch.State.CHECKED, Batch.State.DONE, Batch.State.REFUSED)


@act(DROPPED, right=Right.BRING_ARCHIVE)
def drop_upload(*, actor: Actor, act_id: UUID, batch_id: UUID, seen_version: int, days: int) -> Done[bool]:
    """Say that a batch's file and rows are gone; counts, hash and what came of them stay. False, and nothing, where it is not due.

    One that was never committed can no longer be: it is refused. The files are removed after the act (retention.remove_dropped).
    """
    batch = locked_row(Batch, batch_id, seen_version)
    told = {"file": batch.file_name, "days": days}
    if not is_due(batch, timezone.now(), days):
        return Done(False, batch.org, "batch", batch.pk, values=told)
    if batch.state != Batch.State.DONE:
        why = problems.RAW_DROPPED(file=batch.file_name)
        batch.state, batch.problem = Batch.State.REFUSED, {"code": why.code, "zh": why.zh, "en": why.en}
    batch.raw_dropped_at = timezone.now()
    batch.version += 1
    batch.save()
    return Done(True, batch.org, "batch", batch.pk, values=told)


def is_due(batch: Batch, now: datetime, days: int) -> bool:
    """Is nobody at work on it, and has it been kept for ``days``, from its commit or else from its upload?"""
    since = batch.finished_at or batch.created_at
    return batch.state in CLOSED and batch.raw_dropped_at is None and now - since >= timedelta(days=days)
