"""The steps of a determination in words, in Chinese and English, with figures that a clerk can check by hand.

A step's values are named here; the ending of a name says how it is shown: ``_fen`` as yuan with two decimals, ``person`` as
户主 or 成员, everything else as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from bangfu.core import money
from bangfu.decide.identification.parameters import NOT_MET, NOT_MET_ENGLISH, Rational
from bangfu.decide.identification.rules import Scalar, Step

_MOST_DECIMALS = 9
# An amount is told in several sentences and two languages.
yuan = lru_cache(maxsize=4096)(money.yuan)
_SIGNS = {("<", True): "<", ("<", False): "≥", ("<=", True): "≤", ("<=", False): ">"}
_SIGNS |= {(">", True): ">", (">", False): "≤", (">=", True): "≥", (">=", False): "<"}


@dataclass(frozen=True, slots=True)
class Wording:
    """Names of a step's values, and its sentence in both languages."""

    names: tuple[str, ...]
    zh: str
    en: str


# Values that are words, and differ between the languages.
_SPOKEN = frozenset({"person", "why", "given", "field", "class_name", "before"})
_COMPARED = ("figure_fen", "operator", "limit_fen", "multiple")
WORDINGS: dict[str, Wording] = {
    "income": Wording(
        ("monthly_fen", "other_fen", "income_fen"),
        "年收入＝12×{monthly_fen}＋{other_fen}＝{income_fen}",
        "yearly income = 12 × {monthly_fen} + {other_fen} = {income_fen}",
    ),
    "imputed": Wording(
        ("person", "declared_fen", "wage_fen"),
        "{person}处于劳动年龄、健康良好、未就业，月收入由 {declared_fen} 按最低工资 {wage_fen} 计入",
        "{person} is of working age, able and without work: counted at the minimum wage {wage_fen} a month, not {declared_fen}",
    ),
    "not_imputed": Wording(
        ("person", "why"),
        "{person}未按最低工资计入：{why}",
        "{person} is not counted at the minimum wage: {why}",
    ),
    "aid_counted": Wording(
        ("aid_fen",),
        "本年已得工会帮扶 {aid_fen}，计入收入",
        "union aid of {aid_fen} already received this year is counted as income",
    ),
    "aid_not_counted": Wording(
        ("aid_fen",),
        "本年已得工会帮扶 {aid_fen}，本规则不计入收入",
        "union aid of {aid_fen} already received this year is not income under these rules",
    ),
    "countable_income": Wording(("income_fen",), "应计年收入＝{income_fen}", "countable yearly income = {income_fen}"),
    "gate": Wording(
        ("income_fen", "persons", "figure_fen", "operator", "limit_fen"),
        "年人均可支配收入 {income_fen}÷{persons}＝{figure_fen} {sign} 上年度全省人均可支配收入 {limit_fen}",
        "yearly disposable income per head {income_fen} ÷ {persons} = {figure_fen} {sign} last year's provincial figure {limit_fen}",
    ),
    "net": Wording(
        ("income_fen", "rigid_fen", "persons", *_COMPARED),
        "({income_fen}−{rigid_fen})÷12÷{persons}＝{figure_fen} {sign} {limit}",
        "({income_fen} − {rigid_fen}) ÷ 12 ÷ {persons} = {figure_fen} {sign} {limit}",
    ),
    "net_after_employment_cost": Wording(
        ("income_fen", "rigid_fen", "employment_cost_fen", "persons", *_COMPARED),
        "({income_fen}−{rigid_fen}−就业成本{employment_cost_fen})÷12÷{persons}＝{figure_fen} {sign} {limit}",
        "({income_fen} − {rigid_fen} − employment cost {employment_cost_fen}) ÷ 12 ÷ {persons} = {figure_fen} {sign} {limit}",
    ),
    "income_per_head": Wording(
        ("income_fen", "persons", *_COMPARED),
        "月人均收入 {income_fen}÷12÷{persons}＝{figure_fen} {sign} {limit}",
        "monthly income per head {income_fen} ÷ 12 ÷ {persons} = {figure_fen} {sign} {limit}",
    ),
    "special_reason": Wording(("given",), "特殊原因：{given}", "special reason: {given}"),
    "accident_ratio": Wording(
        ("loss_fen", "income_fen", "ratio", "operator", "bound_fen"),
        "意外损失 {loss_fen} {sign} 年收入 {income_fen}×{ratio}＝{bound_fen}",
        "loss by accident {loss_fen} {sign} yearly income {income_fen} × {ratio} = {bound_fen}",
    ),
    "no_accident_loss": Wording((), "档案没有填意外损失", "the file states no loss by accident"),
    "net_of_accident": Wording(
        ("income_fen", "loss_fen", "persons", *_COMPARED),
        "({income_fen}−意外损失{loss_fen})÷12÷{persons}＝{figure_fen} {sign} {limit}",
        "({income_fen} − loss by accident {loss_fen}) ÷ 12 ÷ {persons} = {figure_fen} {sign} {limit}",
    ),
    "net_of_accident_with_wealth": Wording(
        ("income_fen", "wealth_fen", "loss_fen", "persons", *_COMPARED),
        "({income_fen}＋净投资和存款{wealth_fen}−意外损失{loss_fen})÷12÷{persons}＝{figure_fen} {sign} {limit}",
        "({income_fen} + investments and savings {wealth_fen} − loss by accident {loss_fen})"
        " ÷ 12 ÷ {persons} = {figure_fen} {sign} {limit}",
    ),
    "wealth_unknown": Wording(
        (),
        "档案没有净投资和存款，收入高于上线的意外致困条款未适用",
        "the file holds no investments and savings, so the accident rule for higher incomes is not applied",
    ),
    "not_seen": Wording(
        ("class_name", "setting"),
        "{class_name}：办法原文未见数值，也没有给出 {setting}，未测",
        "{class_name}: the place's document as seen has no figure and {setting} is not given: not tested",
    ),
    "yearly_only": Wording(
        (),
        "档案只有年度数，是否连续 6 个月以上、是否已领政府救助，须另行核实",
        "the file has yearly figures only: six months in a row and government relief are to be verified",
    ),
    "outcome": Wording(
        ("class_name", "before"),
        "结果：{class_name}；此前已排除：{before}",
        "result: {class_name}; ruled out before: {before}",
    ),
    "none": Wording((), "建议认定为不符合，由人核定", "proposed: not met; a person decides"),
    "persons_differ": Wording(
        ("stated", "persons"),
        "家庭人口填 {stated}，登记的是 {persons} 人，按登记人数计，请核对",
        "the file says {stated} persons and lists {persons}; those listed are counted: please check",
    ),
    "income_differs": Wording(
        ("stated_fen", "income_fen"),
        "家庭年度总收入填 {stated_fen}，按各项算得 {income_fen}，以算得的为准，请核对",
        "the file says a yearly income of {stated_fen}; its parts make {income_fen}, which is used: please check",
    ),
    "unreadable": Wording(
        ("person", "field"),
        "{person}的“{field}”读不懂，按空计，请核对",
        "“{field}” of {person} cannot be read and counts as empty: check it",
    ),
    "negative": Wording((), "有收入或支出为负数，请核对", "an income or an expenditure is negative: please check"),
}

