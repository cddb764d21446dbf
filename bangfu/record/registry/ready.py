"""Chunks made ready ahead: while the database writes one chunk, the next is read and its columns are worked out.

A helper thread does it: Python that waits for PostgreSQL leaves the interpreter to others. It touches no connection, and what it
makes is as good as made on the spot, so that an interrupted commit loses nothing by it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.pool import ApplyResult, ThreadPool
from typing import Any
from uuid import UUID

from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.record.registry.models import Batch
from bangfu.record.registry.shape import Place, person_columns, place_of
from bangfu.record.registry.staged import opened


@dataclass(frozen=True, slots=True)
class Ready:
    """A chunk; of rows that are likely to be new, their columns of Member."""

    rows: list[ArchiveRow]
    persons: Mapping[Place, dict[str, Any]] = field(default_factory=dict)


_ahead: dict[tuple[UUID, int], ApplyResult[Ready]] = {}


@contextmanager
def made_ready(batch: Batch, numbers: Iterable[int]) -> Iterator[Callable[[], None]]:
    """The first of these chunks is begun, and with each call the next one; ``taken`` waits for it. At the end the rest is forgotten."""
    numbered, begun = iter(numbers), []
    helper = ThreadPool(1)

    def begin_next() -> None:
        for number in islice(numbered, 1):
            begun.append(number)
            _ahead[batch.pk, number] = helper.apply_async(_ready, (batch, number))

    begin_next()
    try:
        yield begin_next
    finally:
        for number in begun:
            _ahead.pop((batch.pk, number), None)
        helper.close()
        helper.join()


def taken(batch: Batch, number: int) -> Ready:
    """A chunk, made ready ahead or now."""
    ahead = _ahead.pop((batch.pk, number), None)
    return ahead.get() if ahead is not None else Ready(opened(batch).chunk(number))


def waiting() -> int:
    """How many chunks are begun and not taken."""
    return len(_ahead)


def _ready(batch: Batch, number: int) -> Ready:
    rows = opened(batch).chunk(number)
    # A workbook that says nothing new needs no columns.
    mostly_new = 2 * batch.expected.get("new", 0) > batch.expected.get("rows", 0)
    persons = {}
    for row in rows:
        if mostly_new and row.outcome is Outcome.NEW:
            persons[place_of(row)] = person_columns(row, head=row.is_head)
    return Ready(rows, persons)
