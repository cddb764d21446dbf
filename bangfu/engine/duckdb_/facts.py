"""Facts: which rows of the deliveries concern a person of the register, and what they state. No judgement here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from bangfu.engine.datasets import Dataset
from bangfu.engine.duckdb_.names import really_differ
from bangfu.engine.duckdb_.session import literal, name
from bangfu.engine.findings.words import reason_words
from bangfu.engine.rules.expressions import columns_of, parse, sql_of


@dataclass(frozen=True, slots=True)
class Delivery:
    """A staged delivery as the comparison takes it. ``coverage``: division prefixes; None covers every place."""

    dataset: Dataset
    file: str
    staged: tuple[Path, ...]
    as_of: date | None = None
    coverage: tuple[str, ...] | None = None


def match(connection: duckdb.DuckDBPyConnection, delivery: Delivery, facts: frozenset[str]) -> None:
    """Make the tables of one delivery: what it states of the ``facts`` about persons of the register, and nothing else.

    ``match <dataset>``: pid, row, name and what the facts read, beside file_name (the name in the file), both names also folded;
    rows that state no fact are there only where they give another name. ``absent <dataset>``: pid, where silence is one of the
    facts. Both sides are verified, so equal keys are equal numbers; rows without a key never join.
    """
    files = f"read_parquet([{', '.join(literal(str(path)) for path in delivery.staged)}])"
    known = "(SELECT pid, key, name AS file_name, folded AS file_folded FROM people WHERE key IS NOT NULL)"
    folded = "coalesce(staged.folded, staged.name)"
    stated = [fact for fact in delivery.dataset.states if fact in facts]
    states = [_states(delivery.dataset, fact) for fact in stated]
    if "other_name" in facts:
        states.append(f"(file_folded <> {folded} AND file_folded <> '' AND {folded} <> '')")
    columns = "".join(f", staged.{name(column)}" for column in _columns(delivery.dataset, stated))
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE {_match(delivery)} AS
        SELECT pid, row, file_name, file_folded, staged.name, {folded} AS folded{columns}
        FROM {files} AS staged JOIN {known} AS known ON known.key = staged.key WHERE {" OR ".join(states) or "FALSE"}""")
    if delivery.dataset.silence in facts:
        connection.execute(f"""CREATE OR REPLACE TEMP TABLE {_absent(delivery)} AS SELECT pid, place FROM people
            WHERE key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {files} AS staged WHERE staged.key = people.key)""")


def fact_query(delivery: Delivery, fact: str) -> str:
    """A query of the rows that state a fact: pid, row (NULL for silence) and the fact's values."""
    dataset = delivery.dataset
    if fact == "other_name":
        return f"""SELECT m.pid, m.row, m.name FROM {_match(delivery)} AS m
            JOIN {_differing(delivery)} AS d ON d.in_file = m.file_name AND d.in_delivery = m.name"""
    if fact == dataset.silence:
        return f"SELECT pid, CAST(NULL AS BIGINT) AS row FROM {_absent(delivery)} WHERE {_covered(delivery.coverage)}"
    scope = _scope(dataset)
    values = "".join(
        f", {sql_of(parse(text, scope)) if text else 'CAST(NULL AS VARCHAR)'} AS {name(value)}"
        for value, text in dataset.states[fact].values.items()
    )
    return f"SELECT pid, row{values} FROM {_match(delivery)} WHERE {_states(dataset, fact)}"


def unusable_numbers() -> str:
    """A query of the persons whose own number is unusable: pid, row of the register, why in both languages."""
    return f"""SELECT pid, pid AS row, {reason_words("zh")} AS why, {reason_words("en")} AS why_en
        FROM people WHERE key IS NULL"""


def compare_names(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Make the table ``differing <dataset>``: pairs of names that really differ."""
    really_differ(
        connection, f"(SELECT * FROM {_match(delivery)} WHERE file_folded <> '' AND folded <> '')", _differing(delivery)
    )


def _scope(dataset: Dataset) -> dict[str, frozenset[str]]:
    return {"": frozenset(dataset.column_types)}


def _states(dataset: Dataset, fact: str) -> str:
    return sql_of(parse(dataset.states[fact].when, _scope(dataset)))


def _columns(dataset: Dataset, facts: Sequence[str]) -> list[str]:
    """What the facts read; the person's name is there anyway."""
    read: set[str] = set()
    for fact in facts:
        for text in (dataset.states[fact].when, *dataset.states[fact].values.values()):
            read |= columns_of(parse(text, _scope(dataset))) if text else set()
    return sorted(read - {"name", "folded"})


def _match(delivery: Delivery) -> str:
    return name(f"match {delivery.dataset.name}")


def _absent(delivery: Delivery) -> str:
    return name(f"absent {delivery.dataset.name}")


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
