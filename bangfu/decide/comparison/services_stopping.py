"""Ending a comparison on its way, and taking it up again: what is recorded stands, and nothing is recorded twice."""

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.problems import ALREADY_OVER, CANCELLED, NEWER_RUN, NOT_STOPPED
from bangfu.decide.comparison.rules import going_on
from bangfu.decide.comparison.services import JOB, add_up, queue
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import or_busy
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb

CANCELLED_RUN = verb(
    "comparison.run_cancelled",
    zh="取消比对（{on}），已记下的保留：新增 {opened}、变更 {changed}、消除 {closed}",
    en="cancelled the comparison as of {on}; what was recorded stands: {opened} opened, {changed} changed, {closed} closed",
)
TAKEN_UP = verb("comparison.run_taken_up", zh="接着办比对（{on}）", en="took the comparison as of {on} up again")
GONE_ON = verb(
    "comparison.run_gone_on",
    zh="接着比对，前 {chunks} 段已经记下",
    en="went on with the comparison; {chunks} parts were recorded before",
)
_OVER = (Run.State.FAILED, Run.State.CANCELLED)
_ALIVE = (Run.State.QUEUED, Run.State.RUNNING)


@act(CANCELLED_RUN, right=Right.COMPARE)
def cancel_run(*, actor: Actor, act_id: UUID, run_id: UUID) -> Done[None]:
    """End a run that waits or is at work; what it recorded stands, and its engine stops within seconds. Raises ALREADY_OVER."""
    run = _locked(run_id)
    if run.state not in _ALIVE:
        raise ALREADY_OVER()
    counts = add_up(run)
    run.state, run.finished_at, run.cancelled_name = Run.State.CANCELLED, timezone.now(), actor.name
    run.version += 1
    run.save()
    changed = {name: counts[name] for name in ("opened", "changed", "closed")}
    return Done(None, run.org, "run", run.pk, values={"on": run.on, **changed})


@act(TAKEN_UP, right=Right.COMPARE)
def take_up_run(*, actor: Actor, act_id: UUID, run_id: UUID) -> Done[None]:
    """Queue a run again that was cancelled, has failed, or whose job is gone; it goes on for the actor, where it can.

    Raises NOT_STOPPED, and NEWER_RUN where another has looked at its files since.
    """
    run = _locked(run_id)
    if run.state in _OVER:
        newer = newer_run(run)
        if newer is not None:
            raise NEWER_RUN(on=newer.on)
        run.state, run.finished_at, run.problem, run.cancelled_name = Run.State.QUEUED, None, None, ""
        run.version += 1
        run.save()
    elif run.state not in _ALIVE or not abandoned(run.pk):
        raise NOT_STOPPED()
    queue(actor, run.pk)
    return Done(None, run.org, "run", run.pk, values={"on": run.on})


@act(GONE_ON, right=Right.COMPARE)
def go_on_run(*, actor: Actor, act_id: UUID, run_id: UUID) -> Done[int]:
    """A run that was taken up is at work again, and keeps what the engine found before; gives how many chunks are recorded."""
    run = _locked(run_id)
    if run.state not in _ALIVE:
        raise CANCELLED()
    run.state, run.stages = Run.State.RUNNING, going_on(run.stages)
    run.version += 1
    run.save()
    return Done(run.chunks_done, run.org, "run", run.pk, values={"chunks": run.chunks_done})


def newer_run(run: Run) -> Run | None:
    """A later run that began to look at some of the same files: of its union, of one above or of one below."""
    later = Run.objects.filter(started_at__gt=run.started_at, attempt__gt=0).order_by("-started_at")
    return next((one for one in later if one.org.startswith(run.org) or run.org.startswith(one.org)), None)


def abandoned(run_id: UUID) -> bool:
    """It was given to the background, and no job has it any more; what the command line runs was never given."""
    states = set(
        ProcrastinateJob.objects.filter(task_name=JOB, args__run_id=str(run_id)).values_list("status", flat=True)
    )
    return bool(states) and not states & {"todo", "doing"}


def _locked(run_id: UUID) -> Run:
    with or_busy():
        run = Run.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NOT_FOUND()
    return run
