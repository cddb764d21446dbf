"""What must go by law goes for good; the sealed tree still adds up, and shows what went and by which act."""

from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection

from bangfu.core.problems import Problem
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.services import Reason, erase_history
from benchmarks.tampering import fill
from tests.ground.trail.sealing import Trail
from tests.people import CLERK, actor

TABLE = "registry_memberevent"


@pytest.fixture
def rows(trail: Trail) -> list[int]:
    """Four sealed rows of history."""
    with psycopg.connect(trail.database.owner) as owner:
        fill(owner, 4, [TABLE])
    trail.seal()
    with psycopg.connect(trail.database.owner) as owner:
        return [int(row) for (row,) in owner.execute(f"SELECT pgh_id FROM {TABLE} ORDER BY 1".encode()).fetchall()]


def erase(rows: list[int], act_id: UUID | None = None) -> int:
    return erase_history(actor=operator(), act_id=act_id or uuid4(), table=TABLE, rows=rows, reason=Reason.PERIOD_OVER)


def test_after_an_erasure_the_trail_is_whole_and_says_what_went(trail: Trail, rows: list[int]) -> None:
    before, act_id = trail.newest(), uuid4()
    assert erase(rows[:2], act_id) == erase(rows[:2], act_id) == 2
    report = trail.report([("before", before)])
    assert (report.is_whole, report.erased, report.unsealed) == (True, 2, 3)
    trail.seal()
    report = trail.report([("before", before), ("now", trail.newest())])
    assert (report.is_whole, report.erased, report.unsealed) == (True, 2, 0)
    gone = f"SELECT count(*) FROM {TABLE} WHERE pgh_id IN ({rows[0]}, {rows[1]})"
    assert trail.number(gone) == 0
    assert trail.number("SELECT count(*) FROM trail_leaf WHERE salt IS NULL") == 2
    assert trail.number(f"SELECT count(*) FROM trail_erasure WHERE act_id = '{act_id}'") == 2


def test_an_erasure_that_somebody_takes_back_out_of_the_trail_is_a_deletion(trail: Trail, rows: list[int]) -> None:
    erase(rows[:1])
    trail.seal()
    trail.as_superuser("DELETE FROM trail_erasure")
    assert trail.found() == {"deleted": 2}  # the row of history, and the row that told of its erasure


def test_an_erasure_without_its_act_is_found(trail: Trail, rows: list[int]) -> None:
    erase(rows[:1])
    trail.as_superuser("UPDATE trail_erasure SET act_id = gen_random_uuid()")
    assert trail.found() == {"erased_without_act": 1}


def test_a_deletion_cannot_be_laid_to_the_charge_of_another_erasure(trail: Trail, rows: list[int]) -> None:
    erase(rows[:1])
    trail.seal()
    trail.as_superuser(
        f"DELETE FROM {TABLE} WHERE pgh_id = {rows[2]}",
        f'INSERT INTO trail_erasure ("table", row_id, org, reason, act_id) '
        f'SELECT "table", {rows[2]}, org, reason, act_id FROM trail_erasure',
    )
    assert trail.found() == {"erased_without_act": 2}


def test_nothing_goes_that_is_not_sealed_or_not_there(trail: Trail, rows: list[int]) -> None:
    with psycopg.connect(trail.database.owner) as owner:
        fill(owner, 1, [TABLE])
    unsealed = trail.number(f"SELECT max(pgh_id) FROM {TABLE}")
    for wanted in ([rows[0], unsealed], [rows[0], 999_999_999]):
        with pytest.raises(Problem) as refused:
            erase(wanted)
        assert refused.value.code == "trail.not_all_erased"
    assert trail.report().erased == 0


def test_only_row_history_can_be_erased(trail: Trail) -> None:
    trail.happen(1)
    trail.seal()
    for table in ("acts_entry", "trail_look", "registry_member"):
        with pytest.raises(DatabaseError):
            erase_history(actor=operator(), act_id=uuid4(), table=table, rows=[1], reason=Reason.UNLAWFUL)


def test_who_is_not_allowed_erases_nothing_and_so_does_sql_outside_of_an_act(trail: Trail, rows: list[int]) -> None:
    with pytest.raises(Problem) as refused:
        erase_history(actor=actor(CLERK), act_id=uuid4(), table=TABLE, rows=rows, reason=Reason.ASKED_FOR)
    assert refused.value.code == "access.not_allowed"
    with pytest.raises(DatabaseError), acting(actor(CLERK)), connection.cursor() as cursor:
        cursor.execute("SELECT trail_erase(%s, %s, 'asked_for')", [TABLE, rows])
    assert trail.report().erased == 0
