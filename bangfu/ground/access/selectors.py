"""Who somebody is, and where."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.utils import timezone

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Account, Appointment, Delegation, Glass, Organisation
from bangfu.ground.access.problems import NO_APPOINTMENT, NO_SUCH_ORGANISATION
from bangfu.ground.acts.actor import ROLE_WORDS, Actor, Purpose, Right, Role, rights_of

# The machine's operator: whoever may run commands on it; not an account, and named as such in the trail.
OPERATOR_ID = UUID(int=0)


def organisation(code: str) -> Organisation:
    """The organisation with a code."""
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise NO_SUCH_ORGANISATION(code=code)
    return found


def organisation_at(path: str) -> Organisation | None:
    """The organisation with a path."""
    return Organisation.objects.filter(path=path).first()


def names_of_organisations(paths: set[str]) -> dict[str, str]:
    """Path → name."""
    return dict(Organisation.objects.filter(path__in=paths).values_list("path", "name"))


def names_by_code(codes: set[str]) -> dict[str, str]:
    """Code → name, of those that are in this tree."""
    return dict(Organisation.objects.filter(code__in=codes).values_list("code", "name"))


def organisations_below(actor: Actor) -> list[Organisation]:
    """The actor's organisation and all below it, in the order of the tree."""
    return list(Organisation.objects.filter(path__startswith=actor.scope).order_by("path"))


def current_appointments(account: Account, on: date) -> list[Appointment]:
    """A person's appointments on a day, the highest organisation first."""
    appointments = Appointment.objects.filter(account=account, period__contains=on).select_related("organisation")
    return list(appointments.order_by("organisation__path", "role"))


@dataclass(frozen=True, slots=True)
class Position:
    """What somebody may act as today: an appointment of their own, or a colleague's in which they stand in. ``pk`` is of either."""

    pk: UUID
    role: Role
    organisation: Organisation
    stands_for_id: UUID | None = None
    stands_for_name: str = ""

    @property
    def role_words(self) -> tuple[str, str]:
        """The role in both languages."""
        return ROLE_WORDS[self.role]


def positions(account: Account, on: date) -> list[Position]:
    """Everything a person may act as on a day: their own appointments first, the highest organisation first."""
    own = [Position(one.pk, Role(one.role), one.organisation) for one in current_appointments(account, on)]
    given = Delegation.objects.filter(
        account=account, period__contains=on, ended_at=None, appointment__period__contains=on
    ).select_related("appointment__organisation", "appointment__account")
    return own + [
        Position(
            one.pk,
            Role(one.appointment.role),
            one.appointment.organisation,
            one.appointment.account_id,
            one.appointment.account.full_name,
        )
        for one in given.order_by("appointment__organisation__path")
    ]


def actor_of(account: Account, on: date, purpose: Purpose, position_id: UUID | None = None) -> Actor:
    """The person in one of today's positions: the one asked for, else the first. Behind broken glass there is one purpose only."""
    held = positions(account, on)
    chosen = next((position for position in held if position.pk == position_id), None)
    if chosen is None:
        if not held:
            raise NO_APPOINTMENT(username=account.username)
        chosen = held[0]
    actor = _actor(account, chosen, purpose)
    glass = open_glass(actor) if Right.BREAK_GLASS in rights_of(actor.role) else None
    return replace(actor, purpose=Purpose.EMERGENCY, glass_id=glass.pk) if glass else actor


def open_glass(actor: Actor) -> Glass | None:
    """The break-glass session that is open for this person in this role and organisation; it ends by itself."""
    held = Glass.objects.filter(account_id=actor.person_id, until__gt=timezone.now(), ended_at=None)
    return held.filter(role=actor.role.value, organisation=actor.organisation).first()


def _actor(account: Account, chosen: Position, purpose: Purpose) -> Actor:
    return Actor(
        person_id=account.pk,
        name=account.full_name,
        role=chosen.role,
        organisation=chosen.organisation.code,
        organisation_name=chosen.organisation.name,
        scope=chosen.organisation.path,
        purpose=purpose,
        stands_for_id=chosen.stands_for_id,
        stands_for_name=chosen.stands_for_name,
    )


def actor_again(person_id: str, role: str, organisation_code: str, purpose: str) -> Actor:
    """Whoever asked for a job, when the job runs: they must still be appointed, or stand in, and their account be in use."""
    if UUID(person_id) == OPERATOR_ID:
        return operator(Purpose(purpose), code=organisation_code)
    account = Account.objects.get(pk=person_id)
    held = positions(account, today(MachineClock())) if account.is_active else []
    for position in held:
        if position.role == role and position.organisation.code == organisation_code:
            return _actor(account, position, Purpose(purpose))
    raise NO_APPOINTMENT(username=account.username)


def operator(purpose: Purpose = Purpose.OPERATIONS, *, code: str | None = None) -> Actor:
    """Whoever runs commands on this machine, for the organisation given or else for the topmost one."""
    top = organisation(code) if code else Organisation.objects.order_by("path").first()
    if top is None:
        raise NO_SUCH_ORGANISATION(code=code or "")
    return Actor(OPERATOR_ID, "本机操作员", Role.OPERATOR, top.code, top.name, top.path, purpose)
