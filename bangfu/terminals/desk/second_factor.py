"""The second factor at the desk: who must have one, what the browser is asked, what came back."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.utils import timezone

from bangfu.ground.access.models import Account, Factor
from bangfu.ground.access.problems import FACTOR_WRONG
from bangfu.ground.access.second_factors import Party, proof_asked, proof_checked, recovery_hash
from bangfu.ground.access.services import use_code, use_key, use_recovery_code
from bangfu.ground.acts.actor import Actor, Role
from bangfu.terminals.desk.sessions import second_factor_policy

_CHALLENGE = "challenge"
_ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
_ADMINISTRATORS_ONLY, _EVERYBODY = 1, 2
_CODE_DIGITS = 6


def factors_of(account: Account) -> list[Factor]:
    """The second factors that a person has set up."""
    return list(Factor.objects.filter(account=account, removed_at=None).order_by("added_at"))


def due_by(account: Account, actor: Actor) -> datetime | None:
    """By when this person must set one up; None for whoever has one, or need not."""
    who, days = second_factor_policy(actor.scope)
    concerned = who >= _EVERYBODY or (who == _ADMINISTRATORS_ONLY and actor.role in _ADMINISTRATORS)
    if not concerned or Factor.objects.filter(account=account, removed_at=None).exists():
        return None
    return account.created_at + timedelta(days=days)


def must_set_one_up(account: Account, actor: Actor) -> bool:
    """Is it overdue? Then nothing else opens."""
    due = due_by(account, actor)
    return due is not None and due < timezone.now()


def party(request: HttpRequest) -> Party:
    """Our pages, as a security key knows them."""
    origin = f"{request.scheme}://{request.get_host()}"
    return Party(urlsplit(origin).hostname or "", origin)


def remember(request: HttpRequest, challenge: bytes) -> None:
    """Keep what a key was asked, for one answer."""
    request.session[_CHALLENGE] = challenge.hex()


def asked(request: HttpRequest) -> bytes:
    """What the key was asked; empty where it was not, or has answered."""
    return bytes.fromhex(request.session.pop(_CHALLENGE, ""))


def question(request: HttpRequest, held: list[Factor]) -> str:
    """What the browser asks the keys, as JSON; "" for whoever has none."""
    keys = [one for one in held if one.kind == Factor.Kind.KEY]
    if not keys:
        return ""
    options, challenge = proof_asked(party(request), keys)
    remember(request, challenge)
    return options


def prove(request: HttpRequest, actor: Actor, *, code: str, answer: str) -> str:
    """Accept a code, a recovery code or a key's answer, each told in the trail; gives which. Raises FACTOR_WRONG, KEY_REFUSED."""
    act_id: UUID = uuid4()
    if answer:
        keys = list(Factor.objects.filter(account_id=actor.person_id, kind=Factor.Kind.KEY, removed_at=None))
        used, counter = proof_checked(party(request), asked(request), answer, keys)
        use_key(actor=actor, act_id=act_id, factor_id=used.pk, counter=counter)
        return "key"
    digits = "".join(code.split())
    if len(digits) == _CODE_DIGITS and digits.isdigit():
        use_code(actor=actor, act_id=act_id, code=digits)
        return "totp"
    if not digits:
        raise FACTOR_WRONG()
    use_recovery_code(actor=actor, act_id=act_id, code_hash_hex=recovery_hash(code).hex())
    return "recovery"
