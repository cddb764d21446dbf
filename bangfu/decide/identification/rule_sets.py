"""The dated rule sets of ``policy/identification``: one YAML file each, every value with its source document and confidence mark.

A value is ``{value: …, source: …, mark: H|M|K|L}``; where the document as seen does not have the figure, ``{setting: NAME, …}`` waits
for it. Marks as in DOMAIN: H read in the document, M in a repost, K general knowledge, L our default. Multiples and ratios are quoted
texts ("0.8"), so that they stay exact.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated, Generic, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, ValidationError, model_validator

from bangfu.core.declared import declared_in
from bangfu.core.periods import Period
from bangfu.core.shipped import policy_folder
from bangfu.decide.identification.parameters import (
    AccidentNet,
    AccidentRatio,
    Bilingual,
    Exclusion,
    Gate,
    Imputation,
    IncomeLine,
    Line,
    NetIncome,
    NotSeen,
    Operator,
    Rational,
    Rule,
    Rules,
    SpecialReason,
    Test,
)
from bangfu.decide.identification.problems import RULES_BROKEN, UNKNOWN_RULES

T = TypeVar("T")
_FACTOR = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
# A value that is not our own default names its document as DOMAIN 1.1 and 11 number them, or the national standard.
_DOCUMENT = re.compile(r"(R[0-9]+|S[0-9]+[a-z]?|GB/T [0-9]+)\b")


def read_factor(raw: object) -> Fraction:
    """A multiple or ratio written as a decimal text or a whole number, exactly; refuses anything else (ValueError)."""
    text = raw if isinstance(raw, str) else str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else ""
    if not _FACTOR.fullmatch(text) or not Fraction(text):
        raise ValueError("a multiple or ratio is a quoted decimal above 0")
    return Fraction(text)


Factor = Annotated[Fraction, PlainValidator(read_factor), PlainSerializer(str)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Documented(_Strict):
    source: str = Field(min_length=2)
    mark: Literal["H", "M", "K", "L"]

    @model_validator(mode="after")
    def _names_its_document(self) -> Self:
        if self.mark != "L" and not _DOCUMENT.match(self.source):
            raise ValueError(
                f"a value marked {self.mark} begins its source with the document's number, not “{self.source}”"
            )
        return self


class Sourced(_Documented, Generic[T]):
    """A value and where it was read."""

    value: T


class Awaited(_Documented):
    """A figure that the document as seen does not have: a setting of the call gives it, or the class does not exist."""

    setting: Literal["relative_multiple", "accident_ratio"]


class Words(_Documented):
    """A text in both languages and where it was read."""

    zh: str
    en: str

    @property
    def both(self) -> Bilingual:
        """The text alone."""
        return Bilingual(self.zh, self.en)


class LineSpec(_Strict):
    """A multiple of the minimum living allowance and the operator against it."""

    multiple: Sourced[Factor] | Awaited
    operator: Sourced[Operator]


class NetIncomeSpec(LineSpec):
    """See ``parameters.NetIncome``."""

    test: Literal["net_income"]
    after_employment_cost: Sourced[bool]


class IncomeLineSpec(LineSpec):
    """See ``parameters.IncomeLine``."""

    test: Literal["income_line"]


class AccidentRatioSpec(_Strict):
    """See ``parameters.AccidentRatio``."""

    test: Literal["accident_ratio"]
    ratio: Sourced[Factor] | Awaited
    operator: Sourced[Operator]


class SpecialReasonSpec(_Strict):
    """See ``parameters.SpecialReason``."""

    test: Literal["special_reason"]
    income: LineSpec
    net: LineSpec


class AccidentNetSpec(_Strict):
    """See ``parameters.AccidentNet``."""

    test: Literal["accident_net"]
    income: LineSpec
    net: LineSpec
    wealth: Sourced[bool]


TestSpec = NetIncomeSpec | IncomeLineSpec | AccidentRatioSpec | SpecialReasonSpec | AccidentNetSpec


class RuleSpec(_Strict):
    """One way into a class, with the class's name in both languages."""

    id: str = Field(pattern=r"[a-z_]+")
    name: str
    english: str
    condition: TestSpec = Field(discriminator="test")


class GateSpec(_Strict):
    """See ``parameters.Gate``; the figure is always a setting, because it changes every year."""

    setting: Literal["provincial_disposable_income"]
    operator: Sourced[Operator]


class ImputationSpec(_Strict):
    """See ``parameters.Imputation``."""

    from_age: Sourced[int]
    men_until: Sourced[int]
    women_until: Sourced[int]
    idle_statuses: Sourced[tuple[str, ...]]


class ExclusionParameter(Words):
    """A figure inside of an exclusion, such as the multiple of a school fee."""

    value: Factor


class ExclusionSpec(_Strict):
    """See ``parameters.Exclusion``. ``scope`` is ``recognition``, or the names of the classes that it stands against."""

    id: str
    text: Words
    scope: Sourced[Literal["recognition"] | tuple[str, ...]]
    clues: Sourced[Mapping[str, tuple[Literal["矛盾", "疑点"], ...]]]
    parameters: tuple[ExclusionParameter, ...] = ()
    exceptions: tuple[Words, ...] = ()
    evidence: Words


