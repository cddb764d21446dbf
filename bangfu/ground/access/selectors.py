"""Who somebody is, and where."""

from datetime import date
from uuid import UUID

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Account, Appointment, Organisation
from bangfu.ground.access.problems import NO_APPOINTMENT, NO_SUCH_ORGANISATION
from bangfu.ground.acts.actor import Actor, Purpose, Role

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


def organisations_below(actor: Actor) -> list[Organisation]:
    """The actor's organisation and all below it, in the order of the tree."""
    return list(Organisation.objects.filter(path__startswith=actor.scope).order_by("path"))


def current_appointments(account: Account, on: date) -> list[Appointment]:
    """A person's appointments on a day, the highest organisation first."""
    appointments = Appointment.objects.filter(account=account, period__contains=on).select_related("organisation")
    return list(appointments.order_by("organisation__path", "role"))


def actor_of(account: Account, on: date, purpose: Purpose, appointment_id: UUID | None = None) -> Actor:
    """The person in one of today's appointments: the one asked for, else the first."""
    held = current_appointments(account, on)
    chosen = next((appointment for appointment in held if appointment.pk == appointment_id), None)
    if chosen is None:
        if not held:
            raise NO_APPOINTMENT(username=account.username)
        chosen = held[0]
    return _actor(account, chosen, purpose)


def _actor(account: Account, chosen: Appointment, purpose: Purpose) -> Actor:
    return Actor(
        person_id=account.pk,
        name=account.full_name,
        role=Role(chosen.role),
        organisation=chosen.organisation.code,
        organisation_name=chosen.organisation.name,
        scope=chosen.organisation.path,
        purpose=purpose,
    )


def actor_again(person_id: str, role: str, organisation_code: str, purpose: str) -> Actor:
    """Whoever asked for a job, when the job runs: their appointment must still hold."""
    if UUID(person_id) == OPERATOR_ID:
        return operator(Purpose(purpose), code=organisation_code)
    account = Account.objects.get(pk=person_id)
    held = current_appointments(account, today(MachineClock()))
    for appointment in held:
        if appointment.role == role and appointment.organisation.code == organisation_code:
            return _actor(account, appointment, Purpose(purpose))
    raise NO_APPOINTMENT(username=account.username)


def operator(purpose: Purpose = Purpose.OPERATIONS, *, code: str | None = None) -> Actor:
    """Whoever runs commands on this machine, for the organisation given or else for the topmost one."""
    top = organisation(code) if code else Organisation.objects.order_by("path").first()
    if top is None:
        raise NO_SUCH_ORGANISATION(code=code or "")
    return Actor(OPERATOR_ID, "本机操作员", Role.OPERATOR, top.code, top.name, top.path, purpose)
