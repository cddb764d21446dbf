"""Working days: weekends, official holidays, worked weekends; the first day of a limit is not counted."""

from datetime import date, timedelta

import pytest

from bangfu.core.working_days import WorkingCalendar, add_working_days, working_days_between

WEEKENDS_ONLY = WorkingCalendar()
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
# Thursday 1 and Friday 2 October off, Saturday 10 worked.
HOLIDAYS = WorkingCalendar(
    off=frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
    worked=frozenset({date(2026, 10, 10)}),
    years=frozenset({2026}),
)


def test_the_day_from_which_a_limit_runs_is_not_counted() -> None:
    assert add_working_days(MONDAY, 5, WEEKENDS_ONLY) == date(2026, 11, 30)
    assert add_working_days(MONDAY, 0, WEEKENDS_ONLY) == MONDAY


def test_a_limit_that_starts_on_a_weekend_runs_from_monday() -> None:
    saturday = FRIDAY + timedelta(days=1)
    assert add_working_days(saturday, 1, WEEKENDS_ONLY) == MONDAY == add_working_days(FRIDAY, 1, WEEKENDS_ONLY)


def test_holidays_are_passed_over_and_worked_weekends_count() -> None:
    assert add_working_days(date(2026, 9, 30), 1, HOLIDAYS) == date(2026, 10, 5)
    assert add_working_days(date(2026, 10, 9), 1, HOLIDAYS) == date(2026, 10, 10)
    assert add_working_days(date(2026, 10, 9), 1, WEEKENDS_ONLY) == date(2026, 10, 12)


def test_counting_is_adding_backwards() -> None:
    for passed in range(40):
        first = date(2026, 9, 15) + timedelta(days=passed)
        for number in range(12):
            assert working_days_between(first, add_working_days(first, number, HOLIDAYS), HOLIDAYS) == number


def test_nothing_lies_between_a_day_and_an_earlier_one() -> None:
    assert working_days_between(MONDAY, FRIDAY, WEEKENDS_ONLY) == 0


def test_a_year_without_a_calendar_is_known_to_be_unknown() -> None:
    assert HOLIDAYS.knows(date(2026, 1, 1), date(2026, 12, 31))
    assert not HOLIDAYS.knows(date(2026, 12, 28), date(2027, 1, 4))


@pytest.mark.parametrize("number", [-1, 2_001])
def test_an_impossible_number_of_days_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="working days"):
        add_working_days(MONDAY, number, WEEKENDS_ONLY)
