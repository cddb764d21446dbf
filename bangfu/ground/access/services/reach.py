"""How far somebody who manages access reaches: people whose every appointment lies below their own organisation, never themselves."""

from uuid import UUID

from bangfu.ground.access.models import Account, Appointment
from bangfu.ground.access.problems import NOT_FOR_ONESELF
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.problems import NOT_FOUND


def account_in_reach(actor: Actor, account_id: UUID) -> Account:
    """The account, locked; raises NOT_FOR_ONESELF, and NOT_FOUND where it does not exist or reaches beyond the actor."""
    if account_id == actor.person_id:
        raise NOT_FOR_ONESELF()
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None or not paths_of(account_id) or not all(p.startswith(actor.scope) for p in paths_of(account_id)):
        raise NOT_FOUND()
    return account


def paths_of(account_id: UUID) -> list[str]:
    """Where a person is, or was, appointed: a reset password would open all of it."""
    held = Appointment.objects.filter(account_id=account_id).values_list("organisation__path", flat=True)
    return sorted(set(held))


def home_of(account_id: UUID, otherwise: str) -> str:
    """The organisation in whose trail an act on a person's account is told."""
    return next(iter(paths_of(account_id)), otherwise)
