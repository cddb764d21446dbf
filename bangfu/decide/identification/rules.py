"""Who is in hardship: pure decisions on plain values. Every test is recorded in its order; nothing is rounded before comparison.

Amounts are fen. Sources of the arithmetic: DOMAIN 1.3 (Gen-A), 1.4 (Gen-B) and 1.5 (income, expenditure, imputation).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from bangfu.decide.identification.household import Household, Person
from bangfu.decide.identification.parameters import (
    NOT_MET,
    AccidentNet,
    AccidentRatio,
    Imputation,
    IncomeLine,
    Line,
    NetIncome,
    NotSeen,
    Rules,
    SpecialReason,
    holds,
)
from bangfu.decide.identification.problems import NO_PERSONS

Scalar = int | str | Fraction
# Told with the reasons only where they explain that no class was met, and told behind the tests.
_ONLY_WHEN_REFUSED = frozenset({"gate", "not_seen"})
_CAVEATS = frozenset({"yearly_only", "imputed", "not_imputed", "aid_counted"})


class Step(NamedTuple):
    """One thing that was counted, tested or noticed: a code of ``wording.py`` and its values in that wording's order.

    ``holds`` is None where nothing was tested. ``proposes`` and ``rules_out`` name the class that this step settles.
    """

    code: str
    values: tuple[Scalar, ...] = ()
    holds: bool | None = None
    proposes: str = ""
    rules_out: str = ""


class Figures(NamedTuple):
    """What all tests of one household share. Fen per year; ``persons`` living together."""

    household: Household
    income_fen: int
    rigid_fen: int
    persons: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The class proposed, by which rule, why, and everything that was tested on the way.

    ``net_fen`` is (income - rigid expenditure) / 12 / persons, exact. A machine proposes; a person decides.
    """

    class_name: str
    rule_id: str
    net_fen: Fraction
    reasons: tuple[Step, ...]
    trace: tuple[Step, ...]


def net_monthly_income_per_person(income_fen: int, deducted_fen: int, persons: int) -> Fraction:
    """(12 months' income - deductions) / 12 / persons, in fen; exact, never rounded before comparison (DOMAIN 1.5)."""
    if persons < 1:
        raise NO_PERSONS(persons=persons)
    return Fraction(income_fen - deducted_fen, 12 * persons)


def decide(household: Household, rules: Rules) -> Decision:
    """Test the classes of a rule set in their order; the first that is met is proposed, else 不符合."""
    income_fen, counted = countable_income(household, rules)
    figures = Figures(household, income_fen, sum(household.rigid_fen), len(household.people))
    net_fen = net_monthly_income_per_person(figures.income_fen, figures.rigid_fen, figures.persons)
    rule_id, class_name, tests = _first_class_met(figures, rules)
    flags = flags_of(household)
    trace = (*counted, *tests, _outcome(class_name, tests), *flags)
    return Decision(class_name, rule_id, net_fen, (*_reasons(tests, class_name, counted), *flags), trace)


def countable_income(household: Household, rules: Rules) -> tuple[int, list[Step]]:
    """Declared income of the year, imputed wages, and earlier union aid where the rule set counts it; fen per year."""
    wages_fen = sum(person.monthly_income_fen for person in household.people)
    total_fen = household.declared_income_fen
    steps = [Step("income", (wages_fen, household.other_income_fen, total_fen))]
    imputed_fen, imputations = _imputed_income(household.people, rules.imputation)
    steps += imputations
    total_fen += 12 * imputed_fen
    if household.aid_received_fen:
        counts = rules.counts_earlier_aid
        steps.append(Step("aid_counted" if counts else "aid_not_counted", (household.aid_received_fen,)))
        total_fen += household.aid_received_fen * counts
    if len(steps) > 1:
        steps.append(Step("countable_income", (total_fen,)))
    return total_fen, steps


def _imputed_income(people: tuple[Person, ...], imputation: Imputation) -> tuple[int, list[Step]]:
    """Fen per month added to what was declared, and a step for each person that this rule had to look at."""
    if imputation.wage_fen is None:
        return 0, []
    added_fen, steps = 0, []
    for number, person in enumerate(people):
        why_not = _why_not_imputed(person, imputation)
        if why_not:
            steps.append(Step("not_imputed", (number, why_not)))
        elif why_not is None:
            added_fen += imputation.wage_fen - person.monthly_income_fen
            steps.append(Step("imputed", (number, person.monthly_income_fen, imputation.wage_fen)))
    return added_fen, steps


