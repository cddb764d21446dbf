"""Who holds which role, and who stands in for whom. An appointment is ended and another one made; it never becomes another."""

import re
from datetime import date, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Account, Appointment, Delegation, Organisation
from bangfu.ground.access.problems import (
    INCOMPATIBLE_ROLES,
    NOT_A_COLLEAGUE,
    NOT_FOR_ONESELF,
    PERIOD_BACKWARDS,
    USERNAME_FORM,
    USERNAME_TAKEN,
)
from bangfu.ground.access.rules import apart
from bangfu.ground.access.selectors import organisation
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import ROLE_WORDS, Actor, Right, Role
from bangfu.ground.acts.locks import lock
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb

APPOINTED = verb("access.appointed", zh="任命{name}为{role_zh}", en="{name} was appointed {role_en}")
APPOINTED_ALSO = verb("access.appointed_also", zh="另任命{name}为{role_zh}", en="{name} was also appointed {role_en}")
APPOINTMENT_ENDED = verb(
    "access.appointment_ended",
    zh="免去{name}的{role_zh}岗位",
    en="the appointment of {name} as {role_en} was ended",
)
HANDED_OVER = verb(
    "access.handed_over",
    zh="{name}的{role_zh}岗位移交给{to}",
    en="the appointment of {name} as {role_en} was handed over to {to}",
)
DELEGATED = verb(
    "access.delegated",
    zh="{first}到{last}由{to}代办{name}的{role_zh}岗位",
    en="{to} stands in for {name} as {role_en} from {first} to {last}",
)
DELEGATION_ENDED = verb(
    "access.delegation_ended",
    zh="结束{to}对{name}的代办",
    en="{to} no longer stands in for {name}",
)
_USERNAME = re.compile(r"[a-z][a-z0-9.-]{1,39}")
_DAY = timedelta(days=1)


@act(APPOINTED, right=Right.MANAGE_ACCESS)
def appoint(
    *,
    actor: Actor,
    act_id: UUID,
    username: str,
    full_name: str,
    role: Role,
    organisation_code: str,
    since: date,
    password_hash: str,
    last: date | None = None,
) -> Done[UUID]:
    """Open an account and appoint its person, until a last day or without one. Gives the account's id.

    ``password_hash`` is make_password's of a one-time password: the password itself never comes near the database. Raises USERNAME_FORM,
    USERNAME_TAKEN, PERIOD_BACKWARDS, and NOT_FOUND for an organisation that the actor does not reach.
    """
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise USERNAME_FORM(username=username[:40])
    lock("username", [username])
    if Account.objects.filter(username=username).exists():
        raise USERNAME_TAKEN(username=username)
    account = Account.objects.create(username=username, full_name=full_name, password=password_hash)
    made = _appoint(actor, account, role, organisation_code, since, last)
    return Done(account.pk, made.organisation.path, "account", account.pk, values=_told(made))


@act(APPOINTED_ALSO, right=Right.MANAGE_ACCESS)
def appoint_also(
    *,
    actor: Actor,
    act_id: UUID,
    account_id: UUID,
    role: Role,
    organisation_code: str,
    since: date,
    last: date | None = None,
) -> Done[UUID]:
    """Appoint somebody who has an account, never oneself. Gives the appointment's id. Raises INCOMPATIBLE_ROLES."""
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NOT_FOUND()
    made = _appoint(actor, account, role, organisation_code, since, last)
    return Done(made.pk, made.organisation.path, "account", account.pk, values=_told(made))


@act(APPOINTMENT_ENDED, right=Right.MANAGE_ACCESS)
def end_appointment(*, actor: Actor, act_id: UUID, appointment_id: UUID) -> Done[None]:
    """End an appointment as of today, and what was delegated from it; never one's own."""
    held = _in_reach(actor, appointment_id)
    _end(held)
    return Done(None, held.organisation.path, "account", held.account_id, values=_told(held))


@act(HANDED_OVER, right=Right.MANAGE_ACCESS)
def hand_over(*, actor: Actor, act_id: UUID, appointment_id: UUID, to_account_id: UUID) -> Done[UUID]:
    """End somebody's appointment today and appoint somebody else to the same work from today on. Gives the new appointment's id.

    Cases belong to the organisation and not to a person: whoever holds the appointment finds all of them in their queue, those that
    wait for a family's answer among them.
    """
    held = _in_reach(actor, appointment_id)
    to = Account.objects.select_for_update().filter(pk=to_account_id, is_active=True).first()
    if to is None or to.pk == held.account_id:
        raise NOT_FOUND()
    _end(held)
    made = _appoint(actor, to, Role(held.role), held.organisation.code, today(MachineClock()), None)
    return Done(made.pk, held.organisation.path, "account", held.account_id, values={**_told(held), "to": to.full_name})


