"""A comparison as a page shows it while it is at work."""

from django.utils.translation import gettext

from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.selectors import RunView
from bangfu.terminals.desk import formats
from bangfu.terminals.desk.background import Work

_STATES = {
    Run.State.QUEUED: "waiting",
    Run.State.RUNNING: "running",
    Run.State.FAILED: "failed",
    Run.State.DONE: "done",
}


def work_of(view: RunView) -> Work:
    """How far it is: by chunks once the engine is through."""
    run = view.run
    label = gettext("比对（%(day)s）") % {"day": formats.day(run.on)}
    return Work(
        label,
        _STATES[Run.State(run.state)],
        done=view.done if view.total else None,
        total=view.total or None,
        problem=run.problem,
    )
