"""DuckDB and Spark on registers and deliveries of four sizes, and a cost model fitted on them: ``python -m benchmarks.spark``.

Writes benchmarks/results/spark.json, and the figures of docs/operations.md from it; ``--page`` only writes the page again, and
``--smaller 4`` takes a quarter of every size, for a machine that others are using.
The prefecture is that of benchmarks.comparison (BANGFU_BENCH_DATA keeps it), cut by key; two further points cut only one side, to tell
rows from persons.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np
import pyarrow.parquet as pq

from bangfu.core.whole_files import replacing
from bangfu.engine.comparison import Compared, How, compare_staged
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import Limits, literal
from bangfu.engine.intake.deliveries import stage_delivery
from bangfu.engine.intake.staged_register import StagedRegister, stage_register
from bangfu.engine.spark_ import run
from bangfu.engine.spark_.cluster import Cluster
from bangfu.engine.spark_.comparison import OnSpark
from benchmarks.bench_data import ON, Bench, the_bench
from benchmarks.measure import write
from benchmarks.spark_page import MILLION, PAGE, costs, measured, page

# Every so-many-th key of the register and of the deliveries.
HOUSEHOLDS, SEED = 122_000, 1
POINTS = ((40, 40), (16, 16), (4, 4), (1, 1), (16, 1), (1, 16))
CORES, MEMORY, DUCKDB_REPETITIONS = 2, "2GB", 3
# The stages of a comparison on Spark: laid down in buckets by one process, matched by key and judged by the executors.
LAYING, MATCHING, JUDGING, STARTING = (
    "laying down in buckets",
    "matching by key",
    "judging and writing",
    "starting Spark",
)
# Persons, rows, and machines of so many cores that are asked about.
PROVINCE, NATION = (3 * MILLION, 60 * MILLION), (15 * MILLION, 10_000 * MILLION)
CLUSTERS = (64, 256, 1024)
NOTES = (
    "Register and deliveries were staged beforehand; their intake is not in these times. DuckDB: median of three. Spark: one run, with a "
    "session of its own, after a small one that warmed the process. Both engines' findings are compared row by row before a time is kept.",
    "Fits are of core-seconds (processor time of all processes, Java's compiler among them), which others on the machine change little, "
    "by least squares of relative errors; a share that came out negative was left out and the rest fitted again. Hours are core-seconds "
    "divided by the cores.",
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A register and deliveries of one size."""

    register: StagedRegister
    deliveries: tuple[Delivery, ...]
    persons: int
    rows: int


class Stages:
    """Core-seconds of the stages of the comparison that runs inside of ``heard``, and the bytes that it laid down."""

    def __init__(self) -> None:
        self.cores: dict[str, float] = {}
        self.laid = 0

    @contextmanager
    def heard(self) -> Iterator[None]:
        with ExitStack() as stack:
            for owner, function, stage in (
                (run, "lay_out", LAYING),
                (OnSpark, "take", MATCHING),
                (OnSpark, "judge", JUDGING),
                (OnSpark, "findings", JUDGING),
            ):
                timed = self._timed(getattr(owner, function), stage)
                stack.enter_context(patch.object(owner, function, timed))
            yield

    def _timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            started = core_seconds()
            answer = function(*arguments, **named)
            self.cores[stage] = self.cores.get(stage, 0) + core_seconds() - started
            if stage == LAYING:
                self.laid += sum(file.stat().st_size for file in answer.folder.iterdir())
            return answer

        return timed


def core_seconds() -> float:
    """What this process and all that it started have had of processors so far, Spark's Java and its Python among them."""
    parents, had = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            cells = stat.read_text("utf-8").rsplit(")", 1)[1].split()
            parents[int(stat.parent.name)] = int(cells[1])
            had[int(stat.parent.name)] = sum(map(int, cells[11:15]))
    ours = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(had.get(process, 0) for process in ours) / os.sysconf("SC_CLK_TCK")


