"""The columns of a department's delivery as they would be taken; also of one that cannot be read yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.engine import problems
from bangfu.engine.intake import problems as file_problems
from bangfu.engine.intake.cells import text_of
from bangfu.engine.intake.columns_seen import LOOKED_AT, ColumnSeen, numbered_where_twice, sample_cells
from bangfu.engine.intake.delimited import text_rows
from bangfu.engine.intake.deliveries import wanted_columns
from bangfu.engine.intake.deliveries_raw import HEADING_WITHIN, Places, Wanted, places_of, with_short_headings
from bangfu.engine.intake.deliveries_text import FixedWidth
from bangfu.engine.intake.files import FileKind, kind_of
from bangfu.engine.intake.tables import Cell, open_tables

_Rows = list[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class DeliveryColumns:
    """A delivery's columns and the required headings that none of them holds.

    ``known``: False where the headings were not found and the row of them is a guess.
    """

    dataset: str
    columns: tuple[ColumnSeen, ...]
    missing: tuple[str, ...]
    known: bool


def delivery_columns(
    dataset: str,
    path: Path,
    columns: Mapping[str, str | None] | None = None,
    *,
    widths: Mapping[str, int] | None = None,
) -> DeliveryColumns:
    """How the columns of a delivery would be taken, with ``columns`` and ``widths`` as of stage_delivery.

    Raises a Problem for an unknown dataset and for a file that cannot be opened, not for one that lacks columns.
    """
    declared, wanted = wanted_columns(dataset, columns)
    if kind_of(path) is FileKind.DBF:
        wanted = with_short_headings(wanted)
    found = [_headings(rows, wanted) for rows in _tables(path, widths)]
    complete = [entry for entry in found if not _missing(entry[0], wanted)]
    if len(complete) > 1:
        raise problems.SEVERAL_SHEETS(file=path.name, sheets="、".join(table.name for table in open_tables(path)))
    places, rows = (complete or sorted(found, key=lambda entry: -_taken(entry[0])))[0]
    samples = sample_cells(rows, len(places.headings))
    column_at = {at: key for key, at in places.at.items() if at is not None}
    keys = numbered_where_twice(list(enumerate(places.headings)))
    seen = []
    for index, (heading, key) in enumerate(zip(places.headings, keys, strict=True)):
        if not heading and not samples[index]:
            continue
        field = column_at.get(index)
        spec = declared.columns[field] if field else None
        seen.append(
            ColumnSeen(
                index=index,
                heading=heading,
                key=key,
                field=field,
                type=spec.type if spec else None,
                required=spec.required if spec else False,
                left_out=index in places.left_out,
                samples=tuple(text_of(cell) for cell in samples[index]),
            )
        )
    return DeliveryColumns(dataset, tuple(seen), _missing(places, wanted), bool(complete))


def _tables(path: Path, widths: Mapping[str, int] | None) -> list[_Rows]:
    """The first rows of each sheet, the headings' among them."""
    kind = kind_of(path)
    if kind is FileKind.PARQUET:
        return [_parquet_rows(path)]
    if kind is FileKind.CSV and widths is not None:
        lines = FixedWidth(path, dict(widths)).rows()
        return [[tuple(widths), *(cells for _, cells, _ in islice(lines, LOOKED_AT))]]
    if kind is FileKind.CSV:
        return [[cells for _, cells, _ in islice(text_rows(path), LOOKED_AT)]]
    tables = [[cells for _, cells in islice(table.rows(), LOOKED_AT)] for table in open_tables(path)]
    return [rows for rows in tables if rows] or [[()]]


def _parquet_rows(path: Path) -> _Rows:
    try:
        with pq.ParquetFile(path) as file:
            rows: _Rows = [tuple(file.schema_arrow.names)]
            for batch in file.iter_batches(LOOKED_AT):
                return rows + [tuple(row) for row in zip(*batch.to_pydict().values(), strict=True)]
            return rows
    except (pa.ArrowInvalid, OSError) as error:
        raise file_problems.DAMAGED(file=path.name) from error


def _headings(rows: _Rows, wanted: Wanted) -> tuple[Places, _Rows]:
    """The first row that has all that is required; else the one with most known headings, then with most texts."""
    best, score, below = places_of((), wanted), (0, 0), rows
    for number, cells in enumerate(rows[:HEADING_WITHIN], 1):
        headings = tuple("" if cell is None else str(cell) for cell in cells)
        places = places_of(headings, wanted)
        if not _missing(places, wanted):
            return places, rows[number:]
        texts = sum(isinstance(cell, str) and bool(cell.strip()) for cell in cells)
        if (_taken(places), texts) > score:
            best, score, below = places, (_taken(places), texts), rows[number:]
    return best, below


def _taken(places: Places) -> int:
    return sum(at is not None for at in places.at.values())


def _missing(places: Places, wanted: Wanted) -> tuple[str, ...]:
    return tuple(c.heading for key, c in wanted.columns.items() if c.required and places.at[key] is None)
