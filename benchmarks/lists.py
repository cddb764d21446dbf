"""The list of files and its search at 100,000 files, beside the same SQL bare: ``python -m benchmarks.lists``; ``--files 1000000``.

Ours: the selector inside the door, as a page calls it: scope, purpose and actor set in a transaction, row-level security, count,
page, members counted, names masked. Bare: one hand-written statement for the count and one for the page, no policy, no Django.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connections

from benchmarks.database import fresh_database, server
from benchmarks.measure import interleaved, write

FILES = 100_000
MEMBERS_EACH = 3
REPETITIONS = 15
CLIENTS, SECONDS = 8, 15.0
COUNTIES = [f"5329{code:02}" for code in (1, *range(22, 33))]
_BATCH = 20_000
_NAMES = 50_021


def fill(owner: str, files: int) -> None:
    """Files with three members each, names as synthetic people have them, spread over twelve counties."""
    from bangfu.core.names import pinyin_key  # noqa: PLC0415
    from bangfu.synthetic.dice import Dice  # noqa: PLC0415
    from bangfu.synthetic.names import many_names  # noqa: PLC0415

    known = [(name, pinyin_key(name)) for name in many_names(Dice("lists"), _NAMES)]
    with psycopg.connect(owner, autocommit=True) as connection, connection.cursor() as cursor:
        household, case_file, member = [], [], []
        for number in range(files):
            org, ids = f"/53/5329/{COUNTIES[number % 12]}/", (uuid4(), uuid4())
            people = [known[(number * 7 + place * 5) % _NAMES] for place in range(MEMBERS_EACH)]
            household.append((ids[0], org))
            case_file.append((ids[1], ids[0], org, f"{COUNTIES[number % 12]}-2026-{number:06}", *people[0]))
            for place, (name, key) in enumerate(people):
                last = f"{(number * 7 + place * 13) % 10_000:04}"
                joined, initials = key.replace(" ", ""), "".join(part[0] for part in key.split())
                member.append((uuid4(), *ids, org, place == 0, place, name, name, key, joined, initials, last))
            if len(case_file) == _BATCH or number == files - 1:
                _copy(cursor, household, case_file, member)
                household, case_file, member = [], [], []
        cursor.execute(b"VACUUM ANALYZE")


def _copy(cursor: psycopg.Cursor[Any], household: list[Any], case_file: list[Any], member: list[Any]) -> None:
    _copy_rows(cursor, "registry_household", "id, org", household)
    _copy_rows(cursor, "registry_casefile", "id, household_id, org, number, head_name, head_pinyin", case_file)
    columns = "id, household_id, case_file_id, org, is_head, position, name, folded, pinyin, pinyin_joined, initials, number_last_four"
    _copy_rows(cursor, "registry_member", columns, member)


def _copy_rows(cursor: psycopg.Cursor[Any], table: str, columns: str, rows: list[Any]) -> None:
    """What the application fills in itself, the table is told to fill in for the time of the copy."""
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS t_{table} AS SELECT {columns} FROM {table} LIMIT 0".encode())
    with cursor.copy(f"COPY t_{table} ({columns}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO' "
        "AND column_default IS NULL AND position(column_name in %s) = 0 AND table_schema = 'public'",
        [table, f" {columns.replace(',', ' ,')} "],
    )
    missing = [(name, kind) for name, kind in cursor.fetchall() if name not in columns.split(", ")]
    values = {"boolean": "true", "integer": "1", "bigint": "0", "date": "DATE '2026-01-01'", "jsonb": "'[]'::jsonb"}
    extra = {"state": "'on_file'", "number_state": "'valid'"}
    names = ", ".join([columns, *(name for name, _ in missing)])
    filled = ", ".join([columns, *(extra.get(name) or values.get(kind, "''") for name, kind in missing)])
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {filled} FROM t_{table}".encode())
    cursor.execute(f"TRUNCATE t_{table}".encode())


def queries(middle: str, name: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """What is asked: its name, the query form, and the bare condition. ``middle``: the number of a file far down,
    ``name``: how its head's name begins."""
    people = "id IN (SELECT case_file_id FROM registry_member WHERE left_on IS NULL AND {})"
    yield "first page", {}, "true"
    yield "page far down", {"after": middle}, "true"
    yield "name", {"text": name}, people.format(f"folded >= '{name}' AND folded < '{name}' || chr(1114111)")
    yield (
        "pinyin",
        {"text": "wangx"},
        people.format("pinyin_joined >= 'wangx' AND pinyin_joined < 'wangx' || chr(1114111)"),
    )
    yield "last four", {"text": "4321"}, people.format("number_last_four = '4321'")


def bare(connection: psycopg.Connection[Any], scope: str, condition: str, after: str) -> int:
    """The same count and page."""
    where = f"state = 'on_file' AND org >= '{scope}' AND org < left('{scope}', -1) || '0' AND {condition}"
    (total,) = connection.execute(f"SELECT count(*) FROM registry_casefile WHERE {where}".encode()).fetchone() or (0,)
    if after:
        last = f"(SELECT head_pinyin FROM registry_casefile WHERE number = '{after}')"
        where += f" AND (head_pinyin, number) > ({last}, '{after}')"
    page = f"""SELECT f.id, f.number, f.head_name, f.category, f.main_cause, f.org,
        (SELECT count(*) FROM registry_member m WHERE m.case_file_id = f.id AND m.left_on IS NULL)
        FROM (SELECT * FROM registry_casefile WHERE {where} ORDER BY head_pinyin, number LIMIT 51) f"""
    return int(total) + len(connection.execute(page.encode()).fetchall())


