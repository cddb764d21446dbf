"""A set of comparison rules as declared in ``policy/comparison``: what a fact means beside the file."""

from datetime import date
from pathlib import Path
from string import Formatter
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bangfu.core.declared import declared_in
from bangfu.core.shipped import policy_folder
from bangfu.engine import problems
from bangfu.engine.datasets import BothLanguages, Dataset, declared_datasets
from bangfu.engine.rules.expressions import NotAllowed, Scope, parse

Conclusion = Literal["佐证", "矛盾", "疑点", "无法核对"]

# Facts that the engine finds by itself, with what they say: a number that fails, and a department's other name.
ENGINE_FACTS: dict[str, dict[str, str]] = {
    "number_unusable": {"why": "text", "why_en": "text"},
    "other_name": {"name": "text"},
}
# What the file says of a person: the columns that the register's reader makes (duckdb_/register.py), with their types.
FILE_COLUMNS: dict[str, str] = {
    "health": "text",
    "illness_or_disability": "text",
    "disability_type": "text",
    "disability_grade": "text",
    "status": "text",
    "declared_income": "yuan",
    "main_cause": "text",
    "secondary_causes": "text",
    "is_head": "flag",
}
REFERENCE = frozenset({"day", "year_start", "month"})


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attribute(_Declared):
    """Something that is true of a person: by the file, or because a fact was stated about them."""

    condition: str = Field(alias="is")
    or_fact: str | None = None


class Line(_Declared):
    """A conclusion and the condition under which it holds; without one it always does."""

    conclusion: Conclusion = Field(alias="as")
    when: str | None = None


class Rule(_Declared):
    """One fact and what it means. ``totals`` are computed per person, or per household and then laid on its head."""

    kind: str
    fact: str
    per: Literal["person", "household"] = "person"
    where: str | None = None
    totals: dict[str, str] = {}
    having: str | None = None
    conclude: tuple[Line, ...] = Field(min_length=1)
    says: BothLanguages
    may_be: tuple[BothLanguages, ...] = ()

    @model_validator(mode="after")
    def _household_has_totals(self) -> "Rule":
        if (self.per == "household" or self.having) and not self.totals:
            raise ValueError("per: household and having: need totals")
        return self


class Further(_Declared):
    """Rules that a comparison asks beside its own where somebody wants it; they use the attributes of the set that they join."""

    version: int
    valid_from: date
    rules: tuple[Rule, ...]


_Set = TypeVar("_Set", bound=BaseModel)


class RuleSet(_Declared):
    """All rules of a place, with its attributes of persons (``person``) and of households (true if true of any member)."""

    version: int
    valid_from: date
    person: dict[str, Attribute]
    household: dict[str, str]
    rules: tuple[Rule, ...]

    @property
    def person_columns(self) -> frozenset[str]:
        """What conditions may ask of ``person``."""
        return frozenset(FILE_COLUMNS) | frozenset(self.person)

    @property
    def facts(self) -> frozenset[str]:
        """All facts that mean something here."""
        asked = {attribute.or_fact for attribute in self.person.values() if attribute.or_fact}
        return frozenset({rule.fact for rule in self.rules} | asked)

    def scope(self, rule: Rule, fact_columns: frozenset[str], *, after_totals: bool = False) -> Scope:
        """What a rule's expressions may use. After totalling, the single facts are gone and the totals are there."""
        scope = {"household": frozenset(self.household), "reference": REFERENCE}
        if rule.per == "person":
            scope["person"] = self.person_columns
        return scope | ({"total": frozenset(rule.totals)} if after_totals else {"fact": fact_columns})


def fact_columns(fact: str, dataset: Dataset) -> dict[str, str] | None:
    """What a fact says when a dataset states it: value → type (text, yuan, date, month). None where the dataset never states it."""
    if fact == dataset.silence:
        return {}
    if fact in ENGINE_FACTS:
        return None if fact == "number_unusable" else ENGINE_FACTS[fact]
    if fact not in dataset.states:
        return None
    types = dataset.column_types
    return {name: types.get(text or "", "text") for name, text in dataset.states[fact].values.items()}


def further_rules() -> Further:
    """What ships beside the base rules: about the employers of persons on file."""
    return _read(Further, policy_folder() / "comparison" / "employers.yaml")


def with_further(rules: RuleSet) -> RuleSet:
    """A rule set and, behind its own, the further rules. Raises a Problem where they do not fit it."""
    path = policy_folder() / "comparison" / "employers.yaml"
    both = rules.model_copy(update={"rules": rules.rules + _read(Further, path).rules})
    _check(both, path)
    return both


def load_rules(path: Path | None = None) -> RuleSet:
    """Load and check a rule set, by default the base rules. Raises a Problem that names the rule and what is wrong with it."""
    path = path or policy_folder() / "comparison" / "base.yaml"
    rules = _read(RuleSet, path)
    _check(rules, path)
    return rules


def _read(kind: type[_Set], path: Path) -> _Set:
    try:
        return kind.model_validate(declared_in(path.read_text("utf-8")))
    except (ValidationError, yaml.YAMLError, OSError) as error:
        where, what = _first_of(error)
        raise problems.RULE(file=path.name, where=where, what=what) from error


def _first_of(error: Exception) -> tuple[str, str]:
    if not isinstance(error, ValidationError):
        return "YAML", type(error).__name__
    first = error.errors()[0]
    return ".".join(str(part) for part in first["loc"]), first["msg"]


def _check(rules: RuleSet, path: Path) -> None:
    """Every expression parses in its scope, for every dataset that states the rule's fact; every text names known values."""
    where = "person"
    try:
        for attribute in rules.person.values():
            parse(attribute.condition, {"file": frozenset(FILE_COLUMNS)})
        where = "household"
        for condition in rules.household.values():
            parse(condition, {"file": frozenset(FILE_COLUMNS)})
        for rule in rules.rules:
            where = f"{rule.kind} ({rule.fact})"
            _check_rule(rules, rule)
    except NotAllowed as error:
        raise problems.RULE(file=path.name, where=where, what=str(error)) from error


def _check_rule(rules: RuleSet, rule: Rule) -> None:
    stated = [fact_columns(rule.fact, dataset) for dataset in declared_datasets().values()]
    stated.append(ENGINE_FACTS.get(rule.fact))
    known = [columns for columns in stated if columns is not None]
    if not known:
        raise NotAllowed(f"nobody states {rule.fact}")
    for columns in known:
        before = rules.scope(rule, frozenset(columns))
        after = rules.scope(rule, frozenset(columns), after_totals=True) if rule.totals else before
        if rule.where:
            parse(rule.where, before)
        for total in rule.totals.values():
            parse(total, before, totals=True)
        for condition in (rule.having, *(line.when for line in rule.conclude)):
            if condition:
                parse(condition, after)
        _check_texts(rule, set(rule.totals or columns) | rules.person_columns)


def _check_texts(rule: Rule, known: set[str] | frozenset[str]) -> None:
    zh, en = ({name for _, name, _, _ in Formatter().parse(text) if name} for text in (rule.says.zh, rule.says.en))
    if unknown := (zh | en) - known:
        raise NotAllowed(f"the text names {sorted(unknown)}")
    if zh != en:
        raise NotAllowed(f"only one language names {sorted(zh ^ en)}")
