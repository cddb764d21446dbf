"""A delivery from file to use in one go, as the command line does it: the same acts as on the pages, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from bangfu.engine.intake import problems as file_problems
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.record.registry.uploads import chunks_of, discard, keep
from bangfu.record.sources import services
from bangfu.record.sources.about import About
from bangfu.record.sources.checking import check_delivery, clear_delivery
from bangfu.record.sources.models import Delivery


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of it. ``already``: this very file was in use before, and nothing changed."""

    delivery: Delivery
    already: bool

    @property
    def counts(self) -> dict[str, int]:
        """rows = new + changed + same + wrong."""
        row = self.delivery
        told = {name: getattr(row, name) or 0 for name in ("rows", "new", "changed", "same", "wrong")}
        return told | {"new": 0, "changed": 0, "same": row.keyed or 0} if self.already else told


def bring_delivery(
    actor: Actor, path: Path, about: About, *, reason: str = "", told: Callable[[str], None] = lambda _: None
) -> Brought:
    """Keep a copy of the file, check it, put it to use. Raises a Problem where that cannot be: then nothing of it is in use.

    A file that cannot be read is refused. One whose control total differs waits, checked, for a ``reason``: the same call with it goes on.
    ``told`` hears the steps: keep, check, use.
    """
    if not path.is_file():
        raise file_problems.NO_SUCH_FILE(file=path.name)
    told("keep")
    with path.open("rb") as file:
        stored = keep(
            chunks_of(file),
            path.name,
            upload_id=uuid4(),
            home=Path(settings.BANGFU_HOME),
            largest=settings.BANGFU_LARGEST_UPLOAD,
        )
    received = services.receive_delivery(actor=actor, act_id=stored.id, stored=stored, about=about, in_background=False)
    if received.already:
        discard(Path(settings.BANGFU_HOME), stored.id)
    row = _row(actor, received.delivery_id)
    if row.state == Delivery.State.ACTIVE:
        return Brought(row, already=True)
    told("check")
    _check(actor, row)
    told("use")
    _use(actor, _row(actor, row.pk), reason)
    return Brought(_row(actor, row.pk), already=False)


def _check(actor: Actor, row: Delivery) -> None:
    problem = check_delivery(actor, row.pk)
    if problem is None:
        return
    version = _row(actor, row.pk).version
    services.refuse_delivery(actor=actor, act_id=uuid4(), delivery_id=row.pk, seen_version=version, reason=str(problem))
    clear_delivery(actor, row.pk)
    raise problem


def _use(actor: Actor, row: Delivery, reason: str) -> None:
    services.activate_delivery(
        actor=actor,
        act_id=services.step_id(row.pk, f"use {row.version}"),
        delivery_id=row.pk,
        seen_version=row.version,
        reason=reason,
    )


def _row(actor: Actor, delivery_id: UUID) -> Delivery:
    with acting(actor):
        return Delivery.objects.get(pk=delivery_id)
