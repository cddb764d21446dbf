"""Sessions: begun, held as long as somebody works and at most for so long, ended by their person or by whoever manages access.

Begun and touched, they are no acts: signing in and out are told in the trail, and being seen at a page decides nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bangfu.ground.access.models import Account, SignedIn

# Being seen is written down at most once a minute: no page pays for it.
_TOUCHED_EVERY = timedelta(minutes=1)
_ADDRESS, _BROWSER = 45, 60


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session holds: without a page, and in all."""

    idle: timedelta
    longest: timedelta


def begin_session(account: Account, now: datetime, *, address: str, browser: str, factor: str) -> SignedIn:
    """A new session; ``factor`` names what was given besides the password, "" for nothing."""
    return SignedIn.objects.create(
        account=account,
        began_at=now,
        seen_at=now,
        proved_at=now,
        factor=factor,
        address=address[:_ADDRESS],
        browser=browser[:_BROWSER],
    )


def held_session(session_id: UUID, account_id: UUID, now: datetime, limits: Limits) -> SignedIn | None:
    """The session, if it still holds; None once it was ended, or has come to its end by time (which is written down)."""
    found = SignedIn.objects.filter(pk=session_id, account_id=account_id, ended_at=None).first()
    if found is None:
        return None
    over = _over(found, now, limits)
    if over is not None:
        SignedIn.objects.filter(pk=found.pk).update(ended_at=now, ended_why=over)
        return None
    if now - found.seen_at > _TOUCHED_EVERY:
        SignedIn.objects.filter(pk=found.pk).update(seen_at=now)
    return found


def proved(session_id: UUID, now: datetime) -> None:
    """The person has just given their password, or second factor, again."""
    SignedIn.objects.filter(pk=session_id).update(proved_at=now)


def leave_session(session_id: UUID, now: datetime) -> None:
    """The person signs out."""
    SignedIn.objects.filter(pk=session_id, ended_at=None).update(ended_at=now, ended_why=SignedIn.Why.LEFT)


def _over(found: SignedIn, now: datetime, limits: Limits) -> SignedIn.Why | None:
    if now - found.began_at > limits.longest:
        return SignedIn.Why.LONGEST
    return SignedIn.Why.IDLE if now - found.seen_at > limits.idle else None
