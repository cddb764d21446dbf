"""A determination (认定建议): class, rule, reasons and trace, with the facts, rule version and settings that it was computed from.

Its canonical JSON (sorted keys, no floats, fractions as "n/d", UTF-8) can be computed again from itself, to the byte.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from bangfu.core.problems import Problem
from bangfu.decide.identification.exclusions import FindingKey, PossibleExclusion, exclusions_if_confirmed
from bangfu.decide.identification.household import Household, Person
from bangfu.decide.identification.parameters import Rational, Rules
from bangfu.decide.identification.problems import FORMAT_CHANGED, RULES_GONE, STORED_UNREADABLE
from bangfu.decide.identification.rule_sets import RuleSet, rule_set, rule_set_names
from bangfu.decide.identification.rules import Decision, Scalar, Step, decide
from bangfu.decide.identification.wording import WORDINGS, class_in_english, in_both, in_words

# Raised when the layout or a sentence changes, so that an old determination is not mistaken for a wrong one.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Determination:
    """What the engine proposes for one household as of a day, and everything that led to it. A person decides."""

    household: Household
    on: date
    rules: Rules
    findings: tuple[FindingKey, ...]
    decision: Decision
    exclusions: tuple[PossibleExclusion, ...]

    @property
    def reasons_zh(self) -> str:
        """The reasons as one Chinese text, for a cell of a table."""
        texts = [in_words(step) for step in self.decision.reasons]
        return "；".join([*texts, *(exclusion.text.zh for exclusion in self.exclusions)])

    def as_json(self) -> bytes:
        """The canonical form, one line without its end."""
        english = dict(self.rules.english)
        decision = self.decision
        # The reasons are steps of the trace: each sentence is made once.
        steps = {id(step): step for step in (*decision.trace, *decision.reasons)}
        told = {key: in_both(step, english) for key, step in steps.items()}
        return canonical(
            {
                "format": FORMAT,
                "class": decision.class_name,
                "class_en": class_in_english(english, decision.class_name),
                "rule": decision.rule_id,
                "net_fen": decision.net_fen,
                "reasons": [dict(zip(("zh", "en"), told[id(step)], strict=True)) for step in decision.reasons],
                "trace": [_step(step, *told[id(step)]) for step in decision.trace],
                "exclusions": [_exclusion(exclusion) for exclusion in self.exclusions],
                "facts": _facts(self.household),
                "findings": self.findings,
                "on": self.on.isoformat(),
                "rules": {"name": self.rules.name, "version": self.rules.version},
                "settings": dict(self.rules.settings),
            }
        )


FindRules = Callable[[str, str], RuleSet]


def determine(household: Household, on: date, rules: Rules, findings: Iterable[FindingKey] = ()) -> Determination:
    """Decide, and lay the exclusions that findings point to beside the answer: they never change it."""
    known = tuple(sorted(set(findings)))
    decision = decide(household, rules)
    exclusions = exclusions_if_confirmed(rules.exclusions, decision.class_name, known)
    return Determination(household, on, rules, known, decision, exclusions)


def recompute(stored: bytes, find_rules: FindRules | None = None) -> bytes:
    """Compute a stored determination again from its own facts, rule version and settings; equal bytes mean it stands.

    ``find_rules`` finds a rule set by name and version; without it those of ``policy/identification`` are meant. A rule set that is
    no longer there, and a text that is no determination, are problems.
    """
    try:
        content = json.loads(stored)
        if content["format"] != FORMAT:
            raise FORMAT_CHANGED(found=str(content["format"])[:10], known=FORMAT)
        household = _household(content["facts"])
        on = date.fromisoformat(content["on"])
        findings = [(str(kind), str(conclusion)) for kind, conclusion in content["findings"]]
        name, version = str(content["rules"]["name"]), str(content["rules"]["version"])
        settings = tuple(sorted((str(key), _rational(value)) for key, value in content["settings"].items()))
        rules = _rules(find_rules or shipped_rules, name, version, settings)
        return determine(household, on, rules, findings).as_json()
    except Problem:
        raise
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as fault:
        raise STORED_UNREADABLE(why=type(fault).__name__) from fault


def shipped_rules(name: str, version: str) -> RuleSet:
    """A rule set of ``policy/identification``, only if it still is the version asked for."""
    if name not in rule_set_names() or rule_set(name).version != version:
        raise RULES_GONE(name=name[:40], version=version[:12])
    return rule_set(name)


def canonical(content: Mapping[str, object]) -> bytes:
    """Sorted keys, no spaces, UTF-8, fractions as "n/d"; floats have no place in it."""
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_fraction, allow_nan=False
    )
    return text.encode()


@lru_cache(maxsize=64)
def _rules(find: FindRules, name: str, version: str, settings: tuple[tuple[str, Rational], ...]) -> Rules:
    return find(name, version).with_settings(dict(settings))


def _fraction(value: object) -> str:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"not canonical: {type(value).__name__}")


def _rational(value: object) -> Rational:
    return value if isinstance(value, int) else Fraction(str(value))


def _step(step: Step, zh: str, en: str) -> dict[str, object]:
    values: dict[str, Scalar] = dict(zip(WORDINGS[step.code].names, step.values, strict=True))
    return {"code": step.code, "values": values, "holds": step.holds, "zh": zh, "en": en}


def _exclusion(possible: PossibleExclusion) -> dict[str, object]:
    text = possible.text
    return {"id": possible.exclusion.id, "findings": possible.findings, "zh": text.zh, "en": text.en}


_HOUSEHOLD_FIELDS = tuple(field.name for field in fields(Household) if field.name != "people")
_PERSON_FIELDS = tuple(field.name for field in fields(Person))


def _facts(household: Household) -> dict[str, object]:
    facts: dict[str, object] = {name: getattr(household, name) for name in _HOUSEHOLD_FIELDS}
    facts["people"] = [{name: getattr(person, name) for name in _PERSON_FIELDS} for person in household.people]
    return facts


def _household(facts: Mapping[str, Any]) -> Household:
    people = tuple(Person(**person) for person in facts["people"])
    values = {name: facts[name] for name in _HOUSEHOLD_FIELDS}
    values["rigid_fen"] = tuple(values["rigid_fen"])
    values["unreadable"] = tuple((int(person), str(field)) for person, field in values["unreadable"])
    return Household(people=people, **values)