def measured(scope: str, owner: str) -> dict[str, Any]:
    """All queries in one scope: milliseconds of both and the ratio."""
    from bangfu.ground.acts.actor import Actor, Purpose, Role  # noqa: PLC0415
    from bangfu.ground.acts.door import acting  # noqa: PLC0415
    from bangfu.record.registry.selectors import FileQuery, files  # noqa: PLC0415

    actor = Actor(uuid4(), "量", Role.CLERK, "532923", "量", scope, Purpose.FILING)
    found = {}
    with psycopg.connect(owner, autocommit=True) as connection:
        for name, form, condition in queries(*_middle(connection, scope)):

            def ours(form: dict[str, str] = form) -> int:
                with acting(actor):
                    page = files(actor, FileQuery(text=form.get("text", ""), after=form.get("after", "")))
                    return page.total + len(page.rows) + bool(page.following)

            def same(condition: str = condition, form: dict[str, str] = form) -> int:
                return bare(connection, scope, condition, form.get("after", ""))

            assert ours() == same(), (name, ours(), same())
            rivals: dict[str, Callable[[], object]] = {"bare SQL": same, "ours": ours}
            times = interleaved(rivals, REPETITIONS)
            found[name] = {
                "bare_ms": round(1000 * float(str(times["bare SQL"]["median"])), 2),
                "ours_ms": round(1000 * float(str(times["ours"]["median"])), 2),
                "ratio": times["ours"]["ratio"],
            }
    return found


def _middle(connection: psycopg.Connection[Any], scope: str) -> tuple[str, str]:
    query = """SELECT number, left(head_name, 2) FROM registry_casefile
        WHERE org >= %s AND org < left(%s, -1) || '0' ORDER BY head_pinyin, number
        OFFSET (SELECT count(*) / 2 FROM registry_casefile WHERE org >= %s AND org < left(%s, -1) || '0') LIMIT 1"""
    number, name = connection.execute(query, [scope] * 4).fetchone() or ("", "")
    return str(number), str(name)


def at_once(scope: str, owner: str, clients: int, seconds: float) -> dict[str, float]:
    """So many people asking one after the other, each in a process of their own: milliseconds at the median and for 95 of 100."""
    connections["default"].close()
    with psycopg.connect(owner, autocommit=True) as connection:
        forms = [form for _, form, _ in queries(*_middle(connection, scope))]
    with TemporaryDirectory() as folder:
        children = []
        for client in range(clients):
            child = os.fork()
            if not child:
                try:
                    _ask(scope, forms, seconds, client, Path(folder) / str(client))
                finally:
                    # Never back into what our parent has under its care: the server, for one.
                    os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        taken = sorted(float(line) for path in Path(folder).iterdir() for line in path.read_text().split())
    return {
        "clients": clients,
        "pages_a_second": round(len(taken) / seconds, 1),
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(taken[int(len(taken) * 0.95)], 1),
    }


def _ask(scope: str, forms: list[dict[str, str]], seconds: float, client: int, path: Path) -> None:
    from bangfu.ground.acts.actor import Actor, Purpose, Role  # noqa: PLC0415
    from bangfu.ground.acts.door import acting  # noqa: PLC0415
    from bangfu.record.registry.selectors import FileQuery, files  # noqa: PLC0415

    actor = Actor(uuid4(), "量", Role.CLERK, "532923", "量", scope, Purpose.FILING)
    connections["default"].ensure_connection()
    taken, until, turn = [], time.monotonic() + seconds, client
    while time.monotonic() < until:
        form = forms[turn % len(forms)]
        began = time.perf_counter()
        with acting(actor):
            files(actor, FileQuery(text=form.get("text", ""), after=form.get("after", "")))
        taken.append(1000 * (time.perf_counter() - began))
        turn += 1
    path.write_text("\n".join(map(str, taken)))


WHAT = (
    "Ours: transaction, scope, actor and purpose, row-level security, the count, and the page of 50 with masked names. "
    "Bare: the same count and the same page as the owner, without any of that. Medians of interleaved turns. "
    "At once: processes that ask all of these in turn without a pause, on the same two cores as the database."
)


def main() -> None:
    """Measure and write benchmarks/results/lists.json; at another number of files, lists-NUMBER.json."""
    words = argparse.ArgumentParser(prog="python -m benchmarks.lists")
    words.add_argument("--files", type=int, default=FILES)
    words.add_argument("--clients", type=int, default=CLIENTS)
    words.add_argument("--seconds", type=float, default=SECONDS)
    said = words.parse_args()
    with server(), fresh_database("bench_lists") as owner:
        fill(owner, said.files)
        prefecture, county = f"prefecture ({said.files:,} files)", f"county ({said.files // 12:,} files)"
        scopes = {prefecture: "/53/5329/", county: "/53/5329/532923/"}
        found = {name: measured(path, owner) for name, path in scopes.items()}
        crowd = {name: at_once(path, owner, said.clients, said.seconds) for name, path in scopes.items()}
    table = ["| | bare ms | ours ms | ratio |", "|---|---|---|---|"]
    for scope, lines in found.items():
        table += [f"| {scope}: {q} | {m['bare_ms']} | {m['ours_ms']} | {m['ratio']} |" for q, m in lines.items()]
    beside = [f"| {said.clients} clients at once | pages a second | median ms | p95 ms |", "|---|---|---|---|"]
    beside += [f"| {scope} | {c['pages_a_second']} | {c['median_ms']} | {c['p95_ms']} |" for scope, c in crowd.items()]
    usual = said.files == FILES
    write(
        "lists" if usual else f"lists-{said.files}",
        f"the list of files and its search at {said.files:,} files",
        "python -m benchmarks.lists" if usual else f"python -m benchmarks.lists --files {said.files}",
        {"times": {}, "scopes": found, "at_once": crowd, "notes": ["\n".join(table), "\n".join(beside), WHAT]},
    )


if __name__ == "__main__":
    main()
