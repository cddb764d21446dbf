"""What is counted, in which order classes are tested, and what the trace tells of it."""

import pytest

from bangfu.core.problems import Problem
from bangfu.decide.identification.household import Household, Person
from tests.decide.identification.examples import class_of, codes, determined, household

IDLE = Person(300_00, 30, "1", True, "下(待)岗")


def test_the_trace_says_which_classes_were_ruled_out_before() -> None:
    answer = determined("qingdao-2021", household(3, 90_000, accident_loss_fen=75_000_00)).decision
    outcome = next(step for step in answer.trace if step.code == "outcome")
    assert outcome.values == ("意外致困", "深度困难、相对困难")


def test_an_earlier_class_wins_over_a_later_one_that_is_met_too() -> None:
    assert class_of("qingdao-2021", household(3, 10_000, accident_loss_fen=75_000_00)) == "深度困难"


def test_employment_cost_is_deducted_for_the_relative_class_only() -> None:
    cost = household(1, 2_200 * 12, employment_cost_fen=12 * 100_00)
    assert class_of("qingdao-2021", cost) == "相对困难"
    deep = household(1, 1_100 * 12, employment_cost_fen=12 * 1_000_00)
    answer = determined("qingdao-2021", deep)
    assert answer.decision.class_name == "相对困难"
    assert [c for c in codes(answer) if c.startswith("net")] == ["net", "net_after_employment_cost"]


def test_earlier_aid_is_counted_before_the_second_decision() -> None:
    # Acceptance test 8: deep, then aid, then not deep any more.
    before, after = household(1, 12_000), household(1, 12_000, aid_received_fen=3_000_00)
    assert class_of("anqing-2025", before) == "深度困难"
    answer = determined("anqing-2025", after)
    assert answer.decision.class_name == "相对困难"
    assert "aid_counted" in codes(answer)
    assert "计入收入" in answer.reasons_zh


def test_earlier_aid_is_left_out_where_the_set_does_not_count_it() -> None:
    answer = determined("national-2016", household(1, 12_000, aid_received_fen=3_000_00))
    assert answer.decision.class_name == "低保户"
    assert "aid_not_counted" in codes(answer)


def test_the_gate_of_anqing_comes_before_all_classes() -> None:
    found = household(3, 3 * 40_000, 3 * 40_000)
    answer = determined("anqing-2025", found)
    assert (answer.decision.class_name, answer.decision.rule_id) == ("不符合", "anqing-2025/gate")
    assert codes(answer) == ["income", "gate", "outcome"]
    assert class_of("anqing-2025", household(3, 3 * 40_000 - 0.01, 3 * 40_000)) == "深度困难"


def test_xingtai_has_no_relative_class_until_the_multiple_is_given() -> None:
    found = household(3, 76_464)
    answer = determined("xingtai-2021", found)
    assert answer.decision.class_name == "不符合"
    assert "relative_multiple" in answer.reasons_zh
    assert answer.rules.class_names == ("深度困难", "不符合")
    assert class_of("xingtai-2021", found, relative_multiple="2") == "相对困难"
    assert class_of("xingtai-2021", found, relative_multiple="1.99") == "不符合"


@pytest.mark.parametrize("name", ["anqing-2025", "xingtai-2021", "dali-2021"])
def test_the_accident_class_appears_with_its_ratio(name: str) -> None:
    found = household(3, 110_000, accident_loss_fen=88_000_01)
    assert class_of(name, found) == "不符合"
    assert class_of(name, found, accident_ratio="0.8") == "意外致困"


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (Person(0, None, None, True, "失(无)业"), "age_unknown"),
        (Person(0, 57, None, True, "失(无)业"), "sex_unknown"),
        (Person(0, 30, "1", False, "失(无)业"), "not_able"),
        (Person(0, 60, "1", True, "失(无)业"), "outside_working_age"),
        (Person(0, 55, "2", True, "失(无)业"), "outside_working_age"),
        (Person(0, 15, None, True, "失(无)业"), "outside_working_age"),
        (Person(2_000_00, 30, "1", True, "失(无)业"), "declared_enough"),
        (Person(0, 30, "1", True, None), "status_unknown"),
    ],
)
def test_nobody_is_imputed_on_an_assumption_and_the_trace_says_why(person: Person, why: str) -> None:
    answer = determined("dali-2021", household(people=(person,)), minimum_wage="2000")
    assert [step.values for step in answer.decision.trace if step.code == "not_imputed"] == [(0, why)]


