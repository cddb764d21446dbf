"""What a staged delivery says that the one before it did not: counted by content, person by person; time grows with the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bangfu.engine.duckdb_.names import OF_NAME_HASHES
from bangfu.engine.duckdb_.session import Limits, literal, name, session

# Where a row stood and how its number was written is not what it says; a folded name and its hash are said by the name.
_NOT_CONTENT = frozenset({"row", "key", "written", "broken", "folded"})


@dataclass(frozen=True, slots=True)
class Difference:
    """``new`` + ``changed`` + ``same`` are the usable rows of the later delivery; ``gone`` rows of the former are in it no more."""

    new: int
    changed: int
    same: int
    gone: int


def difference(staged: Sequence[Path], former: Sequence[Path], *, limits: Limits | None = None) -> Difference:
    """Count rows of ``staged`` beside those of ``former``; both are staged files of one dataset (``former`` may be empty).

    Same: the person has a row of this content in both, as often as it is in both. What is left of a person's rows is paired: a pair
    is changed, more rows now are new, more rows before are gone. Rows without a usable number do not count, nor do columns that no
    fact reads: they are not staged.
    """
    with session(limits or Limits()) as (connection, _):
        columns = sorted(_columns(connection, staged) | _columns(connection, former))
        _count_content(connection, "now", staged, columns)
        _count_content(connection, "before", former, columns)
        found = connection.execute("""
            WITH beside AS (
                SELECT key, coalesce(now.n, 0) AS now_n, coalesce(before.n, 0) AS before_n
                FROM now FULL JOIN before USING (key, content)
            ), person AS (
                SELECT sum(least(now_n, before_n)) AS same, sum(now_n) AS now_n, sum(before_n) AS before_n FROM beside GROUP BY key
            ), paired AS (
                SELECT same, now_n - same AS more, before_n - same AS less, least(more, less) AS changed FROM person
            )
            SELECT coalesce(sum(more - changed), 0), coalesce(sum(changed), 0), coalesce(sum(same), 0), coalesce(sum(less - changed), 0)
            FROM paired""").fetchone()
    assert found is not None  # noqa: S101, an aggregate without GROUP BY gives one row
    return Difference(*(int(number) for number in found))


def content(connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str]) -> str:
    """An expression: the hash of what a staged row of the relation says in these columns."""
    # A column that one of two deliveries was staged without says nothing there.
    there = staged_names(connection, relation)
    cells = ", ".join(f"CAST({name(column)} AS VARCHAR)" if column in there else "NULL" for column in columns)
    return f"hash({cells or '0'})"


def staged_names(connection: duckdb.DuckDBPyConnection, relation: str) -> set[str]:
    """The columns of staged rows that are what the department said."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return {str(row[0]) for row in described if not str(row[0]).startswith(OF_NAME_HASHES)} - _NOT_CONTENT


def _columns(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> set[str]:
    return staged_names(connection, _relation(files)) if files else set()


def _count_content(
    connection: duckdb.DuckDBPyConnection, table: str, files: Sequence[Path], columns: Sequence[str]
) -> None:
    if not files:
        connection.execute(f"CREATE TEMP TABLE {table} (key BIGINT, content UBIGINT, n BIGINT)")
        return
    said = content(connection, _relation(files), columns)
    connection.execute(f"""CREATE TEMP TABLE {table} AS
        SELECT key, {said} AS content, count(*) AS n FROM {_relation(files)} WHERE key IS NOT NULL GROUP BY ALL""")


def _relation(files: Sequence[Path]) -> str:
    listed = ", ".join(literal(str(path)) for path in files)
    return f"read_parquet([{listed}], union_by_name = TRUE)"
