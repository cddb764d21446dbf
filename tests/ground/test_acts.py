"""Acts: one transaction, told in the trail, safe to send twice."""

from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import OperationalError, connection

from bangfu.core.problems import Problem
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import operator
from bangfu.ground.access.services import appoint
from bangfu.ground.acts import door
from bangfu.ground.acts.actor import Role
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.faults import switch_on
from bangfu.ground.acts.locks import TIMEOUT_SECONDS, lock_number
from bangfu.ground.acts.models import Entry
from tests.database import OwnDatabase
from tests.people import BINCHUAN, CLERK, NEIGHBOUR, XIANGYUN, actor


def appoint_somebody(act_id: UUID, full_name: str = "新小人") -> UUID:
    return appoint(
        actor=operator(), act_id=act_id, username="new", full_name=full_name, role=Role.CLERK,
        organisation_code=XIANGYUN, since=date(2026, 1, 1), password_hash="!",
    )  # fmt: skip


def test_the_same_act_twice_gives_the_first_answer_and_one_entry(own_database: OwnDatabase) -> None:
    act_id = uuid4()
    first = appoint_somebody(act_id)
    assert appoint_somebody(act_id) == first
    with acting(operator()):
        assert Entry.objects.filter(act_id=act_id).count() == 1
    assert Account.objects.filter(username="new").count() == 1


def test_the_same_act_id_with_other_content_is_refused(own_database: OwnDatabase) -> None:
    act_id = uuid4()
    appoint_somebody(act_id)
    with pytest.raises(Problem) as refused:
        appoint_somebody(act_id, full_name="别小人")
    assert refused.value.code == "act.id_used"


def test_entries_are_seen_inside_the_scope_only(own_database: OwnDatabase) -> None:
    act_id = uuid4()
    appoint_somebody(act_id)
    with acting(actor(CLERK)):
        assert Entry.objects.filter(act_id=act_id).exists()
    with acting(actor(NEIGHBOUR)):
        assert not Entry.objects.filter(act_id=act_id).exists()
    assert BINCHUAN != XIANGYUN


def test_a_connection_that_is_cut_is_not_called_busy_and_the_act_can_be_sent_again(own_database: OwnDatabase) -> None:
    act_id = uuid4()
    switch_on("access.appointed.opened=cut")
    try:
        with pytest.raises(OperationalError):
            appoint_somebody(act_id)
    finally:
        switch_on("")
        connection.close()
    assert appoint_somebody(act_id) == Account.objects.get(username="new").pk


def test_somebody_elses_lock_is_busy_after_the_time_is_over(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    act_id = uuid4()
    monkeypatch.setattr(door, "_CLAIM", door._CLAIM.replace(f"{TIMEOUT_SECONDS}s", "100ms"))
    with psycopg.connect(own_database.app) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("act", str(act_id))])
        with pytest.raises(Problem) as refused:
            appoint_somebody(act_id)
    assert refused.value.code == "act.busy"
