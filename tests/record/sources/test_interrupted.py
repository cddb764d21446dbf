"""Killed, full, lost: a delivery goes on where it stopped, and nothing is left behind."""

import errno
import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from bangfu.core.clock import MachineClock
from bangfu.engine.intake.staged_deliveries import read_manifest
from bangfu.ground.access.sealing import key_file
from bangfu.ground.acts.faults import Fault, switch_on
from bangfu.record.registry.uploads import FOLDER
from bangfu.record.sources import checking
from bangfu.record.sources.about import STAGED, staged_folder
from bangfu.record.sources.checking import check_delivery, clear_orphans
from tests.database import OwnDatabase
from tests.record.sources.making import activated, counts, number, officer, problem_of, received, row, stored, vehicles

ROOT = Path(__file__).parents[3]
ROWS = vehicles([(number(1), "小型轿车"), (number(2), "小型轿车")])
CHECKING = """
import sys, uuid, django; django.setup()
from bangfu.record.sources.checking import check_delivery
from tests.record.sources.making import officer
check_delivery(officer(), uuid.UUID(sys.argv[1]))
"""


@pytest.fixture(autouse=True)
def home(own_database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path))
    return tmp_path


def killed_while_checking(delivery_id: UUID, home: Path, place: str) -> int:
    environment = {
        **os.environ,
        "BANGFU_HOME": str(home),
        "BANGFU_FAULTS": f"{place}=kill",
        "BANGFU_KEYS": str(key_file()),
    }
    done = subprocess.run(
        [sys.executable, "-c", CHECKING, str(delivery_id)], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    return done.returncode


@pytest.mark.parametrize(
    "place",
    ["sources.staging", "sources.staged", "sources.delivery_checked.opened", "sources.delivery_checked.before_commit"],
)
def test_a_check_that_was_killed_is_done_again_from_the_start(home: Path, place: str) -> None:
    delivery_id = received(ROWS)
    assert killed_while_checking(delivery_id, home, place) == -signal.SIGKILL
    assert row(delivery_id).state == "uploaded"
    check_delivery(officer(), delivery_id)
    assert counts(row(delivery_id)) == {"rows": 2, "new": 2, "changed": 0, "same": 0, "wrong": 0, "gone": 0}
    assert [path.name for path in (home / STAGED).iterdir()] == [str(delivery_id)]
    # What is laid down at last is what an uninterrupted check lays down, hash for hash.
    never_killed = received(ROWS, as_of=date(2026, 11, 1))
    check_delivery(officer(), never_killed)
    one, other = (read_manifest(staged_folder(each)) for each in (delivery_id, never_killed))
    assert (one.hashes, one.sha256) == (other.hashes, other.sha256)


def test_a_check_killed_after_its_commit_is_not_done_twice(home: Path) -> None:
    delivery_id = received(ROWS)
    assert killed_while_checking(delivery_id, home, "sources.delivery_checked.after_commit") == -signal.SIGKILL
    checked = row(delivery_id)
    check_delivery(officer(), delivery_id)
    assert (row(delivery_id).state, row(delivery_id).version) == ("checked", checked.version)


@pytest.mark.parametrize("place", ["opened", "done", "before_commit"])
def test_a_delivery_that_was_stopped_on_its_way_into_use_is_not_in_use(place: str) -> None:
    first = received(ROWS)
    check_delivery(officer(), first)
    activated(first)
    second = received(vehicles([(number(3), "小型轿车")]))
    check_delivery(officer(), second)
    switch_on(f"sources.delivery_activated.{place}=raise")
    try:
        with pytest.raises(Fault):
            activated(second)
    finally:
        switch_on("")
    assert (row(first).state, row(second).state) == ("active", "checked")
    activated(second)
    assert (row(first).state, row(second).state) == ("replaced", "active")


def test_work_asked_for_before_the_columns_changed_does_nothing() -> None:
    delivery_id = received(ROWS)
    check_delivery(officer(), delivery_id, version=row(delivery_id).version + 1)
    assert row(delivery_id).state == "uploaded"


def test_a_full_disk_while_checking_is_said_and_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    delivery_id = received(ROWS)
    monkeypatch.setattr(checking, "stage_delivery", full)
    check_delivery(officer(), delivery_id)
    assert problem_of(delivery_id) == "upload.no_room"
    assert not (home / STAGED).exists()
    assert not list((home / "open").glob("*"))


def test_a_lost_upload_is_said(home: Path) -> None:
    delivery_id = received(ROWS)
    for path in (home / FOLDER / str(delivery_id)).iterdir():
        path.unlink()
    check_delivery(officer(), delivery_id)
    assert problem_of(delivery_id) == "upload.gone"


def test_lost_files_of_the_former_delivery_do_not_keep_the_next_one_out() -> None:
    first = received(ROWS)
    check_delivery(officer(), first)
    activated(first)
    for path in staged_folder(first).iterdir():
        path.unlink()
    second = received(vehicles([(number(1), "小型轿车")]))
    check_delivery(officer(), second)
    assert counts(row(second)) == {"rows": 1, "new": 1, "changed": 0, "same": 0, "wrong": 0, "gone": 0}


def test_only_files_that_no_row_knows_are_cleared_away(home: Path) -> None:
    known = received(ROWS)
    check_delivery(officer(), known)
    unknown = stored(ROWS).id
    left = home / STAGED / f".unfinished-{uuid4()}"
    left.mkdir()
    later = MachineClock().now() + timedelta(days=3)
    assert clear_orphans(MachineClock().now()) == 0
    assert clear_orphans(later) == 2
    assert [path.name for path in (home / FOLDER).iterdir()] == [str(known)]
    assert [path.name for path in (home / STAGED).iterdir()] == [str(known)]
    assert unknown != known
