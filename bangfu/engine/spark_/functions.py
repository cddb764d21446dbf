"""Functions that the matching asks of two texts and Spark has not, or has with other answers.

They are asked of the engine that the weights were learnt with, on the executors, some thousand pairs at a time. Spark 4.3 has a
jaro_winkler_similarity of its own, and Splink ships a jar with another: both count characters where DuckDB counts bytes (decision 34).
"""

from functools import cache
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from bangfu.engine.matching.names import alike

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


# DuckDB's name → the name under which Spark knows it from us: a name that Spark has for itself would be answered by Spark.
OURS = {
    "name_alike": "bangfu_name_alike",
    "jaro_winkler_similarity": "bangfu_jaro_winkler",
    "damerau_levenshtein": "bangfu_damerau_levenshtein",
}


def create_functions(spark: "SparkSession") -> None:
    """Make them known to a session."""
    from pyspark.sql.functions import arrow_udf  # type: ignore[attr-defined]  # noqa: PLC0415, an extra of its own

    functions = {
        # Without annotations: to look at those, pyspark would ask for pandas.
        "name_alike": arrow_udf(lambda one, other: _name_alike(one, other), "int"),  # noqa: PLW0108
        "jaro_winkler_similarity": arrow_udf(lambda one, other: _jaro_winkler(one, other), "double"),  # noqa: PLW0108
        "damerau_levenshtein": arrow_udf(lambda one, other: _damerau_levenshtein(one, other), "bigint"),  # noqa: PLW0108
    }
    for name, function in functions.items():
        spark.udf.register(OURS[name], function)


def _name_alike(one: pa.Array, other: pa.Array) -> pa.Array:
    pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
    return pa.array([None if a is None or b is None else int(alike(a, b)) for a, b in pairs], pa.int32())


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
