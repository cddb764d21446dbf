"""Many rows in one statement: the rows travel as one JSON value and PostgreSQL makes typed columns of them.

COPY is refused where there is row-level security, and a statement with a parameter per cell costs more than the rows themselves
(measured: benchmarks/results). Triggers, policies and constraints see these rows like any others.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

Row = Mapping[str, Any]


def insert_rows(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Insert rows, each a mapping of column → value; what is missing gets the model's default. The first row says which columns.

    Plain mappings: a model's instance costs as much again as everything else that is done for a row.
    """
    if not rows:
        return
    defaults, columns = _defaults(model), list(rows[0])
    columns += [name for name in defaults if name not in rows[0]]
    _write(model, columns, [{**defaults, **row} for row in rows], "")


def write_rows(rows: Sequence[models.Model]) -> None:
    """Put rows of one model in the place of those with the same ids."""
    if not rows:
        return
    fields: list[Any] = [field for field in rows[0]._meta.concrete_fields if not _is_left_to_database(rows[0], field)]
    changes = ", ".join(f'"{field.column}" = excluded."{field.column}"' for field in fields if not field.primary_key)
    mappings = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
    _write(type(rows[0]), list(mappings[0]), mappings, f"ON CONFLICT (id) DO UPDATE SET {changes}")


def _write(model: type[models.Model], names: list[str], rows: Sequence[Row], conflict: str) -> None:
    table, columns = model._meta.db_table, ", ".join(f'"{name}"' for name in names)
    text = json.dumps(rows, ensure_ascii=False, default=_as_json, check_circular=False)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({columns}) SELECT {columns} '  # noqa: S608, names of our own tables
            f'FROM json_populate_recordset(NULL::"{table}", %s::json) {conflict}',
            [text],
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
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
