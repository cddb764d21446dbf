"""The rival at full size: Polars scanning the raw files, and Polars matching the keyed ones with the register."""

from pathlib import Path

import polars as pl

from benchmarks.bench_data import Bench, raw_columns


def scan_raw(bench: Bench) -> None:
    """As bench_data.scan_raw: the same columns of the same files, each cell looked at."""
    for path, wanted in raw_columns(bench):
        frame = _frame(path)
        lengths = [pl.col(column).cast(pl.String).str.len_bytes().sum() for column in sorted(wanted)]
        frame.select(lengths).collect(engine="streaming")


def _frame(path: Path) -> pl.LazyFrame:
    if path.suffix == ".csv":
        return pl.scan_csv(path, infer_schema=False)
    return pl.scan_parquet(path)


def match_keyed(bench: Bench) -> int:
    """Find the rows about persons of the register in all keyed deliveries, and whether the names differ: no rule is asked of them yet.

    Gives how many there are.
    """
    people = pl.scan_parquet(bench.work / "register" / "filed.parquet").filter(pl.col("key").is_not_null())
    people = people.select("pid", "key", pl.col("folded").alias("own")).collect().lazy()
    found = 0
    for delivery in bench.staged.values():
        for file in delivery.staged:
            rows = pl.scan_parquet(file).filter(pl.col("key").is_not_null()).drop("written", "broken", strict=False)
            matched = rows.join(people, on="key").with_columns(
                other=pl.coalesce("folded", "name").ne_missing(pl.col("own"))
            )
            found += matched.collect(engine="streaming").height
    return found
