"""The two sides of a matching: of the register and of one delivery, only those records that could be a candidate pair at all.

A pair is looked for only where one of the two has no usable number: two verified numbers that differ are two persons, and two that
agree have been matched already. Both sides are narrowed by plain equalities first, so that names are folded for thousands of people
and not for millions, and only those thousands are ever in memory.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from bangfu.core.dates import read_date
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import count, literal
from bangfu.engine.matching.records import SCHEMA, Written, record_table

FILE, DEPARTMENT = "file_side", "department_side"
_BATCH = 20_000
# What the parts of a verified number say, as records.py has them.
_PARTS = """CAST(key // 100000000000 AS VARCHAR) AS division, lpad(CAST(key // 1000 % 100000000 AS VARCHAR), 8, '0') AS birth,
    concat(lpad(CAST(key % 1000 AS VARCHAR), 3, '0'), check_of(key)) AS tail"""
# Two records must share one of these to be looked at.
_SHARED = (
    ("surname", "birth"),
    ("division", "birth"),
    ("division", "tail"),
    ("birth", "tail"),
    ("folded", "division"),
    ("folded", "employer"),
)


@dataclass(frozen=True, slots=True)
class Sides:
    """How many records have no usable number, and how likely two random records are one person, by those that have one."""

    people: int
    entries: int
    prior: float


def lay_out_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``person_shown``, once for all deliveries: what of each person with a number can be compared at sight."""
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE person_shown AS SELECT *, {_PARTS} FROM (
        SELECT people.pid AS id, people.key, people.folded, substr(people.folded, 1, 1) AS surname,
            {_bare("coalesce(nullif(written.employer, ''), written.employer_or_school, '')")} AS employer
        FROM filed AS people JOIN written ON written.row = people.pid WHERE people.key IS NOT NULL)""")


def lay_out_sides(connection: duckdb.DuckDBPyConnection, delivery: Delivery, today: date) -> Sides:
    """Make the tables FILE and DEPARTMENT (records.SCHEMA), and ``entry_row`` (id, row): the rows of each entry of the delivery.

    A rid is p and the person's pid, or d and the entry's id. Needs person_shown; ``today`` settles years.
    """
    _lay_out_delivery(connection, delivery)
    _lay_people(connection, "unkeyed_people", "people.key IS NULL", today)
    _lay_entries(connection, "unkeyed_entries", "key IS NULL")
    _narrow(connection, "near_people", "person_shown", "unkeyed_entries")
    _narrow(connection, "near_entries", "keyed_entry", "unkeyed_people")
    # An entry whose number is somebody's on file is that person's, and nobody else's.
    connection.execute("DELETE FROM near_entries WHERE id IN (SELECT key FROM filed AS people WHERE key IS NOT NULL)")
    connection.execute("""INSERT INTO entry SELECT min(row), list_sort(list(row)), min(name), max(written_employer), '', key
        FROM keyed_entry WHERE key IN (SELECT id FROM near_entries) GROUP BY key""")
    _lay_people(connection, "some_people", "people.pid IN (SELECT id FROM near_people)", today)
    _lay_entries(connection, "some_entries", "key IS NOT NULL")
    for side, parts in ((FILE, "people"), (DEPARTMENT, "entries")):
        both = f"SELECT * FROM unkeyed_{parts} UNION ALL SELECT * FROM some_{parts}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {side} AS {both}")
    return Sides(
        count(connection, "SELECT count(*) FROM unkeyed_people"),
        count(connection, "SELECT count(*) FROM unkeyed_entries"),
        _prior(connection),
    )


def _bare(employer: str) -> str:
    """Nearly what records.employer_key makes of an employer: enough to look at the rest."""
    words = rf"regexp_replace({employer}, '[\p{{P}}\p{{S}}\p{{Z}}\s]+', '', 'g')"
    return f"regexp_replace({words}, '(股份|有限|责任|集团|公司)+$', '')"


def lay_out_doubles(connection: duckdb.DuckDBPyConnection, today: date) -> None:
    """Make the tables FILE, of people without a usable number, and DEPARTMENT, of all who may be one of them. Needs person_shown."""
    _lay_people(connection, FILE, "people.key IS NULL", today)
    _narrow(connection, "near_people", "person_shown", FILE)
    _lay_people(connection, "some_people", "people.pid IN (SELECT id FROM near_people)", today)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {DEPARTMENT} AS SELECT * FROM {FILE} UNION ALL SELECT * FROM some_people"
    )


def _lay_out_delivery(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """The view ``keyed_entry`` of all rows with a number; the table ``entry`` with those persons of whom no row has one."""
    clean, *mended = (f"read_parquet({literal(str(path))})" for path in delivery.staged)
    columns = {str(row[0]) for row in connection.execute(f"DESCRIBE SELECT * FROM {clean}").fetchall()}
    employer = "coalesce(CAST(employer AS VARCHAR), '')" if "employer" in columns else "''"
    cells = f"row, name, coalesce(folded, name) AS folded, {employer} AS employer, key"
    keyed = " UNION ALL ".join(f"SELECT {cells} FROM {part} WHERE key IS NOT NULL" for part in (clean, *mended))
    connection.execute(f"""CREATE OR REPLACE TEMP VIEW keyed_entry AS
        SELECT * REPLACE ({_bare("employer")} AS employer), employer AS written_employer, key AS id, substr(folded, 1, 1) AS surname,
            {_PARTS} FROM ({keyed})""")
    others = " UNION ALL ".join(f"SELECT row FROM {part}" for part in mended) or "SELECT -1"
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE entry AS
        SELECT min(row) AS id, list_sort(list(row)) AS rows, name, max(employer) AS employer, coalesce(written, '') AS written, key
        FROM (SELECT {cells}, written FROM {clean} WHERE key IS NULL AND NOT broken AND name <> '' AND row NOT IN ({others}))
        GROUP BY name, written, key""")


