"""Bringing a workbook in, as the command line does it: the same acts, at once."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.record.registry import services, work
from bangfu.record.registry.models import Batch
from bangfu.record.registry.uploads import chunks_of, keep


@dataclass(frozen=True)
class Brought:
    """What came of it."""

    batch: UUID
    counts: dict[str, int]


def check(actor: Actor, path: Path, organisation: str, *, columns: dict[str, str | None] | None = None) -> Batch:
    """Upload and check; nothing of the registry is written yet."""
    act_id = uuid4()
    with path.open("rb") as file:
        stored = keep(chunks_of(file), path.name, upload_id=act_id, home=Path(settings.BANGFU_HOME), largest=10**9)
    batch_id = services.receive_archive(
        actor=actor, act_id=act_id, stored=stored, organisation_code=organisation, basis="authorisation", source="测试"
    )
    services.choose_columns(actor=actor, act_id=uuid4(), batch_id=batch_id, seen_version=1, columns=columns or {})
    work.check(actor, batch_id, 2)
    return batch_now(actor, batch_id)


def bring(actor: Actor, path: Path, organisation: str) -> Brought:
    """Upload, check, commit."""
    batch = check(actor, path, organisation)
    assert batch.state == Batch.State.CHECKED, batch.problem
    services.start_commit(
        actor=actor, act_id=uuid4(), batch_id=batch.pk, seen_version=batch.version, in_background=False
    )
    return Brought(batch.pk, work.commit(actor, batch.pk))


def batch_now(actor: Actor, batch_id: UUID) -> Batch:
    """The batch as it is now."""
    with acting(actor):
        return Batch.objects.get(pk=batch_id)
