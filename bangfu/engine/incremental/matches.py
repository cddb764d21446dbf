"""Stored matches: what the deliveries state about persons of the register, kept so that no delivery is read again without need.

``match_<dataset>``: pid, row, the columns that facts read, other_name (the name that the row gives, where it really differs from the
file's). ``absent_<dataset>``: pid, place, of persons without a row where silence is a fact. Rows of persons who are no longer in
the register stay until the tables are laid down anew: nothing is found by them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bangfu.engine.datasets import Dataset
from bangfu.engine.duckdb_.difference import content, staged_names
from bangfu.engine.duckdb_.facts import Delivery, absent_query, compare_names, match_query, staged_name_hash
from bangfu.engine.duckdb_.session import literal, name
from bangfu.engine.incremental import problems
from bangfu.engine.incremental.folder import Change, Part, declared

# What compare_names makes of these is the column other_name.
_NAMES = "other, name, folded"


def stored(dataset: str) -> str:
    """The table of a dataset's matches."""
    return f"match_{dataset}"


def stored_silence(dataset: str) -> str:
    """The table of persons without a row."""
    return f"absent_{dataset}"


def match_parts(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    parts: Sequence[Part],
    facts: frozenset[str],
    withdrawn: str,
) -> None:
    """Make ``match_<dataset>`` of what these files state about ``people``; ``withdrawn`` is a relation of rows that do not count."""
    queries = []
    for part in parts:
        files = f"(SELECT * FROM {part.relation} ANTI JOIN {withdrawn} USING (row))" if withdrawn else part.relation
        queries.append(match_query(dataset, facts, files, staged_name_hash(connection, part.relation)))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name(stored(dataset.name))} AS {' UNION ALL BY NAME '.join(queries)}"
    )


def settle_names(connection: duckdb.DuckDBPyConnection, datasets: Iterable[str]) -> None:
    """Say of each new match whether it really gives another name; asks core.names through ``filed``."""
    matched = [Delivery(declared(dataset), "", ()) for dataset in datasets]
    compare_names(connection, matched)
    for delivery in matched:
        table = name(stored(delivery.dataset.name))
        connection.execute(f"""CREATE OR REPLACE TEMP TABLE {table} AS
            SELECT matched.* EXCLUDE ({_NAMES}), others.name AS other_name FROM {table} AS matched LEFT JOIN (
                SELECT pid, row, name FROM others WHERE dataset = {literal(delivery.dataset.name)}
            ) AS others USING (pid, row)""")
    connection.execute("DROP TABLE others")


def absent_of(parts: Sequence[Part], withdrawn: str) -> str:
    """A query of those of ``people`` whom no live row of these files is about: pid, place."""
    keys = " UNION ALL ".join(f"SELECT row, key FROM {part.relation} WHERE key IS NOT NULL" for part in parts)
    return absent_query(f"(SELECT * FROM ({keys}) ANTI JOIN {withdrawn} USING (row))" if withdrawn else f"({keys})")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Rows of a dataset that were found to be withdrawn: the table ``rows`` (row, key); ``unfound`` have no row that says the same."""

    rows: str
    unfound: int


def find_withdrawn(
    connection: duckdb.DuckDBPyConnection, dataset: str, parts: Sequence[Part], gone: str, said: Sequence[Path]
) -> Withdrawn:
    """Find the rows that a department takes back: it says each as it delivered it, and the newest row of that content is taken.

    ``gone``: a relation of rows that were withdrawn before. Content is what the dataset's facts read, and the name; of two rows that
    say the same it does not matter to any finding which of them goes, but for its row number.
    """
    target = name(f"withdrawn_{dataset}")
    relation = f"read_parquet([{', '.join(literal(str(path)) for path in said)}])"
    columns = sorted(
        set().union(*(staged_names(connection, part.relation) for part in parts), staged_names(connection, relation))
    )
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE taking AS SELECT key, {content(connection, relation, columns)} AS content,
        count(*) AS n FROM {relation} WHERE key IS NOT NULL GROUP BY ALL""")
    there = " UNION ALL ".join(
        f"""SELECT key, row, {content(connection, part.relation, columns)} AS content FROM {part.relation}
            SEMI JOIN (SELECT DISTINCT key FROM taking) USING (key)"""
        for part in parts
    )
    alive = f"SELECT * FROM ({there}) ANTI JOIN {gone} USING (row)" if gone else there
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE {target} AS SELECT row, key FROM (
            SELECT *, row_number() OVER (PARTITION BY key, content ORDER BY row DESC) AS newest FROM ({alive})
        ) JOIN taking USING (key, content) WHERE newest <= n""")
    found = connection.execute(
        f"SELECT (SELECT coalesce(sum(n), 0) FROM taking) - (SELECT count(*) FROM {target})"
    ).fetchone()
    connection.execute("DROP TABLE taking")
    return Withdrawn(target, int(found[0]) if found else 0)


def withdrawn_rows(change: Change, dataset: str) -> str:
    """A relation (row) of all rows of a dataset that were withdrawn so far; empty text where none was."""
    covers = [segment.covers for segment in change.layers.get(stored(dataset), ()) if segment.covers]
    files = ", ".join(literal(str(change.folder / covered)) for covered in covers)
    return f"(SELECT row FROM read_parquet([{files}]))" if covers else ""


def check_there(dataset: str, parts: Iterable[Part]) -> None:
    """Raises a Problem where what was staged of a delivery is no longer there."""
    for part in parts:
        if not all(Path(path).is_file() for path in part.staged):
            raise problems.DELIVERY_GONE(dataset=dataset, file=part.file)
