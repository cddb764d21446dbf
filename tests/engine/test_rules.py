"""The language of declared rules: what it allows, what it refuses, and that everything declared is in it."""

from pathlib import Path

import pytest

from bangfu.core.ids import Fault
from bangfu.core.problems import Problem
from bangfu.core.shipped import policy_folder
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.findings.set_aside import REASONS
from bangfu.engine.rules.expressions import NotAllowed, parse, sql_of
from bangfu.engine.rules.ruleset import load_rules, with_further

SCOPE = {"": frozenset({"status", "use"}), "fact": frozenset({"amount"})}


@pytest.mark.parametrize(
    "text",
    [
        "status = '注销' AND NOT use IN ('商业', '商铺')",
        "CONTAINS(use, '轮椅') OR use IS NULL",
        "CASE WHEN status <> '' THEN status ELSE use END",
        "fact.amount * 120 > -1 AND fact.amount BETWEEN 1 AND 2",
        "use",
    ],
)
def test_conditions_on_known_columns_are_allowed(text: str) -> None:
    sql_of(parse(text, SCOPE))


@pytest.mark.parametrize(
    "text",
    [
        "read_csv('/etc/passwd')", "status; DROP TABLE people", "(SELECT 1)", "status FROM people", "status UNION SELECT 1", "elsewhere",
        "person.status", "main.fact.amount", "status::INT", "status LIKE '%'", "status AS x", "status, use", "*", "getenv('HOME')", "",
        "SUM(fact.amount)", "status = 'x' LIMIT 1", "EXISTS(SELECT 1)", "$1", "status COLLATE nocase", "list(status)",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(NotAllowed):
        parse(text, SCOPE)


def test_totals_are_allowed_only_where_totals_are_declared() -> None:
    assert sql_of(parse("SUM(fact.amount)", SCOPE, totals=True)) == '(SUM("fact"."amount"))'


def test_a_quote_in_a_text_stays_a_text() -> None:
    assert sql_of(parse("status = 'a''; DROP TABLE x; --'", SCOPE)) == "(\"status\" = 'a''; DROP TABLE x; --')"


def test_the_language_means_the_same_for_spark() -> None:
    assert sql_of(parse("CONTAINS(use, 'x')", SCOPE), "spark") == "(CONTAINS(`use`, 'x'))"


def test_sixteen_datasets_are_declared_and_all_they_state_can_be_parsed() -> None:
    declared = declared_datasets()
    assert len(declared) == 16
    for dataset in declared.values():
        scope = {"": frozenset(dataset.column_types)}
        for fact in dataset.states.values():
            for text in (fact.when, *fact.values.values()):
                if text:
                    parse(text, scope)


def test_no_heading_of_a_dataset_means_two_columns() -> None:
    for dataset in declared_datasets().values():
        headings = [column.heading for column in dataset.columns.values()]
        assert len(headings) == len(set(headings))
        for column in dataset.columns.values():
            assert not set(column.aliases) & (set(headings) - {column.heading}), (dataset.name, column.heading)


def test_every_stated_fact_is_used_by_a_rule_or_said_to_wait() -> None:
    used = {rule.fact for rule in with_further(load_rules()).rules}
    stated = {fact for dataset in declared_datasets().values() for fact in dataset.states}
    assert stated - used == {"is_medically_insured"}


def test_what_may_explain_a_finding_is_said_in_both_languages() -> None:
    words = [words for rule in load_rules().rules for words in rule.may_be]
    assert len(words) > 40
    assert (
        {both.zh for both in words if both.zh.isascii()}
        == {both.en for both in words if not both.en.isascii()}
        == set()
    )
    translations: dict[str, set[str]] = {}
    for both in words:
        translations.setdefault(both.zh, set()).add(both.en)
    assert {zh for zh, en in translations.items() if len(en) > 1} == set()


def test_every_reason_has_words() -> None:
    assert set(REASONS) == {fault.value for fault in Fault} | {"columns"}


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("total.homes >= 2", "total.houses >= 2", "多套住房"),
        ("fact.base * 120", "fact.base / 0 + read_text('x')", "收入不符"),
        ("fact: died", "fact: flew", "flew"),
        ("as: 无法核对", "as: 有罪", "rules"),
        ("名下{vehicle_type}", "名下{id_number}", "id_number"),
        ("status {status}", "status", "名下机动车"),
        ('{zh: 挂名, en: "In name only"}', "挂名", "may_be"),
        ('{zh: 挂名, en: "In name only"}', '{zh: 挂名, en: ""}', "may_be"),
        ("version: 1", "version: [", "YAML"),
    ],
)
def test_a_rule_set_that_is_not_right_is_refused_with_its_place(old: str, new: str, word: str, tmp_path: Path) -> None:
    text = (policy_folder() / "comparison" / "base.yaml").read_text("utf-8")
    assert old in text
    path = tmp_path / "rules.yaml"
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(Problem) as refused:
        load_rules(path)
    assert word in refused.value.en
