"""Where Spark runs, and a session on it that lives as long as one comparison."""

import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bangfu.engine import problems
from bangfu.engine.duckdb_.session import Limits

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LEAST_MEGABYTES = 512
_UNITS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
}
LEAST_JAVA = 17


@dataclass(frozen=True, slots=True)
class Cluster:
    """``master`` as Spark writes it; ``shared``: a folder that this machine and all of the cluster's see under the same name.

    ``buckets``: into how many the register and every delivery are divided by key; 0: by the size of the register.
    """

    master: str = "local[*]"
    shared: Path | None = None
    buckets: int = 0

    @property
    def is_local(self) -> bool:
        """Does all of it run on this machine?"""
        return self.master.startswith("local")


def check_cluster(cluster: Cluster) -> None:
    """Refuse, before any work is done, what cannot be begun: pyspark or Java missing, a cluster without a shared folder."""
    if find_spec("pyspark") is None:
        raise problems.NO_PYSPARK()
    if not cluster.is_local and cluster.shared is None:
        raise problems.NOTHING_SHARED(master=cluster.master)
    if cluster.shared is not None and not (cluster.shared.is_dir() and os.access(cluster.shared, os.W_OK | os.X_OK)):
        raise problems.SHARED_FOLDER(folder=str(cluster.shared))
    if java_version() < LEAST_JAVA:
        raise problems.NO_JAVA(least=LEAST_JAVA)


def java_version() -> int:
    """The version of the Java that Spark would start, such as 17; 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None:
        return 0
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


@contextmanager
def spark_session(cluster: Cluster, limits: Limits, folder: Path) -> Iterator["SparkSession"]:
    """A session with the tables and views of one comparison. A Spark that already runs in this process is joined, and left running.

    What Spark says goes to a file in ``folder``, the run's own: it may name what stands in a cell.
    """
    from pyspark.sql import SparkSession  # noqa: PLC0415, an extra of its own

    # The messages of errors may quote rows: this logger would print them.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    running = SparkSession.getActiveSession()
    joined = running is not None
    if running is None:
        running = _started(cluster, limits, folder)
    try:
        own = running.newSession()
        for key, value in _OF_A_SESSION.items():
            own.conf.set(key, value)
        database = f"run_{folder.name.rpartition('-')[2]}"
        own.sql(f"CREATE DATABASE `{database}` LOCATION '{(folder / 'tables').as_uri()}'")
        own.catalog.setCurrentDatabase(database)
        yield own
        if joined:
            own.sql(f"DROP DATABASE `{database}` CASCADE")
    finally:
        if not joined:
            running.stop()


def _started(cluster: Cluster, limits: Limits, folder: Path) -> "SparkSession":
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    builder = SparkSession.builder.master(_master(cluster, limits)).appName("bangfu compare")
    for key, value in _settings(cluster, limits, folder).items():
        builder = builder.config(key, value)
    # Workers need what this Python has (core.names); a cluster's may be somewhere else.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        with _quiet(folder / "spark.log"):
            return builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise problems.NO_SPARK(master=cluster.master) from error


@dataclass(frozen=True, slots=True)
class Division:
    """Into how many parts register and deliveries are divided by key, and what was matched by person: far fewer rows."""

    by_key: int
    by_person: int


def division_for(cluster: Cluster, persons: int) -> Division:
    """Powers of two: 32,000 and 256,000 persons to a part, so that a part of the register fits into any executor's memory."""
    parts = [2, 2]
    for at, most in enumerate((32_000, 256_000)):
        while parts[at] * most < persons and parts[at] < 1024:
            parts[at] *= 2
    return Division(cluster.buckets or parts[0], parts[1])


# Persons are never sent to every executor by way of the driver, as a broadcast would; small tables of our own ask for it by a hint.
_OF_A_SESSION = {
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    # Everything is divided already as its joins need it, and planning anew after each stage costs more than it can gain.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.ansi.enabled": "true",
    # Else "t WHERE (TRUE)" is a table t named WHERE, with a column TRUE.
    "spark.sql.ansi.enforceReservedKeywords": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.session.timeZone": "UTC",
}


def _master(cluster: Cluster, limits: Limits) -> str:
    return f"local[{limits.threads}]" if cluster.master == "local[*]" and limits.threads else cluster.master


def _settings(cluster: Cluster, limits: Limits, folder: Path) -> dict[str, str]:
    memory = f"{megabytes(limits.memory)}m"
    settings = {
        "spark.driver.memory": memory,
        "spark.executor.memory": memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": (folder / "tables").as_uri(),
    }
    if cluster.is_local:
        # The host's own name may lead nowhere; what spills stays in the run's folder.
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        settings |= {"spark.local.dir": str(folder / "spill")}
    return settings


def megabytes(memory: str) -> int:
    """A size as DuckDB writes it in whole megabytes (2^20 bytes), at least what Spark starts with."""
    number, unit = re.fullmatch(r"\s*([0-9.]+)\s*([A-Za-z]*)\s*", memory).groups()  # type: ignore[union-attr]
    return max(int(float(number) * _UNITS[unit.upper() or "B"]) >> 20, _LEAST_MEGABYTES)


@contextmanager
def _quiet(log: Path) -> Iterator[None]:
    """What is started meanwhile writes its errors to ``log``: Java would tell the terminal about itself."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
