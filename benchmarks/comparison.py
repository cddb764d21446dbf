"""The comparison of 300,000 persons and more with 6 million department rows, beside the raw scan and pandas.

``python -m benchmarks.comparison``. The prefecture takes a few minutes to invent: BANGFU_BENCH_DATA names a folder to keep it in for the
next run. Nothing is measured unless pandas, the staged run and the run on raw files find exactly the same.
"""

import os
import shutil
import statistics
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine

from bangfu.engine.comparison import How, Summary, compare, compare_staged
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.register import register_columns
from bangfu.engine.duckdb_.session import Limits, literal, name, session
from bangfu.engine.intake.deliveries import stage_delivery, staged_columns
from bangfu.engine.intake.deliveries_folder import DeliveryFolder, open_folder
from bangfu.engine.intake.staged_register import StagedRegister, open_register, stage_register
from bangfu.synthetic.datasets import DATASETS
from bangfu.synthetic.days import REFERENCE_DAY
from bangfu.synthetic.prefecture import generate
from benchmarks.measure import interleaved, peak_megabytes, write
from benchmarks.pandas_rival import FINDING, Files, find

HOUSEHOLDS, SEED, REPETITIONS = 122_000, 1, 5
PERSONS_AT_LEAST, ROWS_AT_LEAST = 300_000, 6_000_000
ON: date = REFERENCE_DAY
RAW_SCAN, KEYED_SCAN = "raw scan", "scan of the keyed Parquet"
FIRST, STAGED, REGISTER = "ours, first run on raw files", "ours, keyed", "taking the register in"
PANDAS, PANDAS_WHOLE = "pandas, five columns of a finding", "pandas, with source rows and sorted"
NOTES = (
    "Raw scan: DuckDB adds up the lengths of the cells of the columns that ours reads, register included, and keeps nothing. It "
    "reads CSV and Parquet as delivered; GB18030 was made UTF-8 and workbooks were made Parquet beforehand, which is not in its time.",
    "Keyed: register and deliveries as intake normalised and keyed them; pandas begins there too. Ours writes all seven columns of a "
    "finding, sorted; pandas never writes the sentence (说明).",
    "The files were in the page cache. The rivals take turns; each ratio is one of medians in this run, its range one of single turns.",
)


@dataclass(frozen=True, slots=True)
class Bench:
    """A prefecture, and the folder beside it for what is staged and written."""

    prefecture: Path
    work: Path

    @property
    def register(self) -> Path:
        """One row per person on file."""
        return self.prefecture / "people.parquet"

    @property
    def delivered(self) -> DeliveryFolder:
        """The departments' files."""
        return open_folder(self.prefecture / "datasets")

    @property
    def staged(self) -> dict[str, Delivery]:
        """The deliveries as they were staged by :func:`prepare`."""
        found = {}
        for dataset, path in self.delivered.files.items():
            files = tuple(self.work / dataset / file for file in ("clean.parquet", "repaired.parquet"))
            about = self.delivered.about[dataset]
            found[dataset] = Delivery(declared_datasets()[dataset], path.name, files, about.as_of, about.coverage)
        return found

    def findings(self, of: str) -> Path:
        """Where one of the rivals writes."""
        return self.work / f"findings-{of}.parquet"


def first_run(bench: Bench) -> Summary:
    """Ours on the files as delivered, intake included."""
    delivered = bench.delivered
    return compare(bench.register, delivered.files, ON, bench.findings("first"), about=delivered.about, how=How())


def staged_run(bench: Bench) -> None:
    """Ours on deliveries that were staged before."""
    compare_staged(open_register(bench.work / "register"), bench.staged.values(), ON, bench.findings("staged"))


def take_register(bench: Bench) -> StagedRegister:
    """Take the register in; the first run does that too, without writing it down."""
    return stage_register(bench.register, bench.work / "register", today=ON)


def pandas_run(bench: Bench, *, sources: bool) -> None:
    """The rival on what ours has staged."""
    files = Files(bench.work / "register" / "filed.parquet", bench.staged, bench.register.name)
    find(files, ON, bench.findings("pandas"), sources=sources)


