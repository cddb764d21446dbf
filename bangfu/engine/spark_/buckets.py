"""Tables on shared storage, divided into buckets by key as Spark itself divides them.

A row's bucket is the remainder of Spark's own hash of its key, and the file's name says which it is: so Spark knows, without moving a
row, that equal keys of two tables stand in buckets of the same number. The department rows are never shuffled.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bangfu.engine.duckdb_.session import literal

_SQL_TYPES = {"VARCHAR": "STRING", "INTEGER": "INT"}
_MASK = f"{0xFFFFFFFF}::UBIGINT"


@dataclass(frozen=True, slots=True)
class Bucketed:
    """A table in a folder, divided by its column ``key``: its columns (name, Spark's type) and how many buckets there are."""

    folder: Path
    columns: tuple[tuple[str, str], ...]
    buckets: int

    def declaration(self, table: str) -> str:
        """The statement that makes Spark know it under a name."""
        columns = ", ".join(f"`{column}` {kind}" for column, kind in self.columns)
        return (
            f"CREATE TABLE `{table}` ({columns}) USING parquet CLUSTERED BY (`key`) INTO {self.buckets} BUCKETS "
            f"LOCATION '{self.folder.as_uri()}'"
        )


def lay_out(connection: duckdb.DuckDBPyConnection, relation: str, folder: Path, buckets: int) -> Bucketed:
    """Write the rows of a relation into ``folder`` (new), divided by ``key`` (BIGINT); rows without one go to the first bucket."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    columns = tuple((str(column), _SQL_TYPES.get(str(kind), str(kind))) for column, kind, *_ in described)
    apart = folder.with_name(f"{folder.name}-apart")
    connection.execute(f"""COPY ({with_bucket(relation, buckets)})
        TO {literal(str(apart))} (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (_bucket))""")
    folder.mkdir(mode=0o700)
    for part in apart.iterdir() if apart.exists() else ():
        bucket = int(part.name.partition("=")[2])
        for number, file in enumerate(sorted(part.iterdir())):
            # Spark reads the bucket's number between the last "_" and the ending.
            file.rename(folder / f"part-{number:05}_{bucket:05}.parquet")
    shutil.rmtree(apart, ignore_errors=True)
    return Bucketed(folder, columns, buckets)


def with_bucket(relation: str, buckets: int) -> str:
    """A query of the relation's rows with one more column: the bucket in which Spark looks for a row with this ``key``."""
    query, steps = relation, _murmur3("key")
    for column, expression in steps:
        query = f"(SELECT *, {expression} AS {column} FROM {query})"
    # Spark takes the hash for a signed number, and the remainder that is not negative.
    signed = "CASE WHEN _h >= 2147483648 THEN _h::BIGINT - 4294967296 ELSE _h::BIGINT END"
    bucket = f"coalesce((({signed}) % {buckets} + {buckets}) % {buckets}, 0)"
    made = ", ".join(dict.fromkeys(column for column, _ in steps))
    return f"SELECT * EXCLUDE ({made}), {bucket} AS _bucket FROM {query}"


def _murmur3(key: str) -> list[tuple[str, str]]:
    """Murmur3 of 32 bits with the seed 42, as Spark hashes a BIGINT, step by step: column, expression. The last column is ``_h``.

    Each step is a column of its own, as an expression that repeats another would be worked out as often. 64 bits hold the product of
    two numbers of 32, and the mask makes them numbers of 32 bits again.
    """
    steps = [("_state", "42::UBIGINT")]
    for number, half in enumerate((f"{key} & {0xFFFFFFFF}", f"({key} >> 32) & {0xFFFFFFFF}")):
        part, state = f"_part{number}", f"_state{number}"
        before = f"_state{number - 1}_added" if number else "_state"
        steps += [
            (part, _times(f"({half})::UBIGINT", 0xCC9E2D51)),
            (f"{part}_turned", _turned(part, 15)),
            (f"{part}_mixed", _times(f"{part}_turned", 0x1B873593)),
            (state, f"xor({before}, {part}_mixed)"),
            (f"{state}_turned", _turned(state, 13)),
            (f"{state}_added", f"({state}_turned * 5 + {0xE6546B64}::UBIGINT) & {_MASK}"),
        ]
    return [
        *steps,
        ("_a", "xor(_state1_added, 8::UBIGINT)"),
        ("_b", "xor(_a, _a >> 16)"),
        ("_c", _times("_b", 0x85EBCA6B)),
        ("_d", "xor(_c, _c >> 13)"),
        ("_e", _times("_d", 0xC2B2AE35)),
        ("_h", "xor(_e, _e >> 16)"),
    ]


def _times(number: str, factor: int) -> str:
    return f"({number} * {factor}::UBIGINT) & {_MASK}"


def _turned(number: str, bits: int) -> str:
    return f"(({number} << {bits}) | ({number} >> {32 - bits})) & {_MASK}"
