"""Every night: uploads that were kept long enough are dropped by an act each, and then their files removed.

Killed between the two, the next night removes the files; sent twice, the act changes nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid5

from django.conf import settings

from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.ground.policy.selectors import value_on
from bangfu.record.registry.models import Batch
from bangfu.record.registry.services_retention import CLOSED, drop_upload, is_due
from bangfu.record.registry.uploads import discard, upload_folder

KEEP_DAYS = "archive.keep_upload_days"


def drop_due_uploads(actor: Actor, now: datetime) -> int:
    """Drop what is due in the actor's area; gives how many batches."""
    with acting(actor):
        waiting = list(Batch.objects.filter(state__in=CLOSED, raw_dropped_at=None))
        days = days_by_org((batch.org for batch in waiting), KEEP_DAYS, now.date())
    due = [batch for batch in waiting if batch.org in days and is_due(batch, now, days[batch.org])]
    for batch in due:
        drop_upload(
            actor=actor,
            act_id=uuid5(batch.pk, f"drop {batch.version}"),
            batch_id=batch.pk,
            seen_version=batch.version,
            days=days[batch.org],
        )
    with acting(actor):
        dropped = list(Batch.objects.exclude(raw_dropped_at=None).values_list("pk", flat=True))
    remove_dropped(dropped)
    return len(due)


def days_by_org(orgs: Iterable[str], code: str, day: date) -> dict[str, int]:
    """What policy says for each organisation; those without a value keep for ever. Inside the door."""
    held = {org: value_on(org, code, day) for org in set(orgs)}
    return {org: int(found.value) for org, found in held.items() if found is not None}


def remove_dropped(dropped: Iterable[UUID], keep: Path | None = None) -> None:
    """Remove the uploads; of folders of the same name in ``keep``, everything but the manifest, which holds no row."""
    home = Path(settings.BANGFU_HOME)
    for upload_id in dropped:
        if upload_folder(home, upload_id).exists():
            discard(home, upload_id)
        for path in (keep / str(upload_id)).glob("*.parquet") if keep else ():
            path.unlink(missing_ok=True)
