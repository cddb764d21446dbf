"""One comparison on Spark: the register and the deliveries in buckets, the declared rules asked of them, and one sorted file at the end.

Intake reads register and deliveries as it does for DuckDB, in bounded memory, and lays them down in buckets by key. From there on every
row of a person stays on the executors: the driver sees counts, names of rules and file names.
"""

import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bangfu.core.names import differ
from bangfu.engine.duckdb_.facts import (
    OTHERS,
    Delivery,
    absent_query,
    absent_table,
    employer_table,
    given_query,
    match_query,
    match_table,
)
from bangfu.engine.duckdb_.judgement import Questions, attribute_conditions, household_query, questions, reference_query
from bangfu.engine.duckdb_.names import pairs_query
from bangfu.engine.findings.evidence import EVIDENCE, GROUPED, described_rules
from bangfu.engine.findings.words import without_numbers
from bangfu.engine.findings.write import ORIGINS, TOGETHER, WRITTEN, Count
from bangfu.engine.matching.reasons import WITH_CANDIDATES, asked_of, found_query
from bangfu.engine.rules.ruleset import RuleSet
from bangfu.engine.spark_.buckets import Bucketed
from bangfu.engine.spark_.translate import on_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from bangfu.engine.spark_.matching import SparkMatcher

_FOUND = ("household", "person", "cell", "says", "rows")
_MORE = ("pid", "person_id", "household_id", "says_en", "rule", "as_of")
_AT_A_TIME = 4
_PEOPLE, _HOUSEHOLD = "people", "household"


