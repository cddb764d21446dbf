"""Work in the background as a page shows it: waiting, running, done or stopped, and how long it may still take."""

from dataclasses import dataclass
from datetime import datetime

from procrastinate.contrib.django.models import ProcrastinateJob

_WAITING, _RUNNING = "todo", "doing"
_STOPPED = frozenset({"failed", "cancelled", "aborted"})


@dataclass(frozen=True, slots=True)
class Work:
    """What the component ``{% work %}`` draws: ``rate`` rows a second, ``left`` in seconds."""

    label: str
    state: str
    done: int | None = None
    total: int | None = None
    rate: float | None = None
    left: float | None = None
    problem: object = None


def job_state(task: str, **about: str) -> str:
    """The newest job of a task about something: waiting, running, failed, or done (also where there never was one)."""
    wanted = {f"args__{name}": value for name, value in about.items()}
    job = ProcrastinateJob.objects.filter(task_name=task, **wanted).order_by("-id").first()
    if job is None:
        return "done"
    if job.status in _STOPPED:
        return "failed"
    return {_WAITING: "waiting", _RUNNING: "running"}.get(str(job.status), "done")


def pace(rows: int, since: datetime | None, until: datetime | None) -> float | None:
    """Rows per second between two moments; None where that says nothing."""
    if since is None or until is None:
        return None
    seconds = (until - since).total_seconds()
    return rows / seconds if rows and seconds > 0 else None
