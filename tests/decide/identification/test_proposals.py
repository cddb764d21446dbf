"""What the rules propose for the registry: the same as for the workbooks, kept, and disturbed only by what must be settled anew."""

import csv
import json
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from bangfu.decide.comparison.exports import findings_export
from bangfu.decide.comparison.running import compare_now
from bangfu.decide.identification.determinations import recompute
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.proposing import propose_now
from bangfu.decide.identification.taking_out import determinations_export
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.faults import Fault, switch_on
from bangfu.ground.acts.models import Entry
from bangfu.ground.policy.models import Value
from bangfu.record.registry.models import CaseFile
from bangfu.terminals.cli.identify import identify
from tests.database import OwnDatabase
from tests.decide.filing import ON, bring_datasets, bring_workbooks, clerk_of_prefecture
from tests.decide.union import CARS, LI, Union, clerk
from tests.people import NEIGHBOUR, actor

# What the policy that ships says on this day, for the prefecture and all its counties.
SETTINGS = ["--rules", "dali-2021", "--set", "minimum_allowance=780.00", "--set", "accident_ratio=0.8"]


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(list(csv.reader(file))[1:])


def identified(prefecture: Path, folder: Path, *more: str) -> list[list[str]]:
    """As ``bangfu identify`` says it of the workbooks."""
    found = []
    for workbook in sorted((prefecture / "archive").iterdir()):
        out = folder / f"{workbook.stem}.csv"
        given = ["--archive", str(workbook), *SETTINGS, "--on", ON.isoformat(), "--out", str(out), *more]
        done = CliRunner().invoke(identify, given)
        assert out.is_file(), done.output
        found += lines(out)
    return sorted(found)


def exported(folder: Path) -> list[list[str]]:
    determinations_export(clerk_of_prefecture(), folder / "database.csv")
    return lines(folder / "database.csv")


def test_the_export_equals_identify_on_the_same_workbooks_before_and_after_a_comparison(
    own_database: OwnDatabase, prefecture: Path, tmp_path: Path
) -> None:
    bring_workbooks(prefecture)
    clerk = clerk_of_prefecture()
    first = propose_now(clerk, ON, uuid4())
    assert (first.opened, first.changed, first.left) == (len(identified(prefecture, tmp_path)), 0, 0)
    assert exported(tmp_path) == identified(prefecture, tmp_path)

    again = propose_now(clerk, ON, uuid4())
    assert (again.opened, again.changed, again.same) == (0, 0, first.opened)

    bring_datasets(prefecture)
    compare_now(clerk, ON)
    findings_export(clerk, tmp_path / "findings.csv")
    beside = propose_now(clerk, ON, uuid4())
    assert beside.opened == 0
    assert 0 < beside.changed < first.opened
    assert exported(tmp_path) == identified(prefecture, tmp_path, "--findings", str(tmp_path / "findings.csv"))


def test_what_is_kept_names_nobody_and_can_be_computed_again_to_the_byte(
    own_database: OwnDatabase, prefecture: Path
) -> None:
    bring_workbooks(prefecture)
    clerk = clerk_of_prefecture()
    propose_now(clerk, ON, uuid4())
    with acting(clerk):
        kept = list(Determination.objects.values_list("case_file_id", "content"))
    assert len(kept) > 40
    for case_file, content in kept:
        assert recompute(content.encode()).decode() == content
        assert json.loads(content)["facts"]["head_number"] == str(case_file)


def test_a_file_whose_place_has_no_figures_is_left_and_counted(union: Union) -> None:
    with acting(clerk()):
        Value.objects.filter(code="identification.minimum_allowance").delete()
    changed = propose_now(clerk(), ON, uuid4())
    assert (changed.left, changed.why, changed.opened) == (4, "call.allowance_missing", 0)
    # What was proposed while there were figures still stands.
    assert union.standing("李芳").state == "open"


def test_another_figure_of_the_place_is_proposed_anew(union: Union) -> None:
    with acting(clerk()):
        Value.objects.filter(code="identification.minimum_allowance").update(value="490.00")
    changed = propose_now(clerk(), ON, uuid4())
    assert changed.changed == 4
    assert union.standing("李芳").class_name == "相对困难"


def test_the_same_key_twice_proposes_once(union: Union) -> None:
    key = uuid4()
    first = propose_now(clerk(), ON, key)
    assert propose_now(clerk(), ON, key) == first
    with acting(clerk()):
        assert Entry.objects.filter(act_id=key).count() == 1


def test_a_closed_file_no_longer_waits(union: Union) -> None:
    with acting(clerk()):
        CaseFile.objects.filter(head_name="李芳").update(state=CaseFile.State.CLOSED)
    propose_now(clerk(), ON, uuid4())
    with acting(clerk()):
        assert Determination.objects.get(case_file__head_name="李芳").state == "superseded"


def test_a_killed_proposal_goes_on_and_nothing_doubles(union: Union) -> None:
    union.deliver_vehicles([(LI, "小型轿车", "非营运"), *CARS])
    compare_now(clerk(), ON)
    switch_on("identification.proposed.after_commit=raise")
    key = uuid4()
    try:
        with pytest.raises(Fault):
            propose_now(clerk(), ON, key)
    finally:
        switch_on("")
    assert propose_now(clerk(), ON, key).changed == 1
    with acting(clerk()):
        assert Determination.objects.filter(case_file__head_name="李芳").count() == 2


def test_the_export_is_in_the_trail_and_holds_the_own_area_alone(union: Union, tmp_path: Path) -> None:
    assert determinations_export(clerk(), tmp_path / "mine.csv") == 4
    assert determinations_export(actor(NEIGHBOUR), tmp_path / "theirs.csv") == 0
    with acting(clerk()):
        entry = Entry.objects.get(verb="identification.determinations_exported")
        assert (entry.purpose, entry.values) == ("identification", {"households": 4})
