"""Refusals: proposed by one, decided by another; refused for good only then, given back otherwise, overtaken by new facts."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.proposing import propose_now
from bangfu.decide.identification.services import settle, undo_settlement
from bangfu.decide.identification.settling import Way
from bangfu.ground.acts.door import acting
from bangfu.ground.approval.asked import read_asked
from bangfu.ground.approval.models import Case
from bangfu.ground.approval.selectors import approval_case
from bangfu.ground.approval.services import approve_case, return_case, withdraw_case
from bangfu.ground.trail.models import Look
from bangfu.ground.trail.selectors import timeline
from bangfu.record.registry.models import CaseFile
from tests.decide.filing import ON
from tests.decide.identification.test_settling import refused_with, settled
from tests.decide.union import CARS, WANG, Union, clerk
from tests.people import NEIGHBOUR, PREFECTURE_CLERK, REVIEWER, actor

GIVEN: dict[str, Any] = {"reason_code": "E4", "reason": "名下有车", "answer": "家里说是自己的车"}


@pytest.fixture
def case(union: Union) -> Case:
    """The refusal of 王明, as the clerk proposed it."""
    settled(union, "王明", Way.REFUSE, **GIVEN)
    return open_case(union)


def open_case(union: Union, name: str = "王明") -> Case:
    with acting(clerk()):
        return Case.objects.get(subject_id=union.standing(name).pk, state="deciding")


def decide(case: Case, agreed: bool, word: str = "同意") -> None:
    act: Any = approve_case if agreed else return_case
    act(
        actor=actor(REVIEWER), act_id=uuid4(), case_id=case.pk, seen_version=case.version,
        seen_sha256=case.content_sha256, word=word,
    )  # fmt: skip


def the_settlement(case: Case) -> Settlement:
    with acting(clerk()):
        return Settlement.objects.get(approval=case)


def test_a_refusal_goes_before_a_second_person_with_all_that_speaks_for_it(union: Union, case: Case) -> None:
    said = {field.code: field.value[0] for field in read_asked(case.content).fields}
    assert said["head"] == "王*"
    assert said["reason"] == "名下有车"
    assert said["answer"] == "家里说是自己的车"
    assert said["ground"].startswith("E4 ")
    assert any("小型轿车" in value for code, value in said.items() if code.startswith("evidence"))
    assert WANG not in case.content
    with acting(actor(REVIEWER)):
        view = approval_case(actor(REVIEWER), case.pk, on=ON)
        assert (view.differ, view.steps[0].turn, len(view.agree)) == ((), True, 2)
        assert Look.objects.filter(page="approval_case", household_id=str(case.household_id)).count() == 1


def test_refused_only_when_the_second_person_agrees(union: Union, case: Case) -> None:
    decide(case, agreed=True, word="已核对，同意")
    standing, refusal = union.standing("王明"), the_settlement(case)
    assert standing.state == "refused"
    assert (refusal.second_name, refusal.second_way, refusal.second_word) == (
        REVIEWER.full_name,
        "agreed",
        "已核对，同意",
    )
    with acting(clerk()):
        told = [line.zh for line in timeline(clerk(), standing.household_id)]
    assert "复核：同意（不予认定）" in told
    refused_with("identification.already_settled", lambda: settled(union, "王明", Way.ACCEPT, reason="…"))


def test_returned_it_is_the_clerk_s_again_with_the_reviewer_s_word(union: Union, case: Case) -> None:
    decide(case, agreed=False, word="请再问清楚车的来历")
    standing, refusal = union.standing("王明"), the_settlement(case)
    # The family has been heard once: that it was is not lost.
    assert (standing.state, standing.answered) == ("open", True)
    assert (refusal.standing, refusal.second_way, refusal.second_word) == (False, "returned", "请再问清楚车的来历")
    settled(union, "王明", Way.REFUSE, **GIVEN)
    again = open_case(union)
    assert again.before_id == case.pk
    decide(again, agreed=True)
    assert union.standing("王明").state == "refused"


def test_taken_back_by_undo_or_from_the_list_it_is_where_it_was(union: Union, case: Case) -> None:
    undo_settlement(actor=clerk(), act_id=uuid4(), settlement_id=the_settlement(case).pk)
    assert union.standing("王明").state == "open"
    settled(union, "王明", Way.REFUSE, **GIVEN)
    again = open_case(union)
    withdraw_case(actor=clerk(), act_id=uuid4(), case_id=again.pk, seen_version=again.version)
    assert union.standing("王明").state == "open"
    with acting(clerk()):
        assert set(Case.objects.values_list("state", flat=True)) == {"withdrawn"}
        assert Settlement.objects.filter(undone_at__isnull=True).count() == 0


def test_what_is_decided_is_not_undone(union: Union, case: Case) -> None:
    decide(case, agreed=True)
    refused_with(
        "identification.too_late_to_undo",
        lambda: undo_settlement(actor=clerk(), act_id=uuid4(), settlement_id=the_settlement(case).pk),
    )


def test_new_facts_overtake_a_refusal_that_waits(union: Union, case: Case) -> None:
    union.deliver_vehicles(CARS[1:])
    union.compare()
    assert union.standing("王明").state == "open"
    with acting(clerk()):
        assert Case.objects.get(pk=case.pk).state == "overtaken"
    refused_with("act.changed_meanwhile", lambda: decide(case, agreed=True))


def test_a_closed_file_leaves_nothing_to_decide(union: Union, case: Case) -> None:
    with acting(clerk()):
        CaseFile.objects.filter(household_id=str(case.household_id)).update(state=CaseFile.State.CLOSED)
    propose_now(clerk(), ON, uuid4())
    with acting(clerk()):
        assert Case.objects.get(pk=case.pk).state == "overtaken"
        assert Determination.objects.get(pk=case.subject_id).state == "superseded"


def test_new_facts_open_a_refused_case_again(union: Union, case: Case) -> None:
    decide(case, agreed=True)
    union.deliver_vehicles(CARS[1:])
    union.compare()
    again = union.standing("王明")
    assert (again.state, again.contradictions) == ("open", 0)


def test_the_proposer_s_colleague_of_the_prefecture_and_the_neighbour_do_not_decide(union: Union, case: Case) -> None:
    for someone, code in ((PREFECTURE_CLERK, "access.not_allowed"), (NEIGHBOUR, "access.not_allowed")):
        refused_with(
            code,
            lambda: approve_case(
                actor=actor(someone), act_id=uuid4(), case_id=case.pk, seen_version=1,  # noqa: B023
                seen_sha256=case.content_sha256, word="同意",
            ),
        )  # fmt: skip
    with acting(actor(NEIGHBOUR)):
        assert not Case.objects.exists()


def test_raw_sql_refuses_nobody_without_a_second_person(union: Union, case: Case) -> None:
    assert union.database is not None
    with psycopg.connect(union.database.app) as session:
        for name, value in (
            ("scope", "/53/"),
            ("scope_end", "/530"),
            ("actor", str(clerk().person_id)),
            ("purpose", "x"),
        ):
            session.execute("SELECT set_config(%s, %s, false)", [f"app.{name}", value])
        with pytest.raises(psycopg.errors.CheckViolation, match="refused by one person"):
            session.execute(
                "UPDATE identification_determination SET state = 'refused' WHERE id = %s", [case.subject_id]
            )
        session.rollback()
        for name, value in (
            ("scope", "/53/"),
            ("scope_end", "/530"),
            ("actor", str(clerk().person_id)),
            ("purpose", "x"),
        ):
            session.execute("SELECT set_config(%s, %s, false)", [f"app.{name}", value])
        with pytest.raises(psycopg.errors.CheckViolation, match="settlement_second_is_another"):
            session.execute("UPDATE identification_settlement SET second_by = settled_by")


def test_nothing_is_proposed_where_the_chain_is_not_set(union: Union, monkeypatch: pytest.MonkeyPatch) -> None:
    from bangfu.ground.policy.models import Value  # noqa: PLC0415

    Value.objects.filter(code="approval.refusal").delete()
    refused_with("policy.not_set", lambda: settled(union, "王明", Way.REFUSE, **GIVEN))
    with acting(clerk()):
        assert not Settlement.objects.exists()
        assert Determination.objects.get(pk=union.standing("王明").pk).state == "open"


def test_a_question_left_unanswered_is_told_to_the_second_person(union: Union) -> None:
    from datetime import timedelta  # noqa: PLC0415

    due = settled(union, "赵强", Way.ASK, question="请说明收入").due_on
    assert due is not None
    standing = union.standing("赵强")
    settle(
        actor=clerk(), act_id=uuid4(), determination_id=standing.pk, seen_version=standing.version, kind=Way.REFUSE,
        reason_code="not_met", reason="收入高于标准", on=due + timedelta(days=1),
    )  # fmt: skip
    said = {field.code: field.value[0] for field in read_asked(open_case(union, "赵强").content).fields}
    assert said["answer"] == f"已请家庭在 {due} 前说明，到期没有说明"
    assert said["ground"] == "按数字不符合任何一类"
    assert isinstance(standing.pk, UUID)
