"""What must hold for every household, under every rule set; and the decisions against a slow, obvious version written from DOMAIN 1."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.decide.identification.determinations import determine, recompute
from bangfu.decide.identification.household import Household, Person
from bangfu.decide.identification.parameters import NOT_MET, Line, Rules, holds
from bangfu.decide.identification.rules import decide
from tests.decide.identification.examples import rules

ON = date(2026, 10, 31)
EVERY = [
    rules("national-2016"),
    rules("national-2016", minimum_wage="2010"),
    rules("qingdao-2021"),
    rules("qingdao-2021", minimum_wage="2010"),
    rules("anqing-2025", accident_ratio="0.75", minimum_wage="1900"),
    rules("anqing-2025", provincial_disposable_income="15000"),
    rules("xingtai-2021"),
    rules("xingtai-2021", relative_multiple="1.5", accident_ratio="0.8"),
    rules("dali-2021", accident_ratio="1", minimum_wage="1990.50"),
]

# Round figures meet the lines exactly; others come near them.
yearly = st.one_of(st.integers(0, 20_000_000), st.integers(0, 60).map(lambda n: n * 1062_00))
monthly = st.one_of(st.just(0), st.integers(0, 900_000), st.sampled_from([1062_00, 2124_00, 2010_00]))
people = st.builds(
    Person,
    monthly_income_fen=monthly,
    age=st.none() | st.integers(0, 90),
    sex=st.sampled_from([None, "1", "2"]),
    able=st.sampled_from([None, True, False]),
    status=st.sampled_from([None, "失(无)业", "下(待)岗", "在岗", "学生", "退休", "打零工"]),
)
some = st.one_of(st.just(0), yearly)
households = st.builds(
    Household,
    head_number=st.just("532990198001010012"),
    people=st.lists(people, min_size=1, max_size=7).map(tuple),
    other_income_fen=st.one_of(yearly, st.integers(-2_000_000, 0)),
    rigid_fen=st.tuples(some, some, some, some, some),
    employment_cost_fen=some,
    accident_loss_fen=some,
    aid_received_fen=some,
    net_investments_fen=st.none() | some,
    savings_fen=st.none() | some,
    single_parent=st.sampled_from([None, True, False]),
    cause_given=st.booleans(),
    stated_persons=st.none() | st.integers(0, 9),
    stated_income_fen=st.none() | yearly,
    unreadable=st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from(["monthly_income", "accident_loss"])), max_size=2
    ).map(tuple),
)
rule_sets = st.sampled_from(EVERY)


def rank(found: Household, with_rules: Rules) -> int:
    """0 is the deepest hardship, the last is 不符合."""
    return with_rules.class_names.index(decide(found, with_rules).class_name)


def changed(found: Household, **facts: Any) -> Household:
    values = {name: getattr(found, name) for name in Household.__dataclass_fields__}
    return Household(**(values | facts))


@given(households, rule_sets, st.integers(0, 10_000_000))
def test_more_income_never_raises_the_class(found: Household, with_rules: Rules, more: int) -> None:
    richer = changed(found, other_income_fen=found.other_income_fen + more)
    assert rank(richer, with_rules) >= rank(found, with_rules)


@given(households, rule_sets, st.integers(0, 500_000), st.integers(0, 6))
def test_a_higher_wage_with_the_same_status_never_raises_the_class(
    found: Household, with_rules: Rules, more: int, which: int
) -> None:
    people = list(found.people)
    old = people[which % len(people)]
    people[which % len(people)] = Person(old.monthly_income_fen + more, old.age, old.sex, old.able, old.status)
    assert rank(changed(found, people=tuple(people)), with_rules) >= rank(found, with_rules)


@given(households, rule_sets)
def test_one_more_dependant_without_income_never_lowers_the_class(found: Household, with_rules: Rules) -> None:
    larger = changed(found, people=(*found.people, Person(0, 9, "1", True, "学生")))
    assert rank(larger, with_rules) <= rank(found, with_rules)


@given(
    households,
    rule_sets,
    st.lists(
        st.tuples(st.sampled_from(["名下机动车", "多套住房", "劳动关系"]), st.sampled_from(["矛盾", "疑点", "佐证"])),
        max_size=4,
    ),
)
def test_a_determination_is_computed_again_to_the_byte(
    found: Household, with_rules: Rules, findings: list[tuple[str, str]]
) -> None:
    stored = determine(found, ON, with_rules, findings).as_json()
    assert recompute(stored) == stored


@given(households, rule_sets, st.sampled_from(["名下机动车", "多套住房", "名下企业", "经营性房产"]))
def test_findings_never_change_the_class(found: Household, with_rules: Rules, kind: str) -> None:
    assert determine(found, ON, with_rules, [(kind, "矛盾")]).decision == determine(found, ON, with_rules).decision


@given(households, rule_sets)
def test_the_answer_is_a_class_of_the_set_with_a_reason_and_every_sentence_can_be_said(
    found: Household, with_rules: Rules
) -> None:
    answer = determine(found, ON, with_rules)
    assert answer.decision.class_name in with_rules.class_names
    assert ("建议认定为" + answer.decision.class_name) in answer.reasons_zh or answer.decision.rule_id.endswith("/gate")
    assert answer.as_json()


# ---- the slow, obvious version: from DOMAIN 1.3, 1.4, 1.5 by hand, reading no YAML --------------------------------------------------


def slow_income(h: Household, wage: int | None, counts_aid: bool) -> int:
    total = h.other_income_fen
    for p in h.people:
        month = p.monthly_income_fen
        if (
            wage is not None
            and p.status in ("失(无)业", "下(待)岗")
            and p.able is not False
            and p.age is not None
            and p.age >= 16
        ):
            surely = p.age < 55 or (p.age < 60 and p.sex == "1")
            if surely and wage > month:
                month = wage
        total += 12 * month
    return total + (h.aid_received_fen if counts_aid else 0)


def slow_national(h: Household, wage: int | None) -> str:
    n, income, dibao = len(h.people), slow_income(h, wage, counts_aid=False), Fraction(106_200)
    head = Fraction(income, 12 * n)
    if head < dibao:
        return "低保户"
    special = max(h.rigid_fen) > 0 or bool(h.single_parent) or h.cause_given
    if head <= Fraction(3, 2) * dibao and special and Fraction(income - sum(h.rigid_fen), 12 * n) <= dibao:
        return "低保边缘户"
    loss = h.accident_loss_fen
    if loss > 0 and head <= 3 * dibao and Fraction(income - loss, 12 * n) <= dibao:
        return "意外致困户"
    known = h.net_investments_fen is not None and h.savings_fen is not None
    if loss > 0 and head > 3 * dibao and known:
        wealth = (h.net_investments_fen or 0) + (h.savings_fen or 0)
        if Fraction(income + wealth - loss, 12 * n) <= dibao:
            return "意外致困户"
    return NOT_MET


def slow_gen_b(
    h: Household,
    wage: int | None,
    strict: bool,
    multiple: Fraction | None,
    ratio: Fraction | None,
    gate_fen: int | None = None,
) -> str:
    n, income, dibao = len(h.people), slow_income(h, wage, counts_aid=True), Fraction(106_200)

    def below(figure: Fraction, line: Fraction) -> bool:
        return figure < line if strict else figure <= line

    if gate_fen is not None and not Fraction(income, n) < gate_fen:
        return NOT_MET
    if below(Fraction(income - sum(h.rigid_fen), 12 * n), dibao):
        return "深度困难"
    after_cost = Fraction(income - sum(h.rigid_fen) - h.employment_cost_fen, 12 * n)
    if multiple is not None and below(after_cost, multiple * dibao):
        return "相对困难"
    if ratio is not None and h.accident_loss_fen > 0 and h.accident_loss_fen > ratio * income:
        return "意外致困"
    return NOT_MET


def slow_answers(h: Household) -> list[str]:
    """In the order of EVERY."""
    return [
        slow_national(h, None),
        slow_national(h, 201_000),
        slow_gen_b(h, None, True, Fraction(2), Fraction(4, 5)),
        slow_gen_b(h, 201_000, True, Fraction(2), Fraction(4, 5)),
        slow_gen_b(h, 190_000, False, Fraction(2), Fraction(3, 4), 4_000_000),
        slow_gen_b(h, None, False, Fraction(2), None, 1_500_000),
        slow_gen_b(h, None, False, None, None),
        slow_gen_b(h, None, False, Fraction(3, 2), Fraction(4, 5)),
        slow_gen_b(h, 199_050, False, Fraction(2), Fraction(1)),
    ]


@settings(max_examples=1000)
@given(households)
def test_every_set_agrees_with_the_slow_obvious_version(found: Household) -> None:
    assert [decide(found, with_rules).class_name for with_rules in EVERY] == slow_answers(found)


@pytest.mark.parametrize("with_rules", EVERY)
def test_negative_control_rounding_before_comparison_is_caught(
    with_rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """25 persons, 1.20 yuan a year beside the line: 0.004 a head and month, which rounding to the fen would lose."""
    near = [
        Household("x", tuple(Person() for _ in range(25)), other_income_fen=1062_00 * 300 + off) for off in (-120, 120)
    ]
    exact = [decide(found, with_rules).class_name for found in near]
    monkeypatch.setattr(Line, "admits", lambda line, figure: holds(round(figure), line.operator, line.limit_fen))
    assert [decide(found, with_rules).class_name for found in near] != exact
