"""Households and rule sets for the tests: yuan in, and the minimum allowance of Rushan 2025 unless another is given."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from bangfu.decide.identification.determinations import Determination, determine
from bangfu.decide.identification.household import Household, Person
from bangfu.decide.identification.parameters import Rules
from bangfu.decide.identification.rule_sets import rule_set
from bangfu.decide.identification.settings import read_settings

ON = date(2026, 10, 31)
HEAD = "532990198001010012"
ALLOWANCE = "1062.00"
PROVINCIAL = "40000"


def rules(name: str, **settings: str) -> Rules:
    given = {"minimum_allowance": ALLOWANCE} | settings
    if name == "anqing-2025":
        given = {"provincial_disposable_income": PROVINCIAL} | given
    declared = rule_set(name)
    return declared.with_settings(read_settings(declared, [f"{key}={value}" for key, value in given.items()]))


def household(persons: int = 3, income: float = 0, rigid: float = 0, **facts: Any) -> Household:
    """``income`` and ``rigid`` in yuan per year; the income is the family's other income, so that no wage is split."""
    defaults: dict[str, Any] = {
        "people": tuple(Person() for _ in range(persons)),
        "other_income_fen": round(income * 100),
        "rigid_fen": (round(rigid * 100), 0, 0, 0, 0),
    }
    return Household(HEAD, **(defaults | facts))


def determined(name: str, found: Household, findings: Iterable[tuple[str, str]] = (), **settings: str) -> Determination:
    return determine(found, ON, rules(name, **settings), findings)


def class_of(name: str, found: Household, **settings: str) -> str:
    return determine(found, ON, rules(name, **settings)).decision.class_name


def codes(determination: Determination) -> list[str]:
    return [step.code for step in determination.decision.trace]
