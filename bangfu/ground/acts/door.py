"""The one door to rows of households: a transaction in which the database knows who looks, how far, and what for.

Row-level security reads these settings (``rls.py``); nothing set means nothing seen.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection, transaction

from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.locks import TIMEOUT_SECONDS, lock_number, or_busy

_SET = """SELECT set_config('app.scope', %s, true), set_config('app.scope_end', %s, true), set_config('app.actor', %s, true),
    set_config('app.role', %s, true), set_config('app.purpose', %s, true), set_config('app.act', %s, true)"""
# An act's settings and the lock on its id travel together: each statement on its own costs as much as a small write (benchmarks/acts.py).
_CLAIM = f"{_SET}, set_config('lock_timeout', '{TIMEOUT_SECONDS}s', true), pg_advisory_xact_lock(%s)"
_NOBODY = ("", "", "", "", "", "")
# At least one organisation between two strokes; anything else is no scope, and shows nothing.
_PATH = re.compile("(/[0-9A-Za-z]+)+/")

_open: ContextVar[tuple[str, ...]] = ContextVar("open_door", default=_NOBODY)


@contextmanager
def acting(actor: Actor, *, act_id: UUID | None = None, durable: bool = False) -> Iterator[None]:
    """Open the door. Settings last as long as the transaction; inside another door they are put back afterwards.

    ``durable``: must be the outermost transaction, so that leaving it really commits. ``act_id``: the act that is done inside; a second
    sending of it waits here for the first. Raises BUSY where that takes too long.
    """
    scope = (actor.scope, f"{actor.scope[:-1]}0") if _PATH.fullmatch(actor.scope) else ("", "")
    settings = (*scope, str(actor.person_id), actor.role.value, actor.purpose.value, str(act_id or ""))
    before, inside_another = _open.get(), connection.in_atomic_block
    token = _open.set(settings)
    try:
        with transaction.atomic(durable=durable):
            _tell(settings, act_id)
            yield
            if inside_another:
                # A savepoint keeps what was set inside of it: the outer door's settings come back by hand.
                _tell(before)
    finally:
        _open.reset(token)


def is_open() -> bool:
    """Is a door open in this thread?"""
    return _open.get() != _NOBODY


def _tell(settings: tuple[str, ...], act_id: UUID | None = None) -> None:
    with connection.cursor() as cursor:
        if act_id is None:
            cursor.execute(_SET, settings)
            return
        with or_busy():
            cursor.execute(_CLAIM, (*settings, lock_number("act", str(act_id))))
