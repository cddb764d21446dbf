"""The official calendar of 2026, and what is said where a year's is not known."""

from datetime import date, timedelta

from bangfu.core.working_days import add_working_days
from bangfu.ground.policy.calendars import calendar_note, official_calendars, working_calendar


def test_2026_has_33_days_off_and_six_worked_weekend_days() -> None:
    (year,) = [calendar for calendar in official_calendars() if calendar.year == 2026]
    assert len(year.off) == 3 + 9 + 3 + 5 + 3 + 3 + 7
    assert all(day.weekday() >= 5 and day not in year.off for day in year.worked)
    working = [date(2026, 1, 1) + timedelta(days=passed) for passed in range(365)]
    # 365 days less 104 of weekends and the 13 holidays of the law: the other days off are made up for on weekends.
    assert sum(working_calendar().is_working_day(day) for day in working) == 248


def test_five_working_days_over_the_national_holiday() -> None:
    assert add_working_days(date(2026, 9, 29), 5, working_calendar()) == date(2026, 10, 12)


def test_a_limit_that_reaches_into_an_unknown_year_says_so() -> None:
    assert calendar_note(date(2026, 11, 23), date(2026, 12, 31)) is None
    note = calendar_note(date(2026, 12, 28), date(2027, 1, 5))
    assert note is not None
    assert "2027" in note.zh
    assert "2027" in note.en
