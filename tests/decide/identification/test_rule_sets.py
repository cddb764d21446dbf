"""The shipped sets beside the tables of DOMAIN 1.3 and 1.4, written here by hand; and what the loader refuses."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from bangfu.core.problems import Problem
from bangfu.core.shipped import policy_folder
from bangfu.decide.identification.parameters import (
    AccidentNet,
    AccidentRatio,
    IncomeLine,
    NetIncome,
    NotSeen,
    SpecialReason,
)
from bangfu.decide.identification.rule_sets import read_rule_set, rule_set, rule_set_names
from tests.decide.identification.examples import rules

FOLDER = policy_folder() / "identification"


def test_the_sets_that_the_contract_names_are_there() -> None:
    assert {"national-2016", "qingdao-2021", "anqing-2025", "xingtai-2021", "dali-2021"} <= set(rule_set_names())


# (set, class) -> operator and multiple, or operator and ratio; None where DOMAIN 1.4 says "not seen" or "text cut".
GEN_B: dict[tuple[str, str], tuple[str, str] | None] = {
    ("qingdao-2021", "深度困难"): ("<", "1"),
    ("qingdao-2021", "相对困难"): ("<", "2"),
    ("qingdao-2021", "意外致困"): (">", "0.8"),
    ("anqing-2025", "深度困难"): ("<=", "1"),
    ("anqing-2025", "相对困难"): ("<=", "2"),
    ("anqing-2025", "意外致困"): None,
    ("xingtai-2021", "深度困难"): ("<=", "1"),
    ("xingtai-2021", "相对困难"): None,
    ("xingtai-2021", "意外致困"): None,
    ("dali-2021", "深度困难"): ("<=", "1"),
    ("dali-2021", "相对困难"): ("<=", "2"),
    ("dali-2021", "意外致困"): None,
}


@pytest.mark.parametrize(("place", "expected"), GEN_B.items())
def test_the_figures_of_generation_b_are_those_of_the_documents(
    place: tuple[str, str], expected: tuple[str, str] | None
) -> None:
    test = next(rule.test for rule in rules(place[0]).rules if rule.class_name == place[1])
    match test:
        case NetIncome(line, after_employment_cost):
            assert (line.operator, line.multiple) == (
                expected and expected[0],
                Fraction(expected[1]) if expected else None,
            )
            assert line.limit_fen == line.multiple * 106_200
            assert after_employment_cost == (place[1] == "相对困难")
        case AccidentRatio(ratio, operator):
            assert (operator, ratio) == (expected and expected[0], Fraction(expected[1]) if expected else None)
        case _:
            assert isinstance(test, NotSeen)
            assert expected is None


def test_the_figures_of_generation_a() -> None:
    lines = [
        (rule.id, [(line.operator, str(line.multiple)) for line in _lines(rule.test)])
        for rule in rules("national-2016").rules
    ]
    assert lines == [
        ("dibao", [("<", "1")]),
        ("borderline", [("<=", "3/2"), ("<=", "1")]),
        ("accident_a", [("<=", "3"), ("<=", "1")]),
        ("accident_b", [(">", "3"), ("<=", "1")]),
    ]


def _lines(test: Any) -> list[Any]:
    match test:
        case IncomeLine(line):
            return [line]
        case SpecialReason(income, net) | AccidentNet(income, net, _):
            return [income, net]
    raise AssertionError(test)


def test_only_anqing_has_a_gate_and_it_is_strict() -> None:
    gates = {name: rule_set(name).gate for name in rule_set_names()}
    assert [name for name, gate in gates.items() if gate] == ["anqing-2025"]
    assert rules("anqing-2025", provincial_disposable_income="1").gate is not None
    assert gates["anqing-2025"] is not None
    assert gates["anqing-2025"].operator.value == "<"


@pytest.mark.parametrize("name", rule_set_names())
def test_every_value_names_its_source_and_how_sure_it_is(name: str) -> None:
    declared = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    unsourced = [
        path
        for path, value in _leaves(declared)
        if not (value.get("source") and value.get("mark") in {"H", "M", "K", "L"})
    ]
    assert unsourced == []


def _leaves(node: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every mapping that holds a value, a setting to come or a text."""
    if isinstance(node, list):
        return [leaf for number, item in enumerate(node) for leaf in _leaves(item, f"{path}[{number}]")]
    if not isinstance(node, dict):
        return []
    own = [(path, node)] if {"value", "zh"} & set(node) or ("setting" in node and "operator" not in node) else []
    return own + [leaf for key, item in node.items() if key != "value" for leaf in _leaves(item, f"{path}.{key}")]


@pytest.mark.parametrize("name", rule_set_names())
def test_what_is_our_own_default_is_marked_so(name: str) -> None:
    declared = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    for path, value in _leaves(declared):
        assert value["source"].startswith("default") == (value["mark"] == "L"), path


def test_exclusions_have_the_scope_of_their_place() -> None:
    scopes = {name: {(e.id, e.classes) for e in rules(name).exclusions} for name in rule_set_names()}
    assert scopes["xingtai-2021"] == {(f"E{n}", ("深度困难",)) for n in range(1, 7)}
    assert scopes["qingdao-2021"] == {("E1", ()), ("E8", ())}
    assert scopes["national-2016"] == {(f"A{n}", ()) for n in range(1, 5)}
    assert scopes["anqing-2025"] == set()


def test_versions_are_of_the_content_and_differ() -> None:
    versions = {rule_set(name).version for name in rule_set_names()}
    assert len(versions) == len(rule_set_names())
    assert all(len(version) == 64 for version in versions)


GOOD = (FOLDER / "qingdao-2021.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('value: "0.8"', "value: 0.8"),  # a float is not exact
        ('value: "0.8"', 'value: "-0.8"'),
        ('value: "0.8"', 'value: "0"'),
        ('value: "<"', 'value: "=="'),
        ("mark: H", "mark: X"),
        ('source: "S7 青岛市总工会困难职工自测", mark: H', "mark: H"),
        ('"S7 青岛市总工会困难职工自测", mark: H', '"somebody said so", mark: H'),
        ("id: relative", "id: deep"),
        ("gate: null", "gate: null\nunknown_key: 1"),
        ("name: qingdao-2021", "name: qingdao-2022"),
        ("rules:", "rules: ["),
        ("value: recognition", "value: [低保户]"),
    ],
)
def test_a_broken_file_is_refused_with_its_name(tmp_path: Path, before: str, after: str) -> None:
    assert before in GOOD
    path = tmp_path / "qingdao-2021.yaml"
    path.write_text(GOOD.replace(before, after), encoding="utf-8")
    with pytest.raises(Problem) as caught:
        read_rule_set(path)
    assert caught.value.code == "identification.rules_broken"
    assert "qingdao-2021.yaml" in caught.value.zh


def test_an_unknown_set_is_told_with_the_known_ones() -> None:
    with pytest.raises(Problem) as caught:
        rule_set("../forms/archive")
    assert caught.value.code == "call.unknown_rules"
    assert "qingdao-2021" in caught.value.en
