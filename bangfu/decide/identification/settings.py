"""The settings of a call (``--set name=value``): read exactly, checked against what the rule set takes."""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from bangfu.core.money import FEN_PER_YUAN
from bangfu.decide.identification.parameters import Rational
from bangfu.decide.identification.problems import (
    ALLOWANCE_MISSING,
    GATE_FIGURE_MISSING,
    NOT_A_FACTOR,
    NOT_YUAN,
    SETTING_FORM,
    SETTING_TWICE,
    UNKNOWN_SETTING,
)
from bangfu.decide.identification.rule_sets import RuleSet, read_factor

# Stricter than a cell of a workbook: a threshold is typed by the one who answers for it, so nothing is read leniently.
_YUAN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")


# Money is given in yuan and kept in fen; multiples and ratios are fractions.
_MONEY = frozenset({"minimum_allowance", "minimum_wage", "provincial_disposable_income"})


def settings_taken(rules: RuleSet) -> tuple[str, ...]:
    """The names that ``--set`` takes with a rule set: first those it needs, then those it may be given."""
    return (*settings_needed(rules), "minimum_wage", *rules.awaited)


def settings_needed(rules: RuleSet) -> tuple[str, ...]:
    """The names without which the set cannot decide anything."""
    return ("minimum_allowance", rules.gate.setting) if rules.gate else ("minimum_allowance",)


def read_settings(rules: RuleSet, given: Iterable[str]) -> Mapping[str, Rational]:
    """Read ``name=value`` texts into fen and fractions; every fault is a ``call.*`` problem that names the setting."""
    values: dict[str, Rational] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise SETTING_FORM(given=text)
        if name not in settings_taken(rules):
            raise UNKNOWN_SETTING(rules=rules.name, name=name, known=", ".join(settings_taken(rules)))
        if name in values:
            raise SETTING_TWICE(name=name)
        values[name] = _read_value(name, value)
    for name in settings_needed(rules):
        if name not in values:
            missing = ALLOWANCE_MISSING if name == "minimum_allowance" else GATE_FIGURE_MISSING
            raise missing(rules=rules.name, name=name)
    return values


def _read_value(name: str, text: str) -> Rational:
    if name in _MONEY:
        if not _YUAN.fullmatch(text) or not Fraction(text):
            raise NOT_YUAN(name=name, value=text)
        return int(Fraction(text) * FEN_PER_YUAN)
    try:
        return read_factor(text)
    except ValueError as fault:
        raise NOT_A_FACTOR(name=name, value=text) from fault
