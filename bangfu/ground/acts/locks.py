"""Locks: one helper for the whole product. Sorted keys, a time-out, refused outside a transaction."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models, transaction
from django.db.utils import OperationalError
from psycopg.errors import LockNotAvailable

from bangfu.ground.acts import problems

TIMEOUT_SECONDS = 10
Row = TypeVar("Row", bound=models.Model)


def lock(area: str, keys: Iterable[object]) -> None:
    """Take a lock per key until the transaction ends; always in the same order, so that two can never wait for each other.

    Raises BUSY after the time-out, and TransactionManagementError outside a transaction.
    """
    if connection.get_autocommit():
        raise transaction.TransactionManagementError("a lock outside a transaction would be gone at once")
    numbers = sorted({lock_number(area, str(key)) for key in keys})
    with connection.cursor() as cursor, or_busy():
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{TIMEOUT_SECONDS}s"])
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [numbers])


@contextmanager
def or_busy() -> Iterator[None]:
    """Say BUSY where somebody else held a lock for too long. A connection that was lost is another matter, and stays one."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise problems.BUSY(seconds=TIMEOUT_SECONDS) from error
        raise


def locked_row(model: type[Row], pk: UUID, seen_version: int) -> Row:
    """A row to change, locked; raises NOT_FOUND, BUSY, or CHANGED_MEANWHILE if it is no longer the version that was seen."""
    manager: Any = model._default_manager
    with or_busy():
        row: Row | None = manager.select_for_update().filter(pk=pk).first()
    if row is None:
        raise problems.NOT_FOUND()
    now = int(row.version)  # type: ignore[attr-defined]
    if now != seen_version:
        raise problems.CHANGED_MEANWHILE(seen=seen_version, now=now)
    return row


def lock_number(area: str, key: str) -> int:
    """The number by which the database knows a lock."""
    digest = hashlib.sha256(f"{area}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