@dataclass(slots=True)
class OnSpark:
    """The tables of one comparison. ``folder``: on shared storage, this run's own; ``parts``: by person, of what was matched."""

    spark: "SparkSession"
    folder: Path
    parts: int
    rules: RuleSet
    matched: list[Delivery] = field(default_factory=list)
    _matching: bool = False

    def __post_init__(self) -> None:
        self.spark.conf.set("spark.sql.shuffle.partitions", str(self.parts))

    def take_register(self, people: Bucketed, beside: Mapping[str, Path]) -> None:
        """``people``, and ``beside`` it ``filed`` and ``texts``, as duckdb_/register.py makes them."""
        self.spark.sql(people.declaration("people_by_key"))
        self._hinted(self.spark.table("people_by_key"), _PEOPLE)
        for table, file in beside.items():
            self._hinted(self.spark.read.parquet(file.as_uri()), table)

    def take(self, delivery: Delivery, staged: Bucketed, employers: Path | None = None) -> None:
        """Keep of a delivery what concerns the register; ``staged`` may go afterwards. As duckdb_.facts.match and compare_names.

        ``employers``: the rows of employer_query, where the rules ask for them; this file must stay.
        """
        table, facts = f"staged_{delivery.dataset.name}", self.rules.facts
        self.spark.sql(staged.declaration(table))
        self._hinted(self.spark.table(table), "staged")
        self._keep(self._ask(match_query(delivery.dataset, facts, "staged", "staged.name_hash")), match_table(delivery))
        if delivery.dataset.silence in facts:
            self._keep(self._ask(absent_query("staged")), absent_table(delivery))
        if employers is not None:
            self._hinted(self.spark.read.parquet(employers.as_uri()), _bare(employer_table(delivery)))
        self.spark.sql(f"DROP TABLE `{table}`")
        self.matched.append(delivery)

    def judge(
        self, registry_file: str, on: date, *, evidence: bool, matcher: "SparkMatcher | None" = None
    ) -> list[Count]:
        """Find, and put together what is one finding. Counts in the order of kind and conclusion."""
        self._small(self._ask(reference_query(on)), "reference")
        self._compare_names()
        self._describe_people()
        also = asked_of(self.matched) if matcher is not None else {}
        asked = questions(self.rules, self.matched, registry_file, evidence=evidence, also=also)
        schema = "cell INT, dataset STRING, conclusion STRING, kind STRING, file STRING"
        self._small(self._made(asked.cells, schema), "cell")
        self._take_reasons(matcher)
        self._find(asked, evidence=evidence)
        self._keep(self._ask(TOGETHER), "gathered")
        self._ask(ORIGINS).createOrReplaceTempView("origins")
        return self._counts(asked)

    def findings(self) -> list[Path]:
        """The findings as rows of the contract file: Parquet files that follow each other in its order."""
        return self._write(self._ask(WRITTEN), "findings")

    def evidence(self) -> list[Path]:
        """The same for findings/evidence.py."""
        self._keep(self._ask(GROUPED), "grouped")
        together = [str(row.rules) for row in self.spark.table("grouped").select("rules").distinct().collect()]
        schema = "rules STRING, rule STRING, may_be ARRAY<STRUCT<zh: STRING, en: STRING>>, rules_version INT"
        rows = [tuple(described_rules(self.rules, found).values()) for found in together]
        self._small(self._made(rows, schema), "_rules")
        unique = ("household", "person", "person_row", "dataset", "conclusion", "kind")
        order = ", ".join(f"{column} NULLS LAST" for column in unique)
        self._ask(EVIDENCE).createOrReplaceTempView("evidence")
        if self._matching:
            self._ask(WITH_CANDIDATES).createOrReplaceTempView("evidence_explained")
        table = "evidence_explained" if self._matching else "evidence"
        return self._write(self.spark.sql(f"SELECT * FROM {table} ORDER BY {order}"), "evidence-sorted")

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return self.spark.table(table).count()

    def _ask(self, query: str) -> "DataFrame":
        return self.spark.sql(on_spark(query))

    def _compare_names(self) -> None:
        """As duckdb_.facts.compare_names: core.names is asked on the executors, once of each distinct pair that SQL cannot tell."""
        from pyspark.sql.functions import col, udf  # noqa: PLC0415, an extra of its own

        self._keep(self._ask(given_query(self.matched)), "given")
        pairs = self._laid(self._ask(pairs_query("given")), "pairs")
        unlike = udf(differ, "boolean", useArrow=False)(col("file_name"), col("name"))
        really = pairs.where("common").union(pairs.where("NOT common").where(unlike))
        self._keep(really.selectExpr("file_name AS in_file", "name AS in_delivery"), "differing")
        self._keep(self._ask(OTHERS), "others")

    def _describe_people(self) -> None:
        """``people`` with the declared attributes, divided by pid: each rule then joins its facts to it without moving it."""
        columns, joins = "file.*", ""
        for attribute, (holds, queries) in attribute_conditions(self.rules, self.matched).items():
            condition, stated = holds, f"stated_{attribute}"
            if queries:
                every = " UNION ALL ".join(f"SELECT pid FROM ({query})" for query in queries)
                joins += f" LEFT JOIN (SELECT DISTINCT pid FROM ({every})) AS {stated} ON {stated}.pid = file.pid"
                condition += f" OR {stated}.pid IS NOT NULL"
            columns += f", coalesce({condition}, FALSE) AS {attribute}"
        self._divided(self._ask(f"SELECT {columns} FROM people AS file{joins}"), "pid", _PEOPLE)
        self._divided(self._ask(household_query(self.rules)), "household", _HOUSEHOLD)

    def _find(self, asked: Questions, *, evidence: bool) -> None:
        """The view ``found``: each query is a piece of work of its own, some at a time, as one alone leaves machines idle."""
        columns = _FOUND + _MORE if evidence else _FOUND
        said = [
            f"CASE WHEN strlen({c}) >= 12 THEN {without_numbers(c)} ELSE {c} END AS {c}" if c.startswith("says") else c
            for c in columns
        ]
        hidden = f"SELECT {', '.join(said)} FROM"

        def answer(number: int, query: str) -> "DataFrame":
            table = f"answer_{number}"
            self._ask(query).toDF(*columns).createOrReplaceTempView(table)
            return self._laid(self._ask(f"{hidden} {table}"), f"found-{number}")

        queries = [*asked.queries, *([found_query(evidence=evidence)] if self._matching else [])]
        numbers = range(len(queries))
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            answers = list(pool.map(answer, numbers, queries))
        places = [(self.folder / f"found-{number}").as_uri() for number in numbers]
        self._hinted(self.spark.read.schema(answers[0].schema).parquet(*places), "found")

    def _take_reasons(self, matcher: "SparkMatcher | None") -> None:
        self._matching = matcher is not None
        if matcher is not None:
            self._keep(matcher.reasons(self.spark), "reasons")

    def _counts(self, asked: Questions) -> list[Count]:
        what = {cell: (kind, conclusion) for cell, _, conclusion, kind, _ in asked.cells}
        counted: dict[tuple[str, str], int] = {}
        for cell, findings in self.spark.table("gathered").groupBy("cell").count().collect():
            counted[what[cell]] = counted.get(what[cell], 0) + int(findings)
        ordered = sorted(counted, key=lambda entry: [text.encode() for text in entry])
        return [Count(kind, conclusion, counted[kind, conclusion]) for kind, conclusion in ordered]

    def _keep(self, rows: "DataFrame", table: str) -> None:
        """Work a query out, lay its rows down on shared storage, and know them by a name."""
        self._hinted(self._laid(rows, _bare(table)), _bare(table))

    def _laid(self, rows: "DataFrame", name: str) -> "DataFrame":
        place = (self.folder / name).as_uri()
        rows.write.parquet(place)
        return self.spark.read.schema(rows.schema).parquet(place)

    def _divided(self, rows: "DataFrame", by: str, table: str) -> None:
        """The same, divided into buckets by a column."""
        laid = f"{table}_by_{by}"
        write = rows.repartition(self.parts, by).write.bucketBy(self.parts, by).format("parquet")
        write.option("path", (self.folder / laid).as_uri()).saveAsTable(laid)
        self._hinted(self.spark.table(laid), table)

    def _hinted(self, rows: "DataFrame", table: str) -> None:
        """Where this side of a join is the smaller one, a table of its bucket is made of it: neither side is sorted."""
        rows.hint("shuffle_hash").createOrReplaceTempView(table)

    def _small(self, rows: "DataFrame", table: str) -> None:
        """A table of our own words, without persons: every executor may have it whole."""
        rows.hint("broadcast").createOrReplaceTempView(table)

    def _made(self, rows: Sequence[tuple[Any, ...]], schema: str) -> "DataFrame":
        with warnings.catch_warnings():
            # pyspark warns of pandas' newest version wherever it is installed; nothing here uses it.
            warnings.simplefilter("ignore", FutureWarning)
            return self.spark.createDataFrame(rows, schema)

    def _write(self, rows: "DataFrame", name: str) -> list[Path]:
        place = self.folder / name
        rows.write.parquet(place.as_uri())
        return sorted(place.glob("part-*.parquet"))


def _bare(quoted: str) -> str:
    return quoted.strip('"')
