"""Judging a part of a standing comparison: the declared queries, asked of some homes only, or for some kinds of finding only."""

from collections.abc import Iterable
from datetime import date

import duckdb

from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.judgement import describe_people, questions, reference_query
from bangfu.engine.duckdb_.session import literal, name
from bangfu.engine.findings.words import hide_numbers
from bangfu.engine.findings.write import ORIGINS, TOGETHER
from bangfu.engine.incremental.matches import stored
from bangfu.engine.incremental.people import settle_household_names
from bangfu.engine.rules.ruleset import RuleSet

Cell = tuple[str, str, str]
_NO_CELL = "(-1, '', '', '', 0)"
_FOUND = """CREATE OR REPLACE TEMP TABLE found (household BIGINT, person BIGINT, cell INTEGER, says VARCHAR, rows BIGINT[])"""


def judge_these(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, deliveries: list[Delivery], on: date, known: list[Cell]
) -> list[Cell]:
    """Make the table ``judged`` from ``people``, the matches and absences there are, and ``filed``; gives all cells, new ones at the end.

    Columns: dataset (number), cell, home, household, person, household_text, person_text (NULL where the name says it), says, rows,
    sources (of the register's own rows, where it says where they stood).
    """
    connection.execute(_FOUND)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE reference AS {reference_query(on)}")
    describe_people(connection, rules, deliveries)
    settle_household_names(connection)
    asked = questions(rules, deliveries, "")
    cells = list(
        dict.fromkeys([*known, *((dataset, conclusion, kind) for _, dataset, conclusion, kind, _ in asked.cells)])
    )
    rows = [
        f"({place}, {literal(dataset)}, {literal(conclusion)}, {literal(kind)}, {cells.index((dataset, conclusion, kind))})"
        for place, dataset, conclusion, kind, _ in asked.cells
    ]
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE cell AS SELECT * FROM (VALUES {", ".join([_NO_CELL, *rows])})
        AS cell(cell, dataset, conclusion, kind, kept) WHERE cell >= 0""")
    for query in asked.queries:
        connection.execute(f"INSERT INTO found {query}")
    hide_numbers(connection, "found", "says")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE gathered AS {TOGETHER}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE origins AS {ORIGINS}")
    return cells


def lay_out_judged(connection: duckdb.DuckDBPyConnection, manifest_datasets: Iterable[str]) -> None:
    """Make the table ``judged`` (see judge_these) of what was gathered."""
    connection.execute("""CREATE OR REPLACE TEMP TABLE odd_texts AS
        SELECT DISTINCT household_rank AS named, household_text AS text, home FROM people WHERE household_rank < 0
        UNION ALL SELECT DISTINCT person_rank, person_text, NULL FROM people WHERE person_rank < 0
            AND person_rank NOT IN (SELECT household_rank FROM people WHERE household_rank < 0)""")
    numbers = " ".join(f"WHEN {literal(dataset)} THEN {number}" for number, dataset in enumerate(manifest_datasets))
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE judged AS
        SELECT CAST(CASE dataset {numbers} END AS UTINYINT) AS dataset, CAST(kept AS USMALLINT) AS cell,
            coalesce(heads.home, household) AS home, household, person, heads.text AS household_text, own.text AS person_text,
            says, rows, sources
        FROM gathered JOIN cell USING (cell) LEFT JOIN origins USING (household, person, cell)
        LEFT JOIN odd_texts AS heads ON household < 0 AND heads.named = household
        LEFT JOIN odd_texts AS own ON person < 0 AND own.named = person""")


def lay_out_others(connection: duckdb.DuckDBPyConnection, deliveries: list[Delivery]) -> None:
    """The table ``others`` of judgement: rows that really give another name."""
    nothing = "SELECT '' AS dataset, CAST(0 AS BIGINT) AS pid, CAST(0 AS BIGINT) AS row, '' AS name WHERE FALSE"
    named = [
        f"""SELECT {literal(delivery.dataset.name)}, pid, row, other_name FROM {name(stored(delivery.dataset.name))}
            WHERE other_name IS NOT NULL"""
        for delivery in deliveries
    ]
    connection.execute(f"CREATE OR REPLACE TEMP VIEW others AS {' UNION ALL '.join([nothing, *named])}")
