"""A comparison on Spark from its files to its files; complete or not at all, and nothing of a killed one stays when the next begins."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from bangfu.engine import problems
from bangfu.engine.comparison import Compared, How, take_register
from bangfu.engine.duckdb_.facts import Delivery, about_employers, employer_query, staged_name_hash
from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.duckdb_.register import lay_out_people
from bangfu.engine.duckdb_.session import count, literal, name, session
from bangfu.engine.findings.write import write_parts
from bangfu.engine.intake.deliveries import staged_columns
from bangfu.engine.intake.staged_register import StagedRegister
from bangfu.engine.rules.ruleset import load_rules
from bangfu.engine.sealing.opening import open_sealed
from bangfu.engine.spark_.buckets import Bucketed, lay_out
from bangfu.engine.spark_.cluster import Cluster, check_cluster, division_for, spark_session
from bangfu.engine.spark_.comparison import OnSpark
from bangfu.engine.spark_.folders import run_folder


def compare_on_spark(
    registry: Path | StagedRegister,
    deliveries: Iterable[Delivery],
    on: date,
    out: Path,
    *,
    how: How,
    evidence: Path | None = None,
) -> Compared:
    """As engine.comparison.compare_staged, with the same rows in the same order.

    The memory limit is for intake and for each of Spark's processes.
    """
    cluster, limits, rules = how.cluster or Cluster(), how.limits, how.rules or load_rules()
    check_cluster(cluster)
    if how.matching:
        raise problems.MATCHING_ON_SPARK()
    with run_folder(cluster.shared) as folder, session(limits, folder) as (connection, own):
        create_macros(connection)
        file, broken = take_register(connection, registry, own, on, how)
        lay_out_people(connection)
        division = division_for(cluster, count(connection, "SELECT count(*) FROM people"))
        people = lay_out(connection, _COMPARABLE.format("people"), folder / "people", division.by_key)
        beside = {table: _lay(connection, query, folder / f"{table}.parquet") for table, query in _BESIDE.items()}
        with spark_session(cluster, limits, folder) as spark, _stopping():
            run = OnSpark(spark, folder, division.by_person, rules)
            run.take_register(people, beside)
            for delivered in deliveries:
                delivery = open_sealed(connection, delivered, how.keys, own)
                staged = _lay_delivery(connection, delivery, folder, division.by_key)
                run.take(delivery, staged, _lay_employers(connection, delivery, rules.facts, folder))
                shutil.rmtree(staged.folder)
            counts = run.judge(file, on, evidence=evidence is not None)
            if evidence is not None:
                write_parts(connection, run.evidence(), evidence)
            write_parts(connection, run.findings(), out)
            return Compared(run.count("people"), run.count("household"), broken, tuple(counts))


# A hash of 64 bits is no number that Spark reads fast; 63 of them are.
_COMPARABLE = "(SELECT * REPLACE (CAST(name_hash >> 1 AS BIGINT) AS name_hash) FROM {})"
# Of the register beside ``people``: what is asked of few rows.
_BESIDE = {"filed": "SELECT pid, name, folded, source FROM filed", "texts": "SELECT * FROM texts"}


def _lay(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> Path:
    connection.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy)")
    return path


def _lay_delivery(connection: duckdb.DuckDBPyConnection, delivery: Delivery, folder: Path, buckets: int) -> Bucketed:
    """Rows without a usable number never match: they stay behind, and so does how a number was written."""
    files = f"read_parquet([{', '.join(literal(str(path)) for path in delivery.staged)}])"
    needed = {"row", "key", "name", "folded", *staged_columns(delivery.dataset)}
    columns = ", ".join(f"staged.{name(column)}" for column in sorted(needed))
    hashed = f"{staged_name_hash(connection, files)} AS name_hash"
    keyed = f"(SELECT {columns}, {hashed} FROM {files} AS staged WHERE key IS NOT NULL)"
    return lay_out(connection, _COMPARABLE.format(keyed), folder / f"staged-{delivery.dataset.name}", buckets)


def _lay_employers(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, facts: frozenset[str], folder: Path
) -> Path | None:
    """What the delivery says of employers in the register, as one file: few rows, found while it is read anyway."""
    if not about_employers(delivery.dataset, facts):
        return None
    files = f"read_parquet([{', '.join(literal(str(path)) for path in delivery.staged)}])"
    return _lay(
        connection, employer_query(delivery.dataset, facts, files), folder / f"employer-{delivery.dataset.name}.parquet"
    )


@contextmanager
def _stopping() -> Iterator[None]:
    """What goes wrong inside of Spark is told by its name alone: its messages may quote rows."""
    from py4j.protocol import Py4JError  # noqa: PLC0415, an extra of its own
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (Py4JError, PySparkException, ConnectionError) as error:
        raise problems.SPARK_STOPPED(why=type(error).__name__) from error