@act(DELEGATED, right=Right.SEE_POLICY)
def delegate(
    *, actor: Actor, act_id: UUID, appointment_id: UUID, to_account_id: UUID, first: date, last: date
) -> Done[UUID]:
    """Let a colleague of the same organisation stand in for oneself, in one appointment, from a day to a day. Gives the delegation's id.

    Raises NOT_FOUND for an appointment that is not one's own, NOT_A_COLLEAGUE, INCOMPATIBLE_ROLES, PERIOD_BACKWARDS.
    """
    held = Appointment.objects.select_related("organisation", "account").filter(pk=appointment_id).first()
    to = Account.objects.select_for_update().filter(pk=to_account_id, is_active=True).first()
    if held is None or to is None or held.account_id != actor.person_id:
        raise NOT_FOUND()
    if to.pk == actor.person_id:
        raise NOT_FOR_ONESELF()
    period = _period(first, last)
    there = Appointment.objects.filter(account=to, organisation=held.organisation, period__contains=first)
    if not there.exists():
        raise NOT_A_COLLEAGUE(name=to.full_name, organisation=held.organisation.name)
    _keep_apart(to, Role(held.role), period)
    made = Delegation.objects.create(appointment=held, account=to, period=period)
    told = {**_told(held), "to": to.full_name, "first": first, "last": last}
    return Done(made.pk, held.organisation.path, "account", held.account_id, values=told)


@act(DELEGATION_ENDED, right=Right.SEE_POLICY)
def end_delegation(*, actor: Actor, act_id: UUID, delegation_id: UUID) -> Done[None]:
    """End a delegation at once: whoever gave it, whoever has it, or whoever manages access there."""
    given = Delegation.objects.select_for_update().filter(pk=delegation_id, ended_at=None).first()
    if given is None:
        raise NOT_FOUND()
    held = given.appointment
    manages = actor.may(Right.MANAGE_ACCESS) and held.organisation.path.startswith(actor.scope)
    if actor.person_id not in (held.account_id, given.account_id) and not manages:
        raise NOT_FOUND()
    _end_delegation(given)
    told = {**_told(held), "to": given.account.full_name}
    return Done(None, held.organisation.path, "account", held.account_id, values=told)


def _appoint(
    actor: Actor, account: Account, role: Role, organisation_code: str, since: date, last: date | None
) -> Appointment:
    place = _place(actor, organisation_code)
    if account.pk == actor.person_id:
        raise NOT_FOR_ONESELF()
    period = _period(since, last)
    _keep_apart(account, role, period)
    return Appointment.objects.create(account=account, organisation=place, role=role.value, period=period)


def _place(actor: Actor, organisation_code: str) -> Organisation:
    place = organisation(organisation_code)
    if not place.path.startswith(actor.scope):
        raise NOT_FOUND()
    return place


def _in_reach(actor: Actor, appointment_id: UUID) -> Appointment:
    held = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("organisation", "account")
        .filter(pk=appointment_id, organisation__path__startswith=actor.scope)
        .first()
    )
    if held is None:
        raise NOT_FOUND()
    if held.account_id == actor.person_id:
        raise NOT_FOR_ONESELF()
    return held


def _end(held: Appointment) -> None:
    """As of today: what has not begun yet never was."""
    day = today(MachineClock())
    held.period = DateRange(held.period.lower, max(day, held.period.lower))
    held.save(update_fields=["period"])
    for given in held.delegations.filter(ended_at=None):
        _end_delegation(given)


def _end_delegation(given: Delegation) -> None:
    day = today(MachineClock())
    given.period = DateRange(given.period.lower, min(given.period.upper, max(day, given.period.lower)))
    given.ended_at = timezone.now()
    given.save(update_fields=["period", "ended_at"])


def _period(first: date, last: date | None) -> DateRange:
    if last is not None and last < first:
        raise PERIOD_BACKWARDS(first=first, last=last)
    return DateRange(first, last + _DAY if last else None)


def _keep_apart(account: Account, wanted: Role, period: DateRange) -> None:
    """Say in words what the database would refuse (``models.Duty``)."""
    held = {
        Role(role)
        for role in Appointment.objects.filter(account=account, period__overlap=period).values_list("role", flat=True)
    }
    held |= {
        Role(role)
        for role in Delegation.objects.filter(account=account, period__overlap=period).values_list(
            "appointment__role", flat=True
        )
    }
    pair = apart(held, wanted)
    if pair is None:
        return
    other = pair.other if pair.one == wanted else pair.one
    raise INCOMPATIBLE_ROLES(name=account.full_name, held=_both(other), wanted=_both(wanted))


def _both(role: Role) -> str:
    zh, en = ROLE_WORDS[role]
    return f"{zh} ({en})"


def _told(held: Appointment) -> dict[str, object]:
    zh, en = ROLE_WORDS[Role(held.role)]
    return {"name": held.account.full_name, "role_zh": zh, "role_en": en}
