"""Raw SQL as the app role, past every selector: outside the scope nothing is seen, changed or added in any table; without one, nothing.

Every table with row-level security is asked, also those that come later: where nothing lies outside yet, the owner puts a row there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from tests.ground.conftest import World
from tests.scope_world import ABOVE, NEIGHBOUR, OWN, PLACES

# Read from below as well: what one's files are compared with. Each with its reason; nobody below changes any of it.
SEEN_FROM_BELOW = {
    "sources_delivery": "a county's files are compared with what the prefecture received",
    "comparison_run": "and are told when that was",
}
_DUMMIES = {
    "uuid": "gen_random_uuid()", "boolean": "false", "jsonb": "'{}'", "bytea": "''", "ARRAY": "'{}'", "date": "current_date",
    "timestamp with time zone": "now()", "daterange": "'[2026-01-01,)'", "text": "''", "character varying": "''",
}  # fmt: skip
OUTSIDE = {place: PLACES[place][1] for place in (NEIGHBOUR, ABOVE)}


def guarded(owner: psycopg.Connection[Any]) -> list[str]:
    """Tables with row-level security that say whose a row is."""
    rows = owner.execute(
        """SELECT relname FROM pg_class JOIN information_schema.columns ON table_name = relname AND column_name = 'org'
           WHERE relkind = 'r' AND relrowsecurity AND relnamespace = 'public'::regnamespace ORDER BY relname"""
    )
    return [str(name) for (name,) in rows]


def put(owner: psycopg.Connection[Any], table: str, org: str) -> None:
    """A row of somebody else's where there is none; the owner heeds neither keys nor triggers here."""
    there = sql.SQL("SELECT 1 FROM {} WHERE org = %s LIMIT 1").format(sql.Identifier(table))
    if owner.execute(there, [org]).fetchone():
        return
    columns = owner.execute(
        """SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'
           AND is_nullable = 'NO'
           AND (column_default IS NULL OR column_default LIKE '%%current_setting%%') AND is_identity = 'NO' AND column_name <> 'org'""",
        [table],
    ).fetchall()
    names = [sql.Identifier(name) for name, _ in columns] + [sql.Identifier("org")]
    values = [sql.SQL(_DUMMIES.get(kind, "1")) for _, kind in columns] + [sql.Literal(org)]
    insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join(values)
    )
    while True:
        try:
            owner.execute(insert)
        except (errors.CheckViolation, errors.UniqueViolation) as error:
            # Who may see a row has nothing to do with what it says: in this database it may say anything.
            _drop(owner, table, str(error.diag.constraint_name))
        else:
            return


def _drop(owner: psycopg.Connection[Any], table: str, name: str) -> None:
    owner.execute(
        sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {} CASCADE").format(
            sql.Identifier(table), sql.Identifier(name)
        )
    )
    owner.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def tables(world: World) -> list[str]:
    """Each with a row of the neighbour's and one of the prefecture's; those in which none can be put must be few."""
    refused = []
    with psycopg.connect(world.database.owner, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        found = guarded(owner)
        for table in found:
            for org in OUTSIDE.values():
                try:
                    put(owner, table, org)
                except psycopg.Error as error:
                    refused.append(f"{table}: {error}")
    assert refused == []
    return found


@contextmanager
def as_app(world: World, scope: str = "", *, named: bool = True) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the app role; with a scope, or with none."""
    with psycopg.connect(world.database.app) as app:
        if scope:
            settings = {"scope": scope, "scope_end": f"{scope[:-1]}0"}
            settings |= {"actor": "00000000-0000-0000-0000-000000000001", "purpose": "filing"} if named else {}
            for name, value in settings.items():
                app.execute("SELECT set_config(%s, %s, true)", [f"app.{name}", value])
        yield app
        app.rollback()


def rows_seen(app: psycopg.Connection[Any], table: str, org: str = "%") -> int:
    row = app.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE org LIKE %s").format(sql.Identifier(table)), [org]
    ).fetchone()
    return int(row[0]) if row else 0


def seen_outside(world: World, tables: list[str]) -> dict[str, int]:
    """Rows that one's own union sees of the neighbour's and of what lies above, by table."""
    with as_app(world, PLACES[OWN][1]) as app:
        counts = {
            f"{place} {table}": rows_seen(app, table, org)
            for table in tables
            for place, org in OUTSIDE.items()
            if place == NEIGHBOUR or table not in SEEN_FROM_BELOW
        }
    return {what: count for what, count in counts.items() if count}


def test_every_table_is_asked(tables: list[str]) -> None:
    assert len(tables) > 30
    assert set(tables) >= SEEN_FROM_BELOW.keys()


def test_nothing_outside_the_scope_is_seen_in_any_table(world: World, tables: list[str]) -> None:
    assert seen_outside(world, tables) == {}


def test_one_sees_one_s_own(world: World, tables: list[str]) -> None:
    with as_app(world, PLACES[OWN][1]) as app:
        assert sum(rows_seen(app, table, f"{PLACES[OWN][1]}%") > 0 for table in tables) >= 15


@pytest.mark.parametrize(("scope", "named"), [("", True), (PLACES[OWN][1], False)], ids=["no scope", "nobody named"])
def test_without_settings_nothing_is_seen_in_any_table(
    world: World, tables: list[str], scope: str, named: bool
) -> None:
    with as_app(world, scope, named=named) as app:
        assert {table: count for table in tables if (count := rows_seen(app, table))} == {}


def test_nothing_outside_can_be_changed_removed_or_added(world: World, tables: list[str]) -> None:
    wrong = []
    statements = {
        "change": "UPDATE {} SET org = org WHERE org = %s",
        "removal": "DELETE FROM {} WHERE org = %s",
        "taking over": "UPDATE {} SET org = '/53/5329/532923/' WHERE org = %s",
        "moving out": "UPDATE {} SET org = '/53/5329/532924/' WHERE org LIKE '/53/5329/532923/%%' AND %s <> ''",
    }
    with as_app(world, PLACES[OWN][1]) as app:
        for table in tables:
            for what, statement in statements.items():
                for org in OUTSIDE.values():
                    with app.transaction(force_rollback=True):
                        try:
                            done = app.execute(sql.SQL(statement).format(sql.Identifier(table)), [org]).rowcount
                        except (errors.InsufficientPrivilege, errors.RaiseException, errors.CheckViolation):
                            continue
                        wrong += [f"{what} in {table}: {done} rows"] if done else []
    assert wrong == []


def test_control_with_a_policy_gone_the_neighbours_rows_are_found(world: World, tables: list[str]) -> None:
    with psycopg.connect(world.database.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE registry_income DISABLE ROW LEVEL SECURITY")
        try:
            assert seen_outside(world, tables).keys() == {"neighbour registry_income", "above registry_income"}
        finally:
            owner.execute("ALTER TABLE registry_income ENABLE ROW LEVEL SECURITY")
