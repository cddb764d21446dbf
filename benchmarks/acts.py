"""What an act costs with its door, trail, history and row-level security, beside the same writes bare: ``python -m benchmarks.acts``.

Ours: the act as a page calls it. Bare: the same service code in one transaction, as the owner, in a copy of the database without
policies and history triggers: no door, no lock on the act, no entry. By hand: the least statements of SQL that write the same rows.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import connections, transaction
from psycopg.conninfo import conninfo_to_dict

from benchmarks.database import HOME, fresh_database, server
from benchmarks.measure import interleaved, write

HOUSEHOLDS = 150
ACTS = 200  # in one turn
REPETITIONS = 9
_QUESTION, _ANSWER = "请说明家庭现在的收入。", "已说明，材料齐全。"


@dataclass
class Rivals:
    """Connection strings: ``ours`` as the app role, ``bare`` as the owner of a copy without guards."""

    ours: str
    bare: str


@contextmanager
def prepared() -> Iterator[Rivals]:
    """A small union at work, twice."""
    from bangfu.site.database.urls import database_urls  # noqa: PLC0415

    with server(), fresh_database("bench_acts") as owner, TemporaryDirectory() as folder:
        _fill(Path(folder))
        connections["default"].close()
        with psycopg.connect(owner, dbname="postgres", autocommit=True) as admin:
            admin.execute("DROP DATABASE IF EXISTS bench_acts_bare WITH (FORCE)")
            admin.execute("CREATE DATABASE bench_acts_bare TEMPLATE bench_acts")
        bare = psycopg.conninfo.make_conninfo(owner, dbname="bench_acts_bare")
        with psycopg.connect(bare, autocommit=True) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (table,) in tables:
                connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY".encode())
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        ours = psycopg.conninfo.make_conninfo(database_urls(HOME).app, dbname="bench_acts")
        try:
            yield Rivals(ours, bare)
        finally:
            connections["default"].close()
            with psycopg.connect(owner, dbname="postgres", autocommit=True) as admin:
                admin.execute("DROP DATABASE bench_acts_bare WITH (FORCE)")


def _fill(folder: Path, households: int = HOUSEHOLDS) -> None:
    from bangfu.core.clock import MachineClock, today  # noqa: PLC0415
    from bangfu.decide.comparison.running import compare_now  # noqa: PLC0415
    from bangfu.decide.identification.proposing import propose_now  # noqa: PLC0415
    from bangfu.ground.access.selectors import operator  # noqa: PLC0415
    from bangfu.ground.access.services import found_organisations, founder, shipped_organisations  # noqa: PLC0415
    from bangfu.ground.acts.actor import Purpose  # noqa: PLC0415
    from bangfu.ground.policy.services import keep_policy_current  # noqa: PLC0415
    from bangfu.record.registry.bringing import About, bring_archive  # noqa: PLC0415
    from bangfu.synthetic.prefecture import generate  # noqa: PLC0415

    found_organisations(actor=founder("5329"), act_id=uuid4(), rows=shipped_organisations("5329"))
    keep_policy_current(actor=operator())
    generate(households, 5, folder / "prefecture")
    for workbook in sorted((folder / "prefecture" / "archive").iterdir()):
        bring_archive(operator(Purpose.FILING), workbook, About(workbook.stem))
    day = today(MachineClock())
    compare_now(operator(Purpose.IDENTIFICATION), day)
    propose_now(operator(Purpose.IDENTIFICATION), day, uuid4())


def connect(url: str) -> None:
    """Django's connection, to this database in this role."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    held = connections["default"]
    if held.settings_dict["NAME"] != parts["dbname"]:
        held.close()
        held.settings_dict.update(NAME=parts["dbname"], USER=parts["user"], HOST=parts["host"], PORT=parts["port"])
        held.ensure_connection()


class Cases:
    """Families asked and answering in turn, each with the version that was seen last."""

    def __init__(self, url: str) -> None:
        query = "SELECT id, version FROM identification_determination WHERE state = 'open' ORDER BY id"
        with psycopg.connect(url.replace("bangfu_app", "bangfu_owner")) as connection:
            self.open = [(UUID(str(pk)), int(version)) for pk, version in connection.execute(query)]
        self.asked: list[tuple[UUID, int]] = []

    def next(self) -> tuple[bool, UUID, int]:
        """Is it to be asked (else answered), which, at which version; the case moves on."""
        ask = len(self.open) > len(self.asked)
        taken, given = (self.open, self.asked) if ask else (self.asked, self.open)
        pk, version = taken.pop(0)
        given.append((pk, version + 1))
        return ask, pk, version


