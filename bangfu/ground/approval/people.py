"""To whom a step can be handed: people with an appointment for it, today."""

from uuid import UUID

from django.db.models import QuerySet

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Appointment
from bangfu.ground.acts.actor import Right, roles_with
from bangfu.ground.approval import rules
from bangfu.ground.approval.rules import Move


def people_for(standing: rules.Standing, case_org: str, move: Move) -> list[rules.Person]:
    """Everybody whose appointment would do, by name; whether they may, the rules say."""
    return [_person(found) for found in _fitting(standing, case_org, move).order_by("account__full_name")]


def person_for(standing: rules.Standing, case_org: str, move: Move, person_id: UUID) -> rules.Person | None:
    """This person in an appointment that would do, or None."""
    found = _fitting(standing, case_org, move).filter(account_id=person_id).first()
    return _person(found) if found else None


def _fitting(standing: rules.Standing, case_org: str, move: Move) -> QuerySet[Appointment]:
    step = standing.current
    held = Appointment.objects.filter(period__contains=today(MachineClock()), account__is_active=True)
    held = held.select_related("account", "organisation").filter(
        role__in=[role.value for role in roles_with(Right.APPROVE)]
    )
    if step is None:
        return held.none()
    if move is Move.COUNTERSIGN:
        # Whoever sees the case: the union that it belongs to, and those above.
        return held.filter(organisation__path__in=[case_org[: at + 1] for at, c in enumerate(case_org) if c == "/"])
    held = held.filter(organisation__path=step.organisation)
    return held.filter(role__in=step.roles) if move is Move.TRANSFER else held


def _person(held: Appointment) -> rules.Person:
    return rules.Person(held.account_id, held.role, held.organisation.path, held.account.full_name)
