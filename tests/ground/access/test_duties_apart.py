"""Incompatible roles are refused by the database: by raw SQL, as the app role and as the owner, and by two sessions at once."""

import threading
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from bangfu.ground.access.rules import INCOMPATIBLE, Pair, apart
from bangfu.ground.acts.actor import Role
from tests.database import OwnDatabase

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
_INSERT = """INSERT INTO access_appointment (id, account_id, organisation_id, role, period)
    SELECT %s, %s, id, %s, %s::daterange FROM access_organisation WHERE code = %s"""
Connection = psycopg.Connection[Any]


def person(connection: Connection) -> UUID:
    """Somebody new, without any role."""
    account = uuid4()
    connection.execute(
        """INSERT INTO access_account (id, username, full_name, password, is_active, must_change_password, language)
        VALUES (%s, %s, '某某', '', true, true, 'zh-hans')""",
        [account, str(account)],
    )
    return account


def appoint(
    connection: Connection, account: UUID, role: Role, period: str = "[2026-01-01,)", code: str = "532923"
) -> UUID:
    appointment = uuid4()
    connection.execute(_INSERT, [appointment, account, role.value, period, code])
    return appointment


def delegate(connection: Connection, appointment: UUID, to: UUID) -> None:
    connection.execute(
        "INSERT INTO access_delegation (id, appointment_id, account_id, period) VALUES (%s, %s, %s, '[2026-01-01,2026-02-01)')",
        [uuid4(), appointment, to],
    )


def test_the_three_administrators_are_three_people() -> None:
    assert all(apart([one], other) for one in ADMINISTRATORS for other in ADMINISTRATORS if one != other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *((Role.CLERK, Role.APPROVER), (Role.CLERK, Role.FINANCE), (Role.CHAIR, Role.FINANCE)),
        *((Role.APPROVER, Role.FINANCE), (Role.AUDITOR, Role.CLERK), (Role.SECURITY_ADMIN, Role.CLERK)),
    ],
)
def test_who_proposes_decides_pays_oversees_or_administers_does_none_of_the_others(one: Role, other: Role) -> None:
    assert apart([one], other) == apart([other], one)
    assert apart([one], other) is not None


def test_a_role_goes_with_itself_and_a_reviewer_may_be_a_clerk() -> None:
    assert apart([Role.CLERK], Role.CLERK) is None
    assert apart([Role.CLERK], Role.REVIEWER) is None


def test_no_pair_is_declared_twice() -> None:
    assert len({frozenset((pair.one, pair.other)) for pair in INCOMPATIBLE}) == len(INCOMPATIBLE)


def test_the_database_refuses_every_pair_in_either_order_as_owner_and_as_app(own_database: OwnDatabase) -> None:
    def refused(connection: Connection, pair: Pair) -> bool:
        for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
            account = person(connection)
            appoint(connection, account, one)
            with pytest.raises(errors.ExclusionViolation, match="duties_apart"), connection.transaction():
                appoint(connection, account, other, code="532924")
        return True

    for url in (own_database.app, own_database.owner):
        with psycopg.connect(url) as connection:
            assert all(refused(connection, pair) for pair in INCOMPATIBLE)
            connection.rollback()


def test_one_after_the_other_and_compatible_ones_at_once_are_accepted(own_database: OwnDatabase) -> None:
    with psycopg.connect(own_database.app) as connection:
        account = person(connection)
        appoint(connection, account, Role.CLERK, "[2026-01-01,2026-06-01)")
        appoint(connection, account, Role.REVIEWER)
        appoint(connection, account, Role.APPROVER, "[2026-06-01,)")


def test_an_appointment_that_is_lengthened_into_the_other_is_refused(own_database: OwnDatabase) -> None:
    with psycopg.connect(own_database.app) as connection:
        account = person(connection)
        first = appoint(connection, account, Role.CLERK, "[2026-01-01,2026-06-01)")
        appoint(connection, account, Role.APPROVER, "[2026-06-01,)")
        with pytest.raises(errors.ExclusionViolation, match="duties_apart"):
            connection.execute("UPDATE access_appointment SET period = '[2026-01-01,)' WHERE id = %s", [first])


@pytest.mark.parametrize("change", ["role = 'approver'", "organisation_id = organisation_id + 1"])
def test_an_appointment_never_becomes_another_one(own_database: OwnDatabase, change: str) -> None:
    with psycopg.connect(own_database.app) as connection:
        appointment = appoint(connection, person(connection), Role.CLERK)
        with pytest.raises(errors.CheckViolation):
            connection.execute(f"UPDATE access_appointment SET {change} WHERE id = %s".encode(), [appointment])


def test_standing_in_counts_like_holding_the_role(own_database: OwnDatabase) -> None:
    with psycopg.connect(own_database.app) as connection:
        clerk, approver = person(connection), person(connection)
        appointment = appoint(connection, clerk, Role.CLERK)
        appoint(connection, approver, Role.APPROVER)
        with pytest.raises(errors.ExclusionViolation, match="duties_apart"):
            delegate(connection, appointment, approver)


def test_the_app_cannot_write_what_keeps_roles_apart(own_database: OwnDatabase) -> None:
    with psycopg.connect(own_database.app) as connection:
        for table in ("access_duty", "access_incompatible"):
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"DELETE FROM {table}".encode())
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE access_appointment DISABLE TRIGGER ALL")


def _second_of_two(database: OwnDatabase, level: psycopg.IsolationLevel) -> type[BaseException] | None:
    """Two sessions give one person the two sides of a pair; the first commits while the second waits for it. What the second hears."""
    heard: list[type[BaseException] | None] = []
    with psycopg.connect(database.app) as first, psycopg.connect(database.app) as second:
        account = person(first)
        first.commit()
        second.isolation_level = level
        # Both have their snapshot before either has written.
        second.execute("SELECT 1 FROM access_duty")
        appoint(first, account, Role.CLERK)

        def other() -> None:
            try:
                appoint(second, account, Role.APPROVER)
                second.commit()
                heard.append(None)
            except psycopg.Error as error:
                heard.append(type(error))

        waiting = threading.Thread(target=other)
        waiting.start()
        _until_somebody_waits(database)
        first.commit()
        waiting.join(10)
    return heard[0]


def _until_somebody_waits(database: OwnDatabase) -> None:
    with psycopg.connect(database.owner, autocommit=True) as watching:
        for _ in range(10_000):
            found = watching.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
            if found and found[0]:
                return
    raise AssertionError("the second session did not wait for the first")


@pytest.mark.parametrize("level", list(psycopg.IsolationLevel), ids=lambda level: level.name)
def test_two_sessions_at_once_do_not_get_both_sides(own_database: OwnDatabase, level: psycopg.IsolationLevel) -> None:
    assert _second_of_two(own_database, level) in (errors.ExclusionViolation, errors.SerializationFailure)


def test_control_without_the_constraint_both_sides_are_held(own_database: OwnDatabase) -> None:
    with psycopg.connect(own_database.owner) as owner:
        owner.execute("ALTER TABLE access_duty DROP CONSTRAINT duties_apart")
    with psycopg.connect(own_database.app) as connection:
        account = person(connection)
        appoint(connection, account, Role.CLERK, f"[{date(2026, 1, 1)},)")
        appoint(connection, account, Role.APPROVER)
