"""Facts: which rows of the deliveries concern a person of the register, and what they state. No judgement here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from bangfu.core.names import differ
from bangfu.engine.datasets import Dataset
from bangfu.engine.duckdb_.session import literal, name
from bangfu.engine.findings.words import reason_words
from bangfu.engine.rules.expressions import parse, sql_of

_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A staged delivery as the comparison takes it. ``coverage``: division prefixes; None covers every place."""

    dataset: Dataset
    file: str
    staged: tuple[Path, ...]
    as_of: date | None = None
    coverage: tuple[str, ...] | None = None


def match(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Make the table ``match <dataset>``: pid, file_name (the name in the file), and the row's staged columns.

    Both sides are verified, so equal keys are equal numbers; rows without a key never join.
    """
    files = ", ".join(literal(str(path)) for path in delivery.staged)
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE {_match(delivery)} AS
        SELECT people.pid, people.name AS file_name, staged.* EXCLUDE (key, written, broken)
        FROM read_parquet([{files}]) AS staged JOIN people ON people.key = staged.key""")


def fact_query(delivery: Delivery, fact: str) -> str:
    """A query of the rows that state a fact: pid, row (NULL for silence) and the fact's values."""
    dataset = delivery.dataset
    if fact == "other_name":
        return f"""SELECT m.pid, m.row, m.name FROM {_match(delivery)} AS m
            JOIN {_differing(delivery)} AS d ON d.in_file = m.file_name AND d.in_delivery = m.name"""
    if fact == dataset.silence:
        return f"""SELECT pid, CAST(NULL AS BIGINT) AS row FROM people
            WHERE key IS NOT NULL AND pid NOT IN (SELECT pid FROM {_match(delivery)}) AND {_covered(delivery.coverage)}"""
    scope = {"": frozenset(dataset.column_types)}
    declared = dataset.states[fact]
    values = "".join(
        f", {sql_of(parse(text, scope)) if text else 'CAST(NULL AS VARCHAR)'} AS {name(value)}"
        for value, text in declared.values.items()
    )
    return f"SELECT pid, row{values} FROM {_match(delivery)} WHERE {sql_of(parse(declared.when, scope))}"


def unusable_numbers() -> str:
    """A query of the persons whose own number is unusable: pid, row of the register, why in both languages."""
    return f"""SELECT pid, pid AS row, {reason_words("zh")} AS why, {reason_words("en")} AS why_en
        FROM people WHERE key IS NULL"""


def compare_names(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Make the table ``differing <dataset>``: pairs of names that really differ, decided by core.names once per distinct pair."""
    pairs = connection.sql(f"""SELECT DISTINCT file_name, name FROM {_match(delivery)}
        WHERE file_name <> name AND file_name <> '' AND name <> ''""").to_arrow_reader(_BATCH)
    schema = pa.schema([("in_file", pa.string()), ("in_delivery", pa.string())])
    batches = [
        pa.RecordBatch.from_pylist(
            [
                {"in_file": one, "in_delivery": other}
                for one, other in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
                if differ(one, other)
            ],
            schema,
        )
        for batch in pairs
    ]
    connection.register("_pairs", pa.Table.from_batches(batches, schema))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_differing(delivery)} AS SELECT * FROM _pairs")
    connection.unregister("_pairs")


def _match(delivery: Delivery) -> str:
    return name(f"match {delivery.dataset.name}")


def _differing(delivery: Delivery) -> str:
    return name(f"differing {delivery.dataset.name}")


def _covered(coverage: Sequence[str] | None) -> str:
    if coverage is None:
        return "TRUE"
    # A place that is not known is not known to be covered.
    prefixes = [f"starts_with(place, {literal(_prefix(division))})" for division in coverage]
    return f"(place IS NOT NULL AND ({' OR '.join(prefixes) or 'FALSE'}))"


def _prefix(division: str) -> str:
    """The part of a division code that its subdivisions share: 532900 and 532900000000 cover what begins with 5329."""
    code = division[:6] if len(division) > 6 and not division[6:].strip("0") else division
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code
