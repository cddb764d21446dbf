"""Row history is complete whatever writes: for every tracked table, raw SQL and bulk writes as the app role leave an event each."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from bangfu.ground.acts.bulk import insert_rows
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.canonical import SEALED_TABLES
from tests.database import OwnDatabase
from tests.people import CLERK, actor

ORG = "/53/5329/532923/"
HISTORY: dict[Any, str] = {
    model.pgh_tracked_model: model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
}
# By type of field: a value, and another one.
VALUES: list[tuple[Any, Any, Any]] = [
    (models.DateTimeField, "2026-11-24T08:00:00+08:00", "2026-11-25T08:00:00+08:00"),
    (models.DateField, "2026-11-24", "2026-11-25"),
    (models.BooleanField, False, True),
    (models.JSONField, [], '["other"]'),
    (ArrayField, [], ["other"]),
    (models.FloatField | models.IntegerField, 1, 2),
    (models.CharField | models.TextField, "a", "b"),
    (models.BinaryField, b"a", b"b"),
]
WITHOUT_RULES = """
    DO $$ DECLARE one record; BEGIN
        FOR one IN SELECT conrelid::regclass AS tab, conname FROM pg_constraint
            WHERE contype IN ('c', 'f', 'u', 'x') AND conrelid::regclass::text = ANY(ARRAY[{tables}])
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.tab, one.conname); END LOOP;
        FOR one IN SELECT indexrelid::regclass AS idx FROM pg_index
            WHERE indisunique AND NOT indisprimary AND indrelid::regclass::text = ANY(ARRAY[{tables}])
        LOOP EXECUTE format('DROP INDEX %s', one.idx); END LOOP;
        FOR one IN SELECT tgrelid::regclass AS tab, tgname FROM pg_trigger
            WHERE NOT tgisinternal AND tgname !~ '^pgtrigger_(added|changed|removed)_' AND tgrelid::regclass::text = ANY(ARRAY[{tables}])
        LOOP EXECUTE format('DROP TRIGGER %I ON %s', one.tgname, one.tab); END LOOP;
        FOR one IN SELECT polrelid::regclass AS tab, polname FROM pg_policy WHERE polrelid::regclass::text = ANY(ARRAY[{tables}])
        LOOP EXECUTE format('DROP POLICY %I ON %s', one.polname, one.tab);
            EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', one.tab); END LOOP;
        FOR one IN SELECT unnest(ARRAY[{tables}]) AS tab
        LOOP EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO bangfu_app', one.tab); END LOOP;
    END $$
"""


@pytest.fixture
def without_rules(own_database: OwnDatabase) -> OwnDatabase:
    """The tracked tables without the rules of their rooms, so that rows need not make sense: what is tested is their history alone."""
    tables = ", ".join(f"'{model._meta.db_table}'" for model in HISTORY)
    with psycopg.connect(own_database.owner) as owner:
        owner.execute(WITHOUT_RULES.format(tables=tables).encode())
    return own_database


def values_of(field: Any) -> tuple[Any, Any]:
    """Two values that the column takes."""
    if field.name == "org":
        return ORG, ORG + "532923100/"
    if field.is_relation or isinstance(field, models.UUIDField):
        return uuid4(), uuid4()
    return next((one, other) for kind, one, other in VALUES if isinstance(field, kind))


def row_of(model: Any) -> dict[str, Any]:
    return {
        field.column: None if field.null else values_of(field)[0]
        for field in model._meta.concrete_fields
        if not field.has_db_default()
    }


def events(model: Any, key: Any) -> list[tuple[str, UUID | None, bool]]:
    """What history says of a row: the label, the act, and whether it bears this transaction's number."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pgh_label, act_id, xact = pg_current_xact_id()::text::bigint FROM {HISTORY[model]} "
            f"WHERE {model._meta.pk.column} = %s ORDER BY pgh_id",
            [key],
        )
        return list(cursor.fetchall())


def unhistoried(model: Any) -> list[str]:
    """Write in bulk, then by statements that somebody might type; gives what left no event as it should."""
    act_id, table, key = uuid4(), model._meta.db_table, model._meta.pk.column
    with acting(actor(CLERK), act_id=act_id), connection.cursor() as cursor:
        row = row_of(model)
        insert_rows(model, [row])
        wanted = [("added", act_id, True)]
        for field in model._meta.concrete_fields:
            if not field.primary_key:
                change = f'UPDATE {table} SET "{field.column}" = %s WHERE {key} = %s'
                cursor.execute(change, [values_of(field)[1], row[key]])
                assert cursor.rowcount == 1
                wanted.append(("changed", act_id, True))
        columns = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields if not f.primary_key)
        other = uuid4()
        cursor.execute(
            f"INSERT INTO {table} ({key}, {columns}) SELECT %s, {columns} FROM {table} WHERE {key} = %s",
            [other, row[key]],
        )
        cursor.execute(f"DELETE FROM {table} WHERE {key} IN (%s, %s)", [row[key], other])
        assert cursor.rowcount == 2
        wanted.append(("removed", act_id, True))
        found = {row[key]: wanted, other: [("added", act_id, True), ("removed", act_id, True)]}
        return [f"{table}: {events(model, one)}" for one, expected in found.items() if events(model, one) != expected]


def test_raw_sql_and_bulk_writes_of_every_column_of_every_tracked_table_leave_their_history(
    without_rules: OwnDatabase,
) -> None:
    assert len(HISTORY) >= 14
    assert [said for model in HISTORY for said in unhistoried(model)] == []


def test_control_a_table_that_lost_a_trigger_is_noticed(without_rules: OwnDatabase) -> None:
    model = next(model for model in HISTORY if model._meta.label == "registry.Cause")
    with psycopg.connect(without_rules.owner) as owner:
        (name,) = owner.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'registry_cause'::regclass AND tgname LIKE 'pgtrigger_changed_%'"
        ).fetchall()[0]
        owner.execute(f"DROP TRIGGER {name} ON registry_cause".encode())
    assert len(unhistoried(model)) == 1


@pytest.mark.django_db
def test_every_history_table_is_sealed_and_so_are_entries_and_looks() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SEALED_TABLES)
        sealed = {table for table, _, _ in cursor.fetchall()}
    assert sealed == {*HISTORY.values(), "acts_entry", "access_glasspage", "trail_look", "trail_erasure"}


@pytest.mark.django_db
def test_whoever_seals_sees_every_row_of_every_sealed_table() -> None:
    """A table with a reading rule of its own would hold rows that are never sealed, and are taken for inserted ones."""
    with connection.cursor() as cursor:
        cursor.execute(SEALED_TABLES)
        sealed = [table for table, _, _ in cursor.fetchall()]
        cursor.execute(
            "SELECT polrelid::regclass::text, pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polcmd = 'r' "
            "AND polrelid::regclass::text = ANY(%s)",
            [sealed],
        )
        rules: dict[str, str] = dict(cursor.fetchall())
    assert rules.keys() == set(sealed)
    assert {table for table, rule in rules.items() if rule != rules["acts_entry"]} == set()
