"""A comparison from the registry's tables: the same findings as from the workbooks, kept, closed, and gone on with after a kill."""

import csv
from pathlib import Path

from bangfu.decide.comparison.exports import findings_export
from bangfu.decide.comparison.models import Finding, Run
from bangfu.decide.comparison.running import compare_now
from bangfu.engine.comparison import compare
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.engine.intake.people import registry_of
from bangfu.ground.acts.door import acting
from tests.database import OwnDatabase
from tests.decide.filing import ON, bring_datasets, bring_workbooks, clerk_of_prefecture


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def from_workbooks(prefecture: Path, out: Path) -> list[list[str]]:
    folder = open_folder(prefecture / "datasets")
    with registry_of(prefecture / "archive", ON) as people:
        compare(people.path, folder.files, ON, out, about=folder.about)
    return lines(out)


def test_the_export_equals_a_comparison_of_the_same_workbooks(
    own_database: OwnDatabase, prefecture: Path, tmp_path: Path
) -> None:
    bring_workbooks(prefecture)
    bring_datasets(prefecture)
    clerk = clerk_of_prefecture()
    run_id = compare_now(clerk, ON)
    with acting(clerk):
        run = Run.objects.get(pk=run_id)
        assert run.state == Run.State.DONE, run.problem
        assert (run.closed, run.changed) == (0, 0)
        assert run.opened == Finding.objects.filter(state="open").count() == run.findings
    findings_export(clerk, tmp_path / "database.csv")
    ours, theirs = lines(tmp_path / "database.csv"), from_workbooks(prefecture, tmp_path / "workbooks.csv")
    assert len(ours) > 50
    # A person's own number stands in no delivery: a workbook has a row for it, the registry has none.
    assert ours == [[*row[:6], "" if not row[2] else row[6]] for row in theirs]
