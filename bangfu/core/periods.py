"""Months and periods: windows of twelve months, validity from a day to a day."""

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year, as in 起始年月."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that a day lies in."""
        return cls(day.year, day.month)

    @property
    def number(self) -> int:
        """Months since year 0: differences are lengths in months."""
        return self.year * 12 + self.month - 1

    def plus(self, months: int) -> "Month":
        """So many months later (earlier, when negative)."""
        year, month = divmod(self.number + months, 12)
        return Month(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included; no end means until further notice. Refuses an end before its start (ValueError)."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"period ends {self.end} before it starts {self.start}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    def overlaps(self, other: "Period") -> bool:
        """Is there a day that lies in both?"""
        return (self.end is None or other.start <= self.end) and (other.end is None or self.start <= other.end)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where that day does not exist."""
    month = Month.of(day).plus(-months)
    return date(month.year, month.month, min(day.day, calendar.monthrange(month.year, month.month)[1]))


def last_twelve_months(day: date) -> Period:
    """The twelve months that end on a day, that day included: 2026-10-31 gives 2025-11-01 to 2026-10-31."""
    after = months_before(day, 12)
    return Period(date.fromordinal(after.toordinal() + 1), day)


def age_on(birth: date, day: date) -> int:
    """Full years of life on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
