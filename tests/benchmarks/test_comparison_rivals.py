"""The comparison's rivals on a small prefecture: only those that find the same may be measured."""

from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.synthetic.prefecture import generate
from benchmarks import comparison
from benchmarks.comparison import Bench, check_same, prepare, ratios, scan_keyed, scan_raw
from benchmarks.pandas_rival import FINDING


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("bench")
    generate(400, 3, folder / "prefecture")
    (folder / "work").mkdir()
    made = Bench(folder / "prefecture", folder / "work")
    prepare(made)
    return made


def test_pandas_finds_row_for_row_what_ours_finds_raw_and_staged(bench: Bench) -> None:
    summary = check_same(bench)
    assert summary.findings > 500
    kinds = Counter(pq.read_table(bench.findings("pandas"), columns=FINDING).column("种类").to_pylist())
    assert len(kinds) == 18
    assert summary.by_kind == dict(kinds)


def test_control_a_rival_that_finds_one_less_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(bench: Bench, *, sources: bool) -> None:
        found = pq.read_table(bench.findings("staged")).drop_columns([] if sources else ["来源行"])
        pq.write_table(found.slice(1), bench.findings("pandas"))

    monkeypatch.setattr(comparison, "pandas_run", forgetful)
    with pytest.raises(SystemExit, match="pandas finds something else"):
        check_same(bench)


def test_scans_read_every_file(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    scan = comparison._scan

    def noted(connection: duckdb.DuckDBPyConnection, path: Path, wanted: set[str]) -> None:
        read.append(path.name if path.parent != bench.work else f"converted {path.name}")
        scan(connection, path, wanted)

    monkeypatch.setattr(comparison, "_scan", noted)
    scan_raw(bench)
    assert len(read) == 17
    assert {"people.parquet", "population.csv", "converted companies.parquet", "converted vehicles.csv"} <= set(read)
    read.clear()
    scan_keyed(bench)
    assert Counter(read) == {"people.parquet": 1, "clean.parquet": 16, "repaired.parquet": 16}


def test_a_scan_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"姓名": ["甲"]}), tmp_path / "lacking.parquet")
    with pytest.raises(SystemExit, match="has no column"):
        comparison._scan(duckdb.connect(), tmp_path / "lacking.parquet", {"姓名", "状态"})


def test_ratios_are_of_medians_with_the_range_of_single_turns() -> None:
    rivals = (comparison.RAW_SCAN, comparison.KEYED_SCAN, comparison.FIRST, comparison.STAGED)
    times = {name: {"seconds": [1.0, 2.0, 4.0]} for name in (*rivals, comparison.PANDAS, comparison.PANDAS_WHOLE)}
    times[comparison.PANDAS] = {"seconds": [8.0, 6.0, 4.0]}
    assert ratios(times)[f"{comparison.PANDAS} ÷ {comparison.STAGED}"] == {"ratio": 3.0, "least": 1.0, "greatest": 8.0}
