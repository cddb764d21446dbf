"""Determinations per second, beside the bare arithmetic: ``python -m benchmarks.determinations``."""

from datetime import date
from fractions import Fraction
from random import Random

from bangfu.decide.identification.determinations import determine
from bangfu.decide.identification.exports import csv_row
from bangfu.decide.identification.household import Household, Person
from bangfu.decide.identification.rule_sets import rule_set
from bangfu.decide.identification.rules import decide
from bangfu.decide.identification.settings import read_settings
from benchmarks.measure import interleaved, write

HOUSEHOLDS = 50_000
REPETITIONS = 5
ON = date(2026, 10, 31)
SETTINGS = ("minimum_allowance=780.00", "accident_ratio=0.8")


def households() -> list[Household]:
    """Random households of the sizes and sums that files have."""
    random = Random(1)
    return [_household(random, number) for number in range(HOUSEHOLDS)]


def _household(random: Random, number: int) -> Household:
    people = tuple(
        Person(
            monthly_income_fen=random.randrange(400_000), age=random.randrange(80), sex="1", able=True, status="在岗"
        )
        for _ in range(random.randint(1, 5))
    )
    return Household(
        head_number=f"{number:018}",
        people=people,
        other_income_fen=random.randrange(2_000_000),
        rigid_fen=(random.randrange(4_000_000), 0, random.randrange(500_000), 0, 0),
        employment_cost_fen=random.randrange(300_000),
        accident_loss_fen=0,
        single_parent=False,
        cause_given=True,
        stated_persons=len(people),
        stated_income_fen=None,
        unreadable=(),
    )


def bare(all_households: list[Household]) -> int:
    """Only the sums and the two comparisons of a Gen-B set: no reasons, no trace, no text."""
    limit, deep, relative = 78_000, 0, 0
    for household in all_households:
        income = 12 * sum(person.monthly_income_fen for person in household.people) + household.other_income_fen
        rigid, months = sum(household.rigid_fen), 12 * len(household.people)
        if Fraction(income - rigid, months) <= limit:
            deep += 1
        elif Fraction(income - rigid - household.employment_cost_fen, months) <= 2 * limit:
            relative += 1
    return deep + relative


def main() -> None:
    """Measure and write benchmarks/results/determinations.json."""
    declared = rule_set("dali-2021")
    rules = declared.with_settings(read_settings(declared, SETTINGS))
    many = households()

    def whole(household: Household) -> bytes:
        return determine(household, ON, rules, ()).as_json()

    times = interleaved(
        {
            "bare arithmetic": lambda: bare(many),
            "decision with reasons and trace": lambda: [decide(household, rules) for household in many],
            "and a line of CSV in words": lambda: [csv_row(determine(household, ON, rules, ())) for household in many],
            "and canonical JSON in both languages": lambda: [whole(household) for household in many],
        },
        REPETITIONS,
    )
    per_second = {name: round(HOUSEHOLDS / float(str(taken["median"]))) for name, taken in times.items()}
    write(
        "determinations",
        f"{HOUSEHOLDS:,} households under dali-2021",
        "python -m benchmarks.determinations",
        {"households": HOUSEHOLDS, "times": times, "per_second": per_second},
    )


if __name__ == "__main__":
    main()
