"""Bringing an archive in: rows in = new + changed + same + wrong, and the same file again changes nothing."""

from pathlib import Path

import pyarrow.parquet as pq

from bangfu.core.clock import MachineClock, today
from bangfu.engine.intake.archive import read_archive
from bangfu.engine.intake.archive_row import Outcome
from bangfu.engine.intake.people import person_of
from bangfu.ground.acts.actor import Purpose
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.history import events_of
from bangfu.record.registry.models import CaseFile, Member
from bangfu.record.registry.selectors import archive_rows
from bangfu.record.registry.staged import opened, stage, staged_folder
from tests.database import OwnDatabase
from tests.people import CLERK, NEIGHBOUR, PREFECTURE_CLERK, actor
from tests.record.registry.bringing import bring, check

XIANGYUN = "532923"


def test_every_row_is_accounted_for(own_database: OwnDatabase, prefecture: Path) -> None:
    clerk = actor(PREFECTURE_CLERK, Purpose.FILING)
    for workbook in sorted((prefecture / "archive").glob("*.xlsx")):
        reader = read_archive(workbook, today(MachineClock()))
        outcomes = [row.outcome for row in reader]
        counts = bring(clerk, workbook, workbook.stem).counts
        assert counts["rows"] == len(outcomes) == sum(counts[name] for name in ("new", "changed", "same", "wrong"))
        assert counts["new"] == outcomes.count(Outcome.NEW)
        assert counts["wrong"] == outcomes.count(Outcome.WRONG)


def test_the_same_file_again_changes_nothing(own_database: OwnDatabase, prefecture: Path) -> None:
    clerk, workbook = actor(CLERK, Purpose.FILING), prefecture / "archive" / "532923.xlsx"
    first = bring(clerk, workbook, XIANGYUN).counts
    with acting(clerk):
        before = events_of(CaseFile)._default_manager.count(), Member.objects.count()
    again = bring(clerk, workbook, XIANGYUN).counts
    assert again == {**first, "new": 0, "changed": 0, "same": first["new"] + first["same"], "departed": 0}
    with acting(clerk):
        assert (events_of(CaseFile)._default_manager.count(), Member.objects.count()) == before


def test_the_registry_says_what_the_workbook_said(own_database: OwnDatabase, prefecture: Path) -> None:
    clerk = actor(PREFECTURE_CLERK, Purpose.COMPARISON)
    for workbook in sorted((prefecture / "archive").glob("*.xlsx")):
        bring(clerk, workbook, workbook.stem)
        said = [
            person_of(row, "") | {"来源行": ""}
            for row in read_archive(workbook, today(MachineClock()))
            if row.outcome is Outcome.NEW
        ]
        with acting(clerk):
            kept = [
                person_of(filed.row, "") | {"来源行": ""}
                for filed in archive_rows(clerk)
                if filed.row.sheet.startswith(workbook.stem)
            ]
        assert sorted(map(_as_text, said)) == sorted(map(_as_text, kept))


def test_the_neighbour_sees_nothing(own_database: OwnDatabase, prefecture: Path) -> None:
    bring(actor(CLERK, Purpose.FILING), prefecture / "archive" / "532923.xlsx", XIANGYUN)
    with acting(actor(NEIGHBOUR)):
        assert CaseFile.objects.count() == Member.objects.count() == 0
    with acting(actor(CLERK)):
        assert CaseFile.objects.count() > 0


def _as_text(person: dict[str, str]) -> str:
    return str(sorted(person.items()))


def test_control_the_generated_prefecture_has_dirt(prefecture: Path) -> None:
    assert pq.read_table(prefecture / "damage.parquet").num_rows > 20


def test_what_a_killed_check_left_goes_with_the_next_one(own_database: OwnDatabase, prefecture: Path) -> None:
    clerk = actor(CLERK, Purpose.FILING)
    batch = check(clerk, prefecture / "archive" / "532923.xlsx", XIANGYUN)
    before = opened(batch).manifest
    left = staged_folder(batch).with_name(".unfinished-staged-x")
    left.mkdir()
    (left / "rows.parquet").write_bytes(b"half")
    stage(batch)
    assert not left.exists()
    assert opened(batch).manifest == before
