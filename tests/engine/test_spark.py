"""The comparison on Spark before Spark is started: what is missing is said at once; a killed run leaves nothing for long."""

import signal
import subprocess
import sys
from pathlib import Path

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


def test_a_master_that_is_none_is_said(tmp_path: Path) -> None:
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
