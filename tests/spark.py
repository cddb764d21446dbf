"""One Spark for all tests of a process: a comparison joins the one that runs. A pytest plugin (tests/conftest.py)."""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Compiling costs more than it saves on a few hundred rows; nobody looks at it while it runs.
IN_A_HURRY = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "700m",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
}


# An executor of a province has no pandas (docs/operations.md); the tests' environment has it, for the benchmarks.
NO_PANDAS = 'raise ImportError("an executor was asked for pandas")\n'


@pytest.fixture(scope="session")
def in_a_hurry(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of a process that starts a Spark of its own, which is in a hurry too."""
    folder = tmp_path_factory.mktemp("spark")
    lines = [f"{key} {value}" for key, value in IN_A_HURRY.items()]
    (folder / "spark-defaults.conf").write_text("\n".join(lines) + "\n", "utf-8")
    return {"SPARK_CONF_DIR": str(folder), "JAVA_TOOL_OPTIONS": IN_A_HURRY["spark.driver.extraJavaOptions"]}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    """Two cores of this machine, whose Python workers find no pandas."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]")
    shadow = tmp_path_factory.mktemp("shadow")
    (shadow / "pandas.py").write_text(NO_PANDAS, "utf-8")
    for key, value in (IN_A_HURRY | {"spark.executorEnv.PYTHONPATH": str(shadow)}).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
