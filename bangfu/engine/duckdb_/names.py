"""Names at scale: the folded form of ``core.names``, which remains the one specification.

Most names are their own folded form: common characters that folding leaves alone. The others are folded by ``core.names``, each once.
"""

from functools import cache

import duckdb
import pyarrow as pa

from bangfu.core.names import WRITTEN_APART, changed_by_folding, differ, fold
from bangfu.engine.duckdb_.session import name

_BATCH = 50_000
_FIRST, _LAST = "一", "龥"
_FOLDS = pa.schema([("text", pa.string()), ("folded", pa.string())])
_PAIRS = pa.schema([("in_file", pa.string()), ("in_delivery", pa.string())])


def fold_names(connection: duckdb.DuckDBPyConnection, relation: str, column: str, target: str) -> None:
    """Make the temporary table ``target`` (text, folded) of the names in a column that are not their own folded form."""
    distinct = f"SELECT DISTINCT {name(column)} AS text FROM {relation} WHERE {name(column)} <> ''"
    unread = connection.sql(f"SELECT text FROM ({distinct}) WHERE NOT ({_is_own_fold('text')})").to_arrow_reader(_BATCH)
    batches = []
    for batch in unread:
        texts = batch.column(0).to_pylist()
        folds = [(text, folded) for text in texts if (folded := fold(text)) != text]
        batches.append(_batch(folds, _FOLDS))
    _make(connection, target, pa.Table.from_batches(batches, _FOLDS))


# Hashes are compared with hashes of the same library only: a staged column of them says in its name which one made it.
OF_NAME_HASHES = "name_hash "
NAME_HASH = f"{OF_NAME_HASHES}{duckdb.__version__}"


def name_hash(folded: str) -> str:
    """A hash of a folded name; NULL for an empty one, which differs from no name. Of two names that differ, one pair in 2^64 is missed."""
    return f"CASE WHEN {folded} <> '' THEN hash({folded}) END"


def really_differ(connection: duckdb.DuckDBPyConnection, relation: str, target: str) -> None:
    """Make the table ``target`` (in_file, in_delivery): pairs of names that differ by core.names.

    ``relation`` has file_name, file_folded, name and folded; folded forms that are equal are no matter. Two different names of common
    characters alone do differ; what may stand for another character is left to ``core``.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _pairs AS {pairs_query(relation)}")
    uncommon = connection.sql("SELECT file_name, name FROM _pairs WHERE NOT common").to_arrow_reader(_BATCH)
    batches = []
    for batch in uncommon:
        pairs = zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
        batches.append(_batch([pair for pair in pairs if differ(*pair)], _PAIRS))
    _make(connection, target, pa.Table.from_batches(batches, _PAIRS))
    connection.execute(f"INSERT INTO {target} SELECT file_name, name FROM _pairs WHERE common")
    connection.execute("DROP TABLE _pairs")


def pairs_query(relation: str) -> str:
    """Pairs of names whose folded forms differ: file_name, name, and whether both are of common characters alone."""
    return f"""SELECT DISTINCT file_name, name, {_is_common("file_folded")} AND {_is_common("folded")} AS common
        FROM {relation} WHERE file_folded <> folded"""


def _is_common(column: str) -> str:
    return f"regexp_full_match({column}, '[{_FIRST}-{_LAST}]+')"


def _is_own_fold(column: str) -> str:
    moved = "|".join([f"[{_moved()}]", *WRITTEN_APART])
    return f"{_is_common(column)} AND NOT regexp_matches({column}, '{moved}')"


@cache
def _moved() -> str:
    """The common characters that folding changes: traditional ones and variants."""
    return changed_by_folding("".join(map(chr, range(ord(_FIRST), ord(_LAST) + 1))))


def _batch(rows: list[tuple[str, str]], schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def _make(connection: duckdb.DuckDBPyConnection, target: str, rows: pa.Table) -> None:
    connection.register("_rows", rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT * FROM _rows")
    connection.unregister("_rows")