_WORDS: dict[str, tuple[str, str]] = {
    "outside_working_age": ("不在劳动年龄", "outside working age"),
    "status_unknown": ("没有填工作状态", "work status is not stated"),
    "age_unknown": ("年龄不明", "age is unknown"),
    "sex_unknown": ("性别不明", "sex is unknown"),
    "not_able": ("健康状况不是良好", "health is not stated as good"),
    "declared_enough": ("申报收入不低于最低工资", "the declared income is not below it"),
    "rigid_expenditure": ("有刚性支出", "rigid expenditure"),
    "single_parent": ("单亲", "single parent"),
    "cause": ("填有致困原因", "a cause is stated"),
    "none": ("无", "none"),
}
# Headings of policy/forms/archive.yaml.
FIELDS: dict[str, tuple[str, str]] = {
    "monthly_income": ("月收入", "monthly income"),
    "other_yearly_income": ("家庭其他(非薪资)年收入", "other family income of the year"),
    "total_yearly_income": ("家庭年度总收入", "total family income of the year"),
    "illness_expenditure": ("医疗自付支出(年)", "own medical payments of the year"),
    "disability_expenditure": ("残疾支出(年)", "expenditure for disability of the year"),
    "schooling_expenditure": ("教育支出(年)", "expenditure for schooling of the year"),
    "housing_expenditure": ("住房支出(年)", "expenditure for housing of the year"),
    "other_expenditure": ("其他刚性支出(年)", "other rigid expenditure of the year"),
    "employment_cost": ("必要就业成本(年)", "necessary employment cost of the year"),
    "accident_loss": ("意外损失(年)", "loss by accident of the year"),
}


