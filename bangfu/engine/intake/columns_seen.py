"""What a file's columns were taken for, before anything is read: for the page on which somebody says what they mean."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bangfu.engine.intake.cells import text_of
from bangfu.engine.intake.tables import Cell

SAMPLES = 3
# Samples are looked for in so many rows; a column that is empty there has none.
LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """One column: ``index`` from 0, ``heading`` as written, and the ``key`` that names it in the choices for this file.

    ``field``: what it was taken for, None where nothing is known, and where it was left out by choice (``left_out``); ``type`` and
    ``required`` are the field's. ``samples``: the first three values that are not empty, as a person sees them and not masked: they may
    be numbers of persons, and whoever shows them masks them. ``unread``: how many of the samples cannot be read as that field.
    """

    index: int
    heading: str
    key: str
    field: str | None
    type: str | None
    required: bool
    left_out: bool
    samples: tuple[str, ...]
    unread: int = 0


def sample_cells(rows: Iterable[tuple[Cell, ...]], width: int) -> list[list[Cell]]:
    """The first cells of each column that hold something."""
    found: list[list[Cell]] = [[] for _ in range(width)]
    for cells in islice(rows, LOOKED_AT):
        for column, cell in zip(found, cells, strict=False):
            if len(column) < SAMPLES and cell is not None and text_of(cell).strip():
                column.append(cell)
    return found


def numbered_where_twice(keys: list[tuple[int, str]]) -> Iterator[str]:
    """Keys of columns (index, key); one that several share gets the column's number from 1 behind it: 备注#7."""
    every = [key for _, key in keys]
    yield from (f"{key}#{index + 1}" if every.count(key) > 1 else key for index, key in keys)