def _why_not_imputed(person: Person, imputation: Imputation) -> str | None:
    """None: imputed. Empty: the rule does not concern this person. Else the reason why it was left out.

    Rule: S9 (Jiangmen 2025), working age, able, not in school, not employed: counted "unless evidence says otherwise". So a
    health that is not stated does not keep anybody from being counted; the person's age and work must be known.
    """
    idle = person.status in imputation.idle_statuses
    if person.status is not None and not idle:
        return ""
    of_age = _of_working_age(person, imputation)
    if of_age is False:
        return "outside_working_age" if idle else ""
    if not idle:
        return "status_unknown"
    if of_age is None:
        return "age_unknown" if person.age is None else "sex_unknown"
    if person.able is False:
        return "not_able"
    enough = imputation.wage_fen is not None and person.monthly_income_fen >= imputation.wage_fen
    return "declared_enough" if enough else None


def _of_working_age(person: Person, imputation: Imputation) -> bool | None:
    if person.age is None:
        return None
    until = {"1": imputation.men_until, "2": imputation.women_until}
    answers = {
        imputation.from_age <= person.age < limit
        for sex, limit in until.items()
        if person.sex not in until or sex == person.sex
    }
    # With the sex unknown the answer stands only where it is the same for both.
    return answers.pop() if len(answers) == 1 else None


def _first_class_met(figures: Figures, rules: Rules) -> tuple[str, str, list[Step]]:
    steps: list[Step] = []
    if rules.gate is not None:
        # Anqing (S8): yearly disposable income per head, all classes.
        per_head_fen = Fraction(figures.income_fen, figures.persons)
        passes = holds(per_head_fen, rules.gate.operator, rules.gate.limit_fen)
        values = (figures.income_fen, figures.persons, per_head_fen, rules.gate.operator, rules.gate.limit_fen)
        steps.append(Step("gate", values, passes))
        if not passes:
            return f"{rules.name}/gate", NOT_MET, steps
    for rule in rules.rules:
        made = _TESTS[type(rule.test)](rule.test, figures)
        last = made[-1]
        if last.holds is None:
            steps += made
            continue
        if last.holds:
            steps += [*made[:-1], last._replace(proposes=rule.class_name)]
            return f"{rules.name}/{rule.id}", rule.class_name, steps
        steps += [*made[:-1], last._replace(rules_out=rule.class_name)]
    return f"{rules.name}/none", NOT_MET, steps


def _net_step(code: str, line: Line, income_fen: int, deducted: tuple[int, ...], persons: int) -> Step:
    """One figure per person and month against a line; the deductions are kept apart, so that a clerk can check them."""
    figure_fen = Fraction(income_fen - sum(deducted), 12 * persons)
    values = (income_fen, *deducted, persons, figure_fen, line.operator, line.limit_fen, line.multiple)
    return Step(code, values, line.admits(figure_fen))


def _test_net_income(test: NetIncome, figures: Figures) -> list[Step]:
    if not test.after_employment_cost:
        return [_net_step("net", test.line, figures.income_fen, (figures.rigid_fen,), figures.persons)]
    deducted = (figures.rigid_fen, figures.household.employment_cost_fen)
    return [_net_step("net_after_employment_cost", test.line, figures.income_fen, deducted, figures.persons)]


def _test_accident_ratio(test: AccidentRatio, figures: Figures) -> list[Step]:
    loss_fen = figures.household.accident_loss_fen
    if loss_fen <= 0:
        return [Step("no_accident_loss", (), False)]
    bound_fen = test.ratio * figures.income_fen
    values = (loss_fen, figures.income_fen, test.ratio, test.operator, bound_fen)
    return [Step("accident_ratio", values, holds(loss_fen, test.operator, bound_fen))]


def _test_income_line(test: IncomeLine, figures: Figures) -> list[Step]:
    tested = _net_step("income_per_head", test.line, figures.income_fen, (), figures.persons)
    # (a) and (b) differ only in six months in a row and in government relief, which a file of yearly figures does not show.
    return [Step("yearly_only"), tested] if tested.holds else [tested]


