"""Small deliveries for the tests, and their way in. Numbers are invented, from 532990 to 532999."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from bangfu.core.clock import MachineClock
from bangfu.core.ids import check_digit
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from bangfu.record.registry.models import Batch
from bangfu.record.registry.uploads import Stored, keep
from bangfu.record.sources.about import About
from bangfu.record.sources.checking import check_delivery
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.services import activate_delivery, receive_delivery
from tests.people import DATA_OFFICER, actor

DAY = date(2026, 10, 31)


def number(sequence: int) -> str:
    """A valid invented ID number."""
    body = f"5329901980010{1 + sequence // 900 % 9}{100 + sequence % 900}"
    return body + check_digit(body)


def officer() -> Actor:
    return actor(DATA_OFFICER, Purpose.COMPARISON)


def vehicles(rows: Sequence[tuple[str, str]], headings: str = "所有人,身份证号,号牌号码,车辆类型,状态") -> bytes:
    """A delivery of vehicles: (ID number, type) per row."""
    lines = [headings, *(f"王小明,{who},云L00001,{kind},正常" for who, kind in rows)]
    return ("\n".join(lines) + "\n").encode()


def about(**said: Any) -> About:
    return About(**{"dataset": "vehicles", "as_of": DAY, **said})


def stored(content: bytes, name: str = "机动车.csv", upload_id: UUID | None = None) -> Stored:
    home = Path(settings.BANGFU_HOME)
    return keep([content], name, upload_id=upload_id or uuid4(), home=home, largest=10**8)


def received(content: bytes, who: Actor | None = None, **said: Any) -> UUID:
    """Kept and received; waits to be checked."""
    upload = stored(content)
    done = receive_delivery(actor=who or officer(), act_id=upload.id, stored=upload, about=about(**said))
    return done.delivery_id


def checked(content: bytes, who: Actor | None = None, **said: Any) -> UUID:
    delivery_id = received(content, who, **said)
    check_delivery(who or officer(), delivery_id)
    return delivery_id


def brought(content: bytes, who: Actor | None = None, *, reason: str = "", **said: Any) -> UUID:
    """Received, checked and in use."""
    delivery_id = checked(content, who, **said)
    activated(delivery_id, who, reason=reason)
    return delivery_id


def activated(delivery_id: UUID, who: Actor | None = None, *, reason: str = "") -> None:
    version = row(delivery_id).version
    activate_delivery(
        actor=who or officer(), act_id=uuid4(), delivery_id=delivery_id, seen_version=version, reason=reason
    )


def row(delivery_id: UUID, who: Actor | None = None) -> Delivery:
    with acting(who or officer()):
        return Delivery.objects.get(pk=delivery_id)


def counts(delivery: Delivery) -> Mapping[str, int | None]:
    return {name: getattr(delivery, name) for name in ("rows", "new", "changed", "same", "wrong", "gone")}


def problem_of(delivery_id: UUID) -> str:
    """The code of what kept a delivery from being read."""
    return str((row(delivery_id).problem or {})["code"])


def aged(days: int, *ids: UUID) -> None:
    """As if it had been received, and committed, so many days ago."""
    then = MachineClock().now() - timedelta(days=days)
    with acting(operator()):
        Delivery.objects.filter(pk__in=ids).update(created_at=then)
        Batch.objects.filter(pk__in=ids).update(created_at=then)
        Batch.objects.filter(pk__in=ids).exclude(finished_at=None).update(finished_at=then)
