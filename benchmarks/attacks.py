"""What a superuser might do to a trail, in one transaction that is rolled back: used by the harness and by its short form in the tests.

Triggers are off, and whoever attacks knows how the tree is made. Each attack says what it touched, so that one can see whether the
verification names it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import Connection

from bangfu.core.checkpoints import Checkpoint, read_checkpoint, signed
from bangfu.core.merkle import EMPTY_ROOT, Frontier
from bangfu.ground.trail.canonical import SealedShape, commitment_of, leaf_of, quoted
from bangfu.ground.trail.verifying.sources import Database

# Another value of a column, by the type of the column.
OTHER_VALUE = {
    "uuid": "gen_random_uuid()",
    "boolean": "NOT coalesce({c}, false)",
    "jsonb": "CASE WHEN {c} = '[1]' THEN '[2]' ELSE '[1]' END::jsonb",
    "bytea": "sha256(coalesce({c}, ''))",
    "date": "coalesce({c}, '2026-01-01') + 1",
    "timestamp with time zone": "coalesce({c}, '2026-01-01') + interval '1 second'",
    "bigint": "coalesce({c}, 0) + 1000000",
    "integer": "coalesce({c}, 0) + 1000000",
    "smallint": "coalesce({c}, 0) + 1",
    "double precision": "coalesce({c}, 0) + 1",
    "ARRAY": "array_append({c}, 'a')",
}
OTHER_TEXT = "CASE WHEN {c} = 'a' THEN 'b' ELSE 'a' END"


@dataclass
class Place:
    """A trail under attack. ``above`` is the checkpoint that the level above holds, ``home`` that of the instance's own folder."""

    connection: Connection[Any]
    source: Database
    dice: random.Random
    above: Checkpoint
    home: Checkpoint
    stolen: Ed25519PrivateKey
    shapes: dict[int, SealedShape] = field(default_factory=dict)
    types: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shapes = {shape.number: shape for shape in self.source.shapes()}
        found = self.all("SELECT table_name, column_name, data_type FROM information_schema.columns")
        self.types = {(table, column): kind for table, column, kind in found}

    def all(self, query: str, *values: Any) -> list[Any]:
        return self.connection.execute(query.encode(), values).fetchall()

    def do(self, query: str, *values: Any) -> None:
        done = self.connection.execute(query.encode(), values)
        assert done.rowcount, query

    def leaf(self, below: int | None = None) -> tuple[SealedShape, int, int]:
        """Some sealed row, of any table with the same chance: its shape, its number, its place."""
        limit = self.home.size if below is None else below
        tables = self.all("SELECT DISTINCT shape FROM public.trail_leaf WHERE position < %s ORDER BY shape", limit)
        (number,) = self.dice.choice(tables)
        rows = self.all(
            "SELECT row_id, position FROM public.trail_leaf WHERE shape = %s AND position < %s ORDER BY position",
            number,
            limit,
        )
        row_id, position = self.dice.choice(rows)
        return self.shapes[number], row_id, position

    def alter(self, shape: SealedShape, row_id: int, columns: list[str] | None = None) -> None:
        column = self.dice.choice(columns or [name for name in shape.columns if name != shape.key])
        kind = self.types[shape.table, column]
        value = OTHER_VALUE.get(kind, OTHER_TEXT).format(c=quoted(column))
        table = f"public.{quoted(shape.table)}"
        self.do(f"UPDATE {table} SET {quoted(column)} = {value} WHERE {quoted(shape.key)} = %s", row_id)

    def remake_commitment(self, shape: SealedShape, row_id: int) -> None:
        row = next(row for row in self.source.sealed(shape) if row.row_id == row_id)
        assert row.salt is not None
        assert row.text is not None
        self.do(
            "UPDATE public.trail_leaf SET commitment = %s WHERE shape = %s AND row_id = %s",
            commitment_of(row.salt, row.text),
            shape.number,
            row_id,
        )

    def remake_tree(self, key: Ed25519PrivateKey) -> None:
        """All checkpoints anew, as if the leaves had always been as they are now, signed with a key."""
        rows = self.all("SELECT shape, row_id, xact, commitment FROM public.trail_leaf ORDER BY position")
        hashes = [leaf_of(self.shapes[s].table, row, xact, bytes(c)) for s, row, xact, c in rows]
        former, former_root, tree = 0, EMPTY_ROOT, Frontier()
        for text in self.source.checkpoints():
            old = read_checkpoint(text, "")
            size = min(old.size, len(hashes))
            if size <= former:
                self.do("DELETE FROM public.trail_checkpoint WHERE size = %s", old.size)
                continue
            tree.extend(hashes[former:size])
            values = {name: getattr(old, name) for name in Checkpoint.__slots__}
            values |= {"size": size, "root": tree.root(), "former_size": former, "former_root": former_root}
            new = signed(Checkpoint(**values), key)
            self.do(
                "UPDATE public.trail_checkpoint SET size = %s, text = %s, edge = %s WHERE size = %s",
                *(size, new.text(), bytes(tree), old.size),
            )
            former, former_root = size, new.root

    def copy_row(self, shape: SealedShape, row_id: int) -> int:
        """Another row like this one, under a new number."""
        new = int(self.all("SELECT 10000000 + count(*) FROM public.trail_leaf")[0][0])
        other = {shape.key: "%s"} | {name: "gen_random_uuid()" for name in shape.columns if name == "act_id"}
        other |= {"row_id": "10000000"} if shape.table == "trail_erasure" else {}
        listed = ", ".join(quoted(name) for name in shape.columns)
        taken = ", ".join(other.get(name, quoted(name)) for name in shape.columns)
        table = f"public.{quoted(shape.table)}"
        self.do(
            f"INSERT INTO {table} ({listed}) SELECT {taken} FROM {table} WHERE {quoted(shape.key)} = %s",
            *(new, row_id),
        )
        return new

    def add_leaf(self, shape: SealedShape, row_id: int, position: int) -> None:
        salt = self.dice.randbytes(16)
        self.do(
            "INSERT INTO public.trail_leaf (position, shape, row_id, xact, salt, commitment) "
            f"SELECT %s, %s, {quoted(shape.key)}, xact, %s, %s FROM public.{quoted(shape.table)} "
            f"WHERE {quoted(shape.key)} = %s",
            *(position, shape.number, salt, bytes(32), row_id),
        )
        self.remake_commitment(shape, row_id)

    def remove(self, shape: SealedShape, row_id: int) -> None:
        self.do(f"DELETE FROM public.{quoted(shape.table)} WHERE {quoted(shape.key)} = %s", row_id)

    def remove_leaf(self, position: int) -> None:
        self.do("DELETE FROM public.trail_leaf WHERE position = %s", position)

    def move_leaves(self, first: int, by: int) -> None:
        self.connection.execute(b"UPDATE public.trail_leaf SET position = -position - 1 WHERE position >= %s", [first])
        self.connection.execute(b"UPDATE public.trail_leaf SET position = -position - 1 + %s WHERE position < 0", [by])

    def cut(self, first: int, *, leaves: bool, rows: bool, checkpoints: bool) -> None:
        if rows:
            for shape in self.shapes.values():
                self.connection.execute(
                    f"DELETE FROM public.{quoted(shape.table)} WHERE {quoted(shape.key)} IN "
                    f"(SELECT row_id FROM public.trail_leaf WHERE shape = {shape.number} AND position >= %s)".encode(),
                    [first],
                )
        if leaves:
            self.do("DELETE FROM public.trail_leaf WHERE position >= %s", first)
        if checkpoints:
            self.do("DELETE FROM public.trail_checkpoint WHERE size > %s", first)


