"""Official calendars of ``policy/calendar``: which days are worked. Without a year's file only its weekends are days off."""

from datetime import date, timedelta
from functools import cache
from typing import Self

from pydantic import Field, ValidationError, model_validator

from bangfu.core.shipped import policy_folder
from bangfu.core.working_days import WorkingCalendar
from bangfu.ground.policy.catalogue import Both, Mark, Strict, broken, read_yaml


class Holiday(Strict):
    """Days off in a row."""

    name: Both
    first: date = Field(alias="from")
    last: date = Field(alias="to")


class OfficialCalendar(Strict):
    """A year's holidays, and the weekend days worked instead of them."""

    year: int
    document: Both
    mark: Mark
    holidays: tuple[Holiday, ...]
    worked: tuple[date, ...]

    @model_validator(mode="after")
    def _stays_in_its_year(self) -> Self:
        days = [*self.worked, *(day for holiday in self.holidays for day in (holiday.first, holiday.last))]
        if any(day.year != self.year for day in days):
            raise ValueError("a day lies in another year")
        if any(holiday.last < holiday.first for holiday in self.holidays):
            raise ValueError("a holiday ends before it starts")
        return self

    @property
    def off(self) -> frozenset[date]:
        """All days of all holidays."""
        return frozenset(
            holiday.first + timedelta(days=passed)
            for holiday in self.holidays
            for passed in range((holiday.last - holiday.first).days + 1)
        )


@cache
def official_calendars() -> tuple[OfficialCalendar, ...]:
    """The years whose calendar is known, in order."""
    calendars = []
    for path in sorted((policy_folder() / "calendar").glob("*.yaml")):
        try:
            calendars.append(OfficialCalendar.model_validate(read_yaml(path)))
        except ValidationError as error:
            raise broken(path, error) from error
    return tuple(calendars)


@cache
def working_calendar() -> WorkingCalendar:
    """What ``core.working_days`` counts with."""
    known = official_calendars()
    return WorkingCalendar(
        off=frozenset().union(*(calendar.off for calendar in known)),
        worked=frozenset(day for calendar in known for day in calendar.worked),
        years=frozenset(calendar.year for calendar in known),
    )


def calendar_note(first: date, last: date) -> Both | None:
    """What to say beside working days counted from a day to a day where a year's calendar is not known; else None."""
    unknown = [str(year) for year in range(first.year, last.year + 1) if year not in working_calendar().years]
    if not unknown:
        return None
    return Both(
        zh=f"{'、'.join(unknown)} 年的放假安排尚未载入，这一年只除去周末。",
        en=f"The holidays of {', '.join(unknown)} are not known here yet: only weekends are left out.",
    )
