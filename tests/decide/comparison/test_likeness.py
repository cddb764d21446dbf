"""Who may be the same person, over the registry: asked, kept with its reasons, left alone by runs that did not ask."""

import pytest

from bangfu.decide.comparison.likeness import Likeness, likeness_of
from bangfu.decide.comparison.models import Finding, Run
from bangfu.decide.comparison.preparing import left_out
from bangfu.decide.comparison.running import asking_everything, compare_now
from bangfu.decide.comparison.selectors import findings_of
from bangfu.engine.comparison import How
from bangfu.ground.acts.door import acting
from bangfu.record.registry.models import CaseFile
from tests.decide.filing import ON, deliver
from tests.decide.union import LI, WANG, Union, clerk

# 李芳's number with two digits exchanged: it fails its check digit, and is nobody's.
TYPED_WRONG = f"{LI[:15]}{LI[16]}{LI[15]}{LI[17]}"


def cars_with_a_wrong_number(union: Union) -> None:
    """李芳's car stands under a number that cannot be used; 王明's under his own."""
    path = union.folder / "vehicles.csv"
    lines = ["所有人,身份证号,号牌号码,车辆类型,使用性质,状态", f"王明,{WANG},云L00001,小型轿车,非营运,正常"]
    lines.append(f"李芳,{TYPED_WRONG},云L00002,小型轿车,非营运,正常")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    deliver("vehicles", path)


def run(how: How | None) -> Run:
    run_id = compare_now(clerk(), ON, how)
    with acting(clerk()):
        return Run.objects.get(pk=run_id)


def alike() -> list[Finding]:
    with acting(clerk()):
        return list(Finding.objects.filter(kind="可能同一人", state="open").select_related("case_file"))


def test_a_run_from_the_desk_asks_and_keeps_the_reasons(union: Union) -> None:
    cars_with_a_wrong_number(union)
    assert run(asking_everything()).left_out == []
    (finding,) = alike()
    assert (finding.case_file.head_name, finding.conclusion, finding.dataset) == ("李芳", "疑点", "vehicles")
    assert TYPED_WRONG not in f"{finding.says_zh}{finding.says_en}{finding.candidates}"
    with acting(clerk()):
        file = CaseFile.objects.get(head_name="李芳")
        (row,) = (row for row in findings_of(clerk(), file.pk) if row.kind == "可能同一人")
    (likeness,) = row.candidates
    assert likeness.rows == (3,)
    assert 50 <= likeness.percent <= 99
    assert {step.name.zh for step in likeness.steps} >= {"姓名", "出生日期", "号码末四位"}
    assert {step.name.en for step in likeness.steps} >= {"name", "birth date", "last four of the number"}
    # The start and all steps lead to what is said at the end, as far as two figures behind the point go.
    odds = 2 ** (likeness.start + sum(step.weight for step in likeness.steps))
    assert odds / (1 + odds) == pytest.approx(likeness.probability, abs=0.01)


def test_a_run_that_does_not_ask_leaves_what_was_asked_before(union: Union) -> None:
    cars_with_a_wrong_number(union)
    run(asking_everything())
    before = alike()
    silent = run(None)
    assert silent.left_out == ["单位状态", "可能同一人"]
    assert (silent.closed, alike()) == (0, before)
    # Asked again and not found again, it goes.
    union.deliver_vehicles([(LI, "小型轿车", "非营运")])
    run(asking_everything())
    assert alike() == []


def test_what_is_left_out_follows_from_what_is_asked() -> None:
    assert left_out(How(matching=True)) == ("单位状态",)
    assert left_out(asking_everything()) == ()


def test_others_who_are_as_likely_are_a_step_of_their_own() -> None:
    field = {
        "field": "name",
        "name": {"zh": "姓名", "en": "name"},
        "level": "same",
        "says": {"zh": "相同", "en": "the same"},
    }
    kept = {"start": -10.0, "weight": 13.0, "fields": [{**field, "weight": 13.0}], "rows": [2]}
    alone, contested = (likeness_of({**kept, "probability": at}) for at in (0.8889, 0.5))
    assert [step.name.en for step in alone.steps] == ["name"]
    assert [step.name.en for step in contested.steps] == ["name", "Others"]
    assert contested.steps[-1].weight == pytest.approx(-3.0)
    assert Likeness(0.99999, -10.0, ()).percent == 99
    assert (alone.one_in, likeness_of({**kept, "start": -18.3, "probability": 0.5}).one_in) == (1_000, 320_000)
