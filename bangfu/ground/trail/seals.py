"""Sealing the trail: entries, looks and row history enter one hash tree, and a signed checkpoint says what the tree was.

Writing an act hashes nothing: a job seals what has settled since. Of rows, those are taken whose transaction is below the oldest one
still open (``pg_snapshot_xmin``): whatever commits late is above it and comes next time, so that nothing is ever skipped. In the tree
rows are in the order of transaction, table, number. Sealing is no act: an entry for each would itself have to be sealed, without end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bangfu.core.checkpoints import Checkpoint as Signed
from bangfu.core.checkpoints import read_checkpoint, signed
from bangfu.core.merkle import EMPTY_ROOT, Frontier
from bangfu.ground.acts.faults import fault_point
from bangfu.ground.acts.locks import lock
from bangfu.ground.trail import kept
from bangfu.ground.trail.canonical import CANONICAL_SETTINGS, EVERYTHING, SEALED_TABLES, SealedShape, leaf_of, quoted
from bangfu.ground.trail.keys import signing_key
from bangfu.ground.trail.models import Checkpoint, Shape
from bangfu.ground.trail.problems import HISTORY_SHORTER, OWN_EDGE

# Rows that one transaction seals: some seconds of work, and never part of another transaction's rows.
AT_ONCE = 50_000
_NO_END = 2**62


@dataclass(frozen=True, slots=True)
class Settled:
    """Rows are settled below ``horizon``; ``cluster`` names the database server whose transactions are counted."""

    horizon: int
    cluster: str


def seal_all(organisation: str) -> int:
    """Seal whatever has settled, in as many steps as it takes; gives how many rows. ``organisation`` is the code of the topmost union.

    Raises HISTORY_SHORTER or OWN_EDGE where the database no longer holds what was sealed before.
    """
    total = 0
    while count := seal(organisation):
        total += count
    return total


def seal(organisation: str, at_once: int = AT_ONCE) -> int:
    """Seal one step: one transaction, one checkpoint. Gives how many rows; 0 when nothing has settled since."""
    home = Path(settings.BANGFU_HOME)
    with sealing():
        # One at a time; a second one waits, and goes on from what the first has left.
        lock("trail.seal", ["tree"])
        former = Checkpoint.objects.order_by("-size").first()
        check_against_home(former)
        fresh = _Fresh.since(former, at_once)
        if fresh is None:
            return 0
        tree = _tree_of(former)
        added = _add_leaves(fresh, tree)
        fault_point("trail.seal.leaves_added")
        checkpoint = _checkpoint(organisation, fresh, former, tree, home)
        fault_point("trail.seal.before_commit")
    fault_point("trail.seal.after_commit")
    kept.keep_latest(home, checkpoint.text())
    return added


@contextmanager
def sealing() -> Iterator[None]:
    """A transaction that sees every row of the trail, and writes values as they are sealed."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        for name, value in (*EVERYTHING, *CANONICAL_SETTINGS):
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        yield


def check_against_home(former: Checkpoint | None) -> None:
    """Refuse to go on from a history that is not the one last signed: sealing must not paper over a loss."""
    text = kept.latest(Path(settings.BANGFU_HOME))
    if text is None:
        return
    latest = read_checkpoint(text, kept.LATEST)
    held = Checkpoint.objects.filter(size=latest.size).values_list("text", flat=True).first()
    if held != text:
        raise HISTORY_SHORTER(held=former.size if former else 0, sealed=latest.size)


def count_unsealed(former: Checkpoint | None) -> int:
    """How many rows came since, of those that the open door lets be seen."""
    tables = " UNION ALL ".join(
        f"SELECT count(*) AS n FROM {quoted(shape.table)} WHERE xact >= %(horizon)s" for shape in shapes()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum(n) FROM ({tables}) AS a", {"horizon": former.horizon if former else 0})
        return int(cursor.fetchone()[0])


def settled() -> Settled:
    """Where the oldest open transaction stands, in which server."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, system_identifier::text FROM pg_control_system()"""
        )
        horizon, cluster = cursor.fetchone()
    return Settled(int(horizon), str(cluster))