def stage(bench: Bench) -> tuple[StagedRegister, tuple[Delivery, ...]]:
    """Take everything in once."""
    deliveries = []
    for name, path in bench.delivered.files.items():
        folder, about = bench.work / name, bench.delivered.about[name]
        manifest = stage_delivery(name, path, folder, today=ON)
        files = tuple(folder / file for file in manifest.staged)
        deliveries.append(Delivery(declared_datasets()[name], path.name, files, about.as_of, about.coverage))
    return stage_register(bench.register, bench.work / "register", today=ON), tuple(deliveries)


def cut(bench: Bench, whole: tuple[StagedRegister, tuple[Delivery, ...]], persons: int, rows: int) -> Cut:
    """Every ``persons``-th key of the register, every ``rows``-th of the deliveries."""
    register, deliveries = whole
    folder = bench.work / f"cut-{persons}-{rows}"
    folder.mkdir()
    cut_file = partial(_cut_file, folder)
    cut_file(register.folder / "filed.parquet", "filed.parquet", "coalesce(key, pid)", persons)
    (folder / "texts.parquet").symlink_to(register.folder / "texts.parquet")
    smaller = [
        Delivery(
            delivery.dataset,
            delivery.file,
            tuple(
                cut_file(file, f"{delivery.dataset.name}-{at}.parquet", 'coalesce(key, "row")', rows)
                for at, file in enumerate(delivery.staged)
            ),
            delivery.as_of,
            delivery.coverage,
        )
        for delivery in deliveries
    ]
    counted = sum(pq.read_metadata(file).num_rows for delivery in smaller for file in delivery.staged)
    people = pq.read_metadata(folder / "filed.parquet").num_rows
    return Cut(StagedRegister(folder, register.file, 0, register.hashes), tuple(smaller), people, counted)


def _cut_file(folder: Path, file: Path, name: str, key: str, every: int) -> Path:
    target = folder / name
    if every == 1:
        target.symlink_to(file)
    else:
        query = f"SELECT * FROM read_parquet({literal(str(file))}) WHERE {key} % {every} = 0"
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION snappy)")
    return target


def measure(bench: Bench, it: Cut) -> dict[str, Any]:
    """One point: seconds of both engines. Refuses to go on where their findings differ."""
    outs = {engine: bench.work / f"findings-{engine}.parquet" for engine in ("duckdb", "spark")}
    compared: dict[str, Compared] = {}

    def once(engine: str, cluster: Cluster | None) -> tuple[float, float]:
        started, had = time.perf_counter(), core_seconds()
        how = How(limits=Limits(MEMORY, CORES), cluster=cluster)
        compared[engine] = compare_staged(it.register, it.deliveries, ON, outs[engine], how=how)
        return round(core_seconds() - had, 2), round(time.perf_counter() - started, 2)

    stages = Stages()
    before = os.getloadavg()[0]
    on_duckdb = [once("duckdb", None) for _ in range(DUCKDB_REPETITIONS)]
    with stages.heard():
        on_spark = once("spark", Cluster(f"local[{CORES}]", bench.work))
    if pq.read_table(outs["spark"]).to_pylist() != pq.read_table(outs["duckdb"]).to_pylist():
        raise SystemExit("Spark finds something else than DuckDB")
    stages.cores[STARTING] = on_spark[0] - sum(stages.cores.values())
    return {
        "persons": it.persons,
        "rows": it.rows,
        "findings": sum(entry.findings for entry in compared["spark"].counts),
        "duckdb_core_seconds": [cores for cores, _ in on_duckdb],
        "duckdb_seconds": [seconds for _, seconds in on_duckdb],
        "spark_core_seconds": on_spark[0],
        "spark_seconds": on_spark[1],
        "spark_stages": {name: round(cores, 2) for name, cores in stages.cores.items()},
        "laid_megabytes": round(stages.laid / 2**20, 1),
        "load_average": [round(before, 2), round(os.getloadavg()[0], 2)],
    }


