"""A comparison on Spark from its files to its files; complete or not at all, and nothing of a killed one stays when the next begins."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from bangfu.engine import problems
from bangfu.engine.comparison import Compared, How, take_register
from bangfu.engine.duckdb_.facts import Delivery, about_employers, employer_query, staged_name_hash, staged_rows
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
from bangfu.engine.stages import Stages, Stop

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

if TYPE_CHECKING:
    from bangfu.engine.spark_.matching import SparkMatcher


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
    stages = Stages(how.stages, how.limits.stop)
    cluster, limits, rules = how.cluster or Cluster(), how.limits, how.rules or load_rules()
    check_cluster(cluster)
    with run_folder(cluster.shared) as folder, session(limits, folder) as (connection, own):
        stages.begin("register")
        create_macros(connection)
        file, broken = take_register(connection, registry, own, on, how)
        lay_out_people(connection)
        persons = count(connection, "SELECT count(*) FROM people")
        division = division_for(cluster, persons)
        people = lay_out(connection, _COMPARABLE.format("people"), folder / "people", division.by_key)
        beside = {table: _lay(connection, query, folder / f"{table}.parquet") for table, query in _BESIDE.items()}
        with spark_session(cluster, limits, folder) as spark, _stopping(), _cancelled_with(limits.stop, spark):
            run = OnSpark(spark, folder, division.by_person, rules)
            run.take_register(people, beside)
            matcher = _matcher(connection, run, on) if how.matching else None
            stages.end(persons)
            for delivered in deliveries:
                stages.begin("match", delivered.dataset.name)
                delivery = open_sealed(connection, delivered, how.keys, own)
                staged = _lay_delivery(connection, delivery, folder, division.by_key)
                run.take(delivery, staged, _lay_employers(connection, delivery, rules.facts, folder))
                if matcher is not None and not delivery.sealed:
                    matcher.take(delivery)
                shutil.rmtree(staged.folder)
                stages.end(staged_rows(delivery))
            stages.begin("judge")
            counts = run.judge(file, on, evidence=evidence is not None, matcher=matcher)
            stages.begin("write", rows=sum(entry.findings for entry in counts))
            if evidence is not None:
                write_parts(connection, run.evidence(), evidence)
            write_parts(connection, run.findings(), out)
            compared = Compared(run.count("people"), run.count("household"), broken, tuple(counts))
            stages.end()
            return compared


def _matcher(connection: duckdb.DuckDBPyConnection, run: OnSpark, on: date) -> "SparkMatcher":
    # Splink takes half a second to import, and most comparisons do without it.
    from bangfu.engine.spark_.matching import SparkMatcher  # noqa: PLC0415

    return SparkMatcher(connection, run.spark.newSession(), run.folder, run.parts, on)


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


def _cancelled_with(stop: Stop | None, spark: "SparkSession") -> AbstractContextManager[None]:
    """Spark's jobs end with the rest."""
    return nullcontext() if stop is None else stop.interrupting(spark.sparkContext.cancelAllJobs)


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
