"""DESIGN 5's table: the comparison at the size of a province beside the raw scan, Polars, pandas, PostgreSQL and Splink.

``python -m benchmarks.comparison [--households N] [--seed S] [--repetitions R]``: by default 1,220,000 households, 3.7 million persons
and 61 million rows, and one tenth of it for the rivals that take longer. BANGFU_BENCH_DATA names the folder where prefecture-N-S and
prefecture-N/10-S are kept: to make them takes some minutes (benchmarks/province.py). Nothing is measured unless the rivals find the same.

Writes benchmarks/results/comparison.json (the table) and comparison-full.json (times, ranges, notes).
"""

import argparse
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow.parquet as pq

from bangfu.engine.comparison import How, Summary, compare, compare_staged
from bangfu.engine.duckdb_.session import Limits, limits_within
from benchmarks import comparison_rows as table
from benchmarks import incremental, pandas_raw, polars_rival, postgres_rival, splink_rival
from benchmarks.bench_data import ON, Bench, Cut, cut, prepare, scan_keyed, scan_raw, the_bench
from benchmarks.comparison_rows import FIRST, FULL, RAW_SCAN, Incremental, Row, median_ratio
from benchmarks.measure import RESULTS, in_turns, peak_megabytes, write
from benchmarks.pandas_rival import FINDING, Files, find

HOUSEHOLDS, SEED, REPETITIONS = 1_220_000, 1, 5
# PostgreSQL and Splink are no row of the table: fewer turns are enough to see how far away they are.
FEWER = 3
KEYED_SCAN = "scan of the keyed Parquet"
POLARS_SCAN, POLARS_MATCH = "Polars, raw scan", "Polars, matching the keyed rows (no rules)"
# What --memory 1GB promises of the whole process; the others give DuckDB itself so much.
WITHIN = "ours, first run within 1 GB"
PANDAS_RAW, PANDAS_KEYED = "pandas, from the raw files", "pandas, on the data that ours keyed"
POSTGRES, SPLINK = "PostgreSQL, rules in SQL over loaded tables", "Splink, deterministic link by number (no rules)"
TENTHS = (1, 2, 5)
WITH_SOURCE = [*FINDING, "来源行"]
NOTES = (
    "Raw scan: DuckDB adds up the lengths of the cells of the columns that ours reads, register included, and keeps nothing. It "
    "reads CSV and Parquet as delivered; GB18030 was made UTF-8 and workbooks were made Parquet beforehand, which is not in its time.",
    "Keyed: register and deliveries as intake normalised and keyed them; every run joins, judges all rules and writes all seven columns "
    "of a finding, sorted. First run: from the delivered files and the register's, nothing staged before, the same file at the end.",
    "pandas doing the same ÷ ours: pandas from the raw files (reads, verifies numbers, reads values, joins, judges, with source rows, "
    "sorted; no sentence, no counts of what was set aside) ÷ ours on keyed data, as ENGINE.md compared them. The same ÷ our first run, "
    "which does that work too, is beside it under “ratios”, and so is pandas on our keyed data ÷ ours.",
    "Whether the staged files are still what their manifests say (SHA-256) is looked at once, before the turns. Growth: ours on keyed "
    "data; the smaller sizes are cut out of the full one by number. Peak memory: the greater of our two runs at "
    "full size, each in a fresh process, in MB.",
    "The files were in the page cache. The rivals take turns; a ratio is one of medians in this run, its range one of single turns.",
)


def first_run(bench: Bench, within: str = "") -> Summary:
    """Ours on the files as delivered, intake included; ``within``: what the whole process may take."""
    delivered, how = bench.delivered, How(limits=limits_within(within) if within else Limits())
    return compare(bench.register, delivered.files, ON, bench.findings("first"), about=delivered.about, how=how)


def staged_run(bench: Bench) -> None:
    """Ours on deliveries that were staged before."""
    compare_staged(bench.staged_register, bench.staged.values(), ON, bench.findings("staged"))


def cut_run(bench: Bench, part: Cut) -> None:
    """Ours on a part of them."""
    compare_staged(part.register, part.deliveries, ON, bench.findings(f"cut-{part.tenths}"))


def pandas_run(bench: Bench) -> None:
    """The rival on what ours has staged."""
    files = Files(bench.work / "register" / "filed.parquet", bench.staged, bench.register.name)
    find(files, ON, bench.findings("pandas"), sources=True)


def pandas_raw_run(bench: Bench) -> None:
    """The rival on the raw files."""
    pandas_raw.find_raw(bench, bench.findings("pandas-raw"))


