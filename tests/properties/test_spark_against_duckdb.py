"""Spark finds what DuckDB finds: every rule, on random registers, with its evidence, row for row in the same order.

BANGFU_SEEDS=20 pytest tests/properties/test_spark_against_duckdb.py tries twenty times as many registers.
"""

import os
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq
import pytest

from bangfu.core.shipped import policy_folder
from bangfu.engine.comparison import How, compare_staged
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.intake.deliveries import stage_delivery
from bangfu.engine.intake.staged_register import stage_register
from bangfu.engine.protection.files import Protection
from bangfu.engine.protection.staged import lay_down, opened_delivery
from bangfu.engine.rules.ruleset import load_rules, with_further
from bangfu.engine.spark_.buckets import lay_out, with_bucket
from bangfu.engine.spark_.cluster import Cluster
from bangfu.engine.spark_.translate import NotTranslated, on_spark
from tests.engine.small import HEAD, family, write_csv
from tests.engine.test_compare_command import run
from tests.properties.registers import compose
from tests.properties.test_comparison_against_judge import write_delivery, write_people

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REGISTERS, SEEDS = 210, range(int(os.environ.get("BANGFU_SEEDS", "1")))
_KEY = Protection(bytes(32))
_LIMITS = Limits(threads=1)


# All of it on one worker: each would start a Spark of its own.
@pytest.mark.parametrize("seed", SEEDS)
def test_both_engines_find_the_same(seed: int, spark: "SparkSession", tmp_path: Path) -> None:
    random = Random(seed)
    case = compose(random, REGISTERS, everything=True)
    register = stage_register(write_people(case, tmp_path), tmp_path / "register", today=case.on)
    coverage = {"population": tuple(case.coverage)} if case.coverage else {}
    staged = []
    for name, rows in case.deliveries.items():
        made, kept = tmp_path / f"staged-{name}", tmp_path / "rest" / name
        stage_delivery(name, write_delivery("csv", tmp_path / name, name, rows), made, today=case.on)
        # As it lies at rest, protected, and is opened for either engine.
        lay_down(made, kept, _KEY, name)
        about: dict[str, Any] = {"as_of": case.on, "coverage": coverage.get(name)}
        staged.append(opened_delivery(kept, tmp_path / f"open-{name}", _KEY, name, **about))

    def found(how: How) -> tuple[list[Any], list[Any]]:
        out, evidence = tmp_path / "findings.parquet", tmp_path / "evidence.parquet"
        compared = compare_staged(register, staged, case.on, out, how=how, evidence=evidence)
        rows = pq.read_table(out).to_pylist()
        assert sum(entry.findings for entry in compared.counts) == len(rows)
        return rows, pq.read_table(evidence).to_pylist()

    rules = with_further(load_rules())
    by_duckdb = found(How(rules=rules, limits=_LIMITS))
    by_spark = found(How(rules=rules, limits=_LIMITS, cluster=Cluster(buckets=2)))
    assert by_spark == by_duckdb
    findings, evidence = by_duckdb
    # Every rule found something, and came to every conclusion that it has.
    assert {led for row in evidence for led in row["rule"].split(";")} == {
        f"{rule.kind}/{rule.fact}" for rule in rules.rules
    }
    concluded = {(rule.kind, line.conclusion) for rule in rules.rules for line in rule.conclude}
    assert {(row["种类"], row["结论"]) for row in findings} == concluded
    # What is compared here tells one rule from another.
    assert found(How(rules=with_further(load_rules(_broken(tmp_path))), limits=_LIMITS)) != by_spark


def test_a_bucket_is_where_spark_looks(spark: "SparkSession", tmp_path: Path) -> None:
    keys, ours = tmp_path / "keys.parquet", tmp_path / "ours.parquet"
    written = f"read_parquet('{keys}')"
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(f"""COPY (SELECT CAST(random() * 9e16 AS BIGINT) + 1e16::BIGINT AS key FROM range(5000)
            UNION ALL SELECT key FROM (VALUES (0), (-1), (9223372036854775807), (-9223372036854775808)) AS edge(key)) TO '{keys}'""")
        connection.execute(f"COPY ({with_bucket(written, 32)}) TO '{ours}'")
    (row,) = spark.sql(f"SELECT count(*), count_if(pmod(hash(key), 32) = _bucket) FROM parquet.`{ours}`").collect()
    assert tuple(row) == (5004, 5004)


