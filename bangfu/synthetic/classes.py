"""The class that a household belongs to, by the arithmetic of DOMAIN 1.5 with exact fractions, for the demo's rule figures.

Deep: net <= the minimum allowance. Relative: net, the cost of going to work deducted too, <= twice the allowance. Accident:
the loss of the year > four fifths of the yearly income. The first that fits decides.
"""

from fractions import Fraction

from bangfu.synthetic.lives import MINIMUM_ALLOWANCE_FEN
from bangfu.synthetic.world import Household

RULES = "dali-2021"
RELATIVE_MULTIPLE = 2
ACCIDENT_RATIO = Fraction(4, 5)
DEEP, RELATIVE, ACCIDENT, NONE = "深度困难", "相对困难", "意外致困", "不符合"


def net_per_head(household: Household, more_cost: int = 0) -> Fraction:
    """Fen per person and month."""
    yearly = household.yearly_income - household.rigid_cost - more_cost
    return Fraction(yearly, 12 * len(household.persons))


def expected_class(household: Household) -> str:
    """The class, or 不符合."""
    if net_per_head(household) <= MINIMUM_ALLOWANCE_FEN:
        return DEEP
    if net_per_head(household, household.work_cost) <= RELATIVE_MULTIPLE * MINIMUM_ALLOWANCE_FEN:
        return RELATIVE
    if household.accident_loss > ACCIDENT_RATIO * household.yearly_income:
        return ACCIDENT
    return NONE


def yuan_of(fen: Fraction) -> str:
    """Yuan with two decimals, halves away from zero: how people are shown it."""
    cents = int(abs(fen) + Fraction(1, 2))
    sign = "-" if fen < 0 and cents else ""
    return f"{sign}{cents // 100}.{cents % 100:02}"
