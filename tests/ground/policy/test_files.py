"""Policy files: what is wrong in one is said with its file, code and dates, before anything reaches the database."""

from datetime import date
from pathlib import Path

import pytest

from bangfu.core.problems import Problem
from bangfu.core.shipped import policy_folder
from bangfu.decide.identification.rule_sets import rule_set, rule_set_names
from bangfu.ground.policy.catalogue import catalogue, documents
from bangfu.ground.policy.files import read_place, read_places
from tests.ground.policy.files import LIMIT, limit, write_place


def refused(folder: Path, *values: str) -> Problem:
    path = write_place(folder, "532923", *values)
    with pytest.raises(Problem) as problem:
        read_place(path)
    return problem.value


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    place = read_place(write_place(tmp_path, "532923", limit(7, last="2026-06-30"), limit(5, "2026-07-01")))
    assert [(v.first, v.last, v.value) for v in place.values] == [
        (date(2026, 1, 1), date(2026, 6, 30), 7),
        (date(2026, 7, 1), None, 5),
    ]
    assert place.values[0].document_zh.startswith("为演示虚构")


def test_an_unknown_code_is_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, "code: settle.answer_day, from: 2026-01-01, value: 5")
    assert (problem.code, problem.values["code"]) == ("policy.unknown_code", "settle.answer_day")
    assert "532923.yaml" in problem.zh
    assert "532923.yaml" in problem.en


@pytest.mark.parametrize(
    "value",
    [
        "code: settle.answer_working_days, from: 2026-01-01, value: 0",
        "code: settle.answer_working_days, from: 2026-01-01, value: true",
        'code: settle.answer_working_days, from: 2026-01-01, value: "5"',
        "code: identification.minimum_allowance, from: 2026-01-01, value: 780.00",
        'code: identification.minimum_allowance, from: 2026-01-01, value: "780"',
        'code: identification.minimum_allowance, from: 2026-01-01, value: "0.00"',
        'code: identification.accident_ratio, from: 2026-01-01, value: "1.1"',
        'code: identification.relative_multiple, from: 2026-01-01, value: "0"',
        "code: identification.rule_set, from: 2026-01-01, value: dali-1999",
    ],
)
def test_a_value_of_the_wrong_type_is_refused(tmp_path: Path, value: str) -> None:
    assert refused(tmp_path, value).code == "policy.wrong_value"


def test_values_that_overlap_are_refused_with_their_dates(tmp_path: Path) -> None:
    problem = refused(tmp_path, limit(5, last="2026-06-30"), limit(7, "2026-06-30"))
    assert (problem.code, problem.values["code"]) == ("policy.overlap", LIMIT)
    assert (problem.values["first"], problem.values["second"]) == ("2026-01-01 – 2026-06-30", "2026-06-30 – …")


def test_an_open_value_overlaps_all_that_follow(tmp_path: Path) -> None:
    assert refused(tmp_path, limit(5), limit(7, "2030-01-01", "2030-12-31")).code == "policy.overlap"


def test_a_value_that_ends_before_it_starts_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, limit(5, last="2025-12-31")).code == "policy.ends_before_it_starts"


def test_gaps_are_allowed(tmp_path: Path) -> None:
    read_place(write_place(tmp_path, "532923", limit(5, last="2026-03-31"), limit(7, "2026-07-01")))


def test_a_document_that_nobody_explains_is_refused(tmp_path: Path) -> None:
    path = write_place(tmp_path, "532923", limit(5))
    path.write_text(path.read_text("utf-8").replace("demo", "somewhere"), "utf-8")
    with pytest.raises(Problem) as problem:
        read_place(path)
    assert problem.value.code == "policy.unknown_document"


def test_a_place_may_bring_documents_of_its_own(tmp_path: Path) -> None:
    path = write_place(tmp_path, "532923", limit(5))
    text = path.read_text("utf-8").replace("demo", "notice")
    path.write_text(f"documents: {{notice: {{zh: 县总工会通知, en: a notice}}}}\n{text}", "utf-8")
    assert read_place(path).values[0].document_en == "a notice"


@pytest.mark.parametrize("text", ["organisation: [", "values: []", "organisation: '532923'\nvalues: []\nvalue: 1", ""])
def test_a_file_of_another_form_is_a_problem(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(Problem) as problem:
        read_place(path)
    assert problem.value.code == "policy.file_broken"


def test_two_files_of_one_organisation_are_refused(tmp_path: Path) -> None:
    write_place(tmp_path, "532923", limit(5), name="a.yaml")
    write_place(tmp_path, "532923", limit(7), name="b.yaml")
    with pytest.raises(Problem) as problem:
        read_places(tmp_path)
    assert problem.value.code == "policy.organisation_twice"


def test_a_folder_without_files_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        read_places(tmp_path)
    assert problem.value.code == "policy.no_files"


def test_the_shipped_files_are_sound_and_use_every_area() -> None:
    places = {place.organisation: place for place in read_places()}
    assert {"everywhere", "5329", "532923"} <= set(places)
    assert {spec.area for spec in catalogue().codes.values()} == set(catalogue().areas)


def test_shipped_rule_sets_hold_on_no_day_outside_of_their_own_period() -> None:
    for place in read_places():
        for value in place.values:
            if value.code == "identification.rule_set":
                period = rule_set(str(value.value)).period
                assert value.first in period
                assert period.end is None or (value.last is not None and value.last in period)


def test_invented_figures_say_so() -> None:
    """No amount of money of a place was found: each is marked as ours and named as invented."""
    for place in read_places():
        for value in place.values:
            if catalogue().codes[value.code].type == "yuan":
                assert (value.mark, value.document_en) == ("L", "invented for the demo: no place has this standard")


def test_every_source_of_a_rule_set_is_explained_in_both_languages() -> None:
    known = documents()
    for name in rule_set_names():
        assert sources(rule_set(name).model_dump(mode="json")) <= set(known), name


def test_control_a_source_that_is_not_explained_is_noticed() -> None:
    assert sources({"a": [{"value": 1, "source": "S99 某处", "mark": "H"}]}) - set(documents()) == {"S99 某处"}


def sources(part: object) -> set[str]:
    if isinstance(part, dict):
        own = {part["source"]} if "source" in part and "mark" in part else set()
        return own.union(*(sources(value) for value in part.values()))
    return set().union(*(sources(value) for value in part)) if isinstance(part, list) else set()


def test_every_shipped_choice_exists() -> None:
    assert "dali-2021" in catalogue().codes["identification.rule_set"].choices()
    assert (policy_folder() / "comparison" / "base.yaml").is_file()