def fitted(points: Sequence[Mapping[str, Any]], seconds: Callable[[Mapping[str, Any]], float]) -> dict[str, Any]:
    """core-seconds = a + b · million rows + c · million persons, by least squares of relative errors; nothing below zero."""
    taken = np.array([seconds(point) for point in points])
    columns = {
        "core_seconds": np.ones(len(points)),
        "per_million_rows": np.array([point["rows"] / MILLION for point in points]),
        "per_million_persons": np.array([point["persons"] / MILLION for point in points]),
    }
    while True:
        table = np.stack(list(columns.values()), axis=1)
        shares, *_ = np.linalg.lstsq(table / taken[:, None], np.ones(len(points)), rcond=None)
        least = int(np.argmin(shares))
        if shares[least] >= 0 or len(columns) == 1:
            break
        del columns[list(columns)[least]]
    errors = (table @ shares - taken) / taken
    return {
        **{name: round(float(share), 4) for name, share in zip(columns, shares, strict=True)},
        "residuals_percent": [round(100 * float(error), 1) for error in errors],
    }


def fits(points: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of each engine, and of each stage on Spark."""
    found = {
        "duckdb": fitted(points, lambda point: statistics.median(point["duckdb_core_seconds"])),
        "spark": fitted(points, lambda point: float(point["spark_core_seconds"])),
    }
    for name in (STARTING, LAYING, MATCHING, JUDGING):
        found[f"spark, {name}"] = fitted(points, partial(_stage_seconds, name))
    return found


def _stage_seconds(name: str, point: Mapping[str, Any]) -> float:
    return float(point["spark_stages"][name])


def extrapolated(found: Mapping[str, Mapping[str, Any]], points: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Hours at the size of a province and of the nation, if everything goes on as it began; nothing of this was run."""
    bytes_per_row = statistics.median(
        point["laid_megabytes"] * 2**20 / (point["rows"] + point["persons"]) for point in points
    )
    answer: dict[str, Any] = {"laid_bytes_per_row": round(bytes_per_row, 1)}
    for name, size in (("province", PROVINCE), ("nation", NATION)):
        laying = sum(costs(found[f"spark, {LAYING}"], size))
        fixed, growing = (
            sum(parts)
            for parts in zip(*(costs(found[f"spark, {s}"], size) for s in (STARTING, MATCHING, JUDGING)), strict=True)
        )
        answer[name] = {
            "persons": size[0],
            "rows": size[1],
            "duckdb_one_machine_hours": _hours(sum(costs(found["duckdb"], size)) / CORES),
            "laying_down_one_process_hours": _hours(laying / CORES),
            "laid_gigabytes": round(sum(size) * bytes_per_row / 2**30),
            "executors_hours_by_cores": {str(cores): _hours(fixed / CORES + growing / cores) for cores in CLUSTERS},
        }
    return answer


def _hours(seconds: float) -> float:
    return float(f"{seconds / 3600:.3g}")


def measure_all(smaller: int) -> Iterator[list[dict[str, Any]]]:
    """The points so far, after each that follows the fourth."""
    with the_bench(HOUSEHOLDS, SEED) as bench:
        whole = stage(bench)
        cuts = [cut(bench, whole, persons * smaller, rows * smaller) for persons, rows in POINTS]
        # One delivery warms the process.
        measure(bench, replace(cuts[0], deliveries=cuts[0].deliveries[:1]))
        points = []
        for it in cuts:
            points.append(measure(bench, it))
            print(json.dumps(points[-1], ensure_ascii=False), flush=True)
            if len(points) >= 4:
                yield points


def main() -> None:
    """Measure, and write benchmarks/results/spark.json and the page's figures."""
    if sys.argv[1:] != ["--page"]:
        smaller = int(sys.argv[2]) if sys.argv[1:2] == ["--smaller"] else 1
        # Written after each: who stops it has what was measured.
        for points in measure_all(smaller):
            found = fits(points)
            most = points[3]
            about = f"DuckDB and Spark (local[{CORES}]) on up to {most['persons']:,} persons and {most['rows']:,} rows"
            figures = {"cores": CORES, "memory": MEMORY, "notes": NOTES, "points": points, "fits": found}
            figures["extrapolated"] = extrapolated(found, points)
            write("spark", about, " ".join(["python -m benchmarks.spark", *sys.argv[1:]]), figures)
    with replacing(PAGE) as temporary:
        temporary.write_text(page(PAGE.read_text("utf-8"), measured()), "utf-8")


if __name__ == "__main__":
    main()
