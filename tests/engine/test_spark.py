"""The comparison on Spark before Spark is started: what is missing is said at once; a killed run leaves nothing for long."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bangfu.core.problems import Problem
from bangfu.engine.comparison import How, compare
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.spark_ import cluster as spark
from bangfu.engine.spark_.cluster import Cluster, check_cluster, division_for, java_version, megabytes
from bangfu.engine.spark_.folders import remove_leftovers, run_folder
from tests.engine.small import HEAD, ON, family, write_csv
from tests.engine.test_compare_command import compare as command
from tests.engine.test_compare_command import place, refused

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["place"]


def test_pyspark_that_is_not_installed_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda _: None)
    refused(command(place, "--engine", "spark"), place, 1, "bangfu[spark]", "pyspark")


def test_java_that_is_not_there_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(place))
    assert java_version() == 0
    refused(command(place, "--engine", "spark"), place, 1, "Java 17", "JAVA_HOME")


def test_an_old_java_does_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java_version() == 11
    with pytest.raises(Problem, match="Java 17"):
        check_cluster(Cluster())


def test_a_cluster_needs_a_folder_that_all_machines_see(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_MASTER", "spark://master:7077")
    refused(command(place, "--engine", "spark"), place, 1, "spark://master:7077", "BANGFU_SHARED")
    refused(command(place, "--engine", "spark", "--shared", str(place / "nowhere")), place, 1, "nowhere")


# A Spark that runs in this process would be joined: this one comes before all others of the group, and they keep the Java it starts.
def test_a_master_that_is_none_is_said(
    tmp_path: Path, in_a_hurry: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", in_a_hurry["JAVA_TOOL_OPTIONS"])
    register = write_csv(tmp_path / "people.csv", family())
    deaths = write_csv(tmp_path / "deaths.csv", [{"姓名": "张伟", "身份证号": HEAD, "死亡日期": "2026-01-02"}])
    how = How(limits=Limits(threads=1), cluster=Cluster("local[many]", tmp_path))
    with pytest.raises(Problem, match="local\\[many\\]"):
        compare(register, {"deaths": deaths}, ON, tmp_path / "findings.csv", how=how)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deaths.csv", "people.csv"]


_KILLED = """
import sys, time
from pathlib import Path
from bangfu.engine.spark_.folders import run_folder
with run_folder(Path(sys.argv[1])) as folder:
    (folder / "people").mkdir()
    print(folder.name, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_run_left_goes_with_the_next_one(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _KILLED, tmp_path], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        folder = tmp_path / running.stdout.readline().strip()
        # As long as it lives, nobody takes its folder away.
        assert remove_leftovers(tmp_path) == 0
        assert folder.stat().st_mode & 0o077 == 0
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert (folder / "people").is_dir()
    with run_folder(tmp_path) as own:
        assert [path.name for path in tmp_path.iterdir()] == [own.name]
    assert list(tmp_path.iterdir()) == []


_DIES = """
import os, signal, sys
from pathlib import Path
from bangfu.engine.comparison import How, compare
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.spark_ import run
from bangfu.engine.spark_.cluster import Cluster
from bangfu.engine.spark_.comparison import OnSpark
from tests.engine.small import ON
place, stage = Path(sys.argv[1]), sys.argv[2]
owner = run if hasattr(run, stage) else OnSpark
does = getattr(owner, stage)

def and_dies(*given, **named):
    does(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, stage, and_dies)
how = How(limits=Limits(threads=1), cluster=Cluster("local[1]", place, 2))
compare(place / "people.csv", {"deaths": place / "deaths.csv"}, ON, place / "findings.csv", how=how)
"""
# Where a comparison on Spark may be killed; BANGFU_KILLS=all tries each, and each starts a Java.
STAGES = ("take_register", "take", "judge", "findings") if os.environ.get("BANGFU_KILLS") == "all" else ("take",)


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_that_is_killed_writes_nothing_and_the_next_one_is_whole(
    stage: str, spark: "SparkSession", in_a_hurry: dict[str, str], tmp_path: Path
) -> None:
    register = write_csv(tmp_path / "people.csv", family())
    deaths = write_csv(tmp_path / "deaths.csv", [{"姓名": "张三", "身份证号": HEAD, "死亡日期": "2026-01-02"}])
    died = subprocess.run(
        [sys.executable, "-c", _DIES, tmp_path, stage],
        env={**os.environ, **in_a_hurry},
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert HEAD not in died.stdout + died.stderr
    left = [path.name for path in tmp_path.iterdir() if path.suffix != ".csv"]
    assert [name[:13] for name in left] == ["bangfu-spark-"] * len(left) != []
    assert not (tmp_path / "findings.csv").exists()

    found = []
    for cluster in (Cluster("local[1]", tmp_path, 2), None):
        # Everybody has a usable number: the matching has nobody to look for.
        how = How(limits=Limits(threads=1), cluster=cluster, matching=True)
        compare(register, {"deaths": deaths}, ON, tmp_path / "findings.csv", how=how)
        found.append((tmp_path / "findings.csv").read_text("utf-8"))
    assert found[0] == found[1]
    assert len(found[0].splitlines()) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deaths.csv", "findings.csv", "people.csv"]


@pytest.mark.parametrize(
    ("persons", "by_key", "by_person"), [(0, 2, 2), (300_000, 16, 2), (3_000_000, 128, 16), (15_000_000, 512, 64)]
)
def test_register_and_deliveries_are_divided_by_the_size_of_the_register(
    persons: int, by_key: int, by_person: int
) -> None:
    division = division_for(Cluster(), persons)
    assert (division.by_key, division.by_person) == (by_key, by_person)


def test_a_memory_limit_is_written_as_for_duckdb() -> None:
    assert [megabytes(text) for text in ("1GB", "2 GiB", "1500MB", "1b")] == [953, 2048, 1430, 512]


def test_control_no_python_worker_has_pandas(spark: "SparkSession") -> None:
    def asks(_: int) -> str:
        return __import__("pandas").__name__

    with pytest.raises(Exception, match="an executor was asked for pandas"):
        spark.sparkContext.parallelize([1], 1).map(asks).collect()
