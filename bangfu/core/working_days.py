"""Working days: weekends, and where a year's official calendar is known, its holidays and the weekends worked instead of them."""

from dataclasses import dataclass, field
from datetime import date, timedelta

_SATURDAY = 5
_DAY = timedelta(days=1)
# Beyond this a number of working days is a slip of the keyboard.
MOST_WORKING_DAYS = 2_000


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """``off``: days on which nobody works though they may be weekdays; ``worked``: weekend days that are worked instead.

    ``years`` are those whose official calendar is known; in every other year only weekends are days off.
    """

    off: frozenset[date] = field(default_factory=frozenset)
    worked: frozenset[date] = field(default_factory=frozenset)
    years: frozenset[int] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Is this day worked?"""
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.off)

    def knows(self, first: date, last: date) -> bool:
        """Is the official calendar known for every year from a day to a day?"""
        return self.years.issuperset(range(first.year, last.year + 1))


def add_working_days(day: date, number: int, calendar: WorkingCalendar) -> date:
    """The last day of a time limit of so many working days; the day from which it runs is not counted. 0 is that day itself.

    ValueError for a negative number, or more than MOST_WORKING_DAYS.
    """
    if not 0 <= number <= MOST_WORKING_DAYS:
        raise ValueError(f"{number} working days")
    left = number
    while left:
        day += _DAY
        left -= calendar.is_working_day(day)
    return day


def working_days_between(first: date, last: date, calendar: WorkingCalendar) -> int:
    """How many working days came after ``first``, up to and with ``last``; 0 where ``last`` is not later."""
    days = (first + _DAY * passed for passed in range(1, (last - first).days + 1))
    return sum(calendar.is_working_day(day) for day in days)
