"""Typed columns at scale: clean cells by SQL, each distinct other cell once by ``core``. Two forms, one specification.

What a cell becomes: code → cleaned text (never NULL) · credit_code → 18 characters, or empty (never NULL) · yuan → fen BIGINT ·
date → DATE · month → months since year 0 INTEGER · text and name → as written (never NULL). A cell that cannot be read becomes NULL
(a month: UNREADABLE_MONTH) and is counted; its row stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import duckdb
import pyarrow as pa

from bangfu.core.credit_codes import ALPHABET, read_credit_code
from bangfu.core.dates import read_date, read_month
from bangfu.core.money import read_amount
from bangfu.core.text import plain
from bangfu.engine.duckdb_.session import name

_BATCH = 50_000
# Before all months: what cannot be read must not pass for "empty", which may mean "until further notice".
UNREADABLE_MONTH = -1
# Text that core.text.plain leaves alone: printable ASCII without blanks and common Chinese characters, no leading quote.
_PLAIN = r"[!-&(-_a-~一-鿿][!-~一-鿿]*"

# A reader gives the value and whether the cell could be read.
Reader = Callable[[str], tuple[object, bool]]


@dataclass(frozen=True, slots=True)
class ValueType:
    """``clean``: a condition on {0} under which ``value`` is right. ``few``: the column has few distinct values."""

    sql_type: str
    arrow_type: pa.DataType
    clean: str
    value: str
    few: bool = False


_TYPES = {
    "credit_code": ValueType("VARCHAR", pa.string(), f"regexp_full_match({{0}}, '[{ALPHABET}]{{{{18}}}}')", "{0}"),
    "code": ValueType("VARCHAR", pa.string(), f"regexp_full_match({{0}}, '{_PLAIN}')", "{0}", few=True),
    "yuan": ValueType(
        "BIGINT",
        pa.int64(),
        r"regexp_full_match({0}, '[0-9]{{1,11}}(\.[0-9]{{1,2}})?')",
        "CAST(CAST({0} AS DECIMAL(15, 2)) * 100 AS BIGINT)",
    ),
    "date": ValueType(
        "DATE",
        pa.date32(),
        "regexp_full_match({0}, '[12][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}') AND TRY_CAST({0} AS DATE) IS NOT NULL",
        "CAST({0} AS DATE)",
    ),
    "month": ValueType(
        "INTEGER",
        pa.int32(),
        "regexp_full_match({0}, '[12][0-9]{{3}}-?(0[1-9]|1[0-2])')",
        "CAST(left({0}, 4) AS INTEGER) * 12 + CAST(right({0}, 2) AS INTEGER) - 1",
    ),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """How to read one column in a query: join ``join`` (perhaps empty), select ``value``. ``unreadable`` cells were counted."""

    value: str
    join: str
    unreadable: int


def prepare(connection: duckdb.DuckDBPyConnection, source: str, column: str, column_type: str, today: date) -> Prepared:
    """Read the odd cells of ``source``.``column`` into a temporary table and say how the column is to be selected.

    ``today`` settles two-digit years (see core.dates.read_date).
    """
    kind = _TYPES.get(column_type)
    cell = f"source.{name(column)}"
    if kind is None:
        return Prepared(f"coalesce({cell}, '')", "", 0)
    odd, unreadable = _read_odd(connection, source, column, kind, _reader(column_type, today))
    empty = "''" if column_type in ("code", "credit_code") else "NULL"
    clean = f"CASE WHEN {kind.clean.format(cell)} THEN {kind.value.format(cell)} ELSE {empty} END"
    if column_type == "code":
        clean = f"coalesce({cell}, '')"
    if odd is None:
        return Prepared(clean, "", unreadable)
    alias = name(f"odd {column}")
    join = f"LEFT JOIN {name(odd)} AS {alias} ON {alias}.text = {cell}"
    return Prepared(f"CASE WHEN {alias}.text IS NOT NULL THEN {alias}.value ELSE {clean} END", join, unreadable)


def odd_cell(cell: str, column_type: str) -> str | None:
    """A condition on a cell that only ``core`` can read, or nobody; None for types of which every cell can be read."""
    kind = _TYPES.get(column_type)
    return None if kind is None or kind.few else f"{cell} IS NOT NULL AND NOT ({kind.clean.format(cell)})"


def not_clean(cell: str) -> str:
    """A condition on a cell of type code: what it is read as may be something else than what is written."""
    return f"({cell} IS NOT NULL AND NOT ({_TYPES['code'].clean.format(cell)}))"


def _read_odd(
    connection: duckdb.DuckDBPyConnection, source: str, column: str, kind: ValueType, read: Reader
) -> tuple[str | None, int]:
    """Make the table ``odd <column>`` (text, value) of cells that are not clean; None when there are none."""
    cell = name(column)
    odd = f"{cell} IS NOT NULL AND NOT ({kind.clean.format(cell)})"
    distinct = f"SELECT {cell}, count(*) AS cells FROM {source} {{}} GROUP BY {cell}"
    query = f"SELECT * FROM ({distinct.format('')}) WHERE {odd}" if kind.few else distinct.format(f"WHERE {odd}")
    unreadable, batches = 0, []
    schema = pa.schema([("text", pa.string()), ("value", kind.arrow_type)])
    for batch in connection.sql(query).to_arrow_reader(_BATCH):
        texts, values = batch.column(0).to_pylist(), []
        for text, cells in zip(texts, batch.column(1).to_pylist(), strict=True):
            value, readable = read(text)
            values.append(value)
            unreadable += 0 if readable else int(cells)
        batches.append(pa.record_batch([pa.array(texts, pa.string()), pa.array(values, kind.arrow_type)], schema))
    if not batches:
        return None, 0
    connection.register("_odd", pa.Table.from_batches(batches, schema))
    target = f"odd {column}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name(target)} AS SELECT * FROM _odd")
    connection.unregister("_odd")
    return target, unreadable


def _reader(column_type: str, today: date) -> Reader:
    if column_type == "code":
        return _read_code
    if column_type == "credit_code":
        return _read_credit_code
    if column_type == "yuan":
        return _read_yuan
    return partial(_read_date, today) if column_type == "date" else _read_month


def _read_code(text: str) -> tuple[object, bool]:
    return plain(text), True


def _read_credit_code(text: str) -> tuple[object, bool]:
    # Old registration numbers are no fault of the row: they name no employer, that is all.
    value = read_credit_code(text).value
    return value.text if value else "", True


def _read_yuan(text: str) -> tuple[object, bool]:
    reading = read_amount(text)
    return reading.value, reading.problem is None


def _read_date(today: date, text: str) -> tuple[object, bool]:
    reading = read_date(text, today)
    return reading.value, reading.problem is None


def _read_month(text: str) -> tuple[object, bool]:
    reading = read_month(text)
    if reading.problem is not None:
        return UNREADABLE_MONTH, False
    return reading.value.number if reading.value else None, True
