"""Acts: one transaction, told in the trail, safe to send twice."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from bangfu.core.problems import Problem
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import operator
from bangfu.ground.access.services import appoint
from bangfu.ground.acts.actor import Role
from bangfu.ground.acts.door import acting
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
