"""The comparison's rivals on a small prefecture: only those that find the same may be measured."""

import json
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.synthetic.prefecture import generate
from benchmarks import bench_data, comparison, comparison_rows, polars_rival, splink_rival
from benchmarks.bench_data import Bench, cut, prepare, scan_keyed, scan_raw
from benchmarks.comparison import check_ours, check_pandas, check_postgres, cut_run, ratios, staged_run
from benchmarks.comparison_rows import FIRST, FULL, RAW_SCAN, Incremental, matching_rows
from benchmarks.pandas_rival import FINDING
from benchmarks.summary_chart import chart


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("bench")
    generate(400, 3, folder / "prefecture", workbooks=False)
    (folder / "work").mkdir()
    made = Bench(folder / "prefecture", folder / "work")
    prepare(made)
    return made


def test_pandas_finds_row_for_row_what_ours_finds_from_raw_files_and_from_keyed_ones(bench: Bench) -> None:
    summary = check_ours(bench)
    assert summary.findings > 500
    check_pandas(bench)
    kinds = Counter(pq.read_table(bench.findings("pandas-raw"), columns=FINDING).column("种类").to_pylist())
    assert len(kinds) == 18
    assert summary.by_kind == dict(kinds)


def test_control_a_rival_that_finds_one_less_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(bench: Bench) -> None:
        pq.write_table(pq.read_table(bench.findings("staged")).slice(1), bench.findings("pandas-raw"))

    check_ours(bench)
    monkeypatch.setattr(comparison, "pandas_raw_run", forgetful)
    with pytest.raises(SystemExit, match="pandas-raw finds something else"):
        check_pandas(bench)
    ours = Counter(pq.read_table(bench.findings("staged"), columns=["种类"]).column(0).to_pylist())
    assert check_postgres(bench, ours | {"姓名不符": 1}) == {"姓名不符": [1, ours["姓名不符"]]}
    with pytest.raises(SystemExit, match="PostgreSQL finds something else"):
        check_postgres(bench, ours | {"已死亡": 0})


def test_polars_and_splink_find_the_same_pairs_by_number(bench: Bench) -> None:
    pairs = polars_rival.match_keyed(bench)
    assert pairs > 3000
    assert splink_rival.link_keyed(bench) == pairs


def test_eight_of_ten_households_are_on_file_each_of_them_whole(bench: Bench) -> None:
    everybody, filed = (
        pq.read_table(bench.prefecture / file, columns=["户主身份证号"]).column(0).to_pylist()
        for file in ("people.parquet", "register.parquet")
    )
    assert 0.7 < len(filed) / len(everybody) < 0.9
    assert Counter(filed) == {head: members for head, members in Counter(everybody).items() if head in set(filed)}


def test_a_cut_is_a_share_of_people_and_rows_and_can_be_compared(bench: Bench) -> None:
    part = cut(bench, 5)
    whole = pq.read_metadata(bench.work / "register" / "filed.parquet").num_rows
    assert 0.4 < pq.read_metadata(part.register.folder / "filed.parquet").num_rows / whole < 0.6
    staged_run(bench)
    cut_run(bench, part)
    assert (
        0.4
        < pq.read_metadata(bench.findings("cut-5")).num_rows / pq.read_metadata(bench.findings("staged")).num_rows
        < 0.6
    )


def test_scans_read_every_file(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    scan = bench_data.scan

    def noted(connection: duckdb.DuckDBPyConnection, path: Path, wanted: set[str]) -> None:
        read.append(path.name if path.parent != bench.work else f"converted {path.name}")
        scan(connection, path, wanted)

    monkeypatch.setattr(bench_data, "scan", noted)
    scan_raw(bench)
    assert len(read) == 17
    assert {"register.parquet", "population.csv", "converted companies.parquet", "converted vehicles.csv"} <= set(read)
    read.clear()
    scan_keyed(bench)
    assert Counter(read) == {"filed.parquet": 1, "clean.parquet": 16, "repaired.parquet": 16}


def test_a_scan_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"姓名": ["甲"]}), tmp_path / "lacking.parquet")
    with pytest.raises(SystemExit, match="has no column"):
        bench_data.scan(duckdb.connect(), tmp_path / "lacking.parquet", {"姓名", "状态"})


def test_ratios_are_of_medians_with_the_range_of_single_turns() -> None:
    times = {FULL: [1.0, 2.0, 4.0], comparison.PANDAS_RAW: [8.0, 6.0, 4.0]}
    pairs = ((comparison.PANDAS_RAW, FULL), (comparison.POSTGRES, FULL))
    told = {f"{comparison.PANDAS_RAW} ÷ {FULL}": {"ratio": 3.0, "least": 1.0, "greatest": 8.0}}
    assert ratios(times, pairs) == told


def test_the_table_has_each_row_of_the_design_with_exactly_its_keys(tmp_path: Path) -> None:
    full = {RAW_SCAN: [2.0], FULL: [3.0], FIRST: [20.0], comparison._size(1): [0.25]}
    tenth = {FULL: [1.0], comparison.PANDAS_RAW: [30.0]}
    rows = comparison.table_rows(full, tenth, {FIRST: 900, FULL: 1600}, 5)
    comparison_rows.write_rows(rows, tmp_path)
    written = json.loads((tmp_path / "comparison.json").read_text("utf-8"))
    assert {tuple(row) for row in written} == {("row", "ratio", "must", "aim", "higher_is_better", "repetitions")}
    assert [row["ratio"] for row in written[:7]] == [1.5, 10, None, None, 30, 12, 1600]
    assert [row.reached for row in rows[:7]] == [True, False, False, False, True, False, False]
    drawn = chart(written)
    assert "new deliveries" not in drawn
    assert "raw scan of the same columns" in drawn


def test_the_incremental_engine_is_measured_among_the_others_when_it_is_given() -> None:
    ran: list[str] = []
    given = Incremental(lambda: ran.append("delta"), lambda: ran.append("rule"))
    for run in given.rivals().values():
        run()
    assert ran == ["delta", "rule"]
    delta, rule = list(given.rivals())
    rows = comparison_rows.incremental_rows({delta: [1.0], rule: [1.0], FULL: [20.0], RAW_SCAN: [8.0]}, 5)
    assert [(row.ratio, row.reached) for row in rows] == [(0.05, True), (0.125, True)]


def test_what_the_matching_reached_is_read_from_its_own_figures() -> None:
    rows = matching_rows()
    assert len(rows) == 4
    assert all(row.ratio is not None and row.repetitions for row in rows)