def by_acts(url: str, cases: Cases, *, bare: bool) -> None:
    """A turn of acts; ``bare``: their functions alone, in a transaction."""
    from bangfu.decide.identification.services import record_answer, settle  # noqa: PLC0415
    from bangfu.decide.identification.settling import Way  # noqa: PLC0415
    from bangfu.ground.access.selectors import operator  # noqa: PLC0415
    from bangfu.ground.acts.actor import Purpose  # noqa: PLC0415

    connect(url)
    actor = operator(Purpose.IDENTIFICATION)

    def do(act: Callable[..., Any], **given: Any) -> None:
        if not bare:
            act(actor=actor, act_id=uuid4(), **given)
            return
        with transaction.atomic():
            act.__wrapped__(actor=actor, act_id=uuid4(), **given)  # type: ignore[attr-defined]  # functools.wraps

    for _ in range(ACTS):
        ask, pk, version = cases.next()
        if ask:
            do(settle, determination_id=pk, seen_version=version, kind=Way.ASK, question=_QUESTION)
        else:
            do(record_answer, determination_id=pk, seen_version=version, answer=_ANSWER)


def by_hand(url: str, cases: Cases) -> None:
    """A turn of the same changes: lock the row, write the settlement, move the determination on."""
    with psycopg.connect(url) as connection:
        for _ in range(ACTS):
            ask, pk, version = cases.next()
            lock = "SELECT case_file_id, household_id, org FROM identification_determination WHERE id = %s AND version = %s FOR UPDATE"
            file, household, org = connection.execute(lock, [pk, version]).fetchone() or (None, None, None)
            (_ask if ask else _answer)(connection, pk, (file, household, org, version))
            connection.commit()


def _ask(connection: psycopg.Connection[Any], pk: UUID, row: tuple[Any, ...]) -> None:
    connection.execute(
        """INSERT INTO identification_settlement (id, determination_id, case_file_id, household_id, org, kind, reason_code, reason,
            question, answer, due_on, batch, standing, state_before, answered_before, version_after,
            answered_name, settled_by, settled_name, second_name, second_way, second_word)
            VALUES (%s, %s, %s, %s, %s, 'ask', '', '', %s, '', current_date + 7, false, true, 'open', false, %s, '', %s, '本机操作员',
            '', '', '')""",
        [uuid4(), pk, *row[:3], _QUESTION, row[3] + 1, UUID(int=0)],
    )
    connection.execute(
        """UPDATE identification_determination SET state = 'asked', due_on = current_date + 7, answered = false, settled_at = NULL,
            version = version + 1 WHERE id = %s""",
        [pk],
    )


def _answer(connection: psycopg.Connection[Any], pk: UUID, _: tuple[Any, ...]) -> None:
    connection.execute(
        """UPDATE identification_settlement SET answer = %s, standing = false, answered_at = now(), answered_by = %s,
            answered_name = '本机操作员' WHERE determination_id = %s AND standing""",
        [_ANSWER, UUID(int=0), pk],
    )
    connection.execute(
        """UPDATE identification_determination SET state = 'open', due_on = NULL, answered = true, version = version + 1
            WHERE id = %s""",
        [pk],
    )


def main() -> None:
    """Measure and write benchmarks/results/acts.json."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS
    with prepared() as rivals:
        ours, bare = Cases(rivals.ours), Cases(rivals.bare)
        turns: dict[str, Callable[[], object]] = {
            "by hand: the same rows in SQL": partial(by_hand, rivals.bare, bare),
            "bare: the same code, one transaction": partial(by_acts, rivals.bare, bare, bare=True),
            "ours: the act": partial(by_acts, rivals.ours, ours, bare=False),
        }
        for turn in turns.values():
            turn()
        times = interleaved(turns, repetitions)
    hand, same, act = (float(str(taken["median"])) for taken in times.values())
    figures = {
        "times": times,
        "per_second": {name: round(ACTS / float(str(taken["median"]))) for name, taken in times.items()},
        "notes": [
            f"{ACTS} acts in a turn: a family is asked, or its answer recorded. An act costs {1000 * act / ACTS:.2f} ms, "
            f"the same code bare {1000 * same / ACTS:.2f} ms ({act / same:.2f}×), the same rows written by hand "
            f"{1000 * hand / ACTS:.2f} ms ({act / hand:.2f}×). PostgreSQL with fsync on, on the same machine."
        ],
    }
    write("acts", "the cost of an act with trail, history and row-level security", "python -m benchmarks.acts", figures)


if __name__ == "__main__":
    main()
