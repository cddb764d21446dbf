"""Taking the error workbook out: the sender's own file, with whole numbers in it, leaves the system; so it is recorded."""

from uuid import UUID

from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb
from bangfu.record.registry import problems
from bangfu.record.registry.models import Batch

ERRORS_TAKEN = verb(
    "registry.errors_taken", zh="下载了“{file}”的错误清单", en="downloaded the error workbook of “{file}”"
)
# There is nothing to say about rows that were not read.
_READ = (Batch.State.CHECKED, Batch.State.COMMITTING, Batch.State.DONE)


@act(ERRORS_TAKEN, right=Right.BRING_ARCHIVE)
def take_errors(*, actor: Actor, act_id: UUID, batch_id: UUID) -> Done[None]:
    """Say in the trail that the error workbook is taken out; the caller then writes it (bringing.write_error_workbook)."""
    batch = Batch.objects.filter(pk=batch_id, org__startswith=actor.scope).first()
    if batch is None:
        raise NOT_FOUND()
    if batch.state not in _READ:
        raise problems.ALREADY_COMMITTED(state=batch.state)
    if batch.raw_dropped_at is not None:
        raise problems.RAW_DROPPED(file=batch.file_name)
    return Done(None, batch.org, "batch", batch.pk, values={"file": batch.file_name})
