"""Facts: which rows of the deliveries concern a person of the register, and what they state. No judgement here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from bangfu.engine.datasets import Dataset
from bangfu.engine.duckdb_.names import NAME_HASH, name_hash, really_differ
from bangfu.engine.duckdb_.session import count, literal, name
from bangfu.engine.findings.words import reason_words
from bangfu.engine.rules.expressions import columns_of, parse, sql_of

_OTHER = "other_name"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A staged delivery as the comparison takes it. ``coverage``: division prefixes; None covers every place.

    ``sealed``: the fingerprint of the key that a department sealed it with; it is opened (engine/sealing) before it is matched.
    """

    dataset: Dataset
    file: str
    staged: tuple[Path, ...]
    as_of: date | None = None
    coverage: tuple[str, ...] | None = None
    sealed: str = ""

    @property
    def relation(self) -> str:
        """Its staged rows."""
        return f"read_parquet([{', '.join(literal(str(path)) for path in self.staged)}])"


def match(connection: duckdb.DuckDBPyConnection, delivery: Delivery, facts: frozenset[str], *, rows: int) -> None:
    """Make the tables of one staged delivery: what it states of the ``facts`` about persons of the register, and nothing else.

    ``rows``: how many it has. Wants session.joined_as_written: which side is kept in memory is decided here.

    ``match_<dataset>`` as of match_query, a view; ``absent_<dataset>`` as of absent_query, where silence is one of the facts;
    ``employer_<dataset>`` as of employer_query, where one of them is about employers.
    """
    files, silence = delivery.relation, delivery.dataset.silence in facts
    # Of a row in memory all columns are there, of a person three.
    few = rows * 3 < count(connection, "SELECT count(*) FROM people")
    hashed = staged_name_hash(connection, files)
    query = match_query(delivery.dataset, facts, files, hashed, few=few, silence=silence)
    matched = _lay_down(connection, delivery, query)
    if silence:
        _lay_down_absent(connection, delivery, f"(SELECT pid FROM {matched} WHERE row IS NULL)")
        connection.execute(f"DELETE FROM {matched} WHERE row IS NULL")
    if about_employers(delivery.dataset, facts):
        employers = employer_query(delivery.dataset, facts, files)
        connection.execute(f"CREATE OR REPLACE TABLE {employer_table(delivery)} AS {employers}")


def match_concerned(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, facts: frozenset[str], relation: str, silent: str
) -> None:
    """The same of a delivery whose rows know their person: ``relation`` has pid and ``other``, as of match_query, and what is staged.

    ``silent`` (pid): who has no row, where silence is one of the facts. None of these may be about employers.
    """
    _lay_down(connection, delivery, _told(delivery.dataset, facts, "other", f"{relation} AS staged"))
    if delivery.dataset.silence in facts:
        _lay_down_absent(connection, delivery, silent)


def _lay_down(connection: duckdb.DuckDBPyConnection, delivery: Delivery, query: str) -> str:
    """Make the view of a match from what _told gives; gives the table on which it stands.

    No temporary one: several cursors of one DuckDB may match deliveries for one comparison.
    """
    matched = _matched(match_table(delivery))
    # Few rows give another name: a list that is not there takes half the room of two texts that are not.
    connection.execute(f"""CREATE OR REPLACE TABLE {matched} AS
        SELECT * EXCLUDE (name, folded), CASE WHEN other THEN [name, folded] END AS names FROM ({query})""")
    connection.execute(f"""CREATE OR REPLACE VIEW {match_table(delivery)} AS
        SELECT * EXCLUDE (names), names[1] AS name, names[2] AS folded FROM {matched}""")
    return matched


def _lay_down_absent(connection: duckdb.DuckDBPyConnection, delivery: Delivery, silent: str) -> None:
    connection.execute(f"""CREATE OR REPLACE TABLE {absent_table(delivery)} AS
        SELECT pid, place FROM people SEMI JOIN {silent} AS silent USING (pid)""")