def check_ours(bench: Bench) -> Summary:
    """Run ours both ways; refuse to go on where the findings differ in any row. Gives what was found."""
    summary = first_run(bench)
    staged_run(bench)
    first, staged = (pq.read_table(bench.findings(of)) for of in ("first", "staged"))
    if not first.equals(staged):
        raise SystemExit("ours finds something else on staged deliveries than on raw files")
    return summary


def check_pandas(bench: Bench) -> None:
    """The same of pandas, both ways, beside ours."""
    expected = _rows(bench.findings("staged"))
    for of, run in (("pandas", pandas_run), ("pandas-raw", pandas_raw_run)):
        run(bench)
        if _rows(bench.findings(of)) != expected:
            raise SystemExit(f"{of} finds something else than ours")


def _rows(path: Path) -> list[tuple[str, ...]]:
    found = pq.read_table(path, columns=WITH_SOURCE)
    return sorted(zip(*(found.column(column).to_pylist() for column in WITH_SOURCE), strict=True))


def check_postgres(bench: Bench, found: Mapping[str, int]) -> dict[str, list[int]]:
    """Kinds of which PostgreSQL finds another number than ours: only names, which SQL alone cannot tell apart."""
    ours = Counter(pq.read_table(bench.findings("staged"), columns=["种类"]).column(0).to_pylist())
    other = {kind: [found.get(kind, 0), ours[kind]] for kind in ours if found.get(kind, 0) != ours[kind]}
    if set(other) - {"姓名不符"}:
        raise SystemExit(f"PostgreSQL finds something else than ours: {other}")
    return other


def measure_full(
    bench: Bench, repetitions: int, changes: Callable[[Bench], Incremental] | None
) -> dict[str, list[float]]:
    """Seconds of every rival at full size, and of ours at the smaller sizes."""
    parts = [cut(bench, tenths) for tenths in TENTHS]
    rivals: dict[str, Callable[[], object]] = {
        RAW_SCAN: lambda: scan_raw(bench),
        FULL: lambda: staged_run(bench),
        FIRST: lambda: first_run(bench),
        KEYED_SCAN: lambda: scan_keyed(bench),
        POLARS_SCAN: lambda: polars_rival.scan_raw(bench),
        POLARS_MATCH: lambda: polars_rival.match_keyed(bench),
    }
    for part in parts:
        rivals[_size(part.tenths)] = lambda part=part: cut_run(bench, part)  # type: ignore[misc]
    if changes is not None:
        rivals |= changes(bench).rivals()
    return in_turns(rivals, repetitions)


def standing(bench: Bench) -> Incremental:
    """The two rows of a comparison that stands; nothing is measured unless it finds what a full comparison finds."""
    made = incremental.prepare_incremental(bench.staged_register, bench.staged, bench.work / "standing")
    incremental.check_incremental(made)
    return Incremental(*incremental.turns(made))


def _size(tenths: int) -> str:
    return f"{FULL}, {tenths}/10"


def measure_tenth(bench: Bench, repetitions: int) -> tuple[dict[str, list[float]], dict[str, object]]:
    """Seconds of every rival at one tenth, and what there is to say of PostgreSQL and Splink."""
    times = in_turns(
        {
            RAW_SCAN: lambda: scan_raw(bench),
            FULL: lambda: staged_run(bench),
            FIRST: lambda: first_run(bench),
            PANDAS_KEYED: lambda: pandas_run(bench),
            PANDAS_RAW: lambda: pandas_raw_run(bench),
        },
        repetitions,
    )
    started = time.perf_counter()
    with postgres_rival.loaded(bench) as connection:
        loading = time.perf_counter() - started
        few = min(FEWER, repetitions)
        linked: list[int] = []
        times |= in_turns(
            {
                POSTGRES: lambda: postgres_rival.find(connection),
                SPLINK: lambda: linked.append(splink_rival.link_keyed(bench)),
            },
            few,
        )
        kinds = connection.execute("SELECT kind, count(*) FROM found GROUP BY kind").fetchall()
    other = check_postgres(bench, {str(kind): int(count) for kind, count in kinds})
    return times, {"postgres_loads_seconds": round(loading, 1), "postgres_other": other, "splink_pairs": linked[-1]}


def peaks(bench: Bench) -> dict[str, int]:
    """Peak memory of ours in a fresh process, megabytes."""
    made = f"Bench(Path({str(bench.prefecture)!r}), Path({str(bench.work)!r}))"
    runs = {
        FIRST: f"first_run({made})",
        FULL: f"staged_run({made})",
        WITHIN: f"first_run({made}, '1GB')",
    }
    return {run: peak_megabytes(f"from benchmarks.comparison import *; {code}") for run, code in runs.items()}


