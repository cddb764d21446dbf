"""What a superuser does to a sealed trail is found and named, and nothing where nothing was done. The short form of ``make tampering``."""

import psycopg
import pytest

from bangfu.ground.trail.verifying import checking
from bangfu.ground.trail.verifying.sources import inside
from benchmarks.attacks import ATTACKS
from benchmarks.tampering import Sealed, attack, fill, sealed_in_steps, untouched
from tests.ground.trail.sealing import Trail

SEED = 4
EVERY_ATTACK_ONCE = len(ATTACKS) * max(len(ways) for ways in ATTACKS.values())


@pytest.fixture
def sealed(trail: Trail) -> Sealed:
    """Rows in every sealed table, sealed in four steps; the level above holds the third."""
    return sealed_in_steps(trail.database.owner, trail.home, 4, 3, trail.seal)


def test_every_kind_of_attack_on_any_table_is_found_and_named(sealed: Sealed, trail: Trail) -> None:
    tallies = attack(sealed, max(40, EVERY_ATTACK_ONCE), SEED)
    assert {kind: tally.missed for kind, tally in tallies.items() if tally.missed} == {}
    assert all(tally.made == tally.found >= 6 for tally in tallies.values())
    # Rolled back, each of them: nothing of it is left.
    assert trail.found([("home", trail.newest())]) == {}


def test_nothing_is_found_where_nothing_was_done(sealed: Sealed) -> None:
    assert untouched(sealed, 5, SEED) == 0


def test_control_a_verification_that_compares_no_rows_is_noticed(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_says", lambda row: row is not None)
    tallies = attack(sealed, 10, SEED)
    assert tallies["alteration"].found < tallies["alteration"].made


def test_control_what_is_not_sealed_yet_is_said_to_be_so_and_not_to_be_whole(sealed: Sealed, trail: Trail) -> None:
    trail.happen(2)
    assert trail.as_superuser("UPDATE acts_entry SET verb = 'other' WHERE id = (SELECT max(id) FROM acts_entry)") == 1
    report = trail.report()
    assert (report.is_whole, report.unsealed) == (True, 4)
    trail.seal()
    assert trail.found() == {}


def test_an_altered_entry_is_named_by_table_and_number(sealed: Sealed, trail: Trail) -> None:
    number = trail.number(
        "SELECT row_id FROM trail_leaf JOIN trail_shape s ON s.id = shape WHERE \"table\" = 'trail_look' LIMIT 1"
    )
    trail.as_superuser(f"UPDATE trail_look SET person_name = '别人' WHERE id = {number}")
    report = trail.report()
    assert [(f.what, f.table, f.row) for f in report.findings] == [("altered", "trail_look", number)]
    assert report.findings[0].sentences() == (f"trail_look 第 {number} 条被改动", f"trail_look {number} was altered")


def test_a_table_that_lost_a_column_cannot_be_checked_and_is_named(sealed: Sealed, trail: Trail) -> None:
    trail.as_superuser("ALTER TABLE registry_dwellingevent DROP COLUMN housing_type")
    (finding,) = (f for f in trail.report().findings if f.what == "not_checkable")
    assert (finding.table, "housing_type" in finding.detail) == ("registry_dwellingevent", True)


def test_a_table_that_gains_a_column_stays_whole_and_its_new_rows_are_sealed_with_it(
    sealed: Sealed, trail: Trail
) -> None:
    trail.as_superuser("ALTER TABLE registry_dwellingevent ADD COLUMN rooms integer")
    assert trail.found() == {}
    with psycopg.connect(trail.database.owner) as connection:
        fill(connection, 2, ["registry_dwellingevent"])
    trail.seal()
    assert trail.found() == {}
    trail.as_superuser("UPDATE registry_dwellingevent SET rooms = 9 WHERE rooms IS NOT NULL")
    assert trail.found() == {"altered": 2}


def test_a_function_that_somebody_put_in_the_way_is_not_used(sealed: Sealed, trail: Trail) -> None:
    """row_to_json of the schema that the tables lie in, made to say what was there before."""
    trail.as_superuser(
        "CREATE FUNCTION public.convert_to(text, text) RETURNS bytea LANGUAGE sql AS 'SELECT ''''::bytea'",
        "ALTER ROLE bangfu_owner IN DATABASE " + _name(trail) + " SET search_path = public, pg_catalog",
    )
    assert trail.found() == {}
    with psycopg.connect(trail.database.owner) as connection:
        assert inside(connection).shapes()


def _name(trail: Trail) -> str:
    with psycopg.connect(trail.database.owner) as connection:
        return connection.info.dbname
