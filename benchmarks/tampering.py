"""Does the verification find what a superuser did? ``python -m benchmarks.tampering [attacks]`` (``make tampering``); 1,000 by default.

A trail of every sealed table, sealed in steps; then random attacks of five kinds, each in a transaction that is rolled back, triggers
off; then untouched copies, on which nothing may be found; then a trail of real size, for the speed. Writes docs/figures/tampering.md.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bangfu.core.checkpoints import Checkpoint, read_checkpoint
from bangfu.ground.trail.canonical import SEALED_TABLES, quoted
from bangfu.ground.trail.verifying import Report, verify
from bangfu.ground.trail.verifying.sources import inside
from benchmarks.attacks import ATTACKS, Done, Place

SEED, ATTACKED, CONTROLLED, UNTOUCHED, LARGE = 20261124, 1_000, 100, 100, 400_000
COMMAND = "python -m benchmarks.tampering"
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "tampering.md"
_ORGANISATION = "5329"
_STEPS, _ROWS_A_STEP = 6, 14
# A value for row g of a column, by its type; real rows are of this length.
_VALUES = {
    "uuid": "gen_random_uuid()",
    "boolean": "g % 2 = 0",
    "jsonb": "jsonb_build_object('n', g, 'reason_zh', '核对证件原件')",
    "bytea": "sha256(int8send(g))",
    "date": "date '2026-01-01' + (g % 300)::int",
    "timestamp with time zone": "timestamptz '2026-01-01 08:00:00+08' + g * interval '7 seconds'",
    "bigint": "g",
    "integer": "g",
    "smallint": "(g % 100)::int",
    "double precision": "g / 7.0",
    "ARRAY": "ARRAY['main_cause', 'health']",
}


@dataclass
class Tally:
    """How many attacks of a kind were made, found, and named by the row or its places in the tree."""

    made: int = 0
    found: int = 0
    named: int = 0
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sealed:
    """A sealed trail to attack: how to connect as its owner, its key, and what is kept of it elsewhere."""

    owner: str
    key: Ed25519PrivateKey
    above: Checkpoint
    home: Checkpoint

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()


def fill(connection: psycopg.Connection[Any], rows: int, tables: Sequence[str] | None = None) -> int:
    """Rows into every sealed table, or into some, by one statement each; gives how many."""
    start = connection.execute("SELECT 1 + coalesce(max(xact), 0) FROM trail_leaf").fetchone()
    assert start
    filled = 0
    for table, key, columns in connection.execute(SEALED_TABLES.encode()).fetchall():
        if tables is not None and table not in tables:
            continue
        kinds = connection.execute(
            "SELECT column_name, data_type, character_maximum_length FROM information_schema.columns WHERE table_name = %s",
            [table],
        ).fetchall()
        values = {name: _value(name, kind, length) for name, kind, length in kinds if name in columns}
        del values["xact"]
        values |= {"org": "'/53/5329/532923/'"} if "org" in values else {}
        if "GENERATED" in _default(connection, table, key):
            del values[key]
        names = ", ".join(quoted(name) for name in values)
        first = start[0] * 1_000_000
        connection.execute(
            f"INSERT INTO {quoted(table)} ({names}) SELECT {', '.join(values.values())} "
            f"FROM generate_series({first}, {first + rows - 1}) AS g".encode()
        )
        filled += rows
    return filled


def _default(connection: psycopg.Connection[Any], table: str, key: str) -> str:
    found = connection.execute(
        "SELECT CASE WHEN is_identity = 'YES' THEN 'GENERATED' ELSE '' END FROM information_schema.columns "
        "WHERE table_name = %s AND column_name = %s",
        [table, key],
    ).fetchone()
    assert found
    return str(found[0])


def _value(name: str, kind: str, length: int | None) -> str:
    if kind in _VALUES:
        return f"(g % 1000000)::{kind}" if kind in ("integer", "bigint") and name != "row_id" else _VALUES[kind]
    return f"left('{name} ' || g || ' 某某', {length or 200})"


def attack(sealed: Sealed, count: int, seed: int) -> dict[str, Tally]:
    """Attack so often, all kinds in turn; gives what was found, by kind."""
    dice = random.Random(seed)
    tallies = {kind: Tally() for kind in ATTACKS}
    with psycopg.connect(sealed.owner) as connection:
        for number in range(count):
            kind = list(ATTACKS)[number % len(ATTACKS)]
            how = ATTACKS[kind][number // len(ATTACKS) % len(ATTACKS[kind])]
            connection.execute("SET LOCAL session_replication_role = replica")
            source = inside(connection)
            place = Place(connection, source, dice, sealed.above, sealed.home, sealed.key)
            done = how(place)
            report = verify(source, key=sealed.public, elsewhere=[("elsewhere", one) for one in done.elsewhere])
            connection.rollback()
            tally = tallies[kind]
            tally.made += 1
            tally.found += not report.is_whole
            tally.named += names(report, done)
            if report.is_whole:
                tally.missed.append(f"{how.__name__} {done.table} {done.row}")
    return tallies


def names(report: Report, done: Done) -> bool:
    """Does a finding name the row that was touched, or places in the tree among which it is?"""
    for finding in report.findings:
        if done.row is not None and (finding.table, finding.row) == (done.table, done.row):
            return True
        first = finding.first or 0
        last = first if finding.last is None else finding.last
        if finding.what != "checkpoint" and first <= done.first <= last:
            return True
    return False


def untouched(sealed: Sealed, count: int, seed: int) -> int:
    """Verify untouched copies, with some rows added that are not sealed yet; gives how often something was found."""
    dice, alarms = random.Random(seed), 0
    with psycopg.connect(sealed.owner) as connection:
        for _ in range(count):
            added = fill(connection, dice.randint(0, 3))
            elsewhere = [("above", sealed.above), ("home", sealed.home)]
            report = verify(inside(connection), key=sealed.public, elsewhere=elsewhere)
            connection.rollback()
            alarms += not report.is_whole or report.unsealed != added
    return alarms


def sealed_in_steps(owner: str, home: Path, steps: int, rows: int, seal: Callable[[], int]) -> Sealed:
    """Fill and seal, step by step; the level above holds the last checkpoint but one."""
    from bangfu.ground.trail import kept  # noqa: PLC0415, needs Django
    from bangfu.ground.trail.keys import signing_key  # noqa: PLC0415

    texts = []
    for _ in range(steps):
        with psycopg.connect(owner) as connection:
            fill(connection, rows)
        assert seal()
        texts.append(kept.latest(home) or "")
    return Sealed(owner, signing_key(home), read_checkpoint(texts[-2], "above"), read_checkpoint(texts[-1], "home"))


def speed(owner: str, entries: int) -> Iterator[tuple[str, float]]:
    """Seconds to seal and to verify a trail of so many entries: acts, looks and members' histories, a third each."""
    from bangfu.ground.trail.seals import seal_all  # noqa: PLC0415, needs Django

    with psycopg.connect(owner) as connection:
        filled = fill(connection, entries // 3, ["acts_entry", "trail_look", "registry_memberevent"])
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    yield "entries", filled
    began = time.perf_counter()
    assert seal_all(_ORGANISATION) == filled
    yield "seal", time.perf_counter() - began
    with psycopg.connect(owner) as connection:
        began = time.perf_counter()
        report = verify(inside(connection))
        assert report.is_whole
        assert report.sealed == filled
        yield "verify", time.perf_counter() - began


def write(result: dict[str, Any]) -> None:
    """docs/figures/tampering.md: from this run alone."""
    rows = "\n".join(f"| {kind} | {t.made:,} | {t.found:,} | {t.named:,} |" for kind, t in result["tallies"].items())
    made, found = (sum(getattr(t, what) for t in result["tallies"].values()) for what in ("made", "found"))
    entries, seal, verified = (result["speed"][name] for name in ("entries", "seal", "verify"))
    million = 1_000_000 / entries
    FIGURE.write_text(
        f"""# Tampering

A superuser with triggers off, who knows how the tree is made, changes a sealed trail of {result["size"]:,} entries in all
{result["tables"]} sealed tables; `bangfu trail verify` looks at it. Some attacks make leaves, tree and checkpoints anew, with another key
or with the instance's own: those can be seen only beside a checkpoint that is kept elsewhere, and are verified beside one.
*Named*: the row, or places in the tree among which it is. Each attack is in a transaction that is rolled back.

Repeat: `{COMMAND}` or `make tampering` (seed {SEED}; measured at commit {result["commit"]}).

| attack | made | found | named |
| --- | --: | --: | --: |
{rows}
| **all** | **{made:,}** | **{found:,}** | |

False alarms on {result["untouched"]:,} untouched copies, with entries added that are not sealed yet: {result["alarms"]}.

Negative control: where the verification does not compare rows with their leaves, {result["control"]:,} of {CONTROLLED:,} are found
(`tests/ground/trail/test_tampering.py` holds that the harness notices).

Speed, on a trail of {entries:,} entries (a third each of acts, looks and histories of members): sealed in {seal:.1f} s, verified in
{verified:.1f} s, which is {seal * million:.0f} s and {verified * million:.0f} s per million entries, extrapolated in proportion;
two cores, at a load average of {result["load"]:.1f} (other work ran beside it).
""",
        "utf-8",
    )


def without_comparing_rows(sealed: Sealed, count: int, seed: int) -> int:
    """The control: how many attacks a verification finds that does not compare rows with their leaves."""
    from bangfu.ground.trail.verifying import checking  # noqa: PLC0415, is broken for a moment

    whole, checking._says = checking._says, lambda row: row is not None
    try:
        return sum(tally.found for tally in attack(sealed, count, seed).values())
    finally:
        checking._says = whole


def main() -> None:
    from benchmarks import database  # noqa: PLC0415, sets the environment of Django

    def seal() -> int:
        from bangfu.ground.trail.seals import seal_all  # noqa: PLC0415, needs Django

        return seal_all(_ORGANISATION)

    count = int(sys.argv[1]) if len(sys.argv) > 1 else ATTACKED
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    result: dict[str, Any] = {"commit": commit.stdout.strip(), "untouched": UNTOUCHED}
    with database.server():
        rmtree(database.HOME / "trail", ignore_errors=True)
        with database.fresh_database("tampered") as owner:
            sealed = sealed_in_steps(owner, database.HOME, _STEPS, _ROWS_A_STEP, seal)
            with psycopg.connect(owner) as connection:
                result["tables"] = len(connection.execute(SEALED_TABLES.encode()).fetchall())
            result["size"] = sealed.home.size
            result["tallies"] = attack(sealed, count, SEED)
            result["alarms"] = untouched(sealed, UNTOUCHED, SEED)
            result["control"] = without_comparing_rows(sealed, CONTROLLED, SEED)
        rmtree(database.HOME / "trail", ignore_errors=True)
        with database.fresh_database("large") as owner:
            result["speed"] = dict(speed(owner, LARGE))
            result["load"] = os.getloadavg()[1]
        rmtree(database.HOME / "trail", ignore_errors=True)
    write(result)
    made, found = (sum(getattr(t, what) for t in result["tallies"].values()) for what in ("made", "found"))
    last = {"seed": SEED, "made": made, "found": found, "false_alarms": result["alarms"], "control": result["control"]}
    missed = [one for tally in result["tallies"].values() for one in tally.missed]
    print(json.dumps({**last, "missed": missed[:20], **{k: round(v, 2) for k, v in result["speed"].items()}}))
    sys.exit(0 if found == made and not result["alarms"] and result["control"] < CONTROLLED else 1)


if __name__ == "__main__":
    main()
