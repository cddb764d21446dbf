"""The synthetic prefecture's time: it stands still, so that the same seed gives the same bytes on any day."""

from datetime import date

from bangfu.synthetic.dice import Dice

REFERENCE_DAY = date(2026, 10, 31)
TWELVE_MONTHS_START = date(2025, 11, 1)
_REFERENCE_MONTH = REFERENCE_DAY.year * 12 + REFERENCE_DAY.month - 1


def any_day(dice: Dice, first: date, last: date = REFERENCE_DAY) -> date:
    """A day, both ends included."""
    return date.fromordinal(dice.between(first.toordinal(), last.toordinal()))


def month_back(months: int) -> str:
    """The month so many months before the reference month, as 2026-10."""
    year, month = divmod(_REFERENCE_MONTH - months, 12)
    return f"{year}-{month + 1:02}"


def age_of(birth: date) -> int:
    """Full years of life on the reference day."""
    return REFERENCE_DAY.year - birth.year - ((birth.month, birth.day) > (REFERENCE_DAY.month, REFERENCE_DAY.day))


def birth_at_age(dice: Dice, age: int) -> date:
    """A birth date of somebody who has this age on the reference day."""
    last = REFERENCE_DAY.replace(year=REFERENCE_DAY.year - age)
    first = REFERENCE_DAY.replace(year=REFERENCE_DAY.year - age - 1)
    return date.fromordinal(dice.between(first.toordinal() + 1, last.toordinal()))
