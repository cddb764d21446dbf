"""The queue and a case: in the right order, with its reasons, masked, and nobody outside of the area sees any of it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.decide.comparison.models import Finding
from bangfu.decide.comparison.selectors import coverage_note, findings_of, latest_run, runs
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.proposing import follow
from bangfu.decide.identification.selectors import (
    QueueFilters,
    QueuePage,
    ReviewCase,
    desk_counts,
    determination_of,
    last_settlement,
    review_case,
    review_queue,
    waiting_now,
)
from bangfu.decide.identification.selectors.queue import View
from bangfu.decide.identification.services import record_answer, settle
from bangfu.decide.identification.settling import Way
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.ground.trail.models import Look
from bangfu.record.registry.models import Member
from tests.decide.filing import ON
from tests.decide.union import LI, Union, clerk
from tests.people import LEADER, NEIGHBOUR, PREFECTURE_CLERK, REVIEWER, actor

NAMES = {"王*": "王明", "李*": "李芳", "赵*": "赵强", "周*": "周静"}


def queue(filters: QueueFilters | None = None, on: date = ON, page: int = 1, size: int = 50) -> QueuePage:
    with acting(clerk()):
        return review_queue(clerk(), filters, on=on, page=page, size=size)


def names(page: QueuePage) -> list[str]:
    return [NAMES[item.name] for item in page.items]


def case(union: Union, name: str, on: date = ON) -> ReviewCase:
    standing = union.standing(name)
    with acting(clerk()):
        return review_case(clerk(), standing.pk, on=on)


def asked(union: Union, name: str) -> date:
    standing = union.standing(name)
    done = settle(
        actor=clerk(), act_id=uuid4(), determination_id=standing.pk, seen_version=standing.version,
        kind=Way.ASK, question="请说明", on=ON,
    )  # fmt: skip
    assert done.due_on is not None
    return done.due_on


def waiting_since(name: str, days: int) -> None:
    with acting(clerk()):
        Determination.objects.filter(case_file__head_name=name).update(waiting_since=ON - timedelta(days=days))


def test_of_those_who_wait_as_long_the_contradicted_come_first(union: Union) -> None:
    assert names(queue())[:2] == ["王明", "周静"]
    assert set(names(queue())) == {"王明", "周静", "李芳", "赵强"}


def test_who_has_waited_longest_comes_before_who_is_contradicted(union: Union) -> None:
    waiting_since("李芳", 9)
    page = queue()
    assert (names(page)[:2], page.items[0].waiting_days, page.counts.longest_days) == (["李芳", "王明"], 9, 9)


def test_what_is_due_comes_before_everything_else_and_only_when_it_is_due(union: Union) -> None:
    waiting_since("李芳", 9)
    due = asked(union, "赵强")
    assert "赵强" not in names(queue(on=due - timedelta(days=1)))
    assert names(queue(on=due))[0] == "赵强"
    assert queue(on=due).items[0].due


def test_pages_hold_everything_once(union: Union) -> None:
    due = asked(union, "赵强")
    whole = names(queue(on=due))
    pages = [queue(on=due, page=number, size=1) for number in range(1, 5)]
    assert [names(page)[0] for page in pages] == whole
    assert {(page.total, page.pages) for page in pages} == {(4, 4)}
    # A page that is no longer there is the last one.
    assert names(queue(on=due, page=99, size=3)) == whole[3:]


def test_views_and_filters_find_their_part(union: Union) -> None:
    asked(union, "赵强")
    found = {view: names(queue(QueueFilters(view=view))) for view in View}
    assert found[View.CLEAN] == ["李芳"]
    assert found[View.CONTRADICTED] == ["王明"]
    assert found[View.DOUBTFUL] == ["周静"]
    assert found[View.ASKED] == ["赵强"]
    assert found[View.OVERDUE] == found[View.REFUSALS] == found[View.ANSWERED] == []
    assert names(queue(QueueFilters(text="李"))) == ["李芳"]
    assert names(queue(QueueFilters(text="lifang"))) + names(queue(QueueFilters(text="li fang"))) == ["李芳"]
    assert names(queue(QueueFilters(cause="患重特大疾病"))) == ["王明"]
    assert names(queue(QueueFilters(organisation="/53/5329/532924/"))) == []
    assert set(names(queue(QueueFilters(class_name="深度困难")))) == {"王明", "周静", "李芳"}


def test_what_i_settled_today_is_a_view_of_its_own(union: Union) -> None:
    asked(union, "赵强")
    now = today(MachineClock())
    assert names(queue(QueueFilters(view=View.SETTLED_TODAY), on=now)) == ["赵强"]
    assert queue(on=now).counts.settled_today == 1
    assert names(queue(QueueFilters(view=View.SETTLED_TODAY), on=now + timedelta(days=1))) == []


def test_a_line_says_who_how_many_why_and_what_speaks(union: Union) -> None:
    first = queue().items[0]
    assert (first.name, first.persons, first.cause, first.class_en) == ("王*", 2, "患重特大疾病", "deep hardship")
    assert [(tag.conclusion, tag.count, tag.kinds) for tag in first.tags] == [("矛盾", 1, ("名下机动车",))]
    clean = {item.name: item.clean for item in queue().items}
    assert clean == {"王*": False, "李*": True, "赵*": False, "周*": False}


def test_old_data_make_nothing_clean(union: Union) -> None:
    assert not any(item.clean for item in queue(on=ON + timedelta(days=200)).items)


def test_counts_are_of_the_whole_area_whatever_is_filtered(union: Union) -> None:
    asked(union, "赵强")
    counts = queue(QueueFilters(text="李")).counts
    assert (counts.to_settle, counts.clean, counts.contradicted, counts.doubtful, counts.asked) == (3, 1, 1, 1, 1)


def test_what_waits_is_counted_as_the_list_shows_it(union: Union) -> None:
    asked(union, "赵强")
    for on in (ON, ON + timedelta(days=200)):
        page = queue(on=on)
        with acting(clerk()):
            assert waiting_now(clerk(), on) == page.counts.waiting == page.total
    assert (queue().total, page.total) == (3, 4)


def test_the_leader_sees_the_queue_without_causes(union: Union) -> None:
    leader = actor(LEADER)
    with acting(leader):
        items = review_queue(leader, on=ON).items
        assert {item.cause for item in items} == {""}
        assert len(items) == 4


def test_that_causes_were_shown_is_recorded(union: Union) -> None:
    queue()
    with acting(clerk()):
        looks = Look.objects.filter(page="review_queue")
        assert looks.count() == 4
        assert {tuple(look.fields) for look in looks} == {("main_cause",)}


def test_the_neighbour_sees_no_line_and_no_case(union: Union) -> None:
    neighbour, standing = actor(NEIGHBOUR), union.standing("王明")
    with acting(neighbour):
        page = review_queue(neighbour, on=ON)
        assert (page.items, page.counts.to_settle) == ((), 0)
        assert determination_of(neighbour, standing.case_file_id) is None
        for read in (
            lambda: review_case(neighbour, standing.pk, on=ON),
            lambda: findings_of(neighbour, standing.case_file_id),
        ):
            with pytest.raises(Problem) as refused:
                read()
            assert refused.value.code == "access.not_found"


def test_a_case_shows_the_evidence_beside_what_the_family_says(union: Union) -> None:
    (entry,) = case(union, "王明").evidence
    row = entry.row
    assert (row.conclusion, row.kind, row.person, row.is_head) == ("矛盾", "名下机动车", "王*", True)
    assert (row.family.zh, row.register.zh) == ("档案表没有这一栏", "名下小型轿车，状态正常")
    assert row.register.en == "Owns a vehicle (小型轿车), status 正常"
    assert (row.department.zh, row.title.zh, row.as_of, row.place.zh) == ("公安交管", "机动车", ON, "第 2 行")
    assert [words.zh for words in row.may_be][:2] == ["单位用车", "已卖未过户"]
    assert (entry.exclusions, entry.basis.zh) == (("E4",), "排除条件 E4")


def test_what_else_in_the_file_bears_on_it_is_said(union: Union) -> None:
    (entry,) = case(union, "周静").evidence
    assert [words.zh for words in entry.row.beside] == ["档案写有残疾成员"]


def test_the_arithmetic_is_shown_and_comes_out(union: Union) -> None:
    lines = [(line.words.zh, line.amount_fen) for line in case(union, "王明").arithmetic]
    assert lines == [
        ("12 个月可支配收入", 1_440_000),
        ("÷ 12 ÷ 2 人", 60_000),
        ("深度困难（不高于 780.00）", None),
    ]


def test_what_may_stand_against_it_is_shown_with_its_exceptions(union: Union) -> None:
    (exclusion,) = case(union, "王明").exclusions
    assert (exclusion.id, exclusion.text.zh) == ("E4", "拥有或经常使用机动车辆")
    assert "残疾人或病人" in exclusion.exceptions[0].zh
    assert case(union, "李芳").exclusions == ()


def test_what_the_data_cannot_tell_is_said(union: Union) -> None:
    note = case(union, "李芳").coverage
    assert note.compared_on == ON
    assert note.fresh
    assert [line.dataset for line in note.delivered] == ["vehicles"]
    assert len(note.missing) == 15
    assert note.says.zh.startswith("未查到不等于没有：")
    assert "数据未提供" in note.says.zh
    old = case(union, "李芳", on=ON + timedelta(days=200)).coverage
    assert not old.fresh
    assert "已经较旧" in old.says.zh


def test_a_file_that_was_never_compared_says_so(union: Union) -> None:
    with acting(clerk()):
        assert coverage_note(clerk(), ON, uuid4()).compared_on is None
        assert coverage_note(clerk(), ON).delivered[0].dataset == "vehicles"


def test_the_ways_to_settle_say_what_they_need_and_why_not(union: Union) -> None:
    def ways(name: str) -> dict[str, tuple[tuple[str, ...], bool]]:
        return {o.key: (o.needs, o.why_not is None) for o in case(union, name).options}

    assert ways("王明") == {
        "1": (("reason",), True),
        "2": (("question",), True),
        "3": (("reason_code", "reason", "answer"), True),
    }
    assert ways("李芳")["1"] == ((), True)
    assert ways("赵强")["1"] == ((), False)
    assert [reason.code for reason in case(union, "赵强").refusal_reasons] == ["not_met"]
    assert "E4" in [reason.code for reason in case(union, "王明").refusal_reasons]
    assert case(union, "王明").answer_due == ON + timedelta(days=6)


def test_the_reviewer_reads_the_case_and_can_settle_nothing(union: Union) -> None:
    reviewer, standing = actor(REVIEWER), union.standing("王明")
    with acting(reviewer):
        shown = review_case(reviewer, standing.pk, on=ON)
    assert all(option.why_not is not None for option in shown.options)
    assert not shown.may_record_answer


def test_reading_a_case_is_recorded(union: Union) -> None:
    shown = case(union, "王明")
    with acting(clerk()):
        look = Look.objects.get(page="review_case")
        assert (look.household_id, look.person_name) == (shown.household, "经小云")


def test_what_was_settled_before_is_told_and_may_be_taken_back_by_who_did_it(union: Union) -> None:
    asked(union, "王明")
    standing = union.standing("王明")
    with acting(clerk()):
        undoable = last_settlement(clerk())
        assert undoable is not None
    record_answer(
        actor=clerk(), act_id=uuid4(), determination_id=standing.pk, seen_version=standing.version, answer="车已卖"
    )
    (past,) = case(union, "王明").settlements
    assert (past.kind, past.question, past.answer, past.who, past.mine) == ("ask", "请说明", "车已卖", "经小云", True)
    with acting(clerk()):
        assert last_settlement(clerk()) is None
        assert names(review_queue(clerk(), QueueFilters(view=View.ANSWERED), on=ON)) == ["王明"]
    # Heard already: a refusal needs no further answer.
    assert case(union, "王明").options[2].needs == ("reason_code", "reason")


def test_a_superseded_case_leads_to_the_one_that_stands(union: Union) -> None:
    before = union.standing("李芳")
    union.deliver_vehicles([(LI, "小型轿车", "非营运")])
    union.compare()
    with acting(clerk()):
        shown = review_case(clerk(), before.pk, on=ON)
    assert shown.superseded_by == union.standing("李芳").pk
    assert all(option.why_not is not None for option in shown.options)


def test_the_desk_says_what_waits(union: Union) -> None:
    due = asked(union, "赵强")
    waiting_since("李芳", 3)
    with acting(clerk()):
        found = {w.view: (w.count, w.due, w.longest_days) for w in desk_counts(clerk(), due)}
        assert found == {
            View.ASKED: (1, 1, 0),
            View.WAITING: (3, 0, 3 + (due - ON).days),
            View.CLEAN: (1, 0, 0),
        }
        late = {w.view: (w.count, w.due) for w in desk_counts(clerk(), due + timedelta(days=1))}
        assert late[View.OVERDUE] == (1, 1)
        assert View.ASKED not in late
    with acting(actor(LEADER)):
        assert desk_counts(actor(LEADER), due) == []


def test_what_happened_below_is_followed_from_the_trail_once(union: Union) -> None:
    # The workbook that was brought is in the trail, and nothing followed it yet.
    assert follow() > 0
    assert follow() == 0
    union.deliver_vehicles([(LI, "小型轿车", "非营运")])
    union.compare()
    assert follow() == 1
    with acting(clerk()):
        assert Entry.objects.filter(verb="identification.proposals_finished").exists()
        assert union.standing("李芳").contradictions == 1


def test_runs_are_listed_with_what_they_used(union: Union) -> None:
    with acting(clerk()):
        (view,) = runs(clerk())
        assert (view.run.state, view.done, view.total, view.deliveries[0].title.en) == ("done", 1, 1, "Motor vehicles")
        assert latest_run(clerk()) == view.run
    # A county's run says nothing of the whole prefecture.
    above = replace(actor(PREFECTURE_CLERK))
    with acting(above):
        assert latest_run(above) is None
        assert len(runs(above)) == 1


def test_a_finding_about_somebody_who_left_is_not_laid_on_another(union: Union) -> None:
    with acting(clerk()):
        file = union.standing("王明").case_file
        wife = Member.objects.get(case_file=file, is_head=False)
        Finding.objects.filter(case_file=file).update(member=wife)
        wife.left_on = ON
        wife.save()
        (row,) = findings_of(clerk(), file.pk)
    assert (row.member, row.relation, row.is_head) == (wife.pk, "妻", False)