@dataclass(frozen=True)
class Done:
    """What an attack touched: a row, or places; and which checkpoints from elsewhere are there to see it."""

    table: str = ""
    row: int | None = None
    first: int = 0
    elsewhere: tuple[Checkpoint, ...] = ()


def alter(place: Place) -> Done:
    shape, row, at = place.leaf()
    place.alter(shape, row)
    return Done(shape.table, row, at)


def alter_number(place: Place) -> Done:
    shape, row, at = place.leaf()
    place.alter(shape, row, [shape.key])
    return Done(shape.table, row, at)


def alter_with_leaf(place: Place) -> Done:
    shape, row, at = place.leaf()
    place.alter(shape, row)
    place.remake_commitment(shape, row)
    return Done(shape.table, row, at)


def alter_and_sign_with_another_key(place: Place) -> Done:
    shape, row, at = place.leaf()
    place.alter(shape, row)
    place.remake_commitment(shape, row)
    place.remake_tree(Ed25519PrivateKey.generate())
    return Done(shape.table, row, at, (place.above,))


def alter_and_remake_everything(place: Place) -> Done:
    shape, row, at = place.leaf(place.above.size)
    place.alter(shape, row)
    place.remake_commitment(shape, row)
    place.remake_tree(place.stolen)
    return Done(shape.table, row, at, (place.above,))


def delete(place: Place) -> Done:
    shape, row, at = place.leaf()
    place.remove(shape, row)
    return Done(shape.table, row, at)


def delete_with_leaf(place: Place) -> Done:
    shape, row, at = place.leaf()
    place.remove(shape, row)
    place.remove_leaf(at)
    return Done(shape.table, row, at)


def delete_leaf_only(place: Place) -> Done:
    shape, row, at = place.leaf()
    place.remove_leaf(at)
    return Done(shape.table, row, at)


def delete_as_if_by_law(place: Place) -> Done:
    shape, row, at = place.leaf()
    place.remove(shape, row)
    place.do("UPDATE public.trail_leaf SET salt = NULL WHERE position = %s", at)
    place.do(
        'INSERT INTO public.trail_erasure ("table", row_id, org, reason, act_id) VALUES (%s, %s, %s, %s, gen_random_uuid())',
        *(shape.table, row, "/53/5329/", "period_over"),
    )
    return Done(shape.table, row, at)


