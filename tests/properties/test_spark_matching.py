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
from bangfu.engine.spark_.translate import on_spark
from bangfu.synthetic.days import REFERENCE_DAY
from bangfu.synthetic.prefecture import generate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# One delivery is enough, and this one says most: name, number, employer.
DATASETS = ("social_insurance",)


def test_both_engines_ask_about_the_same_people(
    spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(300, 3, tmp_path / "prefecture")
    delivered = open_folder(tmp_path / "prefecture" / "datasets")
    register = damaged(tmp_path / "prefecture" / "people.parquet", delivered.files["social_insurance"])
    files = {name: delivered.files[name] for name in DATASETS}

    def found(cluster: Cluster | None) -> tuple[list[Any], list[Any]]:
        how = How(matching=True, cluster=cluster, limits=Limits(threads=1))
        out, evidence = tmp_path / "findings.parquet", tmp_path / "evidence.parquet"
        compare(register, files, REFERENCE_DAY, out, about=delivered.about, how=how, evidence=evidence)
        return pq.read_table(out).to_pylist(), pq.read_table(evidence).to_pylist()

    by_duckdb, by_spark = found(None), found(Cluster(buckets=2))
    assert by_spark == by_duckdb
    asked = [candidate for row in by_duckdb[1] for candidate in row["candidates"] or ()]
    levels = {(said["field"], said["level"]) for candidate in asked for said in candidate["fields"]}
    assert len(asked) >= 50
    assert {"same", "unwritten", "sound", "one_off"} <= {level for field, level in levels if field == "name"}
    assert {"same", "shown", "one_slip"} <= {level for field, level in levels if field == "tail"}
    assert {"same", "near"} <= {level for field, level in levels if field == "employer"}
    # Another reason in one engine would have been seen.
    monkeypatch.setattr(linking, "alike", lambda *_: 0)
    assert found(None) != by_spark


def damaged(register: Path, delivery: Path) -> Path:
    """The register with the numbers of eighty people of the delivery made unusable, and names and employers written otherwise."""
    people = pq.read_table(register).to_pylist()
    delivered = set(pq.read_table(delivery).column("身份证号").to_pylist())
    for at, person in enumerate([person for person in people if person["身份证号"] in delivered][:80]):
        name, number, employer = person["姓名"], person["身份证号"], person["工作单位"] or ""
        slip = number[:16] + str((int(number[16]) + 1) % 10) + number[17]
        person["身份证号"] = (number[:6] + "********" + number[14:], number[:14] + "**" + number[16:], slip)[at % 3]
        person["姓名"] = (name, f"{name[:-1]}□", f"{name[:-1]}{_SOUND.get(name[-1], '龘')}", f"{name[:-1]}龘")[at % 4]
        person["工作单位"] = (employer, employer[:3] + "某" + employer[4:])[at % 2]
    path = register.with_name("damaged.parquet")
    pq.write_table(pa.Table.from_pylist(people, pq.read_schema(register)), path)
    return path


# Characters of given names, and others of the same sound.
_SOUND = dict(zip("伟芳强军丽明华平英梅红刚杰涛辉敏静燕勇秀", "玮方蔷君莉鸣骅萍瑛玫虹纲洁韬晖闵靖雁咏绣", strict=True))


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
    spark.read.parquet(path.as_uri()).createOrReplaceTempView("pairs")
    answers = spark.sql(on_spark(f"SELECT place, {name}(one, other) AS said FROM pairs")).collect()
    assert [row.said for row in sorted(answers)] == [said for (said,) in expected]
