"""Sealing: everything once, nothing skipped that commits late, and never over a loss."""

import json
import stat
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection

from bangfu.core.problems import Problem
from bangfu.ground.access.services import record_sign_in
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.faults import Fault, switch_on
from bangfu.ground.trail import kept
from bangfu.ground.trail.models import Checkpoint, Leaf
from bangfu.ground.trail.seals import seal, sealing
from bangfu.ground.trail.selectors import sealing_state
from tests.ground.trail.sealing import PREFECTURE, Trail
from tests.people import AUDITOR, CLERK, actor

# An entry as an act would write it, whatever columns there are.
ENTER = """INSERT INTO acts_entry SELECT (jsonb_populate_record(e, jsonb_build_object(
        'id', nextval(pg_get_serial_sequence('acts_entry', 'id')), 'act_id', gen_random_uuid(), 'verb', 'late.comer',
        'xact', pg_current_xact_id()::text))).* FROM acts_entry e WHERE id = (SELECT min(id) FROM acts_entry)"""


def test_everything_is_sealed_once_and_a_second_sealing_has_nothing_to_do(trail: Trail) -> None:
    trail.happen(4)
    first = trail.seal()
    assert first == trail.number("SELECT (SELECT count(*) FROM acts_entry) + (SELECT count(*) FROM trail_look)")
    assert seal(PREFECTURE) == 0
    trail.happen(2)
    assert trail.seal() == 4
    report = trail.report([("home", trail.newest())])
    assert report.is_whole
    assert report.sealed == first + 4


def test_what_commits_late_is_not_skipped(trail: Trail) -> None:
    """A transaction is open across a sealing; what began after it waits with it, and both are sealed next, in their order."""
    with psycopg.connect(trail.database.owner) as slow:
        slow.execute(ENTER.encode())
        trail.happen(1)
        seal(PREFECTURE)
        report = trail.report()
        assert report.unsealed >= 2
        # Control: what began later is there already, and a number that only counts up would have gone past the open one.
        late = trail.number("SELECT max(id) FROM acts_entry")
        slow.commit()
    trail.seal()
    assert trail.report([("home", trail.newest())]).is_whole
    skipped = f"""SELECT count(*) FROM acts_entry e WHERE id < {late} AND NOT EXISTS (SELECT FROM trail_leaf l JOIN trail_shape s
        ON s.id = l.shape WHERE s."table" = 'acts_entry' AND l.row_id = e.id)"""
    assert trail.number(skipped) == 0
    disorder = """SELECT count(*) FROM (SELECT xact, lag(xact) OVER (ORDER BY position) AS before FROM trail_leaf) a WHERE xact < before"""
    assert trail.number(disorder) == 0


def test_control_a_sealing_that_counts_numbers_would_have_skipped_it(trail: Trail) -> None:
    with psycopg.connect(trail.database.owner) as slow:
        slow.execute(ENTER.encode())
        trail.happen(1)
        highest = trail.number("SELECT max(id) FROM acts_entry")
        slow.commit()
    assert trail.number(f"SELECT count(*) FROM acts_entry WHERE verb = 'late.comer' AND id < {highest}") == 1


def test_steps_never_part_what_one_transaction_wrote(trail: Trail) -> None:
    trail.happen(6)
    while seal(PREFECTURE, at_once=3) or trail.report().unsealed:
        pass
    assert trail.report().is_whole
    assert trail.report().checkpoints > 3


def seal_something() -> None:
    """Transactions of other tests may hold everything up for a moment."""
    while seal(PREFECTURE) == 0:
        pass


def test_a_sealing_that_is_broken_off_is_made_good_by_the_next(trail: Trail) -> None:
    for place in ("leaves_added", "before_commit", "after_commit"):
        trail.happen()
        switch_on(f"trail.seal.{place}=raise")
        try:
            with pytest.raises(Fault):
                seal_something()
        finally:
            switch_on("")
        trail.happen(1)
        trail.seal()
        assert trail.report([("home", trail.newest())]).is_whole


def test_after_a_restoration_into_another_server_everything_is_sealed_all_the_same(trail: Trail) -> None:
    """The other server counts its transactions anew: numbers of rows written before are then in the future."""
    trail.happen()
    trail.seal()
    trail.happen(2)
    trail.as_superuser("UPDATE acts_entry SET xact = xact + 1000000000 WHERE id > (SELECT max(id) - 2 FROM acts_entry)")
    trail.as_superuser("UPDATE trail_checkpoint SET cluster = 'the server before'")
    trail.happen(1)
    trail.seal()
    sealed = trail.number("SELECT count(*) FROM trail_leaf")
    assert sealed == trail.number("SELECT (SELECT count(*) FROM acts_entry) + (SELECT count(*) FROM trail_look)")
    trail.happen(1)
    trail.seal()
    assert trail.found() == {}