def in_words(step: Step, english: Mapping[str, str] | None = None) -> str:
    """A step as a sentence: in Chinese, or in English where the English names of the classes are given."""
    return _sentence(step, _figures(step), english)


def in_both(step: Step, english: Mapping[str, str]) -> tuple[str, str]:
    """A step in Chinese and in English; the figures are written once."""
    figures = _figures(step)
    return _sentence(step, figures, None), _sentence(step, figures, english)


def class_in_english(english: Mapping[str, str], class_name: str) -> str:
    """The English name of a class; 不符合 has one as well."""
    return NOT_MET_ENGLISH if class_name == NOT_MET else english[class_name]


def _sentence(step: Step, figures: dict[str, Any], english: Mapping[str, str] | None) -> str:
    wording = WORDINGS[step.code]
    spoken = {name: _word(name, figures[name], english) for name in wording.names if name in _SPOKEN}
    if "times" in figures:
        spoken["limit"] = _multiplied(figures["limit_fen"], figures["times"], english is not None)
    template = wording.zh if english is None else wording.en
    return template.format_map(figures | spoken) + _conclusion(step, english)


def _conclusion(step: Step, english: Mapping[str, str] | None) -> str:
    if english is None:
        return f"，建议认定为{step.proposes}" if step.proposes else f"，不属{step.rules_out}" if step.rules_out else ""
    if step.proposes:
        return f", proposed: {english[step.proposes]}"
    return f", not {english[step.rules_out]}" if step.rules_out else ""


def _figures(step: Step) -> dict[str, Any]:
    """What is the same in both languages; the values of _SPOKEN stay as they are."""
    values = dict(zip(WORDINGS[step.code].names, step.values, strict=True))
    shown: dict[str, Any] = {
        name: value if name in _SPOKEN else yuan(value) if name.endswith("_fen") else _plain(value)
        for name, value in values.items()
    }
    if "operator" in values:
        shown |= _comparison(values, bool(step.holds))
    return shown


def _comparison(values: Mapping[str, Any], holds: bool) -> dict[str, str]:
    """The sign as it turned out, and the two sides with as many decimals as show on which side the figure lies."""
    left, right = ("loss_fen", "bound_fen") if "bound_fen" in values else ("figure_fen", "limit_fen")
    sides = _told_apart(values[left], values[right])
    shown = {"sign": _SIGNS[str(values["operator"]), holds], left: sides[0], right: sides[1], "limit": sides[1]}
    multiple = values.get("multiple", 1)
    return shown if multiple == 1 else shown | {"times": _decimal(multiple, 0)}


def _multiplied(limit: str, times: str, english: bool) -> str:
    return f"{limit} ({times} × the minimum allowance)" if english else f"{limit}（低保标准的{times}倍）"


def _word(name: str, value: Scalar, english: Mapping[str, str] | None) -> str:
    language = english is not None
    if name == "person":
        return _person(int(value), language)
    words = str(value)
    if name == "field":
        return FIELDS[words][language]
    if name in ("why", "given"):
        return ("、", ", ")[language].join(_WORDS[word][language] for word in words.split("+"))
    if english is None:
        return words
    return ", ".join(class_in_english(english, c) if c in english or c == NOT_MET else c for c in words.split("、"))


def _person(number: int, english: bool) -> str:
    if number == 0:
        return "the head" if english else "户主"
    return f"member {number}" if english else f"成员{number}"


def _plain(value: Scalar) -> str:
    return _decimal(value, 0) if isinstance(value, Fraction) else str(value)


def _told_apart(one_fen: Rational, other_fen: Rational) -> tuple[str, str]:
    shown = yuan(one_fen), yuan(other_fen)
    if shown[0] != shown[1] or one_fen == other_fen:
        return shown
    for decimals in range(3, _MOST_DECIMALS + 1):
        shown = (
            _decimal(Fraction(one_fen) / money.FEN_PER_YUAN, decimals),
            _decimal(Fraction(other_fen) / money.FEN_PER_YUAN, decimals),
        )
        if shown[0] != shown[1]:
            break
    return shown


@lru_cache(maxsize=4096)
def _decimal(value: Rational, at_least: int) -> str:
    """A fraction with so many decimals, rounded; with none asked for, as many as a ratio such as 0.8 was written with."""
    for decimals in range(at_least, _MOST_DECIMALS + 1):
        scaled = round(value * 10**decimals)
        if at_least or scaled == value * 10**decimals:
            break
    digits = f"{abs(scaled):0{decimals + 1}}"
    whole = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"-{whole}" if scaled < 0 else whole
