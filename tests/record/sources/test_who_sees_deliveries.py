"""Deliveries of a union are seen by those below, used by their comparisons, and changed by nobody but its own people."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from bangfu.core.problems import Problem
from bangfu.ground.acts.actor import Actor, Purpose, Role
from bangfu.ground.acts.door import acting
from bangfu.record.sources.selectors import (
    covers,
    datasets_overview,
    deliveries,
    deliveries_in_force,
    delivery,
)
from bangfu.record.sources.services import receive_delivery, refuse_delivery
from tests.database import OwnDatabase
from tests.people import AUDITOR, CHAIR, CLERK, DATA_OFFICER, LEADER, NEIGHBOUR, REVIEWER, Someone, actor
from tests.record.sources.making import DAY, about, brought, checked, number, received, row, stored, vehicles

ON = date(2026, 11, 20)
ROWS = vehicles([(number(1), "小型轿车"), (number(2), "小型轿车")])
MORE = vehicles([(number(3), "小型轿车")])


@pytest.fixture(autouse=True)
def home(own_database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path))
    return tmp_path


def county_officer(of: Someone = CLERK) -> Actor:
    """A data officer of the county that somebody of the cast works for."""
    who = actor(of, Purpose.COMPARISON)
    return Actor(
        who.person_id, who.name, Role.DATA_OFFICER, who.organisation, who.organisation_name, who.scope, who.purpose
    )


@pytest.mark.parametrize("someone", [CLERK, NEIGHBOUR, REVIEWER, LEADER, AUDITOR, DATA_OFFICER])
def test_those_below_see_what_the_prefecture_received(someone: Someone) -> None:
    delivery_id = brought(ROWS)
    who = actor(someone)
    with acting(who):
        assert [shown.delivery.pk for shown in deliveries(who, on=ON)] == [delivery_id]
        assert delivery(who, delivery_id, on=ON).shown.own == (someone.organisation == "5329")


def test_a_county_does_not_see_what_the_next_county_received() -> None:
    delivery_id = received(ROWS, county_officer())
    neighbour = actor(NEIGHBOUR)
    with acting(neighbour):
        assert deliveries(neighbour, on=ON) == []
        with pytest.raises(Problem) as hidden:
            delivery(neighbour, delivery_id, on=ON)
    assert hidden.value.code == "access.not_found"


@pytest.mark.parametrize("someone", [CLERK, REVIEWER, CHAIR, LEADER, AUDITOR])
def test_only_a_data_officer_brings_data(someone: Someone) -> None:
    upload = stored(ROWS)
    with pytest.raises(Problem) as refused:
        receive_delivery(actor=actor(someone), act_id=upload.id, stored=upload, about=about())
    assert refused.value.code == "access.not_allowed"


def test_a_county_cannot_change_what_the_prefecture_received() -> None:
    delivery_id = checked(ROWS)
    version = row(delivery_id).version
    with pytest.raises(Problem) as refused:
        refuse_delivery(
            actor=county_officer(), act_id=uuid4(), delivery_id=delivery_id, seen_version=version, reason="不用"
        )
    assert refused.value.code == "access.not_found"
    assert row(delivery_id).state == "checked"


def test_a_chair_sees_no_deliveries() -> None:
    chair = actor(CHAIR)
    with acting(chair), pytest.raises(Problem) as refused:
        deliveries(chair, on=ON)
    assert refused.value.code == "access.not_allowed"


def in_force(who: Actor) -> list[tuple[str, date, tuple[str, ...] | None]]:
    with acting(who):
        return [(found.dataset, found.as_of, found.coverage) for found in deliveries_in_force(who, ON)]


def test_a_comparison_uses_what_is_in_use_of_the_own_union_and_of_those_above() -> None:
    brought(ROWS)
    checked(MORE)
    brought(MORE, county_officer(), coverage=("532923",), as_of=ON)
    assert in_force(actor(CLERK)) == [("vehicles", ON, ("532923",))]
    assert in_force(actor(NEIGHBOUR)) == [("vehicles", DAY, None)]


def test_a_part_of_the_area_does_not_hide_what_covers_the_rest() -> None:
    brought(ROWS)
    brought(MORE, coverage=("532923",), as_of=ON)
    assert in_force(actor(DATA_OFFICER)) == [("vehicles", ON, ("532923",)), ("vehicles", DAY, None)]
    assert in_force(actor(CLERK)) == [("vehicles", ON, ("532923",))]


def test_age_counts_from_the_as_of_day_to_the_reference_day() -> None:
    brought(ROWS, as_of=date(2026, 1, 31))
    who = actor(CLERK)
    with acting(who):
        (found,) = deliveries_in_force(who, ON)
    assert (found.age_days, found.old, found.rows) == (293, True, 2)
    assert (found.folder / "manifest.json").is_file()


def test_the_overview_names_every_dataset_and_says_what_is_missing() -> None:
    brought(ROWS)
    waiting = checked(MORE, as_of=ON)
    who = actor(CLERK)
    with acting(who):
        states = {state.dataset.name: state for state in datasets_overview(who, on=ON)}
    assert len(states) == 16
    assert [name for name, state in states.items() if not state.missing] == ["vehicles"]
    assert [shown.delivery.pk for shown in states["vehicles"].waiting] == [waiting]
    assert states["deaths"].last is None


@pytest.mark.parametrize(
    ("coverage", "scope", "whole"),
    [
        ((), "/53/5329/", True),
        (("53",), "/53/5329/532923/", True),
        (("5329",), "/53/5329/", True),
        (("532923",), "/53/5329/532923/", True),
        (("532923",), "/53/5329/532923/532923100/", True),
        (("532923",), "/53/5329/", False),
        (("532924",), "/53/5329/532923/", False),
    ],
)
def test_whether_a_delivery_covers_a_whole_area(coverage: tuple[str, ...], scope: str, whole: bool) -> None:
    assert covers(coverage, scope) is whole
