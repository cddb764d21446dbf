"""Going on with a batch whose work in the background has stopped: the job is queued again, and what is in stays in."""

from uuid import UUID

from procrastinate.contrib.django import app as jobs

from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import locked_row
from bangfu.ground.acts.verbs import verb
from bangfu.record.registry import problems
from bangfu.record.registry.models import Batch

RESUMED = verb("registry.batch_resumed", zh="让“{file}”接着办", en="had “{file}” go on")
_TASKS = {Batch.State.CHECKING.value: "registry.check", Batch.State.COMMITTING.value: "registry.commit"}


@act(RESUMED, right=Right.BRING_ARCHIVE)
def resume_batch(*, actor: Actor, act_id: UUID, batch_id: UUID, seen_version: int) -> Done[None]:
    """Queue the check or the commit of a batch again. Should the first job still be at work, each step is done once all the same."""
    batch = locked_row(Batch, batch_id, seen_version)
    task = _TASKS.get(batch.state)
    if task is None:
        raise problems.ALREADY_COMMITTED(state=batch.state)
    jobs.configure_task(task).defer(
        batch_id=str(batch.pk),
        version=batch.version,
        person_id=str(actor.person_id),
        role=actor.role.value,
        organisation=actor.organisation,
        purpose=actor.purpose.value,
    )
    return Done(None, batch.org, "batch", batch.pk, values={"file": batch.file_name})
