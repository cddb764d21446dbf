"""Every night: the rows of deliveries that were kept long enough are dropped by an act each, and then the files removed.

What was counted, the hash, and the findings with their evidence stay. A delivery in use is the newest of its dataset and coverage, and is
never dropped.
"""

from datetime import datetime
from pathlib import Path
from uuid import uuid5

from django.conf import settings

from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.record.registry.retention import days_by_org, remove_dropped
from bangfu.record.sources.about import STAGED
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.services_retention import drop_raw, is_due

KEEP_DAYS = "delivery.keep_raw_days"


def drop_due_deliveries(actor: Actor, now: datetime) -> int:
    """Drop what is due in the actor's area; gives how many deliveries."""
    with acting(actor):
        kept = list(Delivery.objects.filter(raw_dropped_at=None).exclude(state=Delivery.State.ACTIVE))
        days = days_by_org((row.org for row in kept), KEEP_DAYS, now.date())
    due = [row for row in kept if row.org in days and is_due(row, now, days[row.org])]
    for row in due:
        drop_raw(
            actor=actor,
            act_id=uuid5(row.pk, f"drop {row.version}"),
            delivery_id=row.pk,
            seen_version=row.version,
            days=days[row.org],
        )
    with acting(actor):
        dropped = list(Delivery.objects.exclude(raw_dropped_at=None).values_list("pk", flat=True))
    remove_dropped(dropped, Path(settings.BANGFU_HOME) / STAGED)
    return len(due)
