"""Work in the background: opens the scope of whoever asked for it and calls the acts.

What a task needs is imported when it runs: whoever only queues it, or has nothing to do with it, does not wait for the engine to load.
"""

from uuid import UUID

from procrastinate.contrib.django import app

from bangfu.core.clock import MachineClock
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import actor_again, operator


@app.task(name="registry.check", queue="imports", pass_context=False)
def check(*, batch_id: str, version: int, person_id: str, role: str, organisation: str, purpose: str) -> None:
    """Check an uploaded workbook."""
    from bangfu.record.registry import work  # noqa: PLC0415

    work.check(actor_again(person_id, role, organisation, purpose), UUID(batch_id), version)


@app.task(name="registry.commit", queue="imports", pass_context=False)
def commit(*, batch_id: str, version: int, person_id: str, role: str, organisation: str, purpose: str) -> None:
    """Bring a checked workbook in, from the first chunk that is not in yet. ``version`` only tells jobs apart."""
    from bangfu.record.registry import work  # noqa: PLC0415

    work.commit(actor_again(person_id, role, organisation, purpose), UUID(batch_id))


@app.periodic(cron="37 3 * * *")
@app.task(name="registry.drop_uploads", queue="imports", queueing_lock="registry.drop_uploads")
def drop_uploads(timestamp: int) -> None:
    """Every night: drop uploaded workbooks that were kept long enough."""
    from bangfu.record.registry.retention import drop_due_uploads  # noqa: PLC0415

    for code in Organisation.objects.filter(above=None).values_list("code", flat=True):
        drop_due_uploads(operator(code=code), MachineClock().now())
