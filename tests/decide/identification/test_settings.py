"""``--set``: exact, strict, and every fault names the setting; all of them are bad calls."""

from fractions import Fraction

import pytest

from bangfu.core.problems import Problem
from bangfu.decide.identification.rule_sets import rule_set
from bangfu.decide.identification.settings import read_settings


def test_money_becomes_fen_and_factors_stay_exact() -> None:
    given = ["minimum_allowance=1062.5", "minimum_wage=2010", "relative_multiple=1.999999", " accident_ratio = 0.8 "]
    assert read_settings(rule_set("xingtai-2021"), given) == {
        "minimum_allowance": 106_250,
        "minimum_wage": 201_000,
        "relative_multiple": Fraction(1_999_999, 1_000_000),
        "accident_ratio": Fraction(4, 5),
    }


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("qingdao-2021", [], "call.allowance_missing"),
        ("anqing-2025", ["minimum_allowance=1062"], "call.gate_figure_missing"),
        ("qingdao-2021", ["minimum_allowance"], "call.setting_form"),
        ("qingdao-2021", ["=5"], "call.setting_form"),
        ("qingdao-2021", ["minimum_allowance=1062", "dibao=1"], "call.unknown_setting"),
        # The document has the figure: a call cannot overrule it.
        ("qingdao-2021", ["minimum_allowance=1062", "accident_ratio=0.5"], "call.unknown_setting"),
        ("qingdao-2021", ["minimum_allowance=1062", "minimum_allowance=1062"], "call.setting_twice"),
        ("xingtai-2021", ["minimum_allowance=1062", "relative_multiple=0"], "call.setting_not_a_factor"),
        ("xingtai-2021", ["minimum_allowance=1062", "relative_multiple=two"], "call.setting_not_a_factor"),
        ("xingtai-2021", ["minimum_allowance=1062", "accident_ratio=80%"], "call.setting_not_a_factor"),
    ],
)
def test_a_fault_is_a_bad_call(name: str, given: list[str], code: str) -> None:
    with pytest.raises(Problem) as caught:
        read_settings(rule_set(name), given)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "value", ["", "0", "0.00", "-1062", "1062.004", "1,062", "1062元", "１０６２", "1e3", "nan", "inf", "9" * 5000]
)
def test_an_amount_that_is_not_plainly_one_is_refused(value: str) -> None:
    with pytest.raises(Problem) as caught:
        read_settings(rule_set("qingdao-2021"), [f"minimum_allowance={value}"])
    assert caught.value.code == "call.setting_not_yuan"


def test_the_missing_gate_figure_is_named_in_both_languages() -> None:
    with pytest.raises(Problem) as caught:
        read_settings(rule_set("anqing-2025"), ["minimum_allowance=1062"])
    assert "--set provincial_disposable_income=" in caught.value.zh
    assert "--set provincial_disposable_income=" in caught.value.en
