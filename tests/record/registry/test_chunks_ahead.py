"""Chunks come in one by one, each made ready while the database writes the one before; a break loses and doubles nothing."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from bangfu.ground.acts.actor import Purpose
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.faults import Fault, switch_on
from bangfu.record.registry import ready, services, work
from bangfu.record.registry.models import Batch, Chunk, Member
from bangfu.record.registry.shape import person_columns, place_of
from bangfu.record.registry.staged import opened
from tests.database import OwnDatabase
from tests.engine.intake.books import number, write_book
from tests.people import CLERK, actor
from tests.record.registry.bringing import batch_now, check

ROWS = 2_300
# Sealed anew each time.
SEALED = ("number_sealed", "as_written_sealed")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Heads alone: three chunks of them."""
    heads = [[f"王{'甲乙丙丁'[at % 4]}", number(at % 900, f"19{70 + at // 900}0101")] for at in range(ROWS)]
    return write_book(tmp_path_factory.mktemp("ahead") / "heads.xlsx", {"职工": [["姓名", "身份证号"], *heads]})


@pytest.fixture
def faults() -> Iterator[None]:
    yield
    switch_on("")


def started(workbook: Path) -> Batch:
    clerk = actor(CLERK, Purpose.FILING)
    batch = check(clerk, workbook, "532923")
    services.start_commit(
        actor=clerk, act_id=uuid4(), batch_id=batch.pk, seen_version=batch.version, in_background=False
    )
    return batch_now(clerk, batch.pk)


def test_a_commit_that_breaks_between_chunks_goes_on_with_the_next(
    own_database: OwnDatabase, workbook: Path, faults: None
) -> None:
    batch, clerk = started(workbook), actor(CLERK, Purpose.FILING)
    switch_on("registry.chunk_brought.planned=raise@2")
    with pytest.raises(Fault):
        work.commit(clerk, batch.pk)
    with acting(clerk):
        assert list(Chunk.objects.values_list("number", "rows")) == [(0, 1000)]
    # What was made ready for the chunk that never came is not kept for another time.
    assert not ready.waiting()
    assert work.commit(clerk, batch.pk)["new"] == ROWS
    with acting(clerk):
        chunks = list(Chunk.objects.order_by("at").values_list("number", "rows"))
        numbers = set(Member.objects.values_list("number_hash", flat=True))
    assert chunks == [(0, 1000), (1, 1000), (2, 300)]
    assert len(numbers) == ROWS


def test_a_chunk_made_ready_ahead_says_what_one_made_on_the_spot_says(
    own_database: OwnDatabase, workbook: Path
) -> None:
    batch = started(workbook)
    with ready.made_ready(batch, [2]):
        chunk = ready.taken(batch, 2)
    assert chunk.rows == ready.taken(batch, 2).rows == opened(batch).chunk(2)
    assert len(chunk.persons) == 300
    for row in chunk.rows:
        ahead, now = dict(chunk.persons[place_of(row)]), person_columns(row, head=True)
        assert {name: ahead[name] for name in ahead if name not in SEALED} == {
            name: now[name] for name in now if name not in SEALED
        }