def _test_special_reason(test: SpecialReason, figures: Figures) -> list[Step]:
    steps = [_net_step("income_per_head", test.income, figures.income_fen, (), figures.persons)]
    if not steps[-1].holds:
        return steps
    reasons = [
        name
        for name, given in (
            ("rigid_expenditure", any(head_fen > 0 for head_fen in figures.household.rigid_fen)),
            ("single_parent", figures.household.single_parent is True),
            ("cause", figures.household.cause_given),
        )
        if given
    ]
    steps.append(Step("special_reason", ("+".join(reasons) or "none",), bool(reasons)))
    if reasons:
        steps.append(_net_step("net", test.net, figures.income_fen, (figures.rigid_fen,), figures.persons))
    return steps


def _test_accident_net(test: AccidentNet, figures: Figures) -> list[Step]:
    loss_fen = figures.household.accident_loss_fen
    if loss_fen <= 0:
        return [Step("no_accident_loss", (), False)]
    steps = [_net_step("income_per_head", test.income, figures.income_fen, (), figures.persons)]
    if not steps[-1].holds:
        return steps
    if not test.wealth:
        return [*steps, _net_step("net_of_accident", test.net, figures.income_fen, (loss_fen,), figures.persons)]
    if figures.household.net_investments_fen is None or figures.household.savings_fen is None:
        return [*steps, Step("wealth_unknown", (), False)]
    wealth_fen = figures.household.net_investments_fen + figures.household.savings_fen
    figure_fen = Fraction(figures.income_fen + wealth_fen - loss_fen, 12 * figures.persons)
    line = test.net
    values = (
        figures.income_fen,
        wealth_fen,
        loss_fen,
        figures.persons,
        figure_fen,
        line.operator,
        line.limit_fen,
        line.multiple,
    )
    return [*steps, Step("net_of_accident_with_wealth", values, line.admits(figure_fen))]


def _test_not_seen(test: NotSeen, _figures: Figures) -> list[Step]:
    return [Step("not_seen", (test.class_name, test.setting))]


_TESTS: dict[type, Callable[[Any, Figures], list[Step]]] = {
    NetIncome: _test_net_income,
    AccidentRatio: _test_accident_ratio,
    IncomeLine: _test_income_line,
    SpecialReason: _test_special_reason,
    AccidentNet: _test_accident_net,
    NotSeen: _test_not_seen,
}


def _outcome(class_name: str, tests: list[Step]) -> Step:
    """The class, and which classes were ruled out before it: the order in which they are tested is part of the answer."""
    before = dict.fromkeys(step.rules_out for step in tests if step.rules_out not in ("", class_name))
    return Step("outcome", (class_name, "、".join(before) or "—"))


def _reasons(tests: list[Step], class_name: str, counted: list[Step]) -> list[Step]:
    """What a clerk needs to check the answer: the tests, then what was counted beyond the declared income and what is open."""
    refused = class_name == NOT_MET
    shown = [step for step in tests if step.code not in _ONLY_WHEN_REFUSED or refused]
    tested = [step for step in shown if step.code not in _CAVEATS]
    outcome = [Step("none")] if refused else []
    return [*dict.fromkeys(tested), *outcome, *(step for step in (*shown, *counted) if step.code in _CAVEATS)]


def flags_of(household: Household) -> list[Step]:
    """What does not agree inside of the file, or could not be read: told with the reasons, for a person to settle."""
    flags = []
    persons = len(household.people)
    if household.stated_persons not in (None, persons):
        flags.append(Step("persons_differ", (household.stated_persons or 0, persons)))
    if household.stated_income_fen not in (None, household.declared_income_fen):
        flags.append(Step("income_differs", (household.stated_income_fen or 0, household.declared_income_fen)))
    flags += [Step("unreadable", place) for place in household.unreadable]
    expenditures = (*household.rigid_fen, household.employment_cost_fen, household.accident_loss_fen)
    if any(amount < 0 for amount in expenditures) or any(p.monthly_income_fen < 0 for p in household.people):
        flags.append(Step("negative"))
    return flags
