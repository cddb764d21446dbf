"""A Spark of several processes, as a cluster is: a master, two workers with an executor each, and nothing in common but a folder.

BANGFU_CLUSTER=all pytest tests/engine/test_spark_cluster.py also takes 2,356 households, all sixteen deliveries and --matching: some
five minutes on two cores.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark
import pytest

from bangfu.synthetic.prefecture import generate
from tests.engine.small import HEAD, family, write_csv
from tests.site.instances import free_port
from tests.site.people import until
from tests.terminals.cli.calling import Calling, ended

SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
WORKERS = 2


@dataclass(frozen=True)
class Standalone:
    """Where the master listens, and the folder of each worker, in which its executors leave theirs."""

    master: str
    workers: list[Path]

    def executors(self) -> list[int]:
        """How many executors each worker had, of all applications."""
        return [len([*folder.glob("app-*/*")]) for folder in self.workers]


@contextmanager
def process(log: Path, variables: dict[str, str], name: str, *words: object) -> Iterator[None]:
    with log.open("w") as out:
        call = [str(SPARK_CLASS), f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1", "--webui-port", "0"]
        call += map(str, words)
        running = subprocess.Popen(call, env={**os.environ, **variables}, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            running.terminate()
            running.wait()


@pytest.fixture
def cluster(tmp_path: Path, in_a_hurry: dict[str, str]) -> Iterator[Standalone]:
    port, log = free_port(), tmp_path / "master.log"
    found = Standalone(f"spark://127.0.0.1:{port}", [tmp_path / f"worker-{number}" for number in range(WORKERS)])
    with ExitStack() as running:
        running.enter_context(process(log, in_a_hurry, "master.Master", "--port", port))
        until(lambda: "I have been elected leader" in log.read_text(), 60)
        for folder in found.workers:
            folder.mkdir()
            words = ("--cores", 1, "--memory", "1g", "--work-dir", folder, found.master)
            running.enter_context(process(folder / "log", in_a_hurry, "worker.Worker", *words))
        until(lambda: log.read_text().count("Registering worker") == WORKERS, 60)
        yield found


def a_family(place: Path) -> tuple[Path, Path]:
    """One with a death under another name: names are told apart on the executors."""
    (place / "datasets").mkdir()
    write_csv(place / "datasets" / "deaths.csv", [{"姓名": "张三", "身份证号": HEAD, "死亡日期": "2026-01-02"}])
    return write_csv(place / "people.csv", family()), place / "datasets"


def a_prefecture(place: Path) -> tuple[Path, Path]:
    generate(2356, 1, place / "prefecture")
    return place / "prefecture" / "people.parquet", place / "prefecture" / "datasets"


CASES = {"family": (a_family, ()), "prefecture": (a_prefecture, ("--matching",))}


@pytest.mark.parametrize("case", CASES if os.environ.get("BANGFU_CLUSTER") == "all" else ["family"])
def test_a_cluster_finds_what_one_machine_finds(
    case: str, cluster: Standalone, in_a_hurry: dict[str, str], tmp_path: Path
) -> None:
    made, more = CASES[case]
    register, datasets = made(tmp_path)
    shared = tmp_path / "shared"
    shared.mkdir()
    here = Calling(tmp_path / "home", SPARK_MASTER=cluster.master, **in_a_hurry)

    def found(engine: str) -> list[str]:
        out = tmp_path / f"{engine}.csv"
        words = ("--registry", register, "--datasets", datasets, "--out", out, "--shared", shared, "--memory", "600MB")
        said = ended(here.begins("compare", *words, "--engine", engine, *more), 900)
        assert out.is_file(), said.err
        assert HEAD not in said.out + said.err
        return out.read_text("utf-8").splitlines()

    by_cluster = found("spark")
    assert by_cluster == found("duckdb")
    assert len(by_cluster) > 2
    # Each worker had an executor, and nothing of the run stays in the shared folder.
    assert all(cluster.executors())
    assert list(shared.iterdir()) == []
