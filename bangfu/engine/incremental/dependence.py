"""What findings depend on besides persons and rows: by it is known which of them a change of rules, of the day or of a dataset touches."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bangfu.core.periods import Month, last_twelve_months
from bangfu.engine.datasets import Dataset, declared_datasets
from bangfu.engine.rules.asked import asks
from bangfu.engine.rules.ruleset import ENGINE_FACTS, RuleSet, fact_columns

# Findings are judged again for one of these at a time: dataset ("" for the register's own), 种类.
Judged = tuple[str, str]
# Dataset → division prefixes that it covers; None covers every place.
Coverages = Mapping[str, tuple[str, ...] | None]
OWN = ""
_UNUSABLE = "number_unusable"
# What explains a finding to people who settle it stands in no finding of a file.
_NOT_SAID = {"may_be"}


def stating(fact: str, datasets: Iterable[str]) -> list[str]:
    """Which of the datasets state a fact; OWN for what the register's own rows state."""
    if fact == _UNUSABLE:
        return [OWN]
    return [name for name in datasets if fact_columns(fact, declared_datasets()[name]) is not None]


def judgements(rules: RuleSet, on: date, coverages: Coverages) -> dict[Judged, str]:
    """All that is judged of these datasets, each with a text that changes whenever another answer is possible on the same rows."""
    found: dict[Judged, list[Any]] = {}
    for rule in rules.rules:
        asked = asks(rules, rule)
        said = {
            "rule": rule.model_dump(mode="json", exclude=_NOT_SAID),
            "person": {name: rules.person[name].model_dump() for name in sorted(asked["person"] & rules.person.keys())},
            "household": {name: rules.household[name] for name in sorted(asked["household"])},
            "reference": {name: _reference(on)[name] for name in sorted(asked["reference"])},
        }
        for dataset in stating(rule.fact, coverages):
            silent = dataset != OWN and rule.fact == declared_datasets()[dataset].silence
            covered = {"coverage": coverages[dataset]} if silent else {}
            found.setdefault((dataset, rule.kind), []).append(said | covered)
    return {judged: json.dumps(said, ensure_ascii=False, sort_keys=True) for judged, said in found.items()}


def linked(rules: RuleSet, datasets: Iterable[str]) -> dict[str, set[str]]:
    """Dataset → those that are judged together with it, itself included: one states what persons judged by the other are described by."""
    names = list(datasets)
    together = {name: {name} for name in names}
    for rule in rules.rules:
        described = [rules.person[name].or_fact for name in asks(rules, rule)["person"] if name in rules.person]
        for fact in filter(None, described):
            joined = set().union(
                *(together[n] for n in (*stating(rule.fact, names), *stating(fact, names)) if n != OWN)
            )
            for name in joined:
                together[name] = joined
    return together


def only(rules: RuleSet, judged: Iterable[Judged]) -> RuleSet:
    """The rules that judge these, with the attributes they ask for and no others."""
    wanted = set(judged)
    left = [
        rule
        for rule in rules.rules
        if any((name, rule.kind) in wanted for name in stating(rule.fact, {d for d, _ in wanted} - {OWN}))
    ]
    asked = [asks(rules, rule) for rule in left]
    person = {name for one in asked for name in one["person"]}
    household = {name for one in asked for name in one["household"]}
    return rules.model_copy(
        update={
            "rules": tuple(left),
            "person": {name: attribute for name, attribute in rules.person.items() if name in person},
            "household": {name: condition for name, condition in rules.household.items() if name in household},
        }
    )


def of_whole_households(rules: RuleSet) -> bool:
    """Does any of these rules look at more than one person?"""
    return any(rule.per == "household" or asks(rules, rule)["household"] for rule in rules.rules)


def facts_of(dataset: Dataset, facts: frozenset[str]) -> frozenset[str]:
    """Those of the facts that the dataset states."""
    return frozenset(fact for fact in facts if fact not in ENGINE_FACTS and fact_columns(fact, dataset) is not None)


def _reference(on: date) -> dict[str, str]:
    """What ``reference`` says on a day (judgement.reference_query)."""
    return {"day": str(on), "year_start": str(last_twelve_months(on).start), "month": str(Month.of(on).number)}
