"""What a department delivered is kept no longer than it is needed: the act by which the uploaded file and the staged rows are dropped."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from bangfu.engine.datasets import declared_datasets
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import locked_row
from bangfu.ground.acts.verbs import verb
from bangfu.record.sources.models import Delivery

DROPPED = verb(
    "sources.raw_dropped",
    zh="“{title_zh}”（截至 {as_of}）已满 {days} 天保存期，删除上传的文件和原始行",
    en="dropped the uploaded file and the rows of “{title_en}” (as of {as_of}), kept for {days} days",
)
_WAITED = "保存期满，没有启用 (kept as long as it may be, and never put to use)"


@act(DROPPED, right=Right.BRING_DATA)
def drop_raw(*, actor: Actor, act_id: UUID, delivery_id: UUID, seen_version: int, days: int) -> Done[bool]:
    """Say that a delivery's rows are gone. False, and nothing, where it is not due: one in use never is.

    One that still waited can no longer be put to use: it is refused. The files are removed after the act (registry.retention).
    """
    delivery = locked_row(Delivery, delivery_id, seen_version)
    title = declared_datasets()[delivery.dataset].title
    told = {"title_zh": title.zh, "title_en": title.en, "as_of": delivery.as_of.isoformat(), "days": days}
    due = is_due(delivery, timezone.now(), days)
    if due:
        if delivery.state != Delivery.State.REPLACED:
            delivery.state, delivery.reason = Delivery.State.REFUSED, delivery.reason or _WAITED
        delivery.raw_dropped_at = timezone.now()
        delivery.version += 1
        delivery.save()
    return Done(due, delivery.org, "delivery", delivery.pk, values=told)


def is_due(delivery: Delivery, now: datetime, days: int) -> bool:
    """Is it out of use, not dropped yet, and was it received ``days`` ago or earlier?"""
    in_use = delivery.state == Delivery.State.ACTIVE
    return not in_use and delivery.raw_dropped_at is None and now - delivery.created_at >= timedelta(days=days)