def test_department_rows_are_joined_where_they_lie(spark: "SparkSession", tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        for table in ("few", "many"):
            laid = lay_out(
                connection,
                "(SELECT 10000000000000000 + range AS key, 'x' AS name FROM range(1000))",
                tmp_path / table,
                4,
            )
            spark.sql(laid.declaration(table))
            spark.table(table).hint("shuffle_hash").createOrReplaceTempView(f"{table}_hinted")
    try:
        joined = spark.sql("SELECT few_hinted.key FROM few_hinted JOIN many_hinted ON few_hinted.key = many_hinted.key")
        assert joined.count() == 1000
        assert "Exchange" not in _plan(joined)
        # The plan would show it if they had to be moved.
        assert "Exchange" in _plan(spark.sql("SELECT few.name FROM few JOIN many ON few.name = many.name"))
    finally:
        for table in ("few", "many"):
            spark.sql(f"DROP TABLE {table}")


@pytest.mark.parametrize(
    "expression",
    [
        "concat('a', CAST(NULL AS VARCHAR), 1, '-', CAST(NULL AS BIGINT), TRUE)",
        "format('{:.2f}', CAST(123456789012305 AS BIGINT) / 100.0)",
        "format('{:.2f}', CAST(-5 AS BIGINT) / 100.0)",
        "format('{:.2f}', CAST(NULL AS BIGINT) / 100.0)",
        "regexp_full_match('张伟', '[一-龥]+')",
        "regexp_full_match('张伟\n', '[一-龥]+')",
        "substr('𠮷野家号码', 1, 3)",
        "strlen('张a')",
        "trim('  a　\u2003 ')",
        "trim('\u00a0\t a\u200b')",
        "starts_with('532901', '5329')",
        "'19700101' LIKE replace('1970**01', '*', '_')",
        "'张三' LIKE replace('张*', '*', '_')",
        "abs(CAST(-51 AS BIGINT))",
        "greatest(CAST(NULL AS INTEGER), 1)",
        "least(CAST(0.99995 AS DOUBLE), 0.9999)",
        "round(CAST(0.98765 AS DOUBLE), 4)",
        "concat('it''s', '\\ \\n %')",
    ],
)
def test_a_text_means_the_same_on_both(expression: str, spark: "SparkSession") -> None:
    query = f"SELECT CAST({expression} AS VARCHAR) AS said"
    with duckdb.connect() as connection:
        (expected,) = connection.execute(query).fetchall()[0]
    assert [row.said for row in spark.sql(on_spark(query)).collect()] == [expected]


def test_totals_mean_the_same_on_both(spark: "SparkSession") -> None:
    rows = "(SELECT * FROM (VALUES (1, NULL, 9000000000000000000), (2, 'b', 9000000000000000000), (3, 'c', NULL)) AS t(place, name, fen))"
    query = f"""SELECT arg_min(name, place) FILTER (WHERE place > 0) AS first, CAST(sum(fen) AS VARCHAR) AS total,
        array_to_string(list_sort(list_distinct(list(place % 2))), ';') AS odd, len(list(DISTINCT place)) AS many FROM {rows}"""
    with duckdb.connect() as connection:
        expected = connection.execute(query).fetchall()
    assert [tuple(row) for row in spark.sql(on_spark(query)).collect()] == expected


@pytest.mark.parametrize(
    "query", ["SELECT list_reverse(a) FROM t", "SELECT made_up(a) FROM t", "SELECT format('{:.3f}', a) FROM t"]
)
def test_what_is_not_known_to_mean_the_same_is_refused(query: str) -> None:
    with pytest.raises(NotTranslated):
        on_spark(query)


def test_the_command_writes_the_same_file(
    spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "datasets").mkdir()
    write_csv(tmp_path / "people.csv", [*family(), {"姓名": "李雷", "身份证号": "12345", "户主身份证号": "12345"}])
    write_csv(tmp_path / "datasets" / "deaths.csv", [{"姓名": "张三", "身份证号": HEAD, "死亡日期": "2026-01-02"}])
    monkeypatch.setenv("SPARK_MASTER", "local[2]")
    said = {}
    for engine in ("duckdb", "spark"):
        out = tmp_path / f"{engine}.csv"
        given = (
            "--registry",
            tmp_path / "people.csv",
            "--datasets",
            tmp_path / "datasets",
            "--out",
            out,
            "--shared",
            tmp_path,
        )
        done = run(*given, "--engine", engine, "--json")
        assert done.returncode == 0, done.stderr
        assert HEAD not in done.stdout + done.stderr
        said[engine] = done.stdout.splitlines()[-1], out.read_text("utf-8")
    assert said["spark"] == said["duckdb"]
    assert len(said["duckdb"][1].splitlines()) == 4
    # Nothing of the run stays in the shared folder.
    assert list(tmp_path.glob("bangfu-*")) == []


def _plan(rows: Any) -> str:
    return str(rows._jdf.queryExecution().executedPlan())


def _broken(folder: Path) -> Path:
    text = (policy_folder() / "comparison" / "base.yaml").read_text("utf-8")
    path = folder / "broken.yaml"
    path.write_text(text.replace("total.homes >= 2", "total.homes >= 3"), "utf-8")
    return path