def table_rows(
    full: Mapping[str, Sequence[float]],
    tenth: Mapping[str, Sequence[float]],
    memory: Mapping[str, int],
    repetitions: int,
) -> list[Row]:
    """DESIGN 5's table."""
    return [
        table.made(table.KEYED, median_ratio(full, FULL, RAW_SCAN), repetitions),
        table.made(table.RAW, median_ratio(full, FIRST, RAW_SCAN), repetitions),
        *table.incremental_rows(full, repetitions),
        table.made(table.PANDAS, median_ratio(tenth, PANDAS_RAW, FULL), repetitions),
        table.made(table.GROWTH, median_ratio(full, FULL, _size(1)), repetitions),
        table.made(table.MEMORY, max(memory.values(), default=None), 1),
        *table.matching_rows(),
    ]


# Beside the table's: above ÷ below, at full size and at one tenth.
_ALSO_FULL = ((FULL, KEYED_SCAN), (POLARS_SCAN, RAW_SCAN), (POLARS_MATCH, FULL))
_ALSO_TENTH = (
    (FULL, RAW_SCAN), (FIRST, RAW_SCAN), (PANDAS_RAW, FULL), (PANDAS_RAW, FIRST), (PANDAS_KEYED, FULL), (POSTGRES, FULL), (SPLINK, FULL)
)  # fmt: skip


def ratios(times: Mapping[str, Sequence[float]], pairs: Sequence[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Ratios of medians, with the least and greatest of single turns."""
    found = {}
    for above, below in pairs:
        of_medians = median_ratio(times, above, below)
        if of_medians is not None:
            single = sorted(one / other for one, other in zip(times[above], times[below], strict=False))
            found[f"{above} ÷ {below}"] = {
                "ratio": round(of_medians, 2), "least": round(single[0], 2), "greatest": round(single[-1], 2),
            }  # fmt: skip
    return found


def _told(times: Mapping[str, Sequence[float]]) -> dict[str, dict[str, object]]:
    """Times as the page shows them; the ratio is to the raw scan."""
    first = statistics.median(times[RAW_SCAN])
    return {
        rival: {
            "seconds": [round(one, 3) for one in taken],
            "median": round(statistics.median(taken), 3),
            "ratio": round(statistics.median(taken) / first, 3),
        }
        for rival, taken in times.items()
    }


def _log(said: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {said}", flush=True)


def run(households: int, seed: int, repetitions: int, changes: Callable[[Bench], Incremental] | None = None) -> None:
    """Measure everything and write both files. ``changes`` prepares the two rows of a comparison that stands, at full size."""
    load = [round(os.getloadavg()[0], 2)]
    with the_bench(households // 10, seed) as bench:
        _log("staging one tenth")
        prepare(bench)
        small = check_ours(bench)
        check_pandas(bench)
        _log("measuring one tenth")
        tenth, others = measure_tenth(bench, repetitions)
    with the_bench(households, seed) as bench:
        _log("staging full size")
        prepare(bench)
        summary = check_ours(bench)
        _log("measuring full size")
        full = measure_full(bench, repetitions, changes)
        _log("measuring memory")
        memory = peaks(bench)
        delivered = sum(path.stat().st_size for path in bench.delivered.files.values()) >> 20
        growth = {f"{tenths}/10": round(statistics.median(full[_size(tenths)]), 3) for tenths in TENTHS}
    load.append(round(os.getloadavg()[0], 2))
    rows = table_rows(full, tenth, memory, repetitions)
    table.write_rows(rows, RESULTS)
    figures = {
        "households": households, "seed": seed, "persons": summary.persons, "department_rows": summary.rows,
        "megabytes_delivered": delivered, "findings": summary.findings,
        "one_tenth": {"persons": small.persons, "department_rows": small.rows, "findings": small.findings, **others},
        "repetitions": repetitions, "notes": NOTES,
        # One minute's mean, this run's own work included in the second: above the number of cores, others were working too.
        "load_average": load,
        "times": _told(full), "times_one_tenth": _told(tenth),
        "growth": growth | {"10/10": round(statistics.median(full[FULL]), 3)},
        "ratios": ratios(full, _ALSO_FULL), "ratios_one_tenth": ratios(tenth, _ALSO_TENTH),
        "peak_megabytes": memory, "table": [asdict(row) for row in rows],
    }  # fmt: skip
    about = f"comparing {summary.persons:,} persons with {summary.rows:,} rows of {len(bench.delivered.files)} departments' deliveries"
    write("comparison-full", about, "python -m benchmarks.comparison", figures)


def main(arguments: Sequence[str] | None = None) -> None:
    """See above; ``arguments`` are those of the command line, none of them when all benchmarks run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    asked = parser.parse_args(arguments)
    run(asked.households, asked.seed, asked.repetitions, standing)


if __name__ == "__main__":
    main()
