"""Breaking the glass: for thirty minutes the role reads what it otherwise may not, and the superior knows of it at once.

What it opens is ``actor.OPENED_BY_GLASS``: files and their sensitive contents, inside the scope that the person has anyway. It opens no
act that changes a file, and no other union's files. Every page opened meanwhile is kept (``GlassPage``), every look carries its id.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from django.utils import timezone

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Account, Appointment, Glass, GlassPage
from bangfu.ground.access.problems import GLASS_OPEN, NO_SUPERIOR, WORDS_NEEDED
from bangfu.ground.access.selectors import open_glass
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right, Role
from bangfu.ground.acts.locks import lock
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb

BROKEN = verb(
    "access.glass_broken",
    zh="开始应急查看（{reason_zh}），已告知{told}",
    en="broke the glass ({reason_en}); {told} was told",
)
ENDED = verb("access.glass_ended", zh="结束应急查看", en="ended the break-glass session")
NOTED = verb("access.glass_noted", zh="已阅{name}的应急查看", en="took note of the break-glass session of {name}")
LASTS = timedelta(minutes=30)
_SHORTEST, _LONGEST = 5, 200
# ID numbers and cards: fifteen digits and more, whatever stands between them.
_NUMBER = re.compile(r"(?:\d[\s-]?){15,}")
# Who is told: the leader of the nearest organisation on the way up; where there is none, whoever audits there.
_TOLD = (Role.LEADER, Role.AUDITOR, Role.AUDIT_ADMIN)


class Reason(StrEnum):
    """Why somebody must see what their role may not."""

    FAMILY_IN_DANGER = "family_in_danger"
    NOBODY_ELSE = "nobody_else"
    SUPERIOR_ASKS = "superior_asks"
    COMPLAINT = "complaint"
    OTHER = "other"


REASON_WORDS: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        Reason.FAMILY_IN_DANGER: (
            "家庭遇到急难，要马上联系或救助",
            "a family is in danger and must be reached at once",
        ),
        Reason.NOBODY_ELSE: (
            "经办的人联系不上，事情不能等",
            "whoever handles it cannot be reached, and it cannot wait",
        ),
        Reason.SUPERIOR_ASKS: ("上级紧急查问", "a superior authority asks urgently"),
        Reason.COMPLAINT: ("处理投诉或信访", "a complaint or petition is being dealt with"),
        Reason.OTHER: ("其他（在说明里写清）", "something else (said in the words)"),
    }
)


@act(BROKEN, right=Right.BREAK_GLASS)
def break_glass(*, actor: Actor, act_id: UUID, reason: Reason, words: str) -> Done[UUID]:
    """Begin a session of thirty minutes and tell the superior. Gives its id. Raises WORDS_NEEDED, NO_SUPERIOR, GLASS_OPEN."""
    words = " ".join(words.split())
    if not _SHORTEST <= len(words) <= _LONGEST or _NUMBER.search(words):
        raise WORDS_NEEDED()
    lock("glass", [actor.person_id])
    held = open_glass(actor)
    if held is not None:
        raise GLASS_OPEN(until=f"{timezone.localtime(held.until):%H:%M}")
    told = superior_of(actor)
    now = timezone.now()
    made = Glass.objects.create(
        account_id=actor.person_id,
        role=actor.role.value,
        organisation=actor.organisation,
        org=actor.scope,
        reason=reason.value,
        words=words,
        began_at=now,
        until=now + LASTS,
        told=told,
    )
    zh, en = REASON_WORDS[reason]
    values = {"reason_zh": zh, "reason_en": en, "told": told.full_name}
    return Done(made.pk, actor.scope, "glass", made.pk, values=values)


@act(ENDED, right=Right.BREAK_GLASS)
def end_glass(*, actor: Actor, act_id: UUID) -> Done[None]:
    """End one's own session before its time."""
    held = open_glass(actor)
    if held is None:
        raise NOT_FOUND()
    held.ended_at = timezone.now()
    held.save(update_fields=["ended_at"])
    return Done(None, held.org, "glass", held.pk)


@act(NOTED, right=Right.SEE_POLICY)
def take_note(*, actor: Actor, act_id: UUID, glass_id: UUID) -> Done[None]:
    """The superior who was told says that they know."""
    found = Glass.objects.select_for_update().filter(pk=glass_id, told_id=actor.person_id, seen_at=None).first()
    if found is None:
        raise NOT_FOUND()
    found.seen_at = timezone.now()
    found.save(update_fields=["seen_at"])
    return Done(None, found.org, "glass", found.pk, values={"name": found.account.full_name})


def record_page(actor: Actor, page: str, subject_id: UUID | None) -> None:
    """Keep that a page was opened, if it was behind broken glass. Written with the reading itself, like a look: no act."""
    if actor.glass_id is not None:
        GlassPage.objects.create(glass_id=actor.glass_id, org=actor.scope, page=page, subject_id=subject_id)


def superior_of(actor: Actor) -> Account:
    """Who is told: somebody else, on the nearest organisation on the way up. Raises NO_SUPERIOR where there is nobody."""
    on = today(MachineClock())
    way_up = [actor.scope[: place + 1] for place, letter in enumerate(actor.scope) if letter == "/"]
    held = (
        Appointment.objects.filter(
            organisation__path__in=way_up, role__in=_TOLD, period__contains=on, account__is_active=True
        )
        .exclude(account_id=actor.person_id)
        .select_related("account", "organisation")
    )
    order = [role.value for role in _TOLD]
    nearest = sorted(
        held, key=lambda one: (order.index(one.role) > 0, -len(one.organisation.path), order.index(one.role))
    )
    if not nearest:
        raise NO_SUPERIOR()
    return nearest[0].account
