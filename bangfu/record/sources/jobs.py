"""Work in the background: opens the scope of whoever asked for it and does what the acts queued.

What a task needs is imported when it runs: whoever only queues it, or has nothing to do with it, does not wait for the engine to load.
"""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from bangfu.core.clock import MachineClock
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import actor_again, operator

# What fails for a reason of the file is recorded; this is for a database that was restarted and the like.
_AGAIN = RetryStrategy(max_attempts=3, wait=10)


@app.task(name="sources.check_delivery", queue="imports", retry=_AGAIN)
def check_delivery(
    *, delivery_id: str, version: int, person_id: str, role: str, organisation: str, purpose: str
) -> None:
    """Check an uploaded file."""
    from bangfu.record.sources import checking  # noqa: PLC0415

    checking.check_delivery(actor_again(person_id, role, organisation, purpose), UUID(delivery_id), version)


@app.task(name="sources.clear_delivery", queue="imports", retry=_AGAIN)
def clear_delivery(*, delivery_id: str, person_id: str, role: str, organisation: str, purpose: str) -> None:
    """Remove the files of a refused delivery."""
    from bangfu.record.sources import checking  # noqa: PLC0415

    checking.clear_delivery(actor_again(person_id, role, organisation, purpose), UUID(delivery_id))


@app.periodic(cron="17 3 * * *")
@app.task(name="sources.clear_orphans", queue="imports")
def clear_orphans(timestamp: int) -> None:
    """Every night: remove uploads that were never received."""
    from bangfu.record.sources import checking  # noqa: PLC0415

    checking.clear_orphans(MachineClock().now())


@app.periodic(cron="47 3 * * *")
@app.task(name="sources.drop_raw_rows", queue="imports", queueing_lock="sources.drop_raw_rows")
def drop_raw_rows(timestamp: int) -> None:
    """Every night: drop the rows of deliveries that were kept long enough and are not in use."""
    from bangfu.record.sources.retention import drop_due_deliveries  # noqa: PLC0415

    for code in Organisation.objects.filter(above=None).values_list("code", flat=True):
        drop_due_deliveries(operator(code=code), MachineClock().now())