def drop_matches(connection: duckdb.DuckDBPyConnection, deliveries: Sequence[Delivery]) -> None:
    """Let go of what ``match`` made, once it has been judged."""
    drop(connection, [table for delivery in deliveries for table in tables_of(delivery)])


def tables_of(delivery: Delivery) -> tuple[str, ...]:
    """What ``match`` may have made of a delivery, by name, quoted."""
    return match_table(delivery), absent_table(delivery), employer_table(delivery)


def drop(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> None:
    """Let go of some of them, where they are there."""
    for table in tables:
        under = _matched(table)
        if under != table:
            connection.execute(f"DROP VIEW IF EXISTS {table}")
        connection.execute(f"DROP TABLE IF EXISTS {under}")


def _matched(table: str) -> str:
    """The table on which the view of a match stands."""
    return table.replace('"match_', '"matched ')


def staged_rows(delivery: Delivery) -> int:
    """How many rows a staged delivery has, as its files say."""
    return sum(pq.read_metadata(path).num_rows for path in delivery.staged)


def staged_name_hash(connection: duckdb.DuckDBPyConnection, files: str) -> str:
    """The hash of the staged name: as intake wrote it, or made now of what another version of the library staged."""
    there = connection.execute(f"DESCRIBE SELECT * FROM {files}").fetchall()
    known = any(column == NAME_HASH for column, *_ in there)
    return f"staged.{name(NAME_HASH)}" if known else name_hash("coalesce(staged.folded, staged.name)")


def match_query(
    dataset: Dataset,
    facts: frozenset[str],
    files: str,
    hashed: str,
    *,
    few: bool = False,
    silence: bool = False,
) -> str:
    """Rows of the relation ``files`` that concern a person of ``people``: pid, row, what the facts read, and where the row gives another
    name (``other``) that and its folded form.

    ``hashed``: an expression of the row ``staged`` that equals the person's name_hash where their folded names are equal, NULL for an
    empty name. Rows that state no fact are there only where the names differ. Both sides are verified, so equal keys are equal numbers;
    rows without a key never join. ``few``: the relation is the smaller side, and is written as the one to be kept in memory. ``silence``:
    also a row of NULLs for each person of absent_query, which is cheaper than to ask twice.
    """
    other = f"coalesce(known.name_hash <> {hashed}, FALSE)"
    staged, known = f"{files} AS staged", "(SELECT pid, key, name_hash FROM people WHERE key IS NOT NULL) AS known"
    joined = (
        f"{known} {'LEFT ' if silence else ''}JOIN {staged}"
        if few
        else f"{staged} {'RIGHT ' if silence else ''}JOIN {known}"
    )
    also = " OR staged.key IS NULL" if silence else ""
    return _told(dataset, facts, other, f"{joined} ON known.key = staged.key", also)


def _told(dataset: Dataset, facts: frozenset[str], other: str, rows: str, also: str = "") -> str:
    """What ``rows``, a relation of ``staged`` with pid, tell: see match_query. ``also``: which rows else."""
    stated = [fact for fact, declared in dataset.states.items() if fact in facts and not declared.employer]
    other = other if _OTHER in facts else "FALSE"
    states = " OR ".join((other, *(_states(dataset, fact) for fact in stated)))
    columns = "".join(f", staged.{name(column)}" for column in _columns(dataset, stated))
    return f"""SELECT pid, row, {other} AS other, CASE WHEN {other} THEN staged.name END AS name,
            CASE WHEN {other} THEN coalesce(staged.folded, staged.name) END AS folded{columns}
        FROM {rows} WHERE {states}{also}"""


def absent_query(files: str) -> str:
    """Persons of ``people`` with a usable number and without a row in the relation ``files``: pid, place."""
    return f"SELECT pid, place FROM people ANTI JOIN {files} AS staged USING (key) WHERE people.key IS NOT NULL"


def about_employers(dataset: Dataset, facts: frozenset[str]) -> list[str]:
    """Those of the facts that the dataset states about the employer of a person."""
    return [fact for fact, declared in dataset.states.items() if fact in facts and declared.employer]


def employer_query(dataset: Dataset, facts: frozenset[str], files: str) -> str:
    """Rows of the relation ``files`` about the employer of a person of ``filed``: pid, row, what the facts read; once each.

    Whose number the row has is all the same here: also a row whose number is set aside says what became of the company.
    """
    stated = about_employers(dataset, facts)
    columns = "".join(f", staged.{name(column)}" for column in _columns(dataset, stated))
    known = "(SELECT pid, employer_code FROM filed WHERE employer_code <> '') AS known"
    queries = [
        f"""SELECT pid, row{columns} FROM {files} AS staged JOIN {known} ON known.employer_code = staged.{name(code)}
        WHERE NOT broken AND {_states(dataset, fact)}"""
        for fact in stated
        if (code := dataset.states[fact].employer)
    ]
    return " UNION ".join(queries)


def fact_query(delivery: Delivery, fact: str) -> str:
    """A query of the rows that state a fact: pid, row (NULL for silence) and the fact's values."""
    dataset = delivery.dataset
    if fact == _OTHER:
        return f"SELECT pid, row, name FROM others WHERE dataset = {literal(dataset.name)}"
    if fact == dataset.silence:
        return (
            f"SELECT pid, CAST(NULL AS BIGINT) AS row FROM {absent_table(delivery)} WHERE {_covered(delivery.coverage)}"
        )
    scope = _scope(dataset)
    values = "".join(
        f", {sql_of(parse(text, scope)) if text else 'CAST(NULL AS VARCHAR)'} AS {name(value)}"
        for value, text in dataset.states[fact].values.items()
    )
    table = employer_table(delivery) if dataset.states[fact].employer else match_table(delivery)
    return f"SELECT pid, row{values} FROM {table} WHERE {_states(dataset, fact)}"


def unusable_numbers() -> str:
    """A query of the persons whose own number is unusable: pid, row of the register, why in both languages."""
    return f"""SELECT pid, pid AS row, {reason_words("zh")} AS why, {reason_words("en")} AS why_en
        FROM people WHERE key IS NULL"""


def compare_names(connection: duckdb.DuckDBPyConnection, deliveries: Sequence[Delivery]) -> None:
    """Make the table ``others`` (dataset, pid, row, name) of matched deliveries: rows with a name that really differs from the file's."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE given AS {given_query(deliveries)}")
    really_differ(connection, "given", "differing")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE others AS {OTHERS}")


def given_query(deliveries: Sequence[Delivery]) -> str:
    """The matched rows that give another name: dataset, pid, row, file_name (the name in the file), file_folded, name, folded."""
    matched = [
        f"SELECT {literal(delivery.dataset.name)} AS dataset, pid, row, name, folded FROM {match_table(delivery)} WHERE other"
        for delivery in deliveries
    ]
    nothing = "SELECT '' AS dataset, 0 AS pid, 0 AS row, '' AS name, '' AS folded WHERE FALSE"
    return f"""SELECT dataset, pid, row, filed.name AS file_name, filed.folded AS file_folded, said.name, said.folded
        FROM ({" UNION ALL ".join([nothing, *matched])}) AS said JOIN filed USING (pid)"""


OTHERS = """SELECT dataset, pid, row, given.name
    FROM given JOIN differing ON in_file = file_name AND in_delivery = given.name"""


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
    return name(f"match_{delivery.dataset.name}")


def absent_table(delivery: Delivery) -> str:
    """The same, of the persons without a row."""
    return name(f"absent_{delivery.dataset.name}")


def employer_table(delivery: Delivery) -> str:
    """The same, of rows about employers."""
    return name(f"employer_{delivery.dataset.name}")


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
