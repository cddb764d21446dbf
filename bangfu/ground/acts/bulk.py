"""Many rows in one statement: the rows travel as one JSON value and PostgreSQL makes typed columns of them.

COPY is refused where there is row-level security, and a statement with a parameter per cell costs more than the rows themselves
(measured: benchmarks/results). Triggers, policies and constraints see these rows like any others.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

Row = Mapping[str, Any]
_IDS_DRAWN = 500


def insert_rows(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Insert rows, each a mapping of column → value; what a row does not name gets the model's default, and NULL where there is none.

    A column that the database fills in is named by all rows or by none. Plain mappings: a model's instance costs as much again as
    everything else that is done for a row.
    """
    insert_encoded(encode_rows(model, rows))


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows for one table, ready to travel: no rows, no columns."""

    model: type[models.Model]
    columns: list[str]
    rows: str = ""
    defaults: str = "{}"


def encode_rows(model: type[models.Model], rows: Sequence[Row]) -> Encoded:
    """The half of ``insert_rows`` that needs no database: it may be done while the database is busy with other rows."""
    if not rows:
        return Encoded(model, [])
    defaults = _defaults(model)
    return Encoded(model, sorted({*defaults}.union(*rows)), _JSON.encode(rows), _JSON.encode(defaults))


def insert_encoded(encoded: Encoded) -> None:
    """The other half."""
    if encoded.columns:
        _write(encoded, "")


def write_rows(rows: Sequence[models.Model]) -> None:
    """Put rows of one model in the place of those with the same ids."""
    if not rows:
        return
    fields: list[Any] = [field for field in rows[0]._meta.concrete_fields if not _is_left_to_database(rows[0], field)]
    changes = ", ".join(f'"{field.column}" = excluded."{field.column}"' for field in fields if not field.primary_key)
    mappings = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
    _write(
        Encoded(type(rows[0]), list(mappings[0]), _JSON.encode(mappings)), f"ON CONFLICT (id) DO UPDATE SET {changes}"
    )


def fresh_ids() -> Iterator[str]:
    """Ids for new rows, without end: UUIDs of version 4 as texts. Drawn many at a time: one by one they cost as much as their rows."""
    while True:
        drawn = os.urandom(16 * _IDS_DRAWN).hex()
        for at in range(0, len(drawn), 32):
            yield f"{drawn[at : at + 12]}4{drawn[at + 13 : at + 16]}8{drawn[at + 17 : at + 32]}"


def bytea_array(values: Iterable[bytes]) -> str:
    """For a parameter that is cast to ``bytea[]``: one text travels ten times as fast as a parameter per value."""
    listed = ",".join([rf'"\\x{value.hex()}"' for value in values])
    return f"{{{listed}}}"


def _write(encoded: Encoded, conflict: str) -> None:
    table, columns = encoded.model._meta.db_table, ", ".join(f'"{name}"' for name in encoded.columns)
    with connection.cursor() as cursor:
        # A row of defaults is what the rows are laid over: what they do not say need not travel.
        cursor.execute(
            f'INSERT INTO "{table}" ({columns}) SELECT {columns} '  # noqa: S608, names of our own tables
            f'FROM json_populate_recordset(json_populate_record(NULL::"{table}", %s::json), %s::json) {conflict}',
            [encoded.defaults, encoded.rows],
        )


@cache
def _defaults(model: type[models.Model]) -> dict[str, Any]:
    """Column → default, of those that have one and are not filled in by the database."""
    fields: list[Any] = list(model._meta.concrete_fields)
    given = [f for f in fields if f.has_default() and not f.has_db_default() and not f.primary_key]
    return {field.column: field.get_default() for field in given}


def _is_left_to_database(row: models.Model, field: Any) -> bool:
    return isinstance(getattr(row, field.attname), DatabaseDefault)


def _as_json(value: object) -> object:
    if isinstance(value, (bytes, memoryview)):
        return "\\x" + bytes(value).hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


_JSON = json.JSONEncoder(ensure_ascii=False, default=_as_json, check_circular=False)
