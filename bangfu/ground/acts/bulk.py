"""Many rows in one statement: the rows travel as one JSON value and PostgreSQL makes typed columns of them.

COPY is refused where there is row-level security, and a statement with a parameter per cell costs more than the rows themselves
(measured: benchmarks/results). Triggers, policies and constraints see these rows like any others.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model."""
    _write(rows, "")


def write_rows(rows: Sequence[models.Model]) -> None:
    """Put rows of one model in the place of those with the same ids."""
    if not rows:
        return
    columns = [field.column for field in _fields(rows[0]) if not field.primary_key]
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in columns)
    _write(rows, f"ON CONFLICT (id) DO UPDATE SET {changes}")


def _write(rows: Sequence[models.Model], conflict: str) -> None:
    if not rows:
        return
    fields = _fields(rows[0])
    table = rows[0]._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in fields)
    names = [(field.column, field.attname) for field in fields]
    text = json.dumps(
        [{column: getattr(row, name) for column, name in names} for row in rows],
        ensure_ascii=False,
        default=_as_json,
        check_circular=False,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({columns}) SELECT {columns} '  # noqa: S608, names of our own tables
            f'FROM json_populate_recordset(NULL::"{table}", %s::json) {conflict}',
            [text],
        )


def _fields(row: models.Model) -> list[Any]:
    """All columns but those that the database fills in."""
    return [
        field
        for field in row._meta.concrete_fields
        if not isinstance(getattr(row, field.attname), DatabaseDefault)
        and not (field.primary_key and getattr(row, field.attname) is None)
    ]


def _as_json(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