def prepare(bench: Bench) -> None:
    """Stage every delivery and the register, and convert what DuckDB cannot scan as delivered."""
    for dataset, path in bench.delivered.files.items():
        stage_delivery(dataset, path, bench.work / dataset, today=ON)
        if path.suffix == ".xlsx":
            _workbook_to_parquet(path, bench.work / f"{dataset}.parquet")
        elif path.suffix == ".csv" and DATASETS[dataset].encoding == "gb18030":
            (bench.work / f"{dataset}.csv").write_bytes(path.read_bytes().decode("gb18030").encode())
    take_register(bench)


def _workbook_to_parquet(path: Path, target: Path) -> None:
    rows = calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    columns = list(zip(*rows[1:], strict=True))
    texts = [pa.array([str(cell) for cell in column], pa.string()) for column in columns]
    pq.write_table(pa.Table.from_arrays(texts, names=[str(heading) for heading in rows[0]]), target)


def scan_raw(bench: Bench) -> None:
    """The limit: decode the columns that the comparison reads, as delivered."""
    with session(Limits()) as (connection, _):
        _scan(connection, bench.register, _register_headings(bench))
        for dataset, path in bench.delivered.files.items():
            declared = declared_datasets()[dataset]
            keys = {declared.key, declared.person, *staged_columns(declared)} & declared.columns.keys()
            converted = [bench.work / f"{dataset}{suffix}" for suffix in (".csv", ".parquet")]
            readable = next((file for file in converted if file.exists()), path)
            _scan(connection, readable, {declared.columns[key].heading for key in keys})


def scan_keyed(bench: Bench) -> None:
    """Decode all that is staged, and the register."""
    with session(Limits()) as (connection, _):
        _scan(connection, bench.register, _register_headings(bench))
        for delivery in bench.staged.values():
            for file in delivery.staged:
                _scan(connection, file, set(pq.read_schema(file).names) - {"written", "broken"})


def _register_headings(bench: Bench) -> set[str]:
    known = {column.heading for column in register_columns().values()}
    return known & set(pq.read_schema(bench.register).names)


def _scan(connection: duckdb.DuckDBPyConnection, path: Path, wanted: set[str]) -> None:
    """No answer comes from statistics: lengths of texts and hashes of figures need every cell."""
    csv = path.suffix == ".csv"
    options = ", all_varchar = TRUE, header = TRUE, delim = ',', quote = '\"'" if csv else ""
    relation = f"{'read_csv' if csv else 'read_parquet'}({literal(str(path))}{options})"
    types = {
        str(column): str(sql_type)
        for column, sql_type, *_ in connection.execute(f"DESCRIBE FROM {relation}").fetchall()
    }
    if not wanted <= types.keys():
        raise SystemExit(f"{path.name} has no column {sorted(wanted - types.keys())}")
    answers = [
        f"sum(strlen({name(column)}))" if types[column] == "VARCHAR" else f"bit_xor(hash({name(column)}))"
        for column in sorted(wanted)
    ]
    connection.execute(f"SELECT {', '.join(answers)} FROM {relation}").fetchall()


def check_same(bench: Bench) -> Summary:
    """Run everything once; refuse to go on where the findings differ in any row. Gives what ours found."""
    summary = first_run(bench)
    staged_run(bench)
    expected = _rows(bench.findings("staged"), [*FINDING, "来源行"])
    if _rows(bench.findings("first"), [*FINDING, "来源行"]) != expected:
        raise SystemExit("ours finds something else on staged deliveries than on raw files")
    for sources, columns in ((True, [*FINDING, "来源行"]), (False, FINDING)):
        pandas_run(bench, sources=sources)
        if _rows(bench.findings("pandas"), columns) != sorted(row[: len(columns)] for row in expected):
            raise SystemExit("pandas finds something else than ours")
    return summary


def _rows(path: Path, columns: list[str]) -> list[tuple[str, ...]]:
    table = pq.read_table(path, columns=columns)
    return sorted(zip(*(table.column(column).to_pylist() for column in columns), strict=True))


