"""The time of day is passed in, so that every result can be computed again: only the outermost floor asks the machine."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """The moment, with its time zone."""
        ...


class MachineClock:
    """The machine's clock, read in China's time."""

    def now(self) -> datetime:
        """The moment, in China's time."""
        return datetime.now(CHINA)


@dataclass(frozen=True, slots=True)
class StoppedClock:
    """A clock that stands still: for tests, and for computing something as of a day."""

    moment: datetime

    def now(self) -> datetime:
        """The moment it stands at."""
        return self.moment


def today(clock: Clock) -> date:
    """The day in China."""
    return clock.now().astimezone(CHINA).date()