class RuleSet(_Strict):
    """One rule set as declared. ``division``: GB/T 2260 code, None for the whole country."""

    name: str
    title: Words
    division: Sourced[str | None]
    valid_from: Sourced[date]
    valid_to: Sourced[date] | None
    income_window: Words
    counts_earlier_aid: Sourced[bool]
    imputation: ImputationSpec
    gate: GateSpec | None
    rules: tuple[RuleSpec, ...] = Field(min_length=1)
    exclusions: tuple[ExclusionSpec, ...]

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        ids = [rule.id for rule in self.rules]
        names = {rule.name for rule in self.rules}
        if len(set(ids)) < len(ids):
            raise ValueError("a rule id is used twice")
        for exclusion in self.exclusions:
            if exclusion.scope.value != "recognition" and not set(exclusion.scope.value) <= names:
                raise ValueError(f"exclusion {exclusion.id} names a class that the set does not have")
        return self

    @property
    def version(self) -> str:
        """SHA-256 of the canonical content: any change of a value or of its source is another version."""
        content = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def period(self) -> Period:
        """The days on which the set applies."""
        return Period(self.valid_from.value, self.valid_to.value if self.valid_to else None)

    @property
    def awaited(self) -> tuple[str, ...]:
        """The settings that bring a class into existence, in the order of the classes."""
        figures = (_awaited_figure(rule.condition) for rule in self.rules)
        return tuple(figure.setting for figure in figures if isinstance(figure, Awaited))

    def with_settings(self, settings: Mapping[str, Rational]) -> Rules:
        """Join the figures with checked settings (fen, multiples, ratios; see ``settings.read_settings``)."""
        allowance_fen = settings["minimum_allowance"]
        gate_limit = settings[self.gate.setting] if self.gate else 0
        return Rules(
            name=self.name,
            version=self.version,
            settings=tuple(sorted(settings.items())),
            rules=tuple(Rule(r.id, r.name, _test(r, allowance_fen, settings)) for r in self.rules),
            gate=Gate(self.gate.operator.value, int(gate_limit)) if self.gate else None,
            imputation=_imputation(self.imputation, settings.get("minimum_wage")),
            counts_earlier_aid=self.counts_earlier_aid.value,
            exclusions=tuple(_exclusion(spec) for spec in self.exclusions),
            english=tuple({rule.name: rule.english for rule in self.rules}.items()),
        )


def rule_set_names() -> tuple[str, ...]:
    """The names that ``--rules`` takes: those of the files."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


@cache
def rule_set(name: str) -> RuleSet:
    """Load a rule set by name; a problem lists the known ones, or says what is wrong with the file."""
    if name not in rule_set_names():
        raise UNKNOWN_RULES(name=name, known=", ".join(rule_set_names()))
    return read_rule_set(_folder() / f"{name}.yaml")


def read_rule_set(path: Path) -> RuleSet:
    """Load and check one file; its name is the set's name."""
    try:
        declared = RuleSet.model_validate(declared_in(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError, OSError) as broken:
        raise RULES_BROKEN(name=path.name, why=str(broken)) from broken
    if declared.name != path.stem:
        raise RULES_BROKEN(name=path.name, why=f"name: {declared.name}")
    return declared


def _folder() -> Path:
    return policy_folder() / "identification"


def _awaited_figure(spec: TestSpec) -> Sourced[Factor] | Awaited | None:
    if isinstance(spec, AccidentRatioSpec):
        return spec.ratio
    return spec.multiple if isinstance(spec, LineSpec) else None


def _test(rule: RuleSpec, allowance_fen: Rational, settings: Mapping[str, Rational]) -> Test:
    spec = rule.condition
    figure = _awaited_figure(spec)
    if isinstance(figure, Awaited) and figure.setting not in settings:
        return NotSeen(rule.name, figure.setting)
    match spec:
        case NetIncomeSpec():
            return NetIncome(_line(spec, allowance_fen, settings), spec.after_employment_cost.value)
        case IncomeLineSpec():
            return IncomeLine(_line(spec, allowance_fen, settings))
        case AccidentRatioSpec():
            return AccidentRatio(_figure(spec.ratio, settings), spec.operator.value)
        case SpecialReasonSpec():
            return SpecialReason(_line(spec.income, allowance_fen, settings), _line(spec.net, allowance_fen, settings))
        case AccidentNetSpec():
            income, net = _line(spec.income, allowance_fen, settings), _line(spec.net, allowance_fen, settings)
            return AccidentNet(income, net, spec.wealth.value)


def _line(spec: LineSpec, allowance_fen: Rational, settings: Mapping[str, Rational]) -> Line:
    multiple = _figure(spec.multiple, settings)
    return Line(multiple, spec.operator.value, multiple * allowance_fen)


def _figure(figure: Sourced[Factor] | Awaited, settings: Mapping[str, Rational]) -> Fraction:
    return Fraction(settings[figure.setting]) if isinstance(figure, Awaited) else figure.value


def _imputation(spec: ImputationSpec, wage_fen: Rational | None) -> Imputation:
    return Imputation(
        wage_fen=None if wage_fen is None else int(wage_fen),
        from_age=spec.from_age.value,
        men_until=spec.men_until.value,
        women_until=spec.women_until.value,
        idle_statuses=frozenset(spec.idle_statuses.value),
    )


def _exclusion(spec: ExclusionSpec) -> Exclusion:
    return Exclusion(
        id=spec.id,
        text=spec.text.both,
        classes=() if spec.scope.value == "recognition" else tuple(spec.scope.value),
        clues=frozenset(
            (kind, conclusion) for kind, conclusions in spec.clues.value.items() for conclusion in conclusions
        ),
        parameters=tuple(parameter.both for parameter in spec.parameters),
        exceptions=tuple(exception.both for exception in spec.exceptions),
        evidence=spec.evidence.both,
    )
