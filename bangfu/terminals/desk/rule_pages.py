"""A rule set as people read it: every class with its test, every exclusion, each figure with the document it stands on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from django.utils.translation import gettext

from bangfu.decide.identification.rule_sets import (
    AccidentNetSpec,
    AccidentRatioSpec,
    Awaited,
    ExclusionSpec,
    IncomeLineSpec,
    LineSpec,
    NetIncomeSpec,
    RuleSet,
    RuleSpec,
    Sourced,
    SpecialReasonSpec,
    Words,
)
from bangfu.ground.policy.catalogue import Both, documents
from bangfu.ground.policy.selectors import Held
from bangfu.terminals.desk.formats import english, yuan
from bangfu.terminals.desk.words import translated

_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
Figure = Sourced[Fraction] | Awaited
# What a place sets, by the names that rule sets use.
Settings = Mapping[str, Held]


class Documented(Protocol):
    """Whatever says what it stands on."""

    @property
    def source(self) -> str:
        """The document, as the rule set writes it."""

    @property
    def mark(self) -> str:
        """How sure it is."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a part of a rule stands on."""

    document: Both
    mark: str


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One way into a class: its tests as sentences that hold together, and their sources without repetition."""

    name: str
    sentences: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ShownExclusion:
    """An exclusion: what it says, against which classes, with which figures and exceptions, and what points to it."""

    id: str
    text: Words
    classes: tuple[str, ...]
    parameters: tuple[tuple[Words, str], ...]
    exceptions: tuple[Words, ...]
    clues: tuple[str, ...]
    evidence: Words
    sources: tuple[Source, ...]


def source(documented: Documented) -> Source:
    """The document behind a value; a source that documents.yaml does not explain is shown as it is written."""
    written = documented.source
    return Source(documents().get(written) or Both(zh=written, en=written), documented.mark)


def shown_rules(rules: RuleSet, settings: Settings) -> list[ShownRule]:
    """The classes in the order in which they are tested. ``settings`` of a place put its figures into the sentences."""
    return [_rule(rule, settings) for rule in rules.rules]


def shown_exclusions(rules: RuleSet) -> list[ShownExclusion]:
    """The exclusions in their order."""
    return [_exclusion(exclusion) for exclusion in rules.exclusions]


def shown_gate(rules: RuleSet, settings: Settings) -> ShownRule | None:
    """The condition before all classes, where there is one."""
    if rules.gate is None:
        return None
    given = settings.get(rules.gate.setting)
    limit = yuan(_fen(given)) if given else gettext("（未设定）")
    sentence = gettext("年人均可支配收入 {sign} 上年度全省人均可支配收入 {limit}").format(
        sign=_SIGNS[rules.gate.operator.value], limit=limit
    )
    return ShownRule("", (sentence,), (*_once([rules.gate.operator]), *_set_by_place(given)))


def shown_imputation(rules: RuleSet, settings: Settings) -> ShownRule:
    """Whose income is counted at the minimum wage."""
    spec = rules.imputation
    statuses = (", " if english() else "、").join(translated(status) for status in spec.idle_statuses.value)
    sentence = gettext(
        "{first} 岁起，男不满 {men} 岁、女不满 {women} 岁，身体健康、工作状态为{statuses}的，按最低工资计算收入"
    )
    wage = settings.get("minimum_wage")
    what = (
        gettext("最低工资 {wage} 元/月").format(wage=yuan(_fen(wage)))
        if wage
        else gettext("当地未设定最低工资，不推定")
    )
    who = sentence.format(
        first=spec.from_age.value, men=spec.men_until.value, women=spec.women_until.value, statuses=statuses
    )
    parts: list[Documented] = [spec.from_age, spec.men_until, spec.women_until, spec.idle_statuses]
    return ShownRule("", (who, what), (*_once(parts), *_set_by_place(wage)))


def _rule(rule: RuleSpec, settings: Settings) -> ShownRule:
    spec = rule.condition
    per_head = gettext("年收入 ÷ 12 ÷ 人数")
    match spec:
        case NetIncomeSpec():
            plain, less_cost = (
                gettext("（年收入 − 刚性支出）÷ 12 ÷ 人数"),
                gettext("（年收入 − 刚性支出 − 必要就业成本）÷ 12 ÷ 人数"),
            )
            head = less_cost if spec.after_employment_cost.value else plain
            return _shown(
                rule, settings, [f"{head} {_line(spec, settings)}"], [*_parts(spec), spec.after_employment_cost]
            )
        case IncomeLineSpec():
            return _shown(rule, settings, [f"{per_head} {_line(spec, settings)}"], _parts(spec))
        case AccidentRatioSpec():
            return _shown(rule, settings, [_accident(spec, settings)], [spec.ratio, spec.operator])
        case SpecialReasonSpec():
            net = gettext("（年收入 − 因特殊原因的支出）÷ 12 ÷ 人数")
            reason = gettext("有患病、上学、残疾、单亲等特殊原因")
            told = [f"{per_head} {_line(spec.income, settings)}", reason, f"{net} {_line(spec.net, settings)}"]
            return _shown(rule, settings, told, [*_parts(spec.income), *_parts(spec.net)])
        case AccidentNetSpec():
            plain, with_wealth = (
                gettext("（年收入 − 意外损失）÷ 12 ÷ 人数"),
                gettext("（年收入 + 净投资和存款 − 意外损失）÷ 12 ÷ 人数"),
            )
            net = with_wealth if spec.wealth.value else plain
            told = [f"{per_head} {_line(spec.income, settings)}", f"{net} {_line(spec.net, settings)}"]
            return _shown(rule, settings, told, [*_parts(spec.income), *_parts(spec.net), spec.wealth])


def _shown(rule: RuleSpec, settings: Settings, sentences: list[str], parts: list[Documented]) -> ShownRule:
    awaited = [settings.get(part.setting) for part in parts if isinstance(part, Awaited)]
    placed = [source for held in awaited for source in _set_by_place(held)]
    return ShownRule(rule.name, tuple(sentences), (*_once(parts), *placed))


def _set_by_place(held: Held | None) -> list[Source]:
    """The place's own document, where its figure stands in the sentence."""
    return [Source(held.document, held.mark)] if held else []


