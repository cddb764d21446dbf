"""What the rules propose for the registry: the same as for the workbooks, kept, and disturbed only by what must be settled anew."""

import csv
import json
from pathlib import Path
from uuid import uuid4

from click.testing import CliRunner

from bangfu.decide.comparison.exports import findings_export
from bangfu.decide.comparison.running import compare_now
from bangfu.decide.identification.determinations import recompute
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.proposing import propose_now
from bangfu.decide.identification.taking_out import determinations_export
from bangfu.ground.acts.door import acting
from bangfu.terminals.cli.identify import identify
from tests.database import OwnDatabase
from tests.decide.filing import ON, bring_datasets, bring_workbooks, clerk_of_prefecture

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
