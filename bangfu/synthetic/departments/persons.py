"""Police, funeral homes, medical insurance: who exists, who died, who moved away."""

from collections.abc import Iterator
from datetime import date, timedelta

from bangfu.synthetic.days import REFERENCE_DAY, any_day
from bangfu.synthetic.dice import Dice, Odds
from bangfu.synthetic.world import IN_POST, RETIRED, Household, Person, Row

_MOVED = Odds({"迁出": 6, "出国(境)定居": 1, "重复户口": 1})


def rows(dice: Dice, household: Household) -> Iterator[Row]:
    """population, deaths, medical_insurance."""
    register = str(dice.between(100_000, 999_999))
    for place, person in enumerate(household.persons):
        died = dice.chance(_chance_of_death(person, is_head=place == 0))
        known_to = dice.pick(("both", "funeral", "police")) if died else ""
        if known_to in ("both", "funeral"):
            yield Row("deaths", place, {"死亡日期": any_day(dice, REFERENCE_DAY - timedelta(days=500)).isoformat()})
        # The register is complete but for a few: a number typed for somebody else would look like this.
        if known_to in ("both", "police") or not dice.chance(0.0025):
            yield Row("population", place, _registration(dice, household, place, register, known_to))
        if dice.chance(0.93):
            yield Row("medical_insurance", place, {"险种": _insurance(person), "状态": _insured(dice)})


def _chance_of_death(person: Person, *, is_head: bool) -> float:
    if is_head:
        return 0.003
    return 0.03 if person.birth < date(1952, 1, 1) else 0.002


def _registration(dice: Dice, household: Household, place: int, register: str, known_to: str) -> dict[str, str]:
    cancelled = "死亡" if known_to in ("both", "police") else ""
    if not cancelled and not known_to and dice.chance(0.005):
        cancelled = dice.draw(_MOVED)
    return {
        "与户主关系": household.persons[place].relation,
        "户号": f"5329{register}",
        "户籍地址": f"云南省大理州{household.county.name}{household.township}",
        "状态": "注销" if cancelled else "正常",
        "注销原因": cancelled,
    }


def _insurance(person: Person) -> str:
    return "职工基本医疗保险" if person.status in (IN_POST, RETIRED, "内退") else "城乡居民基本医疗保险"


def _insured(dice: Dice) -> str:
    return "正常参保" if dice.chance(0.95) else "暂停参保"
