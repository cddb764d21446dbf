"""Gen-A (DOMAIN 1.3): 低保户, 低保边缘户, 意外致困户; per head and month."""

from typing import Any

import pytest

from tests.decide.identification.examples import class_of, codes, determined, household

NAME = "national-2016"


def test_below_the_allowance_is_the_first_class() -> None:
    answer = determined(NAME, household(3, 38_231.99))
    assert answer.decision.class_name == "低保户"
    assert "须另行核实" in answer.reasons_zh


def test_exactly_the_allowance_is_not() -> None:
    assert class_of(NAME, household(3, 38_232)) == "不符合"


def test_rigid_expenditure_is_not_deducted_for_the_first_class() -> None:
    assert class_of(NAME, household(3, 38_232, 20_000)) == "低保边缘户"


@pytest.mark.parametrize(
    "reason",
    [{"rigid_fen": (0, 0, 1, 0, 0)}, {"single_parent": True}, {"cause_given": True}],
)
def test_borderline_needs_a_special_reason_and_any_one_will_do(reason: dict[str, Any]) -> None:
    assert class_of(NAME, household(3, 38_232, **reason)) == "低保边缘户"


def test_without_a_reason_there_is_no_borderline() -> None:
    assert class_of(NAME, household(3, 38_232, single_parent=False)) == "不符合"


def test_borderline_ends_at_exactly_one_and_a_half_times_the_allowance() -> None:
    line = 1062 * 1.5 * 12 * 3
    assert class_of(NAME, household(3, line, 30_000)) == "低保边缘户"
    assert class_of(NAME, household(3, line + 0.01, 30_000)) == "不符合"


def test_borderline_is_at_most_the_allowance_after_the_reasons_expenditure() -> None:
    assert class_of(NAME, household(3, 48_232, 10_000)) == "低保边缘户"
    assert class_of(NAME, household(3, 48_232, 9_999.99)) == "不符合"


def test_accident_a_ends_at_exactly_three_times_the_allowance() -> None:
    line = 1062 * 3 * 12 * 3
    assert class_of(NAME, household(3, line, accident_loss_fen=line * 100)) == "意外致困户"
    assert class_of(NAME, household(3, line + 0.01, accident_loss_fen=line * 100)) == "不符合"


def test_only_what_the_file_calls_accident_counts_as_accident() -> None:
    assert class_of(NAME, household(3, 90_000, 75_000)) == "不符合"


def test_accident_b_is_not_applied_without_investments_and_savings() -> None:
    answer = determined(NAME, household(3, 200_000, accident_loss_fen=190_000_00))
    assert answer.decision.class_name == "不符合"
    assert "wealth_unknown" in codes(answer)


def test_accident_b_adds_investments_and_savings() -> None:
    facts = {"accident_loss_fen": 190_000_00, "net_investments_fen": 0}
    met = determined(NAME, household(3, 200_000, savings_fen=28_232_00, **facts)).decision
    assert (met.class_name, met.rule_id) == ("意外致困户", "national-2016/accident_b")
    assert class_of(NAME, household(3, 200_000, savings_fen=28_232_01, **facts)) == "不符合"