def measure(bench: Bench) -> dict[str, dict[str, object]]:
    """Seconds of every rival, in turns."""
    return interleaved(
        {
            RAW_SCAN: lambda: scan_raw(bench),
            KEYED_SCAN: lambda: scan_keyed(bench),
            FIRST: lambda: first_run(bench),
            STAGED: lambda: staged_run(bench),
            REGISTER: lambda: take_register(bench),
            PANDAS: lambda: pandas_run(bench, sources=False),
            PANDAS_WHOLE: lambda: pandas_run(bench, sources=True),
        },
        REPETITIONS,
    )


def ratios(times: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, float]]:
    """The ratios that DESIGN 5 sets targets for, of medians, with the least and greatest of single turns."""
    pairs = (
        (STAGED, RAW_SCAN),
        (STAGED, KEYED_SCAN),
        (FIRST, RAW_SCAN),
        (PANDAS, STAGED),
        (PANDAS_WHOLE, STAGED),
        (PANDAS_WHOLE, FIRST),
    )
    return {f"{above} ÷ {below}": _ratio(_seconds(times, above), _seconds(times, below)) for above, below in pairs}


def _ratio(above: list[float], below: list[float]) -> dict[str, float]:
    single = sorted(one / other for one, other in zip(above, below, strict=True))
    of_medians = statistics.median(above) / statistics.median(below)
    return {"ratio": round(of_medians, 2), "least": round(single[0], 2), "greatest": round(single[-1], 2)}


def _seconds(times: Mapping[str, Mapping[str, object]], rival: str) -> list[float]:
    taken = times[rival]["seconds"]
    return [float(seconds) for seconds in taken] if isinstance(taken, list) else []


def peaks(bench: Bench) -> dict[str, int]:
    """Peak memory of each in a fresh process, megabytes."""
    made = f"Bench(Path({str(bench.prefecture)!r}), Path({str(bench.work)!r}))"
    runs = {
        FIRST: f"first_run({made})",
        STAGED: f"staged_run({made})",
        PANDAS: f"pandas_run({made}, sources=False)",
        PANDAS_WHOLE: f"pandas_run({made}, sources=True)",
    }
    return {rival: peak_megabytes(f"from benchmarks.comparison import *; {run}") for rival, run in runs.items()}


@contextmanager
def the_bench() -> Iterator[Bench]:
    """A prefecture to measure on: kept in the folder that BANGFU_BENCH_DATA names, or gone afterwards."""
    kept = os.environ.get("BANGFU_BENCH_DATA")
    with TemporaryDirectory(prefix="bangfu-bench-") as temporary:
        prefecture = Path(kept or temporary) / f"prefecture-{HOUSEHOLDS}-{SEED}"
        if not prefecture.exists():
            generate(HOUSEHOLDS, SEED, prefecture)
        work = Path(temporary) / "work"
        work.mkdir()
        yield Bench(prefecture, work)
        shutil.rmtree(work)


def main() -> None:
    """Measure and write benchmarks/results/comparison-a.json."""
    with the_bench() as bench:
        prepare(bench)
        summary = check_same(bench)
        if summary.persons < PERSONS_AT_LEAST or summary.rows < ROWS_AT_LEAST:
            raise SystemExit(f"too small: {summary.persons} persons, {summary.rows} rows")
        before = os.getloadavg()
        times = measure(bench)
        rows = summary.persons + summary.rows
        figures = {
            "households": HOUSEHOLDS,
            "seed": SEED,
            "persons": summary.persons,
            "department_rows": summary.rows,
            "megabytes_delivered": sum(path.stat().st_size for path in bench.delivered.files.values()) >> 20,
            "findings": summary.findings,
            "pandas_finds_the_same": True,
            "repetitions": REPETITIONS,
            "notes": NOTES,
            # One minute's mean, this run's own work included in the second: above the number of cores, others were working too.
            "load_average": [round(before[0], 2), round(os.getloadavg()[0], 2)],
            "times": times,
            "ratios": ratios(times),
            "rows_per_second": {r: round(rows / statistics.median(_seconds(times, r))) for r in (FIRST, STAGED)},
            "peak_megabytes": peaks(bench),
        }
    about = (
        f"comparing {summary.persons:,} persons with {summary.rows:,} rows of {len(DATASETS)} departments' deliveries"
    )
    write("comparison-a", about, "python -m benchmarks.comparison", figures)


if __name__ == "__main__":
    main()
