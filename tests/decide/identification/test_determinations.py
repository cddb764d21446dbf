"""The canonical JSON of a determination, and computing it again."""

import json

import pytest

from bangfu.core.problems import Problem, catalogue
from bangfu.decide.identification.determinations import canonical, recompute
from bangfu.decide.identification.household import Person
from bangfu.decide.identification.rule_sets import rule_set
from bangfu.decide.identification.wording import FIELDS, WORDINGS
from bangfu.engine.intake.forms import archive_form
from tests.decide.identification.examples import determined, household

FOUND = household(
    people=(
        Person(1_000_00, 41, "1", True, "在岗"),
        Person(0, 40, "2", True, "失(无)业"),
        Person(0, None, None, None, None),
    ),
    rigid_fen=(1, 2, 3, 4, 5),
    unreadable=((2, "monthly_income"),),
    stated_persons=7,
    accident_loss_fen=5,
)
STORED = determined("dali-2021", FOUND, [("名下机动车", "疑点")], minimum_wage="2010", accident_ratio="0.8").as_json()


def test_it_is_canonical_one_line_without_floats_and_chinese_as_it_is() -> None:
    content = json.loads(STORED, parse_float=lambda text: pytest.fail(f"a float: {text}"))
    assert canonical(content) == STORED
    assert b"\n" not in STORED
    assert "建议认定为".encode() in STORED
    assert content["settings"] == {"accident_ratio": "4/5", "minimum_allowance": 106_200, "minimum_wage": 201_000}
    assert content["rules"] == {"name": "dali-2021", "version": rule_set("dali-2021").version}


def test_it_holds_both_languages_everywhere() -> None:
    content = json.loads(STORED)
    for told in (*content["reasons"], *content["trace"], *content["exclusions"]):
        assert told["zh"]
        # The kinds of findings are values of an export and stay as they are.
        english = told["en"].replace("名下机动车 疑点", "")
        assert not any("一" <= letter <= "龥" for letter in english)


def test_it_is_computed_again_to_the_byte() -> None:
    assert recompute(STORED) == STORED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"class":"深度困难"', '"class":"不符合"'),
        ('"monthly_income_fen":100000', '"monthly_income_fen":100001'),
        ('"minimum_allowance":106200', '"minimum_allowance":106201'),
        ('"on":"2026-10-31"', '"on": "2026-10-31"'),
        ('["名下机动车","疑点"]', '["名下机动车","矛盾"]'),
    ],
)
def test_a_changed_determination_is_not_the_same_to_the_byte(before: str, after: str) -> None:
    text = STORED.decode()
    assert before in text
    changed = text.replace(before, after, 1).encode()
    assert recompute(changed) != changed


def test_another_version_of_the_rules_is_a_problem_not_an_answer() -> None:
    version = rule_set("dali-2021").version
    with pytest.raises(Problem) as caught:
        recompute(STORED.replace(version.encode(), b"0" * 64))
    assert caught.value.code == "identification.rules_gone"


def test_another_format_is_a_problem_not_a_difference() -> None:
    with pytest.raises(Problem) as caught:
        recompute(STORED.replace(b'"format":1', b'"format":2'))
    assert caught.value.code == "identification.format_changed"


def test_rules_can_be_found_elsewhere() -> None:
    asked = []

    def find(name: str, version: str) -> object:
        asked.append((name, version))
        return rule_set(name)

    assert recompute(STORED, find) == STORED  # type: ignore[arg-type]
    assert asked == [("dali-2021", rule_set("dali-2021").version)]


@pytest.mark.parametrize(
    "stored",
    [b"", b"{}", b"[]", b"null", b"\xff", b'{"facts":{}}', b"[" * 100_000, STORED.replace(b'"people":[', b'"people":[1,'),
     STORED.replace(b'"minimum_allowance":106200', b'"minimum_allowance":"1/0"'), STORED.replace(b'"4/5"', b'"x"'),
     STORED.replace(b'"monthly_income_fen":100000', b'"monthly_income_fen":"100000"')],
)  # fmt: skip
def test_what_is_no_determination_is_a_problem_and_no_crash(stored: bytes) -> None:
    with pytest.raises(Problem) as caught:
        recompute(stored)
    assert caught.value.code in ("identification.stored_unreadable", "identification.no_persons")


def test_every_field_that_can_be_unreadable_is_called_as_on_the_form() -> None:
    form = archive_form()
    for name, (heading, _) in FIELDS.items():
        spec = form.worker[name]
        assert heading in (spec.heading, *spec.aliases)


def test_every_wording_names_its_values_in_both_languages() -> None:
    extra = {"sign": "≤", "limit": "1.00"}
    for wording in WORDINGS.values():
        shown = dict.fromkeys(wording.names, "1") | extra
        assert wording.zh.format_map(shown)
        assert wording.en.format_map(shown)


def test_every_problem_of_identification_is_in_the_catalogue_in_both_languages() -> None:
    own = [entry for entry in catalogue() if entry.code.startswith("identification.")]
    assert len(own) >= 7
    assert all(entry.zh and entry.en and entry.do_zh and entry.do_en for entry in own)
