"""Splink on Spark, and nothing but that: the same model as on DuckDB, said in Spark's SQL. Its own tables stay in the run's folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from splink import Linker
from splink.internals.exceptions import SplinkException
from splink.internals.spark.database_api import SparkAPI

from bangfu.engine.matching.linking import Task, scored_query
from bangfu.engine.matching.model import Model
from bangfu.engine.spark_.translate import on_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SELECT = "SELECT "


class _InFolder(SparkAPI):
    """What Splink lays down between its steps goes where the run's other files are, and is divided as they are."""

    def __init__(self, spark: "SparkSession", folder: Path, parts: int) -> None:
        # The functions of the jar that it ships are not used (functions.py).
        super().__init__(  # type: ignore[no-untyped-call]
            spark_session=spark,
            break_lineage_method="parquet",
            num_partitions_on_repartition=parts,
            register_udfs_automatically=False,
        )
        self._folder = folder

    def _get_checkpoint_dir_path(self, spark_df: object) -> str:  # noqa: ARG002
        return self._folder.as_uri()


def condition_on_spark(condition: str) -> str:
    """A condition of a model on Spark. Raises NotTranslated."""
    return on_spark(f"{_SELECT}{condition}").removeprefix(_SELECT)


def score(
    spark: "SparkSession", task: Task, model: Model, *, prior: float, least: float, terms: str, folder: Path
) -> "DataFrame":
    """As matching.linking.score, of views of the session. ``folder``: of one scoring; needed as long as the answer is."""
    api = _InFolder(spark, folder, int(spark.conf.get("spark.sql.shuffle.partitions") or 1))
    tables: Any = [
        api.register(table, table_name=f"side_{at}", dataset_display_name=f"side_{at}")
        for at, table in enumerate(task.tables)
    ]
    settings = model.settings(task.link_type, prior, task.rules, condition_on_spark, "spark")
    try:
        linker = Linker(tables, settings, log_level=None, validate_settings=False)
        term = next(field.term for field in model.fields if field.term)
        linker.table_management.register_term_frequency_lookup(api.register(terms), term)
        predicted = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
    except SplinkException as error:
        # Its message quotes the query; whoever tells of what went wrong inside of Spark knows Spark's own.
        raise error.__cause__ or error from None
    columns = spark.table(predicted.physical_name).columns
    return spark.sql(scored_query(model, columns, predicted.physical_name))
