"""Showing a whole ID number: an act with a reason, seen by the household's whole file, for whoever may see sensitive data."""

import json
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from django.utils import timezone

from bangfu.ground.access.sealing import unseal
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.models import Entry
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb
from bangfu.ground.trail.services import record_look
from bangfu.record.registry.models import Member

SHOWN = verb(
    "registry.number_shown",
    zh="查看了{who}的完整身份证号，理由：{reason_zh}",
    en="saw the whole ID number of {who_en}; reason: {reason_en}",
)
# The page that follows the act at once, and no later one.
_HOLDS = timedelta(minutes=2)


class Reason(StrEnum):
    """Why somebody needs the whole number. A list and no free text, which could itself hold personal data."""

    PAPERS = "papers"
    DEPARTMENT = "department"
    FAMILY = "family"
    CORRECTION = "correction"
    SUPERVISION = "supervision"


REASON_WORDS: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        Reason.PAPERS: ("核对证件原件", "compare with the card itself"),
        Reason.DEPARTMENT: ("向部门核实", "ask a department"),
        Reason.FAMILY: ("答复家庭询问", "answer the family"),
        Reason.CORRECTION: ("更正档案里的号码", "correct the number on file"),
        Reason.SUPERVISION: ("监督检查", "supervision"),
    }
)


@act(SHOWN, right=Right.SEE_SENSITIVE, looking=True)
def show_number(*, actor: Actor, act_id: UUID, member_id: UUID, reason: Reason) -> Done[None]:
    """Put down that somebody now sees this person's whole number, and why. The number itself is read by ``shown_number``."""
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise NOT_FOUND()
    record_look(actor, page="number", org=member.org, household_id=member.household_id, fields=["id_number"])
    zh, en = REASON_WORDS[reason]
    told = {
        "who": "户主" if member.is_head else f"家庭成员{member.position}",
        "who_en": "the head" if member.is_head else f"member {member.position}",
        "reason_zh": zh,
        "reason_en": en,
    }
    return Done(None, member.org, "member", member.pk, member.household_id, told)


def shown_number(actor: Actor, member_id: UUID, act_id: UUID) -> str:
    """The number that an act of this person has just put down to be shown, as written where it is no valid one; else NOT_FOUND."""
    actor.require(Right.SEE_SENSITIVE)
    since = timezone.now() - _HOLDS
    allowed = Entry.objects.filter(
        act_id=act_id, verb=SHOWN.code, subject_id=member_id, person_id=actor.person_id, at__gt=since
    )
    member = Member.objects.filter(pk=member_id).first()
    if member is None or not allowed.exists():
        raise NOT_FOUND()
    if member.number_sealed is not None:
        return unseal(member.number_sealed, "member.number")
    written = json.loads(unseal(member.as_written_sealed, "as_written")) if member.as_written_sealed else {}
    return str(written.get("id_number", ""))
