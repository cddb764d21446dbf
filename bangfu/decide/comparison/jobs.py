"""Work in the background: opens the scope of whoever asked for it and carries the run out.

What a task needs is imported when it runs: whoever only queues it, or has nothing to do with it, does not wait for the engine to load.
"""

from uuid import UUID

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from bangfu.core.problems import Problem
from bangfu.decide.comparison import folders
from bangfu.decide.comparison.services import JOB
from bangfu.ground.access.selectors import actor_again, operator

# A run that fails says so and is not tried again; this is for a database that was restarted and the like.
_AGAIN = RetryStrategy(max_attempts=3, wait=10)


@app.task(name=JOB, queue="comparison", retry=_AGAIN)
def run(*, run_id: str, person_id: str, role: str, organisation: str, purpose: str) -> None:
    """Compare a union's files with the deliveries in force; goes on where it was, if it was killed."""
    from bangfu.decide.comparison import running  # noqa: PLC0415
    from bangfu.engine.duckdb_.session import limits_within  # noqa: PLC0415

    try:
        actor = actor_again(person_id, role, organisation, purpose)
    except Problem as problem:
        # Whoever asked no longer holds the appointment: nothing is compared, and the run says so.
        running.fail(operator(code=organisation), UUID(run_id), problem)
        return
    try:
        how = running.asking_everything(limits_within(settings.BANGFU_MEMORY))
    except Problem as problem:
        running.fail(actor, UUID(run_id), problem)
        return
    running.perform(actor, UUID(run_id), how)


@app.periodic(cron="7 4 * * *")
@app.task(name="comparison.remove_leftovers", queue="comparison", queueing_lock="comparison.remove_leftovers")
def remove_leftovers(timestamp: int) -> None:
    """Every night: remove what runs left behind that nobody took up again."""
    folders.remove_leftovers()
