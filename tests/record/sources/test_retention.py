"""Raw rows are dropped on schedule; what was counted and found stays, and what is in use is never touched."""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError

from bangfu.core.clock import MachineClock
from bangfu.core.problems import Problem
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.actor import Purpose
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.record.registry import jobs as registry_jobs
from bangfu.record.registry.models import Batch, CaseFile
from bangfu.record.registry.retention import drop_due_uploads
from bangfu.record.registry.services_errors import take_errors
from bangfu.record.registry.uploads import upload_folder
from bangfu.record.sources import jobs
from bangfu.record.sources.about import staged_folder
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.retention import drop_due_deliveries
from bangfu.record.sources.selectors import deliveries_in_force
from bangfu.record.sources.services import take_quarantine
from bangfu.record.sources.services_retention import drop_raw
from tests.database import OwnDatabase
from tests.engine.intake.books import write_book
from tests.people import CLERK, XIANGYUN, actor
from tests.record.registry.bringing import bring, check
from tests.record.sources.making import aged, brought, checked, counts, number, officer, received, row, vehicles

ROWS = vehicles([(number(1), "小型轿车"), ("123", "小型轿车")])
HEAD = [["姓名", "身份证号"], ["王明", number(31)]]


@pytest.fixture(autouse=True)
def home(own_database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path))
    return tmp_path


def now() -> datetime:
    return MachineClock().now()


def told(verb: str) -> list[UUID | None]:
    with acting(operator()):
        return list(Entry.objects.filter(verb=verb).values_list("subject_id", flat=True))


def test_rows_out_of_use_are_dropped_when_their_days_are_over_and_what_is_known_of_them_stays(home: Path) -> None:
    former, young = brought(ROWS), brought(ROWS, as_of=date(2026, 11, 2))
    waiting = received(ROWS, as_of=date(2026, 11, 3))
    in_use = brought(ROWS, as_of=date(2026, 11, 4))
    aged(90, former, waiting, in_use)
    aged(89, young)
    before = counts(row(former))
    assert drop_due_deliveries(operator(), now()) == 2

    dropped = row(former)
    assert (dropped.state, counts(dropped)) == ("replaced", before)
    assert dropped.raw_dropped_at is not None
    assert dropped.sha256
    assert not upload_folder(home, former).exists()
    assert [path.name for path in staged_folder(former).iterdir()] == ["manifest.json"]
    assert told("sources.raw_dropped") == [former, waiting]
    # What waited too long can no longer be put to use; the same file may come again.
    assert row(waiting).state == "refused"
    assert received(ROWS, as_of=date(2026, 11, 3)) != waiting
    for kept in (young, in_use):
        assert row(kept).raw_dropped_at is None
        assert upload_folder(home, kept).exists()
        assert len(list(staged_folder(kept).iterdir())) == 4
    with acting(officer()):
        assert [found.id for found in deliveries_in_force(officer(), date(2026, 11, 5))] == [in_use]
    with pytest.raises(Problem) as found:
        take_quarantine(actor=officer(), act_id=uuid4(), delivery_id=former)
    assert found.value.code == "delivery.raw_dropped"
    assert drop_due_deliveries(operator(), now()) == 0


def test_one_in_use_is_not_dropped_even_when_asked_and_the_database_says_so_too() -> None:
    in_use = brought(ROWS)
    aged(1000, in_use)
    version = row(in_use).version
    assert drop_raw(actor=operator(), act_id=uuid4(), delivery_id=in_use, seen_version=version, days=90) is False
    assert row(in_use).raw_dropped_at is None
    with pytest.raises(IntegrityError, match="delivery_in_use_has_its_rows"), acting(operator()):
        Delivery.objects.filter(pk=in_use).update(raw_dropped_at=now())


def test_files_that_a_killed_night_left_are_removed_by_the_next(home: Path) -> None:
    left = checked(ROWS)
    aged(90, left)
    version = row(left).version
    assert drop_raw(actor=operator(), act_id=uuid4(), delivery_id=left, seen_version=version, days=90) is True
    assert row(left).raw_dropped_at is not None
    assert upload_folder(home, left).exists()
    # As the worker does it.
    jobs.drop_raw_rows(timestamp=0)
    assert not upload_folder(home, left).exists()


def test_an_imported_workbook_is_dropped_after_its_days_and_the_files_it_brought_stay(home: Path) -> None:
    clerk = actor(CLERK, Purpose.FILING)
    done = bring(clerk, write_book(home / "档案.xlsx", {"职工": HEAD}), XIANGYUN).batch
    never = check(clerk, write_book(home / "另一份.xlsx", {"职工": [*HEAD, ["李芳", number(32)]]}), XIANGYUN).pk
    aged(29, done, never)
    assert drop_due_uploads(operator(), now()) == 0
    aged(30, done, never)
    registry_jobs.drop_uploads(timestamp=0)
    assert drop_due_uploads(operator(), now()) == 0
    with acting(clerk):
        rows = {batch.pk: batch for batch in Batch.objects.all()}
        assert (rows[done].state, rows[done].counts["new"]) == ("done", 1)
        assert (rows[never].state, (rows[never].problem or {})["code"]) == ("refused", "registry.raw_dropped")
        assert CaseFile.objects.count() == 1
    assert not upload_folder(home, done).exists()
    assert sorted(told("registry.upload_dropped"), key=str) == sorted([done, never], key=str)
    with pytest.raises(Problem) as found:
        take_errors(actor=clerk, act_id=uuid4(), batch_id=done)
    assert found.value.code == "registry.raw_dropped"
