"""Row-level security fails closed: without scope, actor or purpose nothing is seen; a neighbour sees nothing; raw SQL sees no more."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from bangfu.record.registry.models import CaseFile, Household
from tests.database import OwnDatabase
from tests.people import CHAIR, CLERK, NEIGHBOUR, PREFECTURE_CLERK, actor
from tests.record.registry.bringing import bring
from tests.record.registry.conftest import prefecture as prefecture  # noqa: PLC0414, a fixture

TABLES = [
    "registry_household",
    "registry_casefile",
    "registry_member",
    "registry_cause",
    "registry_income",
    "registry_memberevent",
    "acts_entry",
]


@pytest.fixture
def files(own_database: OwnDatabase, prefecture: Path) -> None:
    """Xiangyun county's files, brought in by its clerk."""
    bring(actor(CLERK, Purpose.FILING), prefecture / "archive" / "532923.xlsx", "532923")


def seen_by_raw_sql() -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in TABLES:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
        return counts


@pytest.mark.parametrize("who", [CLERK, PREFECTURE_CLERK])
def test_inside_the_scope_everything_is_seen(files: None, who: object) -> None:
    with acting(actor(who)):  # type: ignore[arg-type]
        assert all(seen_by_raw_sql().values())


@pytest.mark.parametrize("who", [NEIGHBOUR, CHAIR])
def test_a_neighbour_and_a_union_below_see_nothing(files: None, who: object) -> None:
    with acting(actor(who)):  # type: ignore[arg-type]
        seen = seen_by_raw_sql()
        seen.pop("acts_entry")
        assert not any(seen.values())


def test_without_a_door_nothing_is_seen(files: None) -> None:
    assert not any(seen_by_raw_sql().values())
    with acting(actor(CLERK)):
        pass
    # The setting of an ended transaction is '' on a connection that is used again: it must not mean everything.
    assert not any(seen_by_raw_sql().values())


@pytest.mark.parametrize(
    "broken",
    [
        lambda a: replace(a, scope=""),
        lambda a: replace(a, scope="/"),
        lambda a: replace(a, scope="/53/5329/53292"),
        lambda a: replace(a, scope="/53/5329/532923"),
    ],
    ids=["empty", "root", "cut", "without the last stroke"],
)
def test_a_scope_that_is_none_shows_nothing_of_others(files: None, broken: Callable[[Actor], Actor]) -> None:
    with acting(broken(actor(NEIGHBOUR))):
        seen = seen_by_raw_sql()
    assert not any(seen.values()) or seen == {}


@pytest.mark.parametrize("setting", ["app.actor", "app.purpose"])
def test_without_actor_or_purpose_nothing_is_seen(files: None, setting: str) -> None:
    with acting(actor(CLERK)), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [setting])
        assert not any(seen_by_raw_sql().values())


def test_nothing_can_be_written_outside_the_scope(files: None) -> None:
    with acting(actor(NEIGHBOUR)), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Household.objects.create(org="/53/5329/532923/")


def test_a_file_cannot_be_moved_out_of_the_scope(files: None) -> None:
    with acting(actor(CLERK)), pytest.raises(DatabaseError), transaction.atomic():
        CaseFile.objects.update(org="/53/5329/532924/")


def test_control_without_the_policy_the_neighbour_would_see_them(files: None, own_database: OwnDatabase) -> None:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(own_database.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE registry_casefile DISABLE ROW LEVEL SECURITY")
    with acting(actor(NEIGHBOUR)):
        assert seen_by_raw_sql()["registry_casefile"] > 0
