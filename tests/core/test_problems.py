"""The catalogue of problems."""

import pytest

from bangfu.core.ids import FAULTS, Fault
from bangfu.core.problems import ProblemKind, kind, problem_of

WORDS = {"zh": "没有{thing}。", "en": "No {thing}.", "do_zh": "请补上。", "do_en": "Add it."}


def test_a_problem_speaks_both_languages_and_says_what_to_do() -> None:
    problem = ProblemKind("test.kind", **WORDS)(thing="X")
    assert str(problem) == "没有X。请补上。\nNo X. Add it."


def test_a_value_too_few_or_too_many_is_a_programming_error() -> None:
    entry = ProblemKind("test.kind", **WORDS)
    with pytest.raises(KeyError):
        entry()
    with pytest.raises(KeyError):
        entry(thing="X", other="Y")


def test_the_catalogue_refuses_a_code_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        kind("id.missing", **WORDS)


def test_the_catalogue_refuses_languages_that_name_different_values() -> None:
    with pytest.raises(ValueError, match="different values"):
        kind("test.unequal", zh="没有{thing}。", en="Nothing.", do_zh="请补上。", do_en="Add it.")


def test_a_problem_kept_as_code_and_values_can_be_made_again() -> None:
    problem = FAULTS[Fault.LENGTH](length=17)
    assert problem_of(problem.code, problem.values) == problem


def test_a_code_that_nobody_declared_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        problem_of("test.nobody", {})
