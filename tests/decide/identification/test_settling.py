"""Settling: three ways, one person at a time, never over what somebody else did meanwhile, and never a refusal by one person alone."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bangfu.core.problems import Problem
from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.services import (
    Settled,
    accept_clean,
    record_answer,
    settle,
    undo_settlement,
)
from bangfu.decide.identification.settling import Way, looked_for
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from tests.decide.filing import ON
from tests.decide.union import CARS, HEADS, LI, Union, clerk
from tests.people import LEADER, NEIGHBOUR, PREFECTURE_CLERK, REVIEWER, actor

FRIDAY = date(2026, 11, 6)


def settled(union: Union, name: str, kind: Way, who: Actor | None = None, **given: Any) -> Settled:
    standing = union.standing(name)
    wanted: dict[str, Any] = {"act_id": uuid4(), "seen_version": standing.version, "on": ON} | given
    return settle(actor=who or clerk(), determination_id=standing.pk, kind=kind, **wanted)


def refused_with(code: str, call: Callable[[], object]) -> None:
    with pytest.raises(Problem) as refused:
        call()
    assert refused.value.code == code


def states(union: Union) -> dict[str, str]:
    return {name: union.standing(name).state for name in ("王明", "李芳", "赵强", "周静")}


def test_what_waits_is_what_the_rules_propose(union: Union) -> None:
    with acting(clerk()):
        found = {
            d.case_file.head_name: (d.class_name, d.contradictions, d.doubts)
            for d in Determination.objects.select_related("case_file")
        }
    assert found == {
        "王明": ("深度困难", 1, 0),
        "李芳": ("深度困难", 0, 0),
        "赵强": ("不符合", 0, 0),
        "周静": ("深度困难", 0, 1),
    }


def test_it_accepts_what_nothing_contradicts(union: Union) -> None:
    done = settled(union, "李芳", Way.ACCEPT, seen_at=int(time.time()) - 31)
    assert (done.state, done.version) == ("accepted", 2)
    with acting(clerk()):
        entry = Entry.objects.get(subject_id=done.determination_id)
        assert (entry.verb, entry.household_id) == ("identification.settled", union.standing("李芳").household_id)
        assert Settlement.objects.get(pk=done.settlement_id).seconds in range(31, 60)


@pytest.mark.parametrize(("seen_at", "looked"), [(None, None), (1_000, 0), (969, 31), (1_001, None), (-90_000, None)])
def test_how_long_it_was_looked_at_is_told_only_where_the_clock_allows(seen_at: int | None, looked: int | None) -> None:
    assert looked_for(seen_at, 1_000) == looked


def test_it_accepts_what_is_contradicted_only_with_a_word_on_how_it_was_cleared_up(union: Union) -> None:
    refused_with("identification.reason_needed", lambda: settled(union, "王明", Way.ACCEPT))
    assert settled(union, "王明", Way.ACCEPT, reason="车已于 8 月出售，合同已看").state == "accepted"


def test_it_does_not_accept_that_no_class_is_met(union: Union) -> None:
    refused_with("identification.not_met_is_a_refusal", lambda: settled(union, "赵强", Way.ACCEPT, reason="…"))


def test_asking_needs_a_question_and_sets_a_day_after_five_working_days(union: Union) -> None:
    refused_with("identification.question_needed", lambda: settled(union, "王明", Way.ASK, question=" "))
    done = settled(union, "王明", Way.ASK, question="名下的车是怎么回事？", on=FRIDAY)
    assert (done.state, done.due_on) == ("asked", date(2026, 11, 13))


def test_an_answer_brings_the_case_back_to_the_queue(union: Union) -> None:
    settled(union, "王明", Way.ASK, question="名下的车是怎么回事？")
    asked = union.standing("王明")
    done = record_answer(
        actor=clerk(), act_id=uuid4(), determination_id=asked.pk, seen_version=asked.version, answer="已卖"
    )
    again = union.standing("王明")
    assert (done.state, again.state, again.answered, again.due_on) == ("open", "open", True, None)
    assert settled(union, "王明", Way.ACCEPT, reason="已看合同").state == "accepted"


def test_an_answer_is_not_recorded_where_nothing_was_asked(union: Union) -> None:
    standing = union.standing("王明")
    refused_with(
        "identification.nothing_asked",
        lambda: record_answer(
            actor=clerk(), act_id=uuid4(), determination_id=standing.pk, seen_version=standing.version, answer="已卖"
        ),
    )


def test_a_refusal_needs_a_reason_of_the_rules(union: Union) -> None:
    given: dict[str, Any] = {"reason": "名下有车", "answer": "家里说是自己的车"}
    refused_with("identification.reason_code", lambda: settled(union, "王明", Way.REFUSE, reason_code="E99", **given))
    refused_with(
        "identification.reason_code", lambda: settled(union, "王明", Way.REFUSE, reason_code="not_met", **given)
    )
    done = settled(union, "王明", Way.REFUSE, reason_code="E4", **given)
    # A proposal: nobody is refused by one person.
    assert done.state == "refusal_proposed"


def test_a_refusal_needs_words(union: Union) -> None:
    refused_with(
        "identification.refusal_reason_needed",
        lambda: settled(union, "王明", Way.REFUSE, reason_code="E4", answer="…"),
    )


def test_a_refusal_needs_the_family_to_be_heard(union: Union) -> None:
    given: dict[str, Any] = {"reason_code": "not_met", "reason": "收入高于标准"}
    refused_with("identification.family_not_heard", lambda: settled(union, "赵强", Way.REFUSE, **given))
    due = settled(union, "赵强", Way.ASK, question="请说明收入").due_on
    assert due is not None
    refused_with("identification.family_not_heard", lambda: settled(union, "赵强", Way.REFUSE, on=due, **given))
    late = settled(union, "赵强", Way.REFUSE, on=due + timedelta(days=1), **given)
    assert late.state == "refusal_proposed"


def test_what_was_seen_before_somebody_else_settled_it_is_not_overwritten(union: Union) -> None:
    seen = union.standing("李芳").version
    settled(union, "李芳", Way.ACCEPT)
    refused_with("act.changed_meanwhile", lambda: settled(union, "李芳", Way.ASK, question="请说明", seen_version=seen))


def test_what_is_settled_is_not_settled_again(union: Union) -> None:
    settled(union, "李芳", Way.ACCEPT)
    refused_with("identification.already_settled", lambda: settled(union, "李芳", Way.ASK, question="请说明"))


def test_the_same_act_twice_settles_once(union: Union) -> None:
    standing, act_id = union.standing("李芳"), uuid4()

    def send() -> Settled:
        return settle(
            actor=clerk(), act_id=act_id, determination_id=standing.pk, seen_version=standing.version, kind=Way.ACCEPT
        )

    assert send() == send()
    with acting(clerk()):
        assert Settlement.objects.count() == 1


def test_undo_brings_back_what_was_there(union: Union) -> None:
    asked = settled(union, "王明", Way.ASK, question="名下的车是怎么回事？")
    accepted = settled(union, "王明", Way.ACCEPT, reason="车已卖")
    undone = undo_settlement(actor=clerk(), act_id=uuid4(), settlement_id=accepted.settlement_id)
    assert (undone.state, undone.due_on) == ("asked", asked.due_on)
    again = undo_settlement(actor=clerk(), act_id=uuid4(), settlement_id=asked.settlement_id)
    assert (again.state, again.due_on) == ("open", None)
    with acting(clerk()):
        assert Settlement.objects.filter(undone_at__isnull=True).count() == 0


def test_undo_is_for_the_same_person_alone(union: Union) -> None:
    done = settled(union, "李芳", Way.ACCEPT)
    other = actor(PREFECTURE_CLERK)
    refused_with(
        "identification.not_yours_to_undo",
        lambda: undo_settlement(actor=other, act_id=uuid4(), settlement_id=done.settlement_id),
    )


def test_undo_is_too_late_when_something_happened_since(union: Union) -> None:
    asked = settled(union, "王明", Way.ASK, question="名下的车是怎么回事？")
    standing = union.standing("王明")
    record_answer(
        actor=clerk(), act_id=uuid4(), determination_id=standing.pk, seen_version=standing.version, answer="已卖"
    )
    refused_with(
        "identification.too_late_to_undo",
        lambda: undo_settlement(actor=clerk(), act_id=uuid4(), settlement_id=asked.settlement_id),
    )


def test_only_who_settles_may_settle(union: Union) -> None:
    for someone in (REVIEWER, LEADER):
        refused_with("access.not_allowed", lambda: settled(union, "李芳", Way.ACCEPT, who=actor(someone)))  # noqa: B023


def test_the_neighbour_neither_sees_nor_settles(union: Union) -> None:
    with acting(actor(NEIGHBOUR)):
        assert not Determination.objects.exists()
        assert not Settlement.objects.exists()
    refused_with("access.not_found", lambda: settled(union, "李芳", Way.ACCEPT, who=actor(NEIGHBOUR)))
    assert states(union)["李芳"] == "open"


def test_the_clean_are_accepted_at_once_and_the_others_named_with_their_reasons(union: Union) -> None:
    standing = {name: union.standing(name) for name in ("王明", "李芳", "赵强", "周静")}
    answer = accept_clean(
        actor=clerk(),
        act_id=uuid4(),
        determination_ids=[d.pk for d in standing.values()],
        seen_versions=[d.version for d in standing.values()],
        on=ON,
    )
    assert answer.accepted == [standing["李芳"].pk]
    why = {skipped.determination_id: skipped.code for skipped in answer.skipped}
    assert why == {
        standing["王明"].pk: "contradictions",
        standing["赵强"].pk: "not_met",
        standing["周静"].pk: "doubts",
    }
    assert states(union)["李芳"] == "accepted"


def test_nothing_is_accepted_at_once_on_old_data(union: Union) -> None:
    standing = union.standing("李芳")
    answer = accept_clean(
        actor=clerk(),
        act_id=uuid4(),
        determination_ids=[standing.pk],
        seen_versions=[standing.version],
        on=ON + timedelta(days=200),
    )
    assert [(skipped.code, answer.accepted) for skipped in answer.skipped] == [("old_data", [])]


def test_a_settled_case_stays_settled_while_nothing_speaks_against_it_anew(union: Union) -> None:
    settled(union, "李芳", Way.ACCEPT)
    union.bring([*HEADS[:2], ["李芳", LI, "在岗", "520", "子女上学", "良好"], *HEADS[3:]])
    union.compare()
    assert union.standing("李芳").state == "accepted"


def test_a_settled_case_is_open_again_when_a_register_contradicts_it_anew(union: Union) -> None:
    before = settled(union, "李芳", Way.ACCEPT)
    union.deliver_vehicles([*CARS, (LI, "小型轿车", "非营运")])
    union.compare()
    again = union.standing("李芳")
    assert (again.state, again.contradictions, again.pk != before.determination_id) == ("open", 1, True)
    with acting(clerk()):
        told = Entry.objects.filter(verb="identification.proposed").order_by("-id").first()
        assert told is not None
        assert told.values["reopened"] == 1
        assert Determination.objects.get(pk=before.determination_id).state == "superseded"
    refused_with(
        "identification.superseded",
        lambda: settle(
            actor=clerk(),
            act_id=uuid4(),
            determination_id=before.determination_id,
            seen_version=before.version + 1,
            kind=Way.ACCEPT,
        ),
    )


def test_a_family_that_waits_has_waited_since_the_first_proposal(union: Union) -> None:
    since = union.standing("李芳").waiting_since
    union.deliver_vehicles([*CARS, (LI, "小型轿车", "非营运")])
    union.compare()
    assert union.standing("李芳").waiting_since == since


def test_an_unknown_settlement_is_not_found(union: Union) -> None:
    refused_with("access.not_found", lambda: undo_settlement(actor=clerk(), act_id=uuid4(), settlement_id=UUID(int=7)))
