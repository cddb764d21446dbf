"""Appointing, ending, handing over, standing in: by whom, for whom, and what the trail says."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Account, Appointment, Delegation
from bangfu.ground.access.selectors import actor_of, operator, positions
from bangfu.ground.access.services import (
    appoint,
    appoint_also,
    delegate,
    end_appointment,
    end_delegation,
    end_sessions,
    hand_over,
    record_sign_in,
    reset_password,
    suspend_account,
)
from bangfu.ground.acts.actor import Actor, Purpose, Role
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.ground.trail.selectors import recent_entries
from tests.ground.access.refusing import refused
from tests.people import (
    AUDITOR,
    BINCHUAN,
    CLERK,
    DALI,
    LEADER,
    NEIGHBOUR,
    PREFECTURE_CLERK,
    REVIEWER,
    SECURITY_ADMIN,
    XIANGYUN,
    Someone,
    actor,
)

pytestmark = pytest.mark.django_db(transaction=False)
DAY = today(MachineClock())
WEEK = timedelta(days=7)


def account(someone: Someone) -> Account:
    return Account.objects.get(username=someone.username)


def appointment(someone: Someone) -> UUID:
    return account(someone).appointments.get().pk


def admin() -> Actor:
    return actor(SECURITY_ADMIN, Purpose.OPERATIONS)


def county_admin() -> Actor:
    """A security administrator of Xiangyun alone."""
    new(operator(), role=Role.SECURITY_ADMIN, username="county-security")
    return actor_of(Account.objects.get(username="county-security"), DAY, Purpose.OPERATIONS)


def new(
    by: Actor, *, role: Role = Role.CLERK, username: str = "new", code: str = XIANGYUN, last: date | None = None
) -> UUID:
    return appoint(
        actor=by,
        act_id=uuid4(),
        username=username,
        full_name="新小人",
        role=role,
        organisation_code=code,
        since=DAY,
        password_hash="!",
        last=last,
    )


def also(by: Actor, someone: Someone, role: Role, code: str = XIANGYUN) -> UUID:
    return appoint_also(
        actor=by, act_id=uuid4(), account_id=account(someone).pk, role=role, organisation_code=code, since=DAY
    )


def test_the_security_administrator_opens_an_account_with_an_appointment() -> None:
    made = new(admin(), last=DAY + WEEK)
    (held,) = positions(Account.objects.get(pk=made), DAY)
    assert (held.role, held.organisation.code) == (Role.CLERK, XIANGYUN)
    assert positions(Account.objects.get(pk=made), DAY + WEEK)
    assert not positions(Account.objects.get(pk=made), DAY + WEEK + timedelta(days=1))


@pytest.mark.parametrize("someone", [CLERK, REVIEWER, LEADER, AUDITOR, PREFECTURE_CLERK])
def test_nobody_else_does(someone: Someone) -> None:
    with refused("access.not_allowed"):
        new(actor(someone))


def test_not_for_oneself() -> None:
    with refused("access.not_for_oneself"):
        also(admin(), SECURITY_ADMIN, Role.LEADER, DALI)
    with refused("access.not_for_oneself"):
        end_appointment(actor=admin(), act_id=uuid4(), appointment_id=appointment(SECURITY_ADMIN))
    with refused("access.not_for_oneself"):
        reset_password(actor=admin(), act_id=uuid4(), account_id=account(SECURITY_ADMIN).pk, password_hash="!")


def test_not_beyond_ones_own_organisation() -> None:
    with refused("access.not_found"):
        new(county_admin(), code=BINCHUAN, username="other")
    with refused("access.not_found"):
        end_appointment(actor=county_admin_again(), act_id=uuid4(), appointment_id=appointment(NEIGHBOUR))
    with refused("access.not_found"):
        suspend_account(actor=county_admin_again(), act_id=uuid4(), account_id=account(NEIGHBOUR).pk)


def county_admin_again() -> Actor:
    return actor_of(Account.objects.get(username="county-security"), DAY, Purpose.OPERATIONS)


def test_not_somebody_who_is_also_appointed_above() -> None:
    also(operator(), CLERK, Role.LEADER, DALI)
    with refused("access.not_found"):
        reset_password(actor=county_admin(), act_id=uuid4(), account_id=account(CLERK).pk, password_hash="!")


def test_two_roles_that_are_kept_apart_are_named() -> None:
    with refused("access.incompatible_roles") as said:
        also(admin(), CLERK, Role.FINANCE)
    assert "经办 (clerk)" in said.value.zh
    assert "财务" in said.value.zh


def test_a_user_name_is_given_once_and_has_a_form() -> None:
    new(admin())
    with refused("access.username_taken"):
        new(admin(), username="NEW")
    with refused("access.username_form"):
        new(admin(), username="11 ")


def test_what_is_ended_is_over_today() -> None:
    end_appointment(actor=admin(), act_id=uuid4(), appointment_id=appointment(CLERK))
    assert positions(account(CLERK), DAY) == []
    with refused("access.no_appointment"):
        actor(CLERK)


def test_work_is_handed_over_in_one_act() -> None:
    hand_over(actor=admin(), act_id=uuid4(), appointment_id=appointment(CLERK), to_account_id=account(REVIEWER).pk)
    assert positions(account(CLERK), DAY) == []
    assert {one.role for one in positions(account(REVIEWER), DAY)} == {Role.CLERK, Role.REVIEWER}


def stand_in(for_: Someone, by: Someone, first: date = DAY, last: date = DAY + WEEK) -> UUID:
    return delegate(
        actor=actor(for_),
        act_id=uuid4(),
        appointment_id=appointment(for_),
        to_account_id=account(by).pk,
        first=first,
        last=last,
    )


def test_whoever_stands_in_acts_in_the_role_and_both_are_told() -> None:
    given = stand_in(CLERK, REVIEWER)
    stand = actor_of(account(REVIEWER), DAY, Purpose.IDENTIFICATION, given)
    assert (stand.role, stand.organisation, stand.name) == (Role.CLERK, XIANGYUN, "傅小核")
    assert (stand.stands_for_id, stand.stands_for_name) == (account(CLERK).pk, "经小云")
    record_sign_in(actor=stand, act_id=(act_id := uuid4()))
    with acting(operator()):
        entry = Entry.objects.get(act_id=act_id)
        assert (entry.person_id, entry.stands_for_id) == (account(REVIEWER).pk, account(CLERK).pk)
        assert recent_entries(operator())[0].who == "傅小核（代经小云）"


def test_standing_in_ends_with_its_period_with_the_appointment_and_when_somebody_ends_it() -> None:
    given = stand_in(CLERK, REVIEWER)
    assert len(positions(account(REVIEWER), DAY)) == 2
    assert len(positions(account(REVIEWER), DAY + WEEK + timedelta(days=1))) == 1
    end_delegation(actor=actor(REVIEWER), act_id=uuid4(), delegation_id=given)
    assert len(positions(account(REVIEWER), DAY)) == 1
    stand_in(CLERK, REVIEWER)
    end_appointment(actor=admin(), act_id=uuid4(), appointment_id=appointment(CLERK))
    assert len(positions(account(REVIEWER), DAY)) == 1


def test_only_ones_own_appointment_and_to_a_colleague_whose_roles_allow_it() -> None:
    with refused("access.not_found"):
        delegate(
            actor=actor(REVIEWER),
            act_id=uuid4(),
            appointment_id=appointment(CLERK),
            to_account_id=account(REVIEWER).pk,
            first=DAY,
            last=DAY,
        )
    with refused("access.not_a_colleague"):
        stand_in(CLERK, NEIGHBOUR)
    with refused("access.period_backwards"):
        stand_in(CLERK, REVIEWER, DAY, DAY - WEEK)
    approver = Someone("approver", "", Role.APPROVER, XIANGYUN)
    with refused("access.incompatible_roles"):
        stand_in(CLERK, approver)


def test_a_delegation_of_others_cannot_be_ended() -> None:
    given = stand_in(CLERK, REVIEWER)
    with refused("access.not_found"):
        end_delegation(actor=actor(NEIGHBOUR), act_id=uuid4(), delegation_id=given)
    assert Delegation.objects.get(pk=given).ended_at is None


def test_sessions_of_others_are_not_ones_own_to_end() -> None:
    with refused("access.not_found"):
        end_sessions(actor=actor(REVIEWER), act_id=uuid4(), account_id=account(CLERK).pk)


def test_every_appointment_keeps_the_database_rule_in_words() -> None:
    with refused("access.appointed_already"):
        also(admin(), CLERK, Role.CLERK)
    assert Appointment.objects.filter(account=account(CLERK)).count() == 1
