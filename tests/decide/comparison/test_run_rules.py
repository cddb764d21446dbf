"""How long a run may still take, and how much of a place its data cover: pure rules."""

from hypothesis import given
from hypothesis import strategies as st

from bangfu.decide.comparison.rules import Reach, Step, going_on, reach, steps_ahead, time_left, together_reach

FORMER = [
    Step("read", "", 100, 2.0),
    Step("match", "vehicles", 1_000, 4.0),
    Step("match", "deaths", 500, 1.0),
    Step("judge", "", None, 3.0),
]
PLANNED = [Step("read"), Step("match", "vehicles", 2_000), Step("match", "deaths", 500), Step("judge")]
STEPS = st.builds(
    Step,
    st.sampled_from(["read", "match", "judge"]),
    st.sampled_from(["", "vehicles", "deaths"]),
    st.none() | st.integers(0, 10**9),
    st.none() | st.floats(0, 10**6),
)


def test_a_step_is_expected_to_take_as_long_as_before_in_proportion_to_its_rows() -> None:
    assert time_left(PLANNED, FORMER) == 2.0 + 8.0 + 1.0 + 3.0


def test_what_is_spent_on_the_step_at_work_is_taken_off() -> None:
    ahead = steps_ahead(PLANNED, [Step("read", "", 100, 2.5), Step("match", "vehicles")])
    assert [step.dataset for step in ahead] == ["vehicles", "deaths", ""]
    assert time_left(ahead, FORMER, spent=6.0) == 2.0 + 1.0 + 3.0
    assert time_left(ahead, FORMER, spent=600.0) == 1.0 + 3.0


def test_a_dataset_that_was_not_there_takes_as_long_as_the_others_by_row() -> None:
    assert time_left([Step("match", "pensions", 300)], FORMER) == 5.0 * 300 / 1_500


def test_without_a_former_run_nothing_is_said_and_at_the_end_nothing_is_left() -> None:
    assert time_left(PLANNED, []) is None
    assert time_left([], FORMER) == 0.0


@given(st.lists(STEPS), st.lists(STEPS), st.lists(STEPS), st.floats(0, 10**7))
def test_never_less_than_nothing_is_left(
    planned: list[Step], told: list[Step], former: list[Step], spent: float
) -> None:
    left = time_left(steps_ahead(planned, told), former, spent=spent)
    assert left is None or left >= 0.0


def test_two_deliveries_of_a_dataset_are_two_steps() -> None:
    twice = [Step("match", "vehicles", 10), Step("match", "vehicles", 20)]
    assert steps_ahead(twice, [Step("match", "vehicles", 10, 1.0)]) == [Step("match", "vehicles", 20)]


def test_what_goes_on_keeps_what_the_engine_ended() -> None:
    ended, at_work = {"name": "match", "seconds": 1.0}, {"name": "record", "seconds": None}
    assert going_on([ended, at_work]) == [ended]


def test_a_place_is_covered_whole_in_part_or_not_at_all() -> None:
    xiangyun = "/53/5329/532923/"
    assert reach([()], xiangyun) is Reach.WHOLE
    assert reach([("5329",)], xiangyun) is Reach.WHOLE
    assert reach([("532923100",)], xiangyun) is Reach.PART
    assert reach([("532924",)], xiangyun) is Reach.NONE
    assert reach([], xiangyun) is Reach.NONE


def test_several_places_are_covered_whole_only_together() -> None:
    assert together_reach([Reach.WHOLE, Reach.WHOLE]) is Reach.WHOLE
    assert together_reach([Reach.WHOLE, Reach.NONE]) is Reach.PART
    assert together_reach([Reach.NONE, Reach.NONE]) is Reach.NONE
