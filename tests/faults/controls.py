"""Negative controls: the product broken on purpose, in a copy of the database; the same judge must find it.

Each breaks what the harness is there to watch. One that is not caught means that the harness proves nothing.
"""

import random
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from bangfu.site.database.urls import database_urls
from tests.faults import parts
from tests.faults.copies import Copy, a_copy
from tests.faults.judge import Verdict
from tests.faults.run import Hammer, Rhythm, _actors, roles

# A server that loses what it acknowledged does so only within a fifth of a second: some tries may be lucky.
_TRIES = 5


def caught(home: Path, seed: int) -> int:
    """Run the four; say of each whether it was caught; gives how many were."""
    found = 0
    for control in (_without_sync, _without_key, _job_before_commit, _without_policy):
        with a_copy(home, f"control{control.__name__}", seed) as copy:
            verdict = control(copy)
        said = (control.__doc__ or "").partition("\n")[0]
        told = (
            f"lost {verdict.lost}, doubled {verdict.doubled}, half {verdict.half}, seen outside {verdict.seen_outside}"
        )
        found += not verdict.is_clean
        sys.stderr.write(f"control: {said} {'NOT CAUGHT' if verdict.is_clean else 'caught'} ({told})\n")
    return found


def _without_sync(copy: Copy) -> Verdict:
    """synchronous_commit off: acknowledged acts are lost."""
    since = copy.breaking(f"ALTER DATABASE {copy.name} SET synchronous_commit = off")
    verdict = Verdict()
    for _ in range(_TRIES):
        hammer = _hammer(copy)
        hammer.begin()
        before = copy.plan.acknowledged
        parts.eventually(lambda before=before: copy.plan.acknowledged > before + 30, 10)  # type: ignore[misc]
        parts.kill_database(copy.home)
        copy.plan.abandon()
        parts.start_database(copy.home)
        hammer.finish()
        verdict = copy.judged(since)
        if verdict.lost:
            break
        copy.plan.start_again()
    return verdict


def _without_key(copy: Copy) -> Verdict:
    """The unique key on act_id gone, and the lock that stands before it: acts are done twice."""
    if not _sent_twice(copy, copy.breaking()).is_clean:
        raise AssertionError("with the key in place an act was done twice although only the lock was missing")
    since = copy.breaking("ALTER TABLE acts_entry DROP CONSTRAINT entry_act_id_once")
    return _sent_twice(copy, since)


def _sent_twice(copy: Copy, since: int) -> Verdict:
    def work() -> None:
        from django.db import connection  # noqa: PLC0415

        from bangfu.core.problems import Problem  # noqa: PLC0415
        from bangfu.ground.access.services import record_sign_in  # noqa: PLC0415
        from bangfu.ground.acts import door  # noqa: PLC0415

        setattr(door, "lock_number", lambda _area, _key: random.getrandbits(60))  # noqa: B010, as above
        (actor,) = _actors(copy.plan, {"self": "hand0"}).values()
        start = threading.Barrier(2)

        def send(act_id: Any) -> None:
            connection.ensure_connection()
            start.wait()
            try:
                with suppress(Problem):
                    record_sign_in(actor=actor, act_id=act_id)
            finally:
                connection.close()

        for _ in range(10):
            act_id = uuid4()
            senders = [threading.Thread(target=send, args=(act_id,)) for _ in range(2)]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()

    _in_child(copy, work)
    return copy.judged(since)


def _job_before_commit(copy: Copy) -> Verdict:
    """A job sent before its act commits: the act fails, and the job is there all the same."""
    since = copy.breaking()

    def work() -> None:
        from datetime import date  # noqa: PLC0415

        from bangfu.ground.acts import faults  # noqa: PLC0415
        from bangfu.record.registry.uploads import Stored  # noqa: PLC0415
        from bangfu.record.sources import services  # noqa: PLC0415
        from bangfu.record.sources.about import About  # noqa: PLC0415

        app = make_conninfo(database_urls(copy.home).app, dbname=copy.name)

        def at_once(_actor: Any, delivery: Any) -> None:
            with psycopg.connect(app, autocommit=True) as other:
                other.execute(
                    """INSERT INTO procrastinate_jobs (queue_name, task_name, args)
                       VALUES ('imports', 'sources.check_delivery', jsonb_build_object('delivery_id', %s::text))""",
                    [str(delivery.pk)],
                )

        setattr(services, "_defer_check", at_once)  # noqa: B010, what it replaces has a type of its own
        (actor,) = _actors(copy.plan, {"self": "officer0"}).values()
        faults.switch_on("sources.delivery_received.before_commit=raise")
        stored = Stored(uuid4(), "a.csv", "0" * 64, 1)
        with suppress(faults.Fault):
            services.receive_delivery(
                actor=actor, act_id=uuid4(), stored=stored, about=About("vehicles", date(2026, 1, 1))
            )

    _in_child(copy, work)
    return copy.judged(since)


def _without_policy(copy: Copy) -> Verdict:
    """A row-level security policy dropped: a neighbour sees the files."""
    return copy.judged(copy.breaking("ALTER TABLE registry_casefile DISABLE ROW LEVEL SECURITY"))


def _in_child(copy: Copy, work: Callable[[], None]) -> None:
    hammer = Hammer(copy.home, copy.plan, Rhythm(), {0: copy.inside(work)})
    hammer.begin()
    hammer.finish()
    if hammer.broken:
        raise AssertionError(f"a control broke: {(copy.plan.folder / 'broken.log').read_text('utf-8')}")


def _hammer(copy: Copy) -> Hammer:
    hands = {number: copy.inside(work) for number, work in roles(copy.plan, 0, hands=2, walkers=0, web=0).items()}
    return Hammer(copy.home, copy.plan, Rhythm(), hands)