def _narrow(connection: duckdb.DuckDBPyConnection, target: str, shown: str, records: str) -> None:
    """The table ``target``: id of those of ``shown`` that share enough with any of ``records``."""
    queries = []
    for columns in _SHARED:
        listed, known = ", ".join(columns), " AND ".join(f"{column} <> ''" for column in columns)
        queries.append(
            f"SELECT id FROM {shown} SEMI JOIN (SELECT {listed} FROM {records} WHERE {known}) USING ({listed})"
        )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS {' UNION '.join(queries)}")


def _lay_people(connection: duckdb.DuckDBPyConnection, target: str, where: str, today: date) -> None:
    query = f"""SELECT people.pid, people.name, people.person_text, people.key, people.place, written.sex, written.birth_date,
            coalesce(nullif(written.employer, ''), written.employer_or_school) AS employer, written.address
        FROM filed AS people JOIN written ON written.row = people.pid WHERE {where} AND people.name <> '' ORDER BY people.pid"""

    def person(row: dict[str, Any]) -> Written:
        return Written(
            f"p{row['pid']}",
            row["name"],
            row["person_text"],
            birth=read_date(row["birth_date"] or "", today).value,
            sex=row["sex"] or "",
            division=row["place"] or "",
            employer=row["employer"] or "",
            address=row["address"] or "",
            keyed=row["key"] is not None,
        )

    _lay(connection, target, query, person)


def _lay_entries(connection: duckdb.DuckDBPyConnection, target: str, where: str) -> None:
    number = "CASE WHEN key IS NULL THEN written ELSE concat(key, check_of(key)) END AS number"
    query = f"SELECT *, {number} FROM entry WHERE {where} ORDER BY id"

    def entry(row: dict[str, Any]) -> Written:
        # A 残疾人证号 begins with the number.
        number = row["number"][:18] if row["number"][:20].isalnum() and len(row["number"]) == 20 else row["number"]
        return Written(f"d{row['id']}", row["name"], number, employer=row["employer"], keyed=row["key"] is not None)

    _lay(connection, target, query, entry)


def _lay(
    connection: duckdb.DuckDBPyConnection, target: str, query: str, written: Callable[[dict[str, Any]], Written]
) -> None:
    """A table of records, made batch by batch."""
    batches = connection.sql(query).to_arrow_reader(_BATCH)
    records = [record_table(map(written, batch.to_pylist())) for batch in batches]
    connection.register("_records", pa.concat_tables([SCHEMA.empty_table(), *records]))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT * FROM _records")
    connection.unregister("_records")


def _prior(connection: duckdb.DuckDBPyConnection) -> float:
    """Of all pairs of persons with numbers, one on file and one in the delivery, the share that is one person; never quite 0."""
    matched = count(connection, "SELECT count(*) FROM person_shown WHERE key IN (SELECT key FROM keyed_entry)")
    people = count(connection, "SELECT count(*) FROM person_shown")
    entries = count(connection, "SELECT approx_count_distinct(key) FROM keyed_entry")
    return (matched + 0.5) / ((people + 1) * (entries + 1))
