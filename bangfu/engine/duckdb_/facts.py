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

    ``match <dataset>`` as of match_query; ``absent <dataset>`` as of absent_query, where silence is one of the facts.
    """
    files = f"read_parquet([{', '.join(literal(str(path)) for path in delivery.staged)}])"
    query = match_query(delivery.dataset, facts, files)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {match_table(delivery)} AS {query}")
    if delivery.dataset.silence in facts:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {absent_table(delivery)} AS {absent_query(files)}")


def match_query(dataset: Dataset, facts: frozenset[str], files: str) -> str:
    """Rows of the relation ``files`` that concern a person of ``people``: pid, row, name and what the facts read, beside file_name
    (the name in the file), both names also folded.

    Rows that state no fact are there only where they give another name. Both sides are verified, so equal keys are equal numbers;
    rows without a key never join.
    """
    known = "(SELECT pid, key, name AS file_name, folded AS file_folded FROM people WHERE key IS NOT NULL)"
    folded = "coalesce(staged.folded, staged.name)"
    stated = [fact for fact in dataset.states if fact in facts]
    states = [_states(dataset, fact) for fact in stated]
    if "other_name" in facts:
        states.append(f"(file_folded <> {folded} AND file_folded <> '' AND {folded} <> '')")
    columns = "".join(f", staged.{name(column)}" for column in _columns(dataset, stated))
    return f"""SELECT pid, row, file_name, file_folded, staged.name, {folded} AS folded{columns}
        FROM {files} AS staged JOIN {known} AS known ON known.key = staged.key WHERE {" OR ".join(states) or "FALSE"}"""


def absent_query(files: str) -> str:
    """Persons of ``people`` with a usable number and without a row in the relation ``files``: pid, place."""
    return f"""SELECT pid, place FROM people
        WHERE key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {files} AS staged WHERE staged.key = people.key)"""


def fact_query(delivery: Delivery, fact: str) -> str:
    """A query of the rows that state a fact: pid, row (NULL for silence) and the fact's values."""
    dataset = delivery.dataset
    if fact == "other_name":
        return f"""SELECT m.pid, m.row, m.name FROM {match_table(delivery)} AS m
            JOIN {differing_table(delivery)} AS d ON d.in_file = m.file_name AND d.in_delivery = m.name"""
    if fact == dataset.silence:
        return (
            f"SELECT pid, CAST(NULL AS BIGINT) AS row FROM {absent_table(delivery)} WHERE {_covered(delivery.coverage)}"
        )
    scope = _scope(dataset)
    values = "".join(
        f", {sql_of(parse(text, scope)) if text else 'CAST(NULL AS VARCHAR)'} AS {name(value)}"
        for value, text in dataset.states[fact].values.items()
    )
    return f"SELECT pid, row{values} FROM {match_table(delivery)} WHERE {_states(dataset, fact)}"


def unusable_numbers() -> str:
    """A query of the persons whose own number is unusable: pid, row of the register, why in both languages."""
    return f"""SELECT pid, pid AS row, {reason_words("zh")} AS why, {reason_words("en")} AS why_en
        FROM people WHERE key IS NULL"""


def compare_names(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Make the table ``differing <dataset>``: pairs of names that really differ."""
    really_differ(connection, named_query(delivery), differing_table(delivery))


def named_query(delivery: Delivery) -> str:
    """The matched rows that have a name on both sides, as a relation."""
    return f"(SELECT * FROM {match_table(delivery)} WHERE file_folded <> '' AND folded <> '')"


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


def match_table(delivery: Delivery) -> str:
    """The name of its table, quoted, as of ``match``."""
    return name(f"match {delivery.dataset.name}")


def absent_table(delivery: Delivery) -> str:
    """The same, of the persons without a row."""
    return name(f"absent {delivery.dataset.name}")


def differing_table(delivery: Delivery) -> str:
    """The same, of the names that differ."""
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
