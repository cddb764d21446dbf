"""What holds where and when: the nearest organisation on the way up that has a value on the day."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from bangfu.core.problems import Problem
from bangfu.decide.identification.rule_sets import rule_set
from bangfu.decide.identification.settings import read_settings, settings_taken
from bangfu.ground.access.selectors import operator
from bangfu.ground.policy.files import PlacePolicy, read_places
from bangfu.ground.policy.selectors import (
    Line,
    policy_page,
    required,
    rules_for,
    value_on,
    values_on,
)
from bangfu.ground.policy.services import load_policy
from tests.database import OwnDatabase
from tests.ground.policy.files import COUNTY, LIMIT, PREFECTURE, limit, places
from tests.people import CLERK, PREFECTURE_CLERK, actor

BINCHUAN = "/53/5329/532924/"
TOWNSHIP = "/53/5329/532923/532923100/"
DAY = date(2026, 11, 23)


@pytest.fixture
def loaded(own_database: OwnDatabase, tmp_path: Path) -> OwnDatabase:
    """Everywhere 5 and the prefecture 6; the county 7 in the first half of 2026 and 8 in 2027."""
    load_policy(actor=operator(), act_id=uuid4(), places=tuple(_emptied()))
    which = places(
        tmp_path,
        everywhere=[limit(5, "2016-01-01")],
        _5329=[limit(6, "2026-01-01")],
        _532923=[limit(7, "2026-01-01", "2026-06-30"), limit(8, "2027-01-01", "2027-12-31")],
    )
    load_policy(actor=operator(), act_id=uuid4(), places=which)
    return own_database


def _emptied() -> list[PlacePolicy]:
    from dataclasses import replace  # noqa: PLC0415

    return [replace(place, values=()) for place in read_places()]


def held(path: str, day: date) -> tuple[object, str, bool]:
    value = required(path, LIMIT, day)
    return value.value, value.organisation, value.inherited


def test_a_county_has_its_own_value_before_its_prefectures(loaded: OwnDatabase) -> None:
    assert held(COUNTY, date(2026, 3, 1)) == (7, "532923", False)
    assert held(BINCHUAN, date(2026, 3, 1)) == (6, "5329", True)


def test_a_township_inherits_from_its_county(loaded: OwnDatabase) -> None:
    assert held(TOWNSHIP, date(2026, 3, 1)) == (7, "532923", True)


def test_the_first_and_the_last_day_belong_to_a_value(loaded: OwnDatabase) -> None:
    assert held(COUNTY, date(2025, 12, 31))[0] == 5
    assert held(COUNTY, date(2026, 1, 1))[0] == 7
    assert held(COUNTY, date(2026, 6, 30))[0] == 7
    assert held(COUNTY, date(2026, 7, 1)) == (6, "5329", True)


def test_what_holds_everywhere_holds_where_nothing_else_is_set(loaded: OwnDatabase) -> None:
    assert held("/43/4306/", DAY) == (5, "everywhere", True)


def test_a_day_before_all_values_has_none(loaded: OwnDatabase) -> None:
    assert value_on(COUNTY, LIMIT, date(2015, 12, 31)) is None
    assert values_on(COUNTY, date(2015, 12, 31)) == {}


def test_what_is_not_set_is_a_problem_that_says_what_where_and_when(loaded: OwnDatabase) -> None:
    with pytest.raises(Problem) as missing:
        required(COUNTY, "identification.minimum_allowance", DAY)
    assert missing.value.code == "policy.not_set"
    assert "祥云县总工会在 2026-11-23 没有设定“城镇最低生活保障标准" in missing.value.zh
    assert "Minimum living allowance" in missing.value.en


def test_a_code_that_is_not_declared_is_a_defect_of_the_program(loaded: OwnDatabase) -> None:
    with pytest.raises(KeyError):
        value_on(COUNTY, "settle.answer_day", DAY)


def test_all_values_at_once_are_the_values_one_by_one(own_database: OwnDatabase) -> None:
    load_policy(actor=operator(), act_id=uuid4(), places=read_places())
    for day in (date(2019, 5, 1), date(2025, 8, 1), DAY):
        for path in (COUNTY, BINCHUAN, PREFECTURE, TOWNSHIP):
            found = values_on(path, day)
            assert found
            assert {code: value_on(path, code, day) for code in found} == found


def test_a_township_that_begins_like_another_county_inherits_nothing_from_it(loaded: OwnDatabase) -> None:
    assert held("/53/5329/5329231/", date(2026, 3, 1)) == (6, "5329", True)


def test_both_generations_of_rules_stand_side_by_side(own_database: OwnDatabase) -> None:
    load_policy(actor=operator(), act_id=uuid4(), places=read_places())
    assert rules_for(COUNTY, date(2020, 12, 31)).name == "national-2016"
    assert rules_for(COUNTY, date(2021, 1, 1)).name == "dali-2021"


def test_the_settings_of_a_place_are_what_the_rule_set_reads(own_database: OwnDatabase) -> None:
    load_policy(actor=operator(), act_id=uuid4(), places=read_places())
    rules = rules_for(COUNTY, DAY)
    declared = rule_set(rules.name)
    assert rules.given(settings_taken(declared)) == ["minimum_allowance=780.00", "accident_ratio=0.8"]
    assert read_settings(declared, rules.given(settings_taken(declared)))["minimum_allowance"] == 780_00


def test_a_place_without_a_rule_set_is_told(loaded: OwnDatabase) -> None:
    with pytest.raises(Problem) as missing:
        rules_for(COUNTY, DAY)
    assert missing.value.values["code"] == "identification.rule_set"


def line(path: str, day: date, code: str = LIMIT) -> Line:
    groups = policy_page(actor(PREFECTURE_CLERK), day, path)
    return next(line for group in groups for line in group.lines if line.code == code)


def test_the_page_lays_values_end_to_end_across_organisations(loaded: OwnDatabase) -> None:
    shown = line(COUNTY, DAY)
    assert shown.now is not None
    assert (shown.now.held.value, shown.now.period.start, shown.now.period.end) == (
        6, date(2026, 7, 1), date(2026, 12, 31),
    )  # fmt: skip
    assert [(s.held.value, s.period.start, s.period.end) for s in shown.former] == [
        (7, date(2026, 1, 1), date(2026, 6, 30)),
        (5, date(2016, 1, 1), date(2025, 12, 31)),
    ]
    assert [(s.held.value, s.period.start) for s in shown.coming] == [(8, date(2027, 1, 1)), (6, date(2028, 1, 1))]


def test_the_page_agrees_with_the_values_of_every_day(loaded: OwnDatabase) -> None:
    turns = [date(2015, 12, 31), date(2016, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30)]
    for day in [*turns, date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1)]:
        shown = line(COUNTY, day)
        assert (shown.now.held if shown.now else None) == value_on(COUNTY, LIMIT, day)


def test_the_page_shows_what_is_not_set(loaded: OwnDatabase) -> None:
    assert line(COUNTY, DAY, "identification.minimum_wage").now is None


def test_the_page_of_another_county_is_not_found(loaded: OwnDatabase) -> None:
    with pytest.raises(Problem) as refused:
        policy_page(actor(CLERK), DAY, BINCHUAN)
    assert refused.value.code == "access.not_found"
