"""The worker: jobs of all rooms, two at a time. ``from bangfu.site.worker import run; run()``, in an instance that was started."""

import asyncio
import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from bangfu.core.whole_files import replacing
from bangfu.site.home import home_folder
from bangfu.site.instance import URL, start

if TYPE_CHECKING:
    from procrastinate.app import WorkerOptions
    from procrastinate.contrib.django.django_connector import DjangoConnector

_AT_ONCE = 2
# A worker that was killed is known to be dead at once where another takes its place in the same home (``_bury``); elsewhere by its
# silence.
_BEATS_EVERY, _DEAD_AFTER = 5.0, 30.0


def run() -> None:
    """Work until SIGTERM or SIGINT; jobs that are under way are finished first."""
    home = home_folder()
    start(home)
    with _alone(_register_file(home, ".lock")):
        try:
            asyncio.run(_work(_register_file(home, ".json")))
        except ConnectorException as error:
            # The database went away for longer than a reconnection takes: the supervisor starts us again.
            sys.stderr.write(f"{type(error).__name__}\n")
            sys.exit(1)


async def _work(register: Path) -> None:
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    # A second app for fetching jobs: inside of them ``app`` keeps Django's connection, so that what an act queues commits with it.
    async with app.with_connector(connector).open_async() as fetching:
        await _bury(fetching, register)
        await requeue_stalled(fetching)
        options: WorkerOptions = {
            **fetching.worker_defaults,  # what closes Django's connections around each job
            "concurrency": _AT_ONCE,
            "update_heartbeat_interval": _BEATS_EVERY,
            "stalled_worker_timeout": _DEAD_AFTER,
        }
        worker = Worker(fetching, **options)
        noting = asyncio.create_task(_note(worker, register))
        try:
            await worker.run()  # type: ignore[no-untyped-call]
        finally:
            noting.cancel()
    register.unlink(missing_ok=True)


async def requeue_stalled(fetching: App) -> int:
    """Queue again what workers that are dead had begun; gives how many jobs. What a job did is safe to do twice."""
    jobs = list(await fetching.job_manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER))
    for job in jobs:
        await fetching.job_manager.retry_job(job)
    return len(jobs)


@app.periodic(cron="* * * * *")
@app.task(name="site.requeue_stalled", queue="upkeep", queueing_lock="site.requeue_stalled", pass_context=True)
async def requeue_every_minute(context: JobContext, timestamp: int) -> None:  # noqa: ARG001, periodic tasks are told when they were due
    """Every minute: workers of other machines that share the database may have died."""
    await requeue_stalled(context.app)


async def _bury(fetching: App, register: Path) -> None:
    """We are alone in this home: whoever is in the register is dead, and its jobs are nobody's."""
    with suppress(OSError, ValueError):
        await fetching.job_manager.unregister_worker(int(json.loads(register.read_text("utf-8"))))


async def _note(worker: Worker, register: Path) -> None:
    while worker.worker_id is None:
        await asyncio.sleep(0.01)
    with replacing(register) as draft:
        draft.write_text(json.dumps(worker.worker_id), "utf-8")


def _register_file(home: Path, suffix: str) -> Path:
    """Worker numbers are those of one database."""
    return home / f"worker-{hashlib.sha256(os.environ[URL].encode()).hexdigest()[:8]}{suffix}"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One worker per home and database; waits while one that was asked to end is still at it. The kernel lets go of a dead one's lock."""
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
