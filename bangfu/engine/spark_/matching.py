"""Who may be the same person, on Spark: records are made at intake, once, as for DuckDB; pairs are looked for and scored on the executors.

Intake narrows register and delivery to those who could be a pair at all, and makes records of them, while the delivery is still staged
(matching/sides.py). From there on it is Spark's: the same model, and the same queries, translated.
"""

import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import literal
from bangfu.engine.matching.candidates import KNOWN, SCORED_FROM, TASK, kept_query, prepare, settle_queries
from bangfu.engine.matching.fields import PERSON
from bangfu.engine.matching.model import Model, shipped_model
from bangfu.engine.matching.reasons import reason
from bangfu.engine.matching.sides import DEPARTMENT, FILE, lay_out_people
from bangfu.engine.spark_.functions import create_functions
from bangfu.engine.spark_.linking import score
from bangfu.engine.spark_.translate import on_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_ENTRY, _TERMS = "entry", "name_term"
_SAID = """STRUCT<says: STRING, says_en: STRING, fields: ARRAY<STRUCT<field: STRING, name: STRUCT<zh: STRING, en: STRING>,
    level: STRING, says: STRUCT<zh: STRING, en: STRING>, weight: DOUBLE>>>"""
# Splink writes its SQL for a Spark as it comes.
_OF_SPLINK = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
}


@dataclass(slots=True)
class SparkMatcher:
    """The matching of one comparison. ``connection``: intake's; ``spark``: a session of its own; ``folder``: the run's."""

    connection: duckdb.DuckDBPyConnection
    spark: "SparkSession"
    folder: Path
    parts: int
    today: date
    model: Model = field(default_factory=lambda: shipped_model(PERSON))
    _laid: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        for key, value in _OF_SPLINK.items():
            self.spark.conf.set(key, value)
        self.spark.conf.set("spark.sql.shuffle.partitions", str(self.parts))
        create_functions(self.spark)
        lay_out_people(self.connection)

    def take(self, delivery: Delivery) -> None:
        """Look for candidates in one delivery, while it is still staged."""
        prior = prepare(self.connection, delivery, self.today, self.model)
        if prior is None:
            return
        own = self.folder / f"matching-{delivery.dataset.name}"
        own.mkdir(mode=0o700)
        for table in (FILE, DEPARTMENT, _ENTRY, _TERMS):
            self._lay(table, own)
        scored = score(self.spark, TASK, self.model, prior=prior, least=SCORED_FROM, terms=_TERMS, folder=own)
        self._read(scored, own / "scored").createOrReplaceTempView("scored")
        for table, query in settle_queries(KNOWN).items():
            self.spark.sql(on_spark(query)).createOrReplaceTempView(table)
        place = self.folder / f"candidate-{delivery.dataset.name}"
        self._read(self.spark.sql(on_spark(kept_query(self.model, delivery, prior))), place)
        self._laid.append(place)
        shutil.rmtree(own)

    def reasons(self, spark: "SparkSession") -> "DataFrame":
        """The rows of ``reasons`` (matching/reasons.py) in a session."""
        from pyspark.sql.functions import struct, udf  # noqa: PLC0415, an extra of its own

        model = self.model
        said = udf(lambda row: reason(model, row.asDict()), _SAID, useArrow=False)
        empty = spark.sql(f"SELECT {_columns(model)}").where("FALSE")
        candidates = (
            spark.read.schema(empty.schema).parquet(*(place.as_uri() for place in self._laid)) if self._laid else empty
        )
        explained = candidates.withColumn("said", said(struct(*candidates.columns)))
        return explained.selectExpr(
            "pid",
            "dataset",
            "as_of",
            "rows",
            "said.says",
            "said.says_en",
            "probability",
            "prior AS start",
            "weight",
            "said.fields",
        )

    def _lay(self, table: str, own: Path) -> None:
        path = own / f"{table}.parquet"
        self.connection.execute(f"COPY {table} TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy)")
        self.spark.read.parquet(path.as_uri()).createOrReplaceTempView(table)

    def _read(self, rows: "DataFrame", place: Path) -> "DataFrame":
        """Work a query out and lay its rows down."""
        rows.write.parquet(place.as_uri())
        return self.spark.read.schema(rows.schema).parquet(place.as_uri())


def _columns(model: Model) -> str:
    """The columns of ``candidate``, each without a value."""
    kinds = {"pid": "BIGINT", "dataset": "STRING", "as_of": "DATE", "rows": "ARRAY<BIGINT>"}
    kinds |= dict.fromkeys(("probability", "weight", "prior"), "DOUBLE")
    for of in model.fields:
        kinds |= {f"{of.name}_level": "INT", f"{of.name}_weight": "DOUBLE"}
    return ", ".join(f"CAST(NULL AS {kind}) AS `{column}`" for column, kind in kinds.items())