@pytest.mark.parametrize(
    "person",
    [
        IDLE,
        Person(0, 59, "1", True, "失(无)业"),
        Person(0, 54, "2", True, "失(无)业"),
        Person(0, 16, None, True, "失(无)业"),
        Person(0, 30, "1", None, "失(无)业"),
    ],
)
def test_an_idle_able_person_of_working_age_is_counted_at_the_minimum_wage(person: Person) -> None:
    answer = determined("dali-2021", household(people=(person,)), minimum_wage="2000")
    assert answer.decision.net_fen == 2_000_00
    assert codes(answer)[:3] == ["income", "imputed", "countable_income"]


@pytest.mark.parametrize("status", ["在岗", "学生", "退休", "务农"])
def test_students_and_people_with_work_or_pension_are_not_looked_at(status: str) -> None:
    answer = determined("dali-2021", household(people=(Person(0, 30, "1", True, status),)), minimum_wage="2000")
    assert codes(answer)[:2] == ["income", "net"]


def test_without_a_minimum_wage_nothing_is_imputed() -> None:
    assert determined("dali-2021", household(people=(IDLE,))).decision.net_fen == 300_00


def test_imputed_income_counts_for_the_gate_as_well() -> None:
    found = household(people=(IDLE,))
    assert class_of("anqing-2025", found, minimum_wage="1000", provincial_disposable_income="12000.01") == "深度困难"
    assert class_of("anqing-2025", found, minimum_wage="1000", provincial_disposable_income="12000") == "不符合"


def test_what_does_not_agree_is_flagged_and_the_computed_figure_decides() -> None:
    found = household(
        3,
        60_000,
        30_000,
        stated_persons=4,
        stated_income_fen=1,
        unreadable=((0, "illness_expenditure"), (2, "monthly_income")),
    )
    answer = determined("qingdao-2021", found)
    assert answer.decision.class_name == "深度困难"
    for told in (
        "家庭人口填 4，登记的是 3 人",
        "家庭年度总收入填 0.01，按各项算得 60000.00",
        "户主的“医疗自付支出(年)”",
        "成员2的“月收入”",
    ):
        assert told in answer.reasons_zh


def test_a_household_that_agrees_with_itself_has_no_flags() -> None:
    answer = determined("qingdao-2021", household(3, 60_000, 30_000, stated_persons=3, stated_income_fen=60_000_00))
    assert answer.reasons_zh == "(60000.00−30000.00)÷12÷3＝833.33 < 1062.00，建议认定为深度困难"


def test_the_reason_is_the_arithmetic_a_clerk_can_check() -> None:
    answer = determined("dali-2021", household(3, 60_000, 30_000))
    assert answer.reasons_zh == "(60000.00−30000.00)÷12÷3＝833.33 ≤ 1062.00，建议认定为深度困难"


def test_a_figure_that_rounds_to_the_line_is_shown_with_the_decimals_that_tell_it_apart() -> None:
    answer = determined("dali-2021", household(25, 1062 * 12 * 25 + 1.20))
    assert "1062.004 > 1062.000，不属深度困难" in answer.reasons_zh


def test_a_negative_net_figure_is_a_figure_like_another() -> None:
    answer = determined("dali-2021", household(3, 10_000, 30_000))
    assert "＝-555.56 ≤ 1062.00，建议认定为深度困难" in answer.reasons_zh


def test_a_machine_refuses_nobody() -> None:
    assert "由人核定" in determined("qingdao-2021", household(1, 90_000)).reasons_zh


def test_a_household_without_persons_cannot_be_computed() -> None:
    with pytest.raises(Problem, match="人数是 0"):
        determined("qingdao-2021", Household("x", ()))
