"""Exclusions are laid beside the answer for a person to look at; they never are the answer."""

from tests.decide.identification.examples import determined, household

CAR = ("名下机动车", "矛盾")
HOUSES = ("多套住房", "疑点")
DEEP = household(3, 60_000, 30_000)
NONE = household(3, 900_000)


def ids(name: str, *findings: tuple[str, str], found: object = DEEP) -> list[str]:
    return [possible.exclusion.id for possible in determined(name, found, findings).exclusions]  # type: ignore[arg-type]


def test_without_findings_there_are_none() -> None:
    assert ids("xingtai-2021") == []


def test_a_vehicle_points_to_the_exclusion_with_its_exception_and_evidence() -> None:
    answer = determined("xingtai-2021", DEEP, [CAR])
    assert answer.decision.class_name == "深度困难"
    assert [possible.exclusion.id for possible in answer.exclusions] == ["E4"]
    text = answer.exclusions[0].text.zh
    assert text.startswith("若属实且无例外：")
    assert "例外：残疾人或病人用于功能性补偿代步的机动车" in text
    assert "须核实：机动车登记" in text
    assert text in answer.reasons_zh


def test_a_doubt_points_to_it_as_well_and_a_confirmation_does_not() -> None:
    assert ids("xingtai-2021", HOUSES) == ["E3"]
    assert ids("xingtai-2021", ("多套住房", "佐证"), ("名下机动车", "无法核对")) == []


def test_the_scope_is_the_places_own() -> None:
    relative = household(3, 60_000, 10_000)
    answer = determined("xingtai-2021", relative, [CAR], relative_multiple="2")
    assert (answer.decision.class_name, answer.exclusions) == ("相对困难", ())
    assert ids("national-2016", CAR, found=household(3, 30_000)) == ["A4"]


def test_nothing_stands_against_what_is_not_proposed() -> None:
    assert ids("national-2016", CAR, HOUSES, found=NONE) == []


def test_findings_of_other_kinds_say_nothing_here() -> None:
    assert ids("xingtai-2021", ("劳动关系", "矛盾"), ("已死亡", "矛盾")) == []
