"""The worked cases of DOMAIN 1.5 and acceptance tests 5 and 6 of DOMAIN 12, under every operator."""

from fractions import Fraction

import pytest

from bangfu.core.money import yuan
from bangfu.decide.identification.household import Person
from tests.decide.identification.examples import class_of, determined, household

LESS = ["qingdao-2021"]
AT_MOST = ["anqing-2025", "dali-2021"]


@pytest.mark.parametrize("name", [*LESS, *AT_MOST, "xingtai-2021"])
def test_case_1_is_deep_hardship_everywhere(name: str) -> None:
    answer = determined(name, household(3, 60_000, 30_000)).decision
    assert answer.class_name == "深度困难"
    assert yuan(answer.net_fen) == "833.33"


@pytest.mark.parametrize("name", [*LESS, *AT_MOST])
def test_case_2_is_relative_hardship(name: str) -> None:
    answer = determined(name, household(3, 60_000, 10_000)).decision
    assert answer.class_name == "相对困难"
    assert yuan(answer.net_fen) == "1388.89"


@pytest.mark.parametrize("name", [*AT_MOST, "xingtai-2021"])
def test_case_3_exactly_the_allowance_is_deep_where_the_place_says_at_most(name: str) -> None:
    answer = determined(name, household(3, 38_232)).decision
    assert (answer.net_fen, answer.class_name) == (Fraction(106_200), "深度困难")


def test_case_3_exactly_the_allowance_is_relative_where_the_place_says_less() -> None:
    assert class_of("qingdao-2021", household(3, 38_232)) == "相对困难"


@pytest.mark.parametrize("name", AT_MOST)
def test_case_4_exactly_twice_the_allowance_is_relative_where_the_place_says_at_most(name: str) -> None:
    answer = determined(name, household(3, 76_464)).decision
    assert (answer.net_fen, answer.class_name) == (Fraction(212_400), "相对困难")


def test_case_4_exactly_twice_the_allowance_is_nothing_where_the_place_says_less() -> None:
    assert class_of("qingdao-2021", household(3, 76_464)) == "不符合"


def test_case_5_a_loss_of_more_than_four_fifths_is_hardship_by_accident() -> None:
    found = household(3, 90_000, accident_loss_fen=75_000_00)
    assert class_of("qingdao-2021", found) == "意外致困"


def test_case_5_under_the_national_rules_of_2016_is_accident_a() -> None:
    answer = determined("national-2016", household(3, 90_000, accident_loss_fen=75_000_00)).decision
    assert (answer.class_name, answer.rule_id) == ("意外致困户", "national-2016/accident_a")
    assert [yuan(step.values[-4]) for step in answer.trace if step.code == "net_of_accident"] == ["416.67"]  # type: ignore[arg-type]


def test_case_6_a_loss_of_exactly_four_fifths_is_not() -> None:
    found = household(3, 90_000, accident_loss_fen=72_000_00)
    assert class_of("qingdao-2021", found) == "不符合"
    one_fen_more = household(3, 90_000, accident_loss_fen=72_000_01)
    assert class_of("qingdao-2021", one_fen_more) == "意外致困"


SPOUSE = Person(0, 40, "2", True, "失(无)业")


def test_case_7_an_able_spouse_without_work_is_deep_before_imputation() -> None:
    found = household(people=(Person(1_000_00, 41, "1", True, "在岗"), SPOUSE))
    answer = determined("qingdao-2021", found).decision
    assert (answer.net_fen, answer.class_name) == (Fraction(500_00), "深度困难")


def test_case_7_the_minimum_wage_flips_the_result() -> None:
    found = household(people=(Person(1_000_00, 41, "1", True, "在岗"), SPOUSE))
    answer = determined("qingdao-2021", found, minimum_wage="2010").decision
    assert answer.net_fen == Fraction(12_000_00 + 12 * 2_010_00, 24)
    assert answer.class_name == "相对困难"


@pytest.mark.parametrize("name", ["qingdao-2021", "anqing-2025", "dali-2021"])
def test_a_hair_above_a_line_is_above_it_although_it_would_round_to_the_line(name: str) -> None:
    # 1062.004 and 2124.004 a head and month: 25 persons, 12 months, 1.20 yuan a year above the line.
    deep = household(25, 1062 * 12 * 25 + 1.20)
    relative = household(25, 2124 * 12 * 25 + 1.20)
    assert yuan(determined(name, deep).decision.net_fen) == "1062.00"
    assert class_of(name, deep) == "相对困难"
    assert yuan(determined(name, relative).decision.net_fen) == "2124.00"
    assert class_of(name, relative) == "不符合"


def test_a_hair_below_a_line_is_below_it_although_it_would_round_to_the_line() -> None:
    found = household(25, 1062 * 12 * 25 - 1.20)
    assert class_of("qingdao-2021", found) == "深度困难"


def test_an_income_of_nothing_with_a_loss_is_hardship_by_accident_by_the_ratio() -> None:
    # Deep comes first; the accident rule alone is asked by a negative business income.
    found = household(1, 0, accident_loss_fen=1)
    assert class_of("qingdao-2021", found) == "深度困难"
    steps = {step.code for step in determined("qingdao-2021", household(1, 90_000)).decision.trace}
    assert "no_accident_loss" in steps
