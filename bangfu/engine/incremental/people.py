"""The persons of a standing comparison: the register's rows, named so that a change of the register renames nobody.

Where a full comparison numbers texts by their rank, here a number is its own name: the key where the text is a readable number, else a hash
of the text, below zero. A household's persons, and households that read the same in the finished file, have the same ``home``: the
unit that is replaced, judged and told as a whole.
"""

from collections.abc import Sequence

import duckdb

from bangfu.engine.duckdb_.names import name_hash
from bangfu.engine.duckdb_.numbers import NORMAL, resolve_numbers
from bangfu.engine.duckdb_.register import IS_A_HOUSEHOLD
from bangfu.engine.incremental.folder import PART
from bangfu.engine.rules.ruleset import FILE_COLUMNS

# What judgement asks of everybody; the rest of FILE_COLUMNS only where a rule does.
JUDGED = """pid, home, household, key, fault, household_rank, person_rank, household_text, person_text, person_id, household_id,
    is_head"""
# What compare_names and the sources of the register's own rows ask for.
FILED = "pid, name, coalesce(folded, name) AS folded, source"
_SAID = "".join(f", {column}" for column in FILE_COLUMNS)


def lay_out_arrived(connection: duckdb.DuckDBPyConnection, part: int) -> None:
    """Make the table ``arrived`` from ``filed``, which is file number ``part`` of the register.

    Columns: pid, home, household, key, fault, household_rank and person_rank (names of the texts, not ranks: they say only what is the
    same), household_text and person_text (NULL where the name says it: ``text_of``), name, folded (NULL where it is
    the name), name_hash, place, source,
    person_id, household_id, rules.ruleset.FILE_COLUMNS.
    """
    resolve_numbers(connection, "(SELECT DISTINCT household_text AS text FROM filed)", "heads_read")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE arrived AS
        WITH head AS (
            SELECT text, key, CASE WHEN {IS_A_HOUSEHOLD.format("heads_read")} THEN coalesce(key, {_named("normal")}) END AS family
            FROM (SELECT *, {NORMAL} AS normal FROM heads_read) AS heads_read
        )
        SELECT pid + {part * PART} AS pid, coalesce(head.family, {_named("head.text")}) AS home,
            coalesce(head.family, {_named(f"concat('row ', pid + {part * PART})")}) AS household, filed.key, fault,
            coalesce(head.key, {_named("head.text")}) AS household_rank,
            coalesce(filed.key, {_named("person_text")}) AS person_rank,
            CASE WHEN head.key IS NULL THEN head.text END AS household_text,
            CASE WHEN filed.key IS NULL THEN person_text END AS person_text,
            name, nullif(folded, name) AS folded, {name_hash("folded")} AS name_hash, place, source, person_id, household_id{_SAID}
        FROM filed JOIN head ON head.text = household_text""")
    connection.execute("DROP TABLE heads_read")


def homes_of_texts(connection: duckdb.DuckDBPyConnection, texts: Sequence[str], target: str) -> None:
    """Make the table ``target`` (home) of households that are known by these numbers of their heads, as anybody writes them."""
    connection.execute("CREATE OR REPLACE TEMP TABLE closing (text VARCHAR)")
    if texts:
        connection.executemany("INSERT INTO closing VALUES (?)", [[text] for text in texts])
    resolve_numbers(connection, "closing", "closing_read")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE {target} AS SELECT DISTINCT CASE WHEN {IS_A_HOUSEHOLD.format("closing_read")}
        THEN coalesce(closing_read.key, {_named("closing_read.normal")}) ELSE {_named("text")} END AS home
        FROM (SELECT *, {NORMAL} AS normal FROM closing_read) AS closing_read""")


def settle_household_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Of households whose head's unreadable number is written in several ways, the first in order stands in the file."""
    connection.execute("""UPDATE household SET rank = first.rank FROM (
            SELECT household, arg_min(household_rank, household_text) AS rank FROM people WHERE household_rank < 0
            GROUP BY household HAVING count(DISTINCT household_rank) > 1
        ) AS first WHERE first.household = household.household""")


def text_of(named: str, text: str) -> str:
    """The text that a name stands for: a readable number as exported, else the text kept beside it. Both are columns."""
    return f"CASE WHEN {named} > 0 THEN concat({named}, check_of({named})) ELSE {text} END"


def _named(text: str) -> str:
    """The name of a text that is no readable number. Of two such texts, one pair in 2^63 is taken for the same."""
    return f"(-1 - CAST(hash({text}) >> 1 AS BIGINT))"
