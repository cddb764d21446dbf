"""Words for people as SQL: why a row was set aside or a number is unusable; the explanation of a finding from its declared text."""

from collections.abc import Mapping
from string import Formatter
from typing import Literal

import duckdb

from bangfu.engine.duckdb_.session import literal, name
from bangfu.engine.findings.set_aside import REASONS

_LONGEST = 40
# Somebody's number in the wrong column must not get into a sentence: any run of twelve digits and more.
_NUMBERS = "([0-9０-９][ -]?){12,}[0-9０-９XxＸｘ]?"


def sentence(template: str, values: Mapping[str, tuple[str, str]]) -> str:
    """A declared text as an SQL expression. ``values``: name → (SQL expression, type); an empty value leaves its place empty.

    What comes of it may still hold numbers: ``hide_numbers``.
    """
    parts = []
    for fixed, value, _, _ in Formatter().parse(template):
        if fixed:
            parts.append(literal(fixed))
        if value:
            parts.append(_shown(*values[value]))
    return f"concat({', '.join(parts)})"


def hide_numbers(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    """Put … in the place of what may be somebody's number, in the sentences of a table. Each distinct sentence is looked at once."""
    distinct = f"(SELECT DISTINCT {column} AS text FROM {table})"  # noqa: S608, names of our own
    numbered = f"SELECT text FROM {distinct} WHERE strlen(text) >= 12 AND regexp_matches(text, '{_NUMBERS}')"  # noqa: S608
    connection.execute(f"CREATE OR REPLACE TEMP TABLE numbered AS {numbered}")
    few = f"{column} IN (SELECT text FROM numbered)"  # noqa: S608
    connection.execute(f"UPDATE {table} SET {column} = {without_numbers(column)} WHERE {few}")  # noqa: S608


def without_numbers(column: str) -> str:
    """An SQL expression: the text with … in the place of what may be somebody's number."""
    return f"regexp_replace({column}, '{_NUMBERS}', '…', 'g')"


def reason_words(language: Literal["zh", "en"]) -> str:
    """An SQL expression that turns the column ``fault`` into words."""
    at = ("zh", "en").index(language)
    cases = " ".join(f"WHEN {literal(reason)} THEN {literal(words[at])}" for reason, words in REASONS.items())
    return f"CASE {name('fault')} {cases} END"


def _shown(expression: str, value_type: str) -> str:
    if value_type == "yuan":
        return f"format('{{:.2f}}', {expression} / 100.0)"
    return f"substr(CAST({expression} AS VARCHAR), 1, {_LONGEST})"
