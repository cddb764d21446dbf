"""Functions that the matching asks of two texts and Spark has not, or has with other answers: asked of the engine that the weights were learnt
with, on the executors, some thousand pairs at a time.

The jar that Splink ships for Spark has jaro_winkler too, but counts characters, and turned-round ones otherwise: of 60,000 pairs of short
Chinese texts one in thirty gets another figure than DuckDB's, which counts bytes (decision 34).
"""

from functools import cache
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from bangfu.engine.matching.names import alike

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def create_functions(spark: "SparkSession") -> None:
    """Make name_alike, jaro_winkler_similarity and damerau_levenshtein known to a session, as DuckDB has them there."""
    from pyspark.sql.functions import arrow_udf  # noqa: PLC0415, an extra of its own

    for name, function, kind in (
        ("name_alike", _name_alike, "int"),
        ("jaro_winkler_similarity", _jaro_winkler, "double"),
        ("damerau_levenshtein", _damerau_levenshtein, "bigint"),
    ):
        spark.udf.register(name, arrow_udf(function, kind))


def _name_alike(one: pa.Array, other: pa.Array) -> pa.Array:
    pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
    return pa.array([int(alike(a or "", b or "")) for a, b in pairs], pa.int32())


def _jaro_winkler(one: pa.Array, other: pa.Array) -> pa.Array:
    return _asked("jaro_winkler_similarity(one, other)", one, other).cast(pa.float64())


def _damerau_levenshtein(one: pa.Array, other: pa.Array) -> pa.Array:
    return _asked("damerau_levenshtein(one, other)", one, other).cast(pa.int64())


def _asked(expression: str, one: pa.Array, other: pa.Array) -> pa.Array:
    pairs = pa.table({"one": one, "other": other})
    connection = _connection()
    connection.register("pairs", pairs)
    try:
        answer = connection.sql(f"SELECT {expression} AS answer FROM pairs").to_arrow_table()
    finally:
        connection.unregister("pairs")
    return answer.column("answer").combine_chunks()


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One for each worker process, which works for one core."""
    return duckdb.connect(
        config={"threads": 1, "autoload_known_extensions": False, "autoinstall_known_extensions": False}
    )