def shapes() -> list[SealedShape]:
    """The tables that are sealed, as they are now; a shape that was not there is entered."""
    known = {(s.table, s.key, tuple(s.columns)): s.pk for s in Shape.objects.all()}
    with connection.cursor() as cursor:
        cursor.execute(SEALED_TABLES)
        found = [(str(table), str(key), tuple(columns)) for table, key, columns in cursor.fetchall()]
    for table, key, columns in found:
        if (table, key, columns) not in known:
            known[table, key, columns] = Shape.objects.create(table=table, key=key, columns=list(columns)).pk
    return [SealedShape(known[one], *one) for one in found]


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What is sealed next: every row without a leaf whose transaction is from ``low`` up to, not including, ``high``.

    Afterwards everything below ``horizon`` is in the tree. ``numbers`` are the shapes that each table ever had.
    """

    shapes: list[SealedShape]
    numbers: dict[str, list[int]]
    low: int
    high: int
    horizon: int
    cluster: str

    @classmethod
    def since(cls, former: Checkpoint | None, at_once: int) -> "_Fresh | None":
        # The horizon first: what commits while we look is above it.
        now, found = settled(), shapes()
        numbers: dict[str, list[int]] = {}
        for shape in Shape.objects.all():
            numbers.setdefault(shape.table, []).append(shape.pk)
        low, high = former.horizon if former else 0, now.horizon
        elsewhere = former is not None and (former.cluster != now.cluster or former.horizon > now.horizon)
        if elsewhere:
            # Restored into another server, whose transactions count anew: whatever has no leaf is taken, by looking everywhere.
            low, high, at_once = 0, _NO_END, _NO_END
        fresh = cls(found, numbers, low, high, now.horizon, now.cluster)
        count, last = fresh.count(at_once)
        if not count:
            return None
        return fresh if count < at_once else replace(fresh, high=last + 1, horizon=last + 1)

    def count(self, limit: int) -> tuple[int, int]:
        """How many rows there are, up to the limit, and the transaction of the last of them."""
        rows = " UNION ALL ".join(f"SELECT r.xact FROM {self._from(shape)}" for shape in self.shapes)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*), max(xact) FROM (SELECT xact FROM ({rows}) AS a ORDER BY xact LIMIT %(limit)s) AS b",
                {"low": self.low, "high": self.high, "limit": limit},
            )
            count, last = cursor.fetchone()
        return int(count), int(last or 0)

    def rows(self) -> str:
        """SQL: shape, table, number, transaction and text of each row."""
        return " UNION ALL ".join(
            f"SELECT {shape.number} AS shape, '{shape.table}' AS tab, r.{quoted(shape.key)}::bigint AS row_id, r.xact, "
            f"row_to_json(s)::text AS said FROM {self._from(shape, shape.text_of('r'))}"
            for shape in self.shapes
        )

    def _from(self, shape: SealedShape, joined: str = "") -> str:
        ever = ", ".join(str(number) for number in self.numbers[shape.table])
        without = (
            f"NOT EXISTS (SELECT FROM trail_leaf l WHERE l.shape IN ({ever}) AND l.row_id = r.{quoted(shape.key)})"
        )
        tables = f"{quoted(shape.table)} AS r{', ' + joined if joined else ''}"
        return f"{tables} WHERE r.xact >= %(low)s AND r.xact < %(high)s AND {without}"


def _tree_of(former: Checkpoint | None) -> Frontier:
    if former is None:
        return Frontier()
    tree = Frontier(former.size, bytes(former.edge))
    if tree.root() != read_checkpoint(former.text, kept.LATEST).root:
        raise OWN_EDGE(size=former.size)
    return tree


def _add_leaves(fresh: _Fresh, tree: Frontier) -> int:
    # The salt: 122 random bits, made by the database's own generator, which has no other without an extension.
    query = f"""
        WITH fresh AS MATERIALIZED (SELECT a.*, uuid_send(gen_random_uuid()) AS salt FROM ({fresh.rows()}) AS a)
        INSERT INTO trail_leaf (position, shape, row_id, xact, salt, commitment)
        SELECT %(size)s + row_number() OVER (ORDER BY xact, tab COLLATE "C", row_id) - 1, shape, row_id, xact, salt,
            sha256(salt || convert_to(said, 'UTF8')) FROM fresh
        RETURNING position, shape, row_id, xact, commitment"""
    tables = {shape.number: shape.table for shape in fresh.shapes}
    with connection.cursor() as cursor:
        cursor.execute(query, {"low": fresh.low, "high": fresh.high, "size": tree.size})
        rows: list[Any] = sorted(cursor.fetchall())
    tree.extend(leaf_of(tables[shape], row_id, xact, bytes(commitment)) for _, shape, row_id, xact, commitment in rows)
    return len(rows)


def _checkpoint(organisation: str, fresh: _Fresh, former: Checkpoint | None, tree: Frontier, home: Path) -> Signed:
    before = read_checkpoint(former.text, kept.LATEST) if former else None
    made = signed(
        Signed(
            organisation=organisation,
            size=tree.size,
            root=tree.root(),
            former_size=before.size if before else 0,
            former_root=before.root if before else EMPTY_ROOT,
            at=timezone.now(),
            horizon=fresh.horizon,
            cluster=fresh.cluster,
            key=b"",
        ),
        signing_key(home),
    )
    Checkpoint.objects.create(
        size=made.size, horizon=made.horizon, cluster=fresh.cluster, edge=bytes(tree), text=made.text(), at=made.at
    )
    return made