def test_sealing_stops_where_the_database_has_lost_what_was_sealed(trail: Trail) -> None:
    trail.happen()
    trail.seal()
    trail.happen()
    trail.seal()
    size = Checkpoint.objects.order_by("-size").values_list("size", flat=True)[1]
    trail.as_superuser(
        f"DELETE FROM trail_leaf WHERE position >= {size}", f"DELETE FROM trail_checkpoint WHERE size > {size}"
    )
    trail.happen()
    with pytest.raises(Problem) as refused:
        seal(PREFECTURE)
    assert refused.value.code == "trail.history_shorter"
    assert sealing_state(actor(AUDITOR)).trouble == refused.value


def test_a_leaf_says_nothing_of_its_row_without_the_salt_and_pages_see_neither(trail: Trail) -> None:
    trail.happen()
    trail.seal()
    with acting(actor(CLERK)):
        assert Leaf.objects.count() == 0
    with sealing():
        leaf = Leaf.objects.first()
        assert leaf is not None
        assert leaf.salt is not None
        assert len(bytes(leaf.salt)) == 16
        assert (
            len({bytes(salt) for salt in Leaf.objects.values_list("salt", flat=True) if salt}) == Leaf.objects.count()
        )


def test_what_is_kept_can_neither_be_changed_nor_removed_even_by_its_owner(trail: Trail) -> None:
    trail.happen(1)
    for table in ("acts_entry", "trail_look", "trail_leaf", "trail_checkpoint", "registry_memberevent"):
        column = "horizon" if table == "trail_checkpoint" else "xact"
        for changes in (f"UPDATE {table} SET {column} = 1", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with (
                psycopg.connect(trail.database.owner) as owner,
                pytest.raises(psycopg.errors.InsufficientPrivilege) as said,
            ):
                owner.execute(changes.encode())
            assert "append-only" in str(said.value)
            with pytest.raises(DatabaseError), acting(actor(CLERK)), connection.cursor() as cursor:
                cursor.execute(changes)


def test_the_key_is_for_its_owner_alone_and_checkpoints_are_signed_with_it(trail: Trail) -> None:
    trail.happen(1)
    trail.seal()
    assert stat.S_IMODE((trail.home / "trail" / "signing.pem").stat().st_mode) == 0o600
    newest = trail.newest()
    assert newest.holds()
    assert newest.key == trail.public_key
    assert newest.organisation == PREFECTURE


def test_an_act_writes_no_hash(trail: Trail) -> None:
    """Hashing is the job's: an act gives its rows the number of its transaction and nothing else."""
    record_sign_in(actor=actor(CLERK), act_id=uuid4())
    before = trail.number("SELECT count(*) FROM trail_leaf")
    assert before == 0
    assert trail.number("SELECT count(*) FROM acts_entry WHERE xact IS NULL") == 0


def test_the_job_seals_hands_over_and_verifies(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    from bangfu.ground.access import jobs  # noqa: PLC0415, needs the instance's settings

    trail.happen()
    jobs.seal_every_minute(timestamp=0)
    trail.seal()
    jobs.hand_over_every_night(timestamp=0)
    jobs.verify_every_night(timestamp=0)
    assert len(kept.outbox(trail.home)) == 1
    result = kept.last_result(trail.home)
    assert result
    assert result["ok"] is True
    assert result["compared_with_checkpoints_from_elsewhere"] == 2
    state = sealing_state(actor(AUDITOR))
    assert (state.sealed, state.unsealed, state.trouble) == (trail.newest().size, 0, None)


def test_verifying_needs_no_django(trail: Trail) -> None:
    trail.happen()
    trail.seal()
    program = (
        "import sys; from bangfu.terminals.cli.main import bangfu\n"
        "try: bangfu(['trail', 'verify', '--json', '--url', sys.argv[1]], standalone_mode=False)\n"
        "finally: assert not [name for name in sys.modules if name.partition('.')[0] == 'django'], 'django was imported'"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, trail.database.owner],
        cwd=Path(settings.BANGFU_HOME),
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": ""},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    assert said["ok"] is True
    assert said["sealed"] == trail.newest().size
