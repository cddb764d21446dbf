"""Deciding: one proposes, another decides; what is signed is what was seen; what is approved happens at once or not at all."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bangfu.ground.acts.actor import Role
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.ground.approval.asked import read_asked, sha256
from bangfu.ground.approval.chains import chain, chain_for
from bangfu.ground.approval.models import Case, Opinion, Step
from bangfu.ground.approval.selectors import InboxView, approval_case, inbox, waiting_for_me
from bangfu.ground.approval.services import (
    approve_case,
    approve_cases,
    countersign_step,
    delegate_step,
    transfer_step,
    withdraw_case,
)
from bangfu.ground.approval.signing import holds
from tests.database import OwnDatabase
from tests.ground.approval.matter import (
    ORG,
    Matter,
    appointed,
    approve,
    chain_of_xiangyun,
    day,
    give_back,
    latest,
    matter,
    person_id,
    propose,
    proposed,
    refused,
)
from tests.people import APPROVER, AUDITOR, CLERK, NEIGHBOUR, PREFECTURE_CLERK, REVIEWER, actor


def test_what_one_proposes_another_decides_and_it_happens_at_once(office: OwnDatabase) -> None:
    about = matter()
    case = proposed(about)
    assert (case.state, about.became) == ("deciding", [])
    done = approve(about, actor(REVIEWER), word="情况属实，同意")
    assert (done.state, about.became) == ("approved", [("approved", REVIEWER.full_name)])
    with acting(actor(CLERK)):
        entry = Entry.objects.get(verb="approval.approved")
        opinion = Opinion.objects.get(case=case)
        assert (entry.subject_id, entry.person_name) == (about.id, REVIEWER.full_name)
        assert (opinion.person_name, opinion.word, opinion.capacity) == (REVIEWER.full_name, "情况属实，同意", "review")


def test_the_proposer_does_not_decide_whatever_they_are_appointed_to(office: OwnDatabase) -> None:
    both = appointed("both", Role.REVIEWER)
    about = matter()
    propose(actor=actor(both), act_id=uuid4(), matter_id=about.id, on=day())
    with refused("approval.proposer_decides"):
        approve(about, actor(both))
    with acting(actor(both)):
        assert waiting_for_me(actor(both)) == 0
    assert latest(about).state == "deciding"


def test_who_is_of_another_role_or_union_does_not_decide(office: OwnDatabase) -> None:
    about = matter()
    proposed(about)
    with refused("access.not_allowed"):
        approve(about, actor(PREFECTURE_CLERK))
    with refused("approval.not_your_step"):
        approve(about, actor(APPROVER))
    above = appointed("above", Role.REVIEWER, "5329")
    with refused("approval.not_your_step"):
        approve(about, actor(above))
    with acting(actor(NEIGHBOUR)):
        assert not Case.objects.exists()


def test_a_chain_of_two_needs_two_more_persons(office: OwnDatabase) -> None:
    chain_of_xiangyun("reviewer-and-meeting")
    about = matter()
    proposed(about)
    with refused("approval.not_your_step"):
        approve(about, actor(APPROVER))
    assert approve(about, actor(REVIEWER)).state == "deciding"
    assert approve(about, actor(APPROVER)).state == "approved"
    assert [name for name, _ in about.became] == ["approved"]


def test_a_chain_is_frozen_with_its_case(office: OwnDatabase) -> None:
    about = matter()
    proposed(about)
    chain_of_xiangyun("reviewer-and-meeting")
    assert approve(about, actor(REVIEWER)).state == "approved"
    assert latest(about).chain == "one-reviewer"


def test_what_changed_since_cannot_be_signed_and_says_what_changed(office: OwnDatabase) -> None:
    about = matter(says={"reason": "名下有车", "income": "1000"})
    proposed(about)
    about.says["reason"] = "名下有房"
    with refused("approval.subject_changed") as found:
        approve(about, actor(REVIEWER))
    assert "reason" in str(found.value)
    assert "income" not in str(found.value)
    with acting(actor(REVIEWER)):
        (change,) = approval_case(actor(REVIEWER), latest(about).pk, on=day()).differ
    assert (change.before[0], change.now[0]) == ("名下有车", "名下有房")
    # It can go back, and be proposed anew as it is now.
    assert give_back(about, actor(REVIEWER)).state == "returned"
    proposed(about)
    assert approve(about, actor(REVIEWER)).state == "approved"


def test_what_was_not_seen_is_not_signed(office: OwnDatabase) -> None:
    about = matter()
    proposed(about)
    with refused("approval.not_what_was_seen"):
        approve(about, actor(REVIEWER), seen_sha256="0" * 64)
    with refused("act.changed_meanwhile"):
        approve(about, actor(REVIEWER), seen_version=7)
    with refused("approval.word_needed"):
        approve(about, actor(REVIEWER), word="  ")


def test_a_signature_is_over_exactly_what_was_seen_and_one_letter_shows(office: OwnDatabase) -> None:
    about = matter()
    case = proposed(about)
    approve(about, actor(REVIEWER))
    with acting(actor(CLERK)):
        opinion = Opinion.objects.get(case=case)
    assert sha256(opinion.seen) == opinion.content_sha256 == case.content_sha256
    assert read_asked(opinion.seen).fields[0].value == ("名下有车", "名下有车")
    assert holds(opinion)
    for name, other in (("word", "不同意"), ("seen", opinion.seen.replace("车", "房")), ("person_name", "别人")):
        kept = getattr(opinion, name)
        setattr(opinion, name, other)
        assert not holds(opinion), name
        setattr(opinion, name, kept)


def test_what_cannot_be_carried_out_is_not_approved(office: OwnDatabase) -> None:
    about = matter(breaks=True)
    proposed(about)
    with pytest.raises(RuntimeError):
        approve(about, actor(REVIEWER))
    with acting(actor(CLERK)):
        assert latest(about).state == "deciding"
        assert not Opinion.objects.exists()


def test_the_same_act_twice_decides_once(office: OwnDatabase) -> None:
    about = matter()
    case = proposed(about)
    given = {"case_id": case.pk, "seen_version": 1, "seen_sha256": case.content_sha256, "word": "同意"}
    act_id = uuid4()
    first = approve_case(actor=actor(REVIEWER), act_id=act_id, **given)  # type: ignore[arg-type]
    assert approve_case(actor=actor(REVIEWER), act_id=act_id, **given) == first  # type: ignore[arg-type]
    assert len(about.became) == 1
    with refused("approval.closed"):
        approve(about, actor(REVIEWER))


def test_returning_gives_it_back_with_a_word_and_the_reviewer_cannot_become_its_proposer(office: OwnDatabase) -> None:
    about = matter()
    proposed(about)
    with refused("approval.word_needed"):
        give_back(about, actor(REVIEWER), word="")
    assert give_back(about, actor(REVIEWER)).state == "returned"
    assert about.became == [("returned", REVIEWER.full_name)]
    with refused("approval.decider_proposes"):
        proposed(about, REVIEWER)
    again = proposed(about)
    assert again.before_id is not None
    assert approve(about, actor(REVIEWER)).state == "approved"


def test_returning_to_an_earlier_step_has_it_decided_there_again(office: OwnDatabase) -> None:
    chain_of_xiangyun("reviewer-and-meeting")
    about = matter()
    proposed(about)
    approve(about, actor(REVIEWER))
    with refused("approval.no_such_step"):
        give_back(about, actor(APPROVER), back_to=200)
    assert give_back(about, actor(APPROVER), back_to=100).state == "deciding"
    with refused("approval.not_your_step"):
        approve(about, actor(APPROVER))
    approve(about, actor(REVIEWER))
    assert approve(about, actor(APPROVER)).state == "approved"


def test_only_the_proposer_withdraws_and_only_what_is_open(office: OwnDatabase) -> None:
    about = matter()
    case = proposed(about)
    with refused("approval.not_yours_to_withdraw"):
        withdraw_case(actor=actor(PREFECTURE_CLERK), act_id=uuid4(), case_id=case.pk, seen_version=1)
    withdraw_case(actor=actor(CLERK), act_id=uuid4(), case_id=case.pk, seen_version=1)
    assert (latest(about).state, about.became) == ("withdrawn", [("withdrawn", CLERK.full_name)])
    with refused("approval.closed"):
        withdraw_case(actor=actor(CLERK), act_id=uuid4(), case_id=case.pk, seen_version=2)


def test_a_transferred_step_is_that_person_s_alone(office: OwnDatabase) -> None:
    other = appointed("other", Role.REVIEWER)
    about = matter()
    case = proposed(about)
    hand = {"actor": actor(REVIEWER), "case_id": case.pk, "seen_version": 1}
    for who, code in ((APPROVER, "approval.nobody_named"), (REVIEWER, "approval.to_oneself")):
        with refused(code):
            transfer_step(act_id=uuid4(), to_person=person_id(who), **hand)  # type: ignore[arg-type]
    transfer_step(act_id=uuid4(), to_person=person_id(other), **hand)  # type: ignore[arg-type]
    with refused("approval.assigned"):
        approve(about, actor(REVIEWER))
    assert approve(about, actor(other)).state == "approved"


def test_a_delegated_step_counts_for_both(office: OwnDatabase) -> None:
    chain_of_xiangyun("reviewer-and-meeting")
    about = matter()
    case = proposed(about)
    stand_in = appointed("standin", Role.APPROVER)
    delegate_step(actor=actor(REVIEWER), act_id=uuid4(), case_id=case.pk, seen_version=1, to_person=person_id(stand_in))
    approve(about, actor(stand_in))
    with acting(actor(CLERK)):
        opinion = Opinion.objects.get(case=case)
        assert (opinion.person_id, opinion.behalf_id) == (person_id(stand_in), person_id(REVIEWER))
        assert opinion.behalf_name == REVIEWER.full_name
    # Neither may decide the next step: one for having decided, the other for having had it decided in their name.
    with refused("approval.decided_already"):
        approve(about, actor(stand_in))
    assert approve(about, actor(APPROVER)).state == "approved"


def test_a_countersignature_comes_first_and_must_agree(office: OwnDatabase) -> None:
    about = matter()
    case = proposed(about)
    asked = {"case_id": case.pk, "word": "请看产权一节"}
    countersign_step(
        actor=actor(REVIEWER),
        act_id=uuid4(),
        seen_version=1,
        to_person=person_id(APPROVER),
        **asked,  # type: ignore[arg-type]
    )
    with refused("approval.assigned"):
        approve(about, actor(REVIEWER))
    with acting(actor(APPROVER)):
        assert waiting_for_me(actor(APPROVER)) == 1
    assert approve(about, actor(APPROVER)).state == "deciding"
    assert approve(about, actor(REVIEWER)).state == "approved"


def test_the_proposer_cannot_be_asked_to_countersign(office: OwnDatabase) -> None:
    both = appointed("both", Role.REVIEWER)
    about = matter()
    propose(actor=actor(both), act_id=uuid4(), matter_id=about.id, on=day())
    case = latest(about)
    for hand in (countersign_step, transfer_step, delegate_step):
        with refused("approval.has_taken_part"):
            hand(actor=actor(REVIEWER), act_id=uuid4(), case_id=case.pk, seen_version=1, to_person=person_id(both))


def test_many_are_agreed_to_at_once_and_the_others_named(office: OwnDatabase) -> None:
    fine, changed, gone = matter(), matter(), matter()
    cases = [proposed(one) for one in (fine, changed, gone)]
    changed.says["reason"] = "别的"
    withdraw_case(actor=actor(CLERK), act_id=uuid4(), case_id=cases[2].pk, seen_version=1)
    answer = approve_cases(
        actor=actor(REVIEWER),
        act_id=uuid4(),
        case_ids=[case.pk for case in cases],
        seen_versions=[1, 1, 1],
        seen_sha256=[case.content_sha256 for case in cases],
        word="同意",
    )
    assert answer.approved == [cases[0].pk]
    assert {one.case_id: one.code for one in answer.skipped} == {
        cases[1].pk: "approval.subject_changed",
        cases[2].pk: "act.changed_meanwhile",
    }
    assert (fine.became, changed.became) == ([("approved", REVIEWER.full_name)], [])


def test_the_inbox_tells_what_is_mine_what_i_proposed_and_what_i_have_done(office: OwnDatabase) -> None:
    mine, other = matter(), matter()
    proposed(mine)
    proposed(other)
    approve(other, actor(REVIEWER))

    def seen(someone: object, view: InboxView) -> int:
        who = actor(someone)  # type: ignore[arg-type]
        with acting(who):
            return len(inbox(who, view, on=day()).items)

    assert [seen(REVIEWER, view) for view in InboxView] == [1, 0, 1]
    assert [seen(CLERK, view) for view in InboxView] == [0, 2, 0]
    assert [seen(NEIGHBOUR, view) for view in InboxView] == [0, 0, 0]
    with acting(actor(AUDITOR)), refused("access.not_allowed"):
        inbox(actor(AUDITOR), on=day())


def test_a_step_has_its_working_days(office: OwnDatabase) -> None:
    about = matter()
    case = proposed(about)
    with acting(actor(CLERK)):
        step = Step.objects.get(case=case)
    assert step.turn
    assert step.due_on is not None
    assert step.due_on - day() >= timedelta(days=5)


def test_above_an_amount_it_is_signed_with_fresh_proof(office: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = chain("approval/refusal", "one-reviewer").model_copy(deep=True)
    step = strict.steps[0].model_copy(update={"proof_above": "10000.00"})
    monkeypatch.setattr("bangfu.ground.approval.chains.chain", lambda *_: strict.model_copy(update={"steps": (step,)}))
    small, large = matter(amount_fen=1_000_000), matter(amount_fen=1_000_001)
    for one in (small, large):
        proposed(one)
    assert approve(small, actor(REVIEWER)).state == "approved"
    now = datetime.now(UTC)
    for proved_at in (None, now - timedelta(minutes=11), now + timedelta(minutes=5)):
        with refused("approval.proof_wanted"):
            approve(large, actor(REVIEWER), proved_at=proved_at)
    assert approve(large, actor(REVIEWER), proved_at=now - timedelta(minutes=9)).state == "approved"


def test_a_step_above_an_amount_is_left_out_below_it(office: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    two = chain("approval/refusal", "reviewer-and-meeting").model_copy(deep=True)
    meeting = two.steps[1].model_copy(update={"above": "20000.00"})
    monkeypatch.setattr(
        "bangfu.ground.approval.chains.chain",
        lambda *_: two.model_copy(update={"steps": (two.steps[0], meeting)}),
    )
    counts = {}
    for amount in (2_000_000, 2_000_001):
        about: Matter = matter(amount_fen=amount)
        counts[amount] = proposed(about).steps_needed
    assert counts == {2_000_000: 1, 2_000_001: 2}


@pytest.mark.parametrize(
    ("org", "decided_by"),
    [(f"{ORG}532923100/", ORG), (ORG, ORG), ("/53/5329/", "/53/5329/")],
    ids=["a township's file: the county", "the county's", "the prefecture's own"],
)
def test_a_level_is_the_nearest_on_the_way_up_or_higher(office: OwnDatabase, org: str, decided_by: str) -> None:
    (step,) = chain_for(org, "approval.refusal", day(), None).steps
    assert step.organisation == decided_by


def test_nothing_is_submitted_twice(office: OwnDatabase) -> None:
    about = matter()
    proposed(about)
    with refused("approval.open_already"):
        proposed(about, PREFECTURE_CLERK)