def _parts(spec: LineSpec) -> list[Documented]:
    return [spec.multiple, spec.operator]


def _accident(spec: AccidentRatioSpec, settings: Settings) -> str:
    ratio = _figure(spec.ratio, settings)
    share = gettext("比例（当地未设定，不设此类）") if ratio is None else percent(ratio)
    sentence = gettext("意外损失（赔付以后） {sign} 年收入 × {share}")
    return sentence.format(sign=_SIGNS[spec.operator.value], share=share)


def _line(spec: LineSpec, settings: Settings) -> str:
    """≤ 2 × the allowance = 1,560.00."""
    multiple = _figure(spec.multiple, settings)
    sign = _SIGNS[spec.operator.value]
    if multiple is None:
        return gettext("{sign} 低保标准的倍数（当地未设定，不设此类）").format(sign=sign)
    times = "" if multiple == 1 else f"{_decimal(multiple)} × "
    text = gettext("{sign} {times}低保标准").format(sign=sign, times=times)
    allowance = settings.get("minimum_allowance")
    return f"{text} = {yuan(multiple * _fen(allowance))}" if allowance else text


def _figure(figure: Figure, settings: Settings) -> Fraction | None:
    if isinstance(figure, Awaited):
        given = settings.get(figure.setting)
        return Fraction(given.text) if given else None
    return figure.value


def _exclusion(spec: ExclusionSpec) -> ShownExclusion:
    scope = spec.scope.value
    return ShownExclusion(
        id=spec.id,
        text=spec.text,
        classes=() if scope == "recognition" else tuple(scope),
        parameters=tuple((parameter, _decimal(parameter.value)) for parameter in spec.parameters),
        exceptions=spec.exceptions,
        clues=tuple(spec.clues.value),
        evidence=spec.evidence,
        sources=_once([spec.text, spec.scope, *spec.exceptions]),
    )


def percent(share: Fraction) -> str:
    """4/5 → 80%."""
    return f"{_decimal(share * 100)}%"


def _decimal(number: Fraction) -> str:
    return f"{float(number):.6f}".rstrip("0").rstrip(".")


def _fen(held: Held) -> Fraction:
    return Fraction(held.text) * 100


def _once(parts: Iterable[Documented]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(source(part) for part in parts))
