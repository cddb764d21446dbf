"""Who may be the same person: Spark asks about whom DuckDB asks, with the same probability to four digits, for the same reasons."""

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.engine.comparison import How, compare
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.engine.matching import linking
from bangfu.engine.spark_ import functions
from bangfu.engine.spark_.cluster import Cluster
from bangfu.synthetic.days import REFERENCE_DAY
from bangfu.synthetic.prefecture import generate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.xdist_group("spark")
# Names and dates; and employers, which are compared by how alike two texts are.
DATASETS = ("population", "social_insurance")


def test_both_engines_ask_about_the_same_people(
    spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(400, 2, tmp_path / "prefecture")
    delivered = open_folder(tmp_path / "prefecture" / "datasets")
    files = {name: delivered.files[name] for name in DATASETS}

    def found(cluster: Cluster | None) -> tuple[list[Any], list[Any]]:
        how = How(matching=True, cluster=cluster, limits=Limits(threads=1))
        out, evidence = tmp_path / "findings.parquet", tmp_path / "evidence.parquet"
        register = tmp_path / "prefecture" / "people.parquet"
        compare(register, files, REFERENCE_DAY, out, about=delivered.about, how=how, evidence=evidence)
        return pq.read_table(out).to_pylist(), pq.read_table(evidence).to_pylist()

    by_duckdb, by_spark = found(None), found(Cluster(buckets=2))
    assert by_spark == by_duckdb
    asked = [candidate for row in by_duckdb[1] for candidate in row["candidates"] or ()]
    levels = {(said["field"], said["level"]) for candidate in asked for said in candidate["fields"]}
    assert len(asked) >= 20
    assert {("name", "sound"), ("birth", "one_slip"), ("tail", "shown"), ("employer", "same")} <= levels
    # Another reason in one engine would have been seen.
    monkeypatch.setattr(linking, "alike", lambda *_: 0)
    assert found(None) != by_spark


def texts(random: Random, count: int) -> list[tuple[str | None, str | None]]:
    """Pairs of short texts that differ by a few slips; some are empty or missing."""
    letters = "云南大理市县人民医院第一二中学公司ab1*"
    pairs: list[tuple[str | None, str | None]] = [(None, "一"), ("大理", None), ("", "云")]
    while len(pairs) < count:
        text = random.choices(letters, k=random.randint(1, 12))
        other = list(text)
        for _ in range(random.randint(0, 3)):
            at = random.randrange(len(other) + 1)
            other[at : at + random.randint(0, 2)] = reversed(random.choices(letters, k=random.randint(0, 2)))
        pairs.append(("".join(text), "".join(other)))
    return pairs


@pytest.mark.parametrize("name", ["jaro_winkler_similarity", "damerau_levenshtein", "name_alike"])
def test_a_function_of_two_texts_gives_the_same_on_both(name: str, spark: "SparkSession", tmp_path: Path) -> None:
    one, other = zip(*texts(Random(1), 2_000), strict=True)
    path = tmp_path / "pairs.parquet"
    pq.write_table(pa.table({"place": range(len(one)), "one": one, "other": other}), path)
    functions.create_functions(spark)
    with duckdb.connect() as connection:
        linking.create_functions(connection)
        expected = connection.execute(
            f"SELECT {name}(one, other) FROM read_parquet('{path}') ORDER BY place"
        ).fetchall()
    answers = spark.sql(f"SELECT place, {name}(one, other) AS said FROM parquet.`{path.as_uri()}`").collect()
    assert [row.said for row in sorted(answers)] == [said for (said,) in expected]
