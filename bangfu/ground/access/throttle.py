"""Guessing is slowed down: per name and per address, with a delay that grows, told plainly.

Not acts: a count is no decision, and must be there before the password is looked at, so that a hundred guesses at once count as a
hundred. What failed is told in the trail by ``record_failed_sign_in``.
"""

from datetime import datetime, timedelta
from math import ceil

from django.db import transaction

from bangfu.ground.access.models import Account, Throttle
from bangfu.ground.access.problems import TOO_MANY_FAILURES
from bangfu.ground.access.sealing import keyed_hash
from bangfu.ground.acts.locks import lock

# Failures that cost nothing: people mistype. An office shares one address.
FREE = {Throttle.Kind.NAME: 5, Throttle.Kind.ADDRESS: 50}
LONGEST = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)


def delay(kind: Throttle.Kind, failures: int) -> timedelta:
    """How long to wait after so many failures: nothing at first, then 1, 2, 4 … minutes, at most an hour."""
    over = failures - FREE[kind]
    return min(timedelta(minutes=2 ** min(over, 10)), LONGEST) if over >= 0 else timedelta()


def name_key(username: str) -> str:
    """The key of a name as it was typed; a keyed hash, since people type passwords into this field."""
    return keyed_hash(username.strip().lower(), "sign-in").hex()


def admit(username: str, address: str, now: datetime) -> None:
    """Count an attempt before it is looked at; raises TOO_MANY_FAILURES while one has to wait. ``succeeded`` takes the count back."""
    keys = ((Throttle.Kind.NAME, name_key(username)), (Throttle.Kind.ADDRESS, address))
    with transaction.atomic():
        lock("sign-in", [f"{kind}:{key}" for kind, key in keys])
        rows = [_row(kind, key, username, address) for kind, key in keys]
        waiting = [row.until for row in rows if row.until and row.until > now]
        if not waiting:
            for row in rows:
                _count(row, now)
    if waiting:
        raise TOO_MANY_FAILURES(minutes=ceil((max(waiting) - now) / timedelta(minutes=1)))


def succeeded(username: str, address: str) -> None:
    """Whoever got in has not guessed: the name's count is void, the address's is one less."""
    with transaction.atomic():
        keys = (f"{Throttle.Kind.NAME}:{name_key(username)}", f"{Throttle.Kind.ADDRESS}:{address}")
        lock("sign-in", keys)
        Throttle.objects.filter(kind=Throttle.Kind.NAME, key=name_key(username)).update(failures=0, until=None)
        row = Throttle.objects.filter(kind=Throttle.Kind.ADDRESS, key=address).first()
        if row is not None:
            row.failures = max(0, row.failures - 1)
            row.until = None
            row.save(update_fields=["failures", "until"])


def _row(kind: Throttle.Kind, key: str, username: str, address: str) -> Throttle:
    found = Throttle.objects.filter(kind=kind, key=key).first()
    if found is not None:
        return found
    if kind is Throttle.Kind.ADDRESS:
        return Throttle(kind=kind, key=key, address=address)
    account = Account.objects.filter(username=username.strip().lower()).first()
    return Throttle(kind=kind, key=key, account=account)


def _count(row: Throttle, now: datetime) -> None:
    forgotten = row.last_at is None or now - row.last_at > FORGOTTEN_AFTER
    row.failures = 1 if forgotten else row.failures + 1
    row.last_at = now
    wait = delay(Throttle.Kind(row.kind), row.failures)
    row.until = now + wait if wait else None
    row.save()
