"""Breaking the glass: what it opens, for how long, who is told, and what is kept."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bangfu.ground.access.models import Account, Appointment, Glass, GlassPage
from bangfu.ground.access.services import break_glass, end_glass, record_page, take_note
from bangfu.ground.access.services.glass import Reason, superior_of
from bangfu.ground.acts.actor import OPENED_BY_GLASS, Actor, Purpose, Right, rights_of
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.models import Look
from bangfu.ground.trail.services import record_look
from tests.ground.access.refusing import refused
from tests.people import AUDITOR, CLERK, DATA_OFFICER, FINANCE, LEADER, NEIGHBOUR, SYSTEM_ADMIN, Someone, actor

pytestmark = pytest.mark.django_db
WORDS = "家庭失火，需要马上联系户主"


def break_it(someone: Someone, words: str = WORDS) -> UUID:
    return break_glass(actor=actor(someone), act_id=uuid4(), reason=Reason.FAMILY_IN_DANGER, words=words)


def test_it_opens_reading_and_nothing_else_and_never_another_scope() -> None:
    before = actor(FINANCE)
    glass = break_it(FINANCE)
    after = actor(FINANCE)
    assert {right for right in Right if after.may(right)} == rights_of(before.role) | OPENED_BY_GLASS
    assert {Right.SEE_FILES, Right.SEE_SENSITIVE} == OPENED_BY_GLASS
    assert replace(after, glass_id=None, purpose=before.purpose) == before
    assert (after.glass_id, after.purpose) == (glass, Purpose.EMERGENCY)
    assert after.for_purpose(Purpose.SUPERVISION).purpose == Purpose.EMERGENCY


@pytest.mark.parametrize("someone", [CLERK, SYSTEM_ADMIN])
def test_roles_that_have_no_need_of_it_may_not(someone: Someone) -> None:
    with refused("access.not_allowed"):
        break_it(someone)


def test_it_ends_by_itself_after_half_an_hour() -> None:
    glass = break_it(FINANCE)
    Glass.objects.filter(pk=glass).update(
        began_at=timezone.now() - timedelta(minutes=31), until=timezone.now() - timedelta(minutes=2)
    )
    assert not actor(FINANCE).may(Right.SEE_FILES)


def test_the_database_refuses_a_longer_one_and_one_told_to_oneself() -> None:
    glass = Glass.objects.get(pk=break_it(FINANCE))
    for changes in ({"until": glass.began_at + timedelta(minutes=31)}, {"told_id": glass.account_id}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Glass.objects.filter(pk=glass.pk).update(**changes)


def test_it_is_ended_by_whoever_began_it() -> None:
    break_it(FINANCE)
    end_glass(actor=actor(FINANCE), act_id=uuid4())
    assert not actor(FINANCE).may(Right.SEE_FILES)
    with refused("access.not_found"):
        end_glass(actor=actor(FINANCE), act_id=uuid4())


def test_there_is_one_at_a_time() -> None:
    break_it(FINANCE)
    with refused("access.glass_open"):
        break_it(FINANCE)


@pytest.mark.parametrize("words", ["", "急", "看一下 532991 19900101 001X 的情况", "卡号 6222 0212 3456 7890 123"])
def test_it_wants_words_and_no_number_of_a_person(words: str) -> None:
    with refused("access.words_needed"):
        break_it(FINANCE, words)


def told(someone: Someone) -> str:
    return superior_of(actor(someone)).username


def test_the_nearest_leader_is_told_and_a_leader_somebody_else() -> None:
    assert told(FINANCE) == LEADER.username
    assert told(LEADER) == AUDITOR.username
    assert told(DATA_OFFICER) == LEADER.username


def test_without_anybody_to_tell_the_glass_stays_whole() -> None:
    Appointment.objects.filter(role__in=["leader", "auditor", "audit_admin"]).delete()
    with refused("access.no_superior"):
        break_it(FINANCE)


def test_the_superior_takes_note_and_nobody_else() -> None:
    glass = break_it(FINANCE)
    with refused("access.not_found"):
        take_note(actor=actor(NEIGHBOUR), act_id=uuid4(), glass_id=glass)
    take_note(actor=actor(LEADER), act_id=uuid4(), glass_id=glass)
    assert Glass.objects.get(pk=glass).seen_at is not None


def test_every_page_and_every_look_carries_it() -> None:
    glass, household = break_it(FINANCE), uuid4()
    me = actor(FINANCE)
    with acting(me):
        record_page(me, "files", None)
        record_look(me, page="file", org=me.scope, household_id=household, fields=["income"])
        assert GlassPage.objects.get(glass_id=glass).page == "files"
        look = Look.objects.get(household_id=household)
        assert (look.glass_id, look.purpose) == (glass, "emergency")
    plain: Actor = actor(CLERK)
    with acting(plain):
        record_page(plain, "files", None)
        assert GlassPage.objects.count() == 1
    assert Account.objects.get(username=FINANCE.username).glasses.count() == 1
