"""What declared rules ask of the family's file, of persons, households and the day: only that has to be laid out for them."""

from string import Formatter

from bangfu.engine.datasets import declared_datasets
from bangfu.engine.rules.expressions import columns_of, parse
from bangfu.engine.rules.ruleset import ENGINE_FACTS, FILE_COLUMNS, REFERENCE, Rule, RuleSet, fact_columns


def asks(rules: RuleSet, rule: Rule) -> dict[str, set[str]]:
    """What a rule asks of person, household and reference: their columns by name."""
    found: dict[str, set[str]] = {"person": set(), "household": set(), "reference": set()}
    texts = [rule.where, rule.having, *rule.totals.values(), *(line.when for line in rule.conclude)]
    scope = {
        "person": rules.person_columns,
        "household": frozenset(rules.household),
        "reference": REFERENCE,
        "total": frozenset(rule.totals),
        "fact": _says(rule.fact),
    }
    for text in texts:
        if text:
            tree = parse(text, scope, totals=True)
            for table, columns in found.items():
                columns.update(columns_of(tree, table))
    named = {value for text in (rule.says.zh, rule.says.en) for _, value, _, _ in Formatter().parse(text) if value}
    found["person"] |= named & rules.person_columns
    return found


def person_columns(rules: RuleSet) -> list[str]:
    """Those of FILE_COLUMNS that these rules ask for by themselves, whatever their attributes ask for."""
    asked = {column for rule in rules.rules for column in asks(rules, rule)["person"]}
    return [column for column in FILE_COLUMNS if column in asked]


def file_columns(rules: RuleSet) -> set[str]:
    """What these rules, and the attributes that they have, ask of the family's file."""
    found = set(person_columns(rules))
    scope = {"file": frozenset(FILE_COLUMNS)}
    for condition in (*(attribute.condition for attribute in rules.person.values()), *rules.household.values()):
        found |= columns_of(parse(condition, scope), "file")
    return found


def _says(fact: str) -> frozenset[str]:
    columns = [fact_columns(fact, dataset) for dataset in declared_datasets().values()]
    columns.append(ENGINE_FACTS.get(fact))
    return frozenset(name for known in columns for name in known or ())
