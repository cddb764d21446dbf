"""``bangfu compare --delta``: looks only at what changed since the run before, and leaves the findings that a full run would leave."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bangfu.decide.comparison import preparing, services
from bangfu.decide.comparison.delta import Leg, legs, signatures
from bangfu.decide.comparison.models import Compared, Finding, Run
from bangfu.decide.comparison.running import compare_now
from bangfu.engine.rules.ruleset import load_rules
from bangfu.ground.acts.door import acting
from bangfu.record.sources.selectors import deliveries_in_force
from tests.decide.filing import ON
from tests.decide.union import CARS, HEADS, LI, WANG, Union, clerk


def run(*, delta: bool) -> Run:
    run_id = compare_now(clerk(), ON, delta=delta)
    with acting(clerk()):
        done = Run.objects.get(pk=run_id)
    assert done.state == Run.State.DONE, done.problem
    return done


def standing() -> list[Any]:
    with acting(clerk()):
        return list(Finding.objects.filter(state="open").order_by("pk").values())


def looked_at_like_a_full_run() -> bool:
    """Does a full run leave every finding that stands as it is?"""
    before = standing()
    full = run(delta=False)
    return standing() == before and (full.opened, full.changed, full.closed) == (0, 0, 0)


def test_a_delta_run_looks_at_what_changed_and_leaves_what_a_full_run_leaves(union: Union) -> None:
    nothing = run(delta=True)
    assert (nothing.not_again, nothing.opened, nothing.changed, nothing.closed) == (4, 0, 0, 0)
    # One family says something else: the disabled owner's vehicle is none of a disabled person any more.
    union.bring([*HEADS[:4], [*HEADS[4][:5], "良好"]])
    one = run(delta=True)
    assert (one.not_again, one.households, one.opened, one.closed) == (3, 4, 1, 1)
    assert looked_at_like_a_full_run()
    # Other vehicles: every file is laid beside them.
    union.deliver_vehicles([(WANG, "重型货车", "营运"), (LI, "小型轿车", "非营运")])
    vehicles = run(delta=True)
    assert (vehicles.not_again, vehicles.opened, vehicles.changed, vehicles.closed) == (0, 1, 1, 1)
    assert looked_at_like_a_full_run()


def test_control_a_changed_file_that_is_taken_for_the_same_is_noticed(
    union: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    union.bring([*HEADS[:4], [*HEADS[4][:5], "良好"]])
    monkeypatch.setattr(preparing, "unchanged_since", lambda _, files: list(files))
    assert run(delta=True).not_again == 4
    assert not looked_at_like_a_full_run()


def test_what_a_run_that_stopped_had_recorded_is_looked_at_again(union: Union, monkeypatch: pytest.MonkeyPatch) -> None:
    union.deliver_vehicles([(LI, "小型轿车", "非营运"), *CARS])
    finish = services.finish_run
    monkeypatch.setattr(services, "finish_run", lambda **_: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(RuntimeError):
        compare_now(clerk(), ON, delta=True)
    monkeypatch.setattr(services, "finish_run", finish)
    union.deliver_vehicles(CARS)
    again = run(delta=True)
    assert (again.not_again, again.closed) == (0, 1)
    assert looked_at_like_a_full_run()
    with acting(clerk()):
        assert not Compared.objects.filter(file_version=None).exists()


def test_a_dataset_is_looked_at_again_for_all_that_its_findings_depend_on(union: Union) -> None:
    with acting(clerk()):
        (vehicles,) = deliveries_in_force(clerk(), ON)
    rules = load_rules()
    disability = replace(vehicles, id=uuid4(), dataset="disability")
    deaths = replace(vehicles, id=uuid4(), dataset="deaths")
    before = signatures(rules, ON, [vehicles, disability, deaths])

    def other(**changes: Any) -> set[str]:
        asked: dict[str, Any] = {"rules": rules, "on": ON, "deliveries": [vehicles, disability, deaths]} | changes
        now = signatures(asked["rules"], asked["on"], asked["deliveries"])
        return {dataset for dataset in now if now[dataset] != before[dataset]}

    assert other() == set()
    # Whoever has a certificate of disability may own a vehicle for the disabled.
    assert other(deliveries=[vehicles, replace(disability, id=uuid4()), deaths]) == {"vehicles", "disability"}
    assert other(deliveries=[vehicles, disability, replace(deaths, as_of=ON - timedelta(1))]) == {"deaths"}
    assert other(on=ON - timedelta(40)) == set()
    assert other(rules=rules.model_copy(update={"version": 2})) == {"", "vehicles", "disability", "deaths"}
    families = [UUID(int=number) for number in range(3)]
    now = before | {"deaths": "x"}
    assert legs(now, before, families, families[:2]) == [Leg(families[2:]), Leg(families[:2], frozenset({"deaths"}))]
    assert legs(before, {}, families, families) == [Leg(families)]
