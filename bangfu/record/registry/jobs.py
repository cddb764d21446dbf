"""Work in the background: opens the scope of whoever asked for it and calls the acts."""

from uuid import UUID

from procrastinate.contrib.django import app

from bangfu.ground.access.selectors import actor_again
from bangfu.record.registry import work


@app.task(name="registry.check", queue="imports", pass_context=False)
def check(*, batch_id: str, version: int, person_id: str, role: str, organisation: str, purpose: str) -> None:
    """Check an uploaded workbook."""
    work.check(actor_again(person_id, role, organisation, purpose), UUID(batch_id), version)


@app.task(name="registry.commit", queue="imports", pass_context=False)
def commit(*, batch_id: str, version: int, person_id: str, role: str, organisation: str, purpose: str) -> None:
    """Bring a checked workbook in, from the first chunk that is not in yet. ``version`` only tells jobs apart."""
    work.commit(actor_again(person_id, role, organisation, purpose), UUID(batch_id))