def delete_and_remake_everything(place: Place) -> Done:
    shape, row, at = place.leaf(place.above.size)
    place.remove(shape, row)
    place.remove_leaf(at)
    place.move_leaves(at + 1, -1)
    place.remake_tree(place.stolen)
    return Done(shape.table, row, at, (place.above,))


def insert(place: Place) -> Done:
    shape, row, at = place.leaf()
    return Done(shape.table, place.copy_row(shape, row), at)


def insert_at_the_end(place: Place) -> Done:
    shape, row, _ = place.leaf()
    new = place.copy_row(shape, row)
    place.add_leaf(shape, new, place.home.size)
    return Done(shape.table, new, place.home.size)


def insert_with_leaf(place: Place) -> Done:
    shape, row, at = place.leaf()
    new = place.copy_row(shape, row)
    place.move_leaves(at + 1, 1)
    place.add_leaf(shape, new, at + 1)
    place.remake_tree(Ed25519PrivateKey.generate())
    return Done(shape.table, new, at, (place.above,))


def insert_and_remake_everything(place: Place) -> Done:
    shape, row, at = place.leaf(place.above.size - 1)
    new = place.copy_row(shape, row)
    place.move_leaves(at + 1, 1)
    place.add_leaf(shape, new, at + 1)
    place.remake_tree(place.stolen)
    return Done(shape.table, new, at, (place.above,))


def _two(place: Place, below: int | None = None) -> tuple[SealedShape, int, int, int, int]:
    """Two rows of one table, the first sealed before the second."""
    while True:
        shape, row, at = place.leaf(below)
        other_shape, other, other_at = place.leaf(below)
        if shape == other_shape and row != other:
            return (shape, row, other, at, other_at) if at < other_at else (shape, other, row, other_at, at)


def swap_leaves(place: Place) -> Done:
    shape, row, _, at, other = _two(place)
    for position, to in ((at, -1), (other, at), (-1, other)):
        place.do("UPDATE public.trail_leaf SET position = %s WHERE position = %s", to, position)
    return Done(shape.table, row, at)


def swap_rows(place: Place) -> Done:
    shape, row, other, at, _ = _two(place)
    table, key = f"public.{quoted(shape.table)}", quoted(shape.key)
    for number, to in ((row, -1), (other, row), (-1, other)):
        place.do(f"UPDATE {table} SET {key} = %s WHERE {key} = %s", to, number)
    return Done(shape.table, row, at)


def swap_and_remake_everything(place: Place) -> Done:
    shape, row, _, at, other = _two(place, place.above.size)
    for position, to in ((at, -1), (other, at), (-1, other)):
        place.do("UPDATE public.trail_leaf SET position = %s WHERE position = %s", to, position)
    place.remake_tree(place.stolen)
    return Done(shape.table, row, at, (place.above,))


def cut_rows(place: Place) -> Done:
    first = place.home.size - place.dice.randint(1, 20)
    place.cut(first, leaves=False, rows=True, checkpoints=False)
    return Done(first=first)


def cut_rows_and_leaves(place: Place) -> Done:
    first = place.home.size - place.dice.randint(1, 20)
    place.cut(first, leaves=True, rows=True, checkpoints=False)
    return Done(first=first)


def cut_checkpoints(place: Place) -> Done:
    first = place.home.size - 1
    place.cut(first, leaves=False, rows=False, checkpoints=True)
    return Done(first=first)


def cut_everything(place: Place) -> Done:
    sizes = [read_checkpoint(text, "").size for text in place.source.checkpoints()]
    first = place.dice.choice(sizes[:-1])
    place.cut(first, leaves=True, rows=True, checkpoints=True)
    return Done(first=first, elsewhere=(place.home,))


def cut_and_sign_again(place: Place) -> Done:
    first = place.dice.randint(1, place.above.size - 1)
    place.cut(first, leaves=True, rows=True, checkpoints=False)
    place.remake_tree(place.stolen)
    return Done(first=first, elsewhere=(place.above,))


ATTACKS: dict[str, tuple[Callable[[Place], Done], ...]] = {
    "alteration": (
        *(alter, alter, alter_number, alter_with_leaf),
        *(alter_and_sign_with_another_key, alter_and_remake_everything),
    ),
    "deletion": (*(delete, delete_with_leaf, delete_leaf_only, delete_as_if_by_law, delete_and_remake_everything),),
    "insertion": (insert, insert_at_the_end, insert_with_leaf, insert_and_remake_everything),
    "reordering": (swap_leaves, swap_rows, swap_and_remake_everything),
    "truncation": (cut_rows, cut_rows_and_leaves, cut_checkpoints, cut_everything, cut_and_sign_again),
}
