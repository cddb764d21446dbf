"""A comparison straight from delivered files: of each only what concerns the register is read in full, in one pass over the file.

Three of four rows of a department are about people who are not on file. Of these only the number is looked at: whether it is one, so
that the counts of the manifest are those of a delivery that was staged (intake/deliveries.py). Nothing is written down.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from sqlglot import exp

from bangfu.engine.datasets import DERIVED_COLUMNS, Dataset
from bangfu.engine.duckdb_.names import fold_names, name_hash
from bangfu.engine.duckdb_.numbers import resolve_numbers
from bangfu.engine.duckdb_.session import count, name
from bangfu.engine.duckdb_.values import not_clean, odd_cell
from bangfu.engine.intake.deliveries import (
    BROKEN_ROW,
    Manifest,
    derived,
    keyed,
    read_column,
    resolve_certificates,
    staged_columns,
    wanted_columns,
)
from bangfu.engine.intake.deliveries_raw import RawTable, Wanted, open_raw, readable
from bangfu.engine.rules.expressions import columns_of, parse, sql_of
from bangfu.engine.sealing.staged import sealed_with
from bangfu.engine.sealing.tokens import FORM

# The rows of the delivery that was read last, and who has none in it.
RELATION, SILENT = "concerned", "silent"


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """``sha256`` gives the file's hash, once it is needed; ``widths`` (heading → bytes) of text of fixed width."""

    path: Path
    sha256: Callable[[], str]
    widths: Mapping[str, int] | None = None


def know_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables ``known`` and ``again`` from ``people``.

    ``known``: of everybody with a number ``whole``, as numbers.with_whole makes it, pid and name_hash. ``again``: the pid of those of
    them who are not the first with their number.
    """
    connection.execute("""CREATE OR REPLACE TABLE known AS
        SELECT whole_of(key) AS whole, pid, name_hash FROM people WHERE key IS NOT NULL""")
    connection.execute("""CREATE OR REPLACE TABLE again AS SELECT pid FROM known JOIN (
        SELECT whole, min(pid) AS first FROM known GROUP BY whole HAVING count(*) > 1) AS several USING (whole) WHERE pid <> first""")


def read_concerned(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    file: DeliveredFile,
    folder: Path,
    *,
    today: date,
    facts: frozenset[str],
) -> Manifest | None:
    """Make the view RELATION of a delivery's rows about persons of ``known``; None where it is sealed, which cannot be seen here.

    RELATION: pid, row, the columns that are staged, and ``other``: does the row give another name than the file, folded? If so it has
    ``name`` and ``folded``.
    A row is there once for each person with its number. Of rows that give the file's name those need not be there that state none of
    the ``facts``. Where silence is one of them there is the table SILENT (pid) of the persons without a row, too.
    The manifest is that of stage_delivery without staged files. Raises the same Problems. ``folder`` takes temporary files and must
    outlive the view; the next call replaces it.
    """
    declared, wanted = wanted_columns(dataset, None)
    with readable(file.path):
        asked = _Asked.of(declared, facts)
        raw = _kept(connection, declared, file, wanted, folder, asked)
        if raw is None:
            return None
        reading = _Reading(connection, declared)
        rows = reading.count_rows(raw)
        quarantined = reading.resolve()
        unreadable = reading.lay_out(today, silence=asked.silence)
        return Manifest(
            dataset=dataset,
            file=file.path.name,
            sha256=file.sha256(),
            size=file.path.stat().st_size,
            rows=rows,
            keyed=rows - sum(quarantined.values()),
            quarantined=quarantined,
            unreadable=unreadable,
            missing=raw.missing,
            unknown=raw.unknown,
            staged=(),
            quarantine="",
            hashes={},
        )


def _kept(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    file: DeliveredFile,
    wanted: Wanted,
    folder: Path,
    asked: "_Asked",
) -> RawTable | None:
    """Make the table ``kept``; None where the file is sealed."""
    for once in (True, False):
        raw = open_raw(connection, file.path, wanted, folder, file.widths, once=once)
        try:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE kept AS {_kept_query(dataset, asked)}")
            if asked.silence:
                connection.execute("CREATE OR REPLACE TEMP TABLE absent AS SELECT pid FROM kept WHERE row IS NULL")
                connection.execute("DELETE FROM kept WHERE row IS NULL")
            # No token is a clean number, so that a sealed delivery is kept whole.
            token = f"SELECT 1 FROM kept WHERE starts_with({name(dataset.key)}, '{FORM}') LIMIT 1"
            if connection.execute(token).fetchall() and sealed_with(connection, dataset.key):
                return None
        except duckdb.InvalidInputException:
            # The text is not regular after all: the slow way reads it, and keeps the broken rows apart.
            if not once:
                raise
            continue
        return raw
    return None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of a delivery. ``states``: a condition on a raw row ``source`` under which it may state one of the facts; None where
    that cannot be told before its cells are read. ``silence``: is it asked who has no row?
    """

    states: str | None
    silence: bool

    @classmethod
    def of(cls, dataset: Dataset, facts: frozenset[str]) -> "_Asked":
        """Of a dataset, with the facts of a rule set."""
        types, conditions = dataset.column_types, []
        raw = {
            column for column, kind in types.items() if kind in ("code", "text", "name") and column in dataset.columns
        }
        read: set[str] = set()
        for fact in (fact for fact in dataset.states if fact in facts):
            tree = parse(dataset.states[fact].when, {"": frozenset(types)})
            read |= columns_of(tree)
            cells = tree.transform(lambda node: _cell(node.name) if isinstance(node, exp.Column) else node)
            conditions.append(sql_of(cells))
        if not read <= raw:
            return cls(None, dataset.silence in facts)
        # What is not clean may be anything once it is read.
        odd = [not_clean(f"source.{name(column)}") for column in sorted(read) if types[column] == "code"]
        return cls(" OR ".join([*odd, *conditions]) or "FALSE", dataset.silence in facts)


def _cell(column: str) -> exp.Expression:
    """A cell as written, empty where there is none."""
    return exp.Coalesce(this=exp.column(column, table="source"), expressions=[exp.Literal.string("")])


def _kept_query(dataset: Dataset, asked: _Asked) -> str:
    """The one pass: rows about persons of ``known``, rows whose number is not clean, and rows with a cell that may be unreadable.

    Columns: pid; theirs, the hash of the person's name where the row may give another one; row and broken; clean, whether the number is;
    and cells as written: an ID number only where it is not clean, a name where it may differ. Where silence is asked for: also a row of
    NULLs for each person without one.
    """
    relation, _ = keyed(dataset, sealed=False)
    number, person = f"source.{name(dataset.key)}", f"source.{name(dataset.person)}"
    columns = [column for column in staged_columns(dataset) if column in dataset.columns]
    odd = [odd_cell(f"source.{name(c)}", staged_columns(dataset)[c]) for c in columns]
    differs = f"(known.name_hash <> hash({person}) AND {person} <> '')"
    # Each condition is asked only of the rows that those before it left open.
    unreadable = " ".join(f"WHEN {condition} THEN TRUE" for condition in odd if condition)
    absent = "WHEN source.row IS NULL THEN TRUE" if asked.silence else ""
    shown = "".join(f", source.{name(column)}" for column in columns if column not in (dataset.key, dataset.person))
    # The name that the file has is not written down once more, unless a fact reads it.
    called = person if dataset.person in columns else f"CASE WHEN NOT valid OR {differs} THEN {person} END"
    # Of a certificate what stands behind the number is asked for too.
    is_id = dataset.columns[dataset.key].type == "id"
    written = f"CASE WHEN NOT valid THEN {number} END" if is_id else number
    return f"""SELECT pid, CASE WHEN {differs} THEN known.name_hash END AS theirs, source.row, source.broken, valid AS clean,
            {written} AS {name(dataset.key)}, {called} AS {name(dataset.person)}{shown}
        FROM {relation} AS source {"FULL" if asked.silence else "LEFT"} JOIN known ON known.whole = source.whole
        WHERE CASE WHEN pid IS NULL THEN CASE WHEN NOT valid THEN TRUE {unreadable} ELSE FALSE END
            {absent} WHEN {differs} THEN TRUE WHEN {asked.states or "TRUE"} THEN TRUE {unreadable} ELSE FALSE END"""


@dataclass(frozen=True, slots=True)
class _Reading:
    """The steps from the table ``kept`` to the view RELATION."""

    connection: duckdb.DuckDBPyConnection
    dataset: Dataset

    def count_rows(self, raw: RawTable) -> int:
        """All rows of the delivery but blank ones, which are taken out of ``kept``."""
        rows = raw.rows if raw.rows is not None else count(self.connection, "SELECT count(*) FROM raw")
        if raw.blank is None:
            return rows
        read = ", ".join(name(column) for column in self._columns())
        empty = f"SELECT count(*) FROM kept WHERE NOT clean AND coalesce({read}) IS NULL"
        if not count(self.connection, empty):
            return rows
        # A row that has nothing in the columns that are read may have something in another one.
        kept = count(self.connection, "SELECT count(*) FROM kept")
        self.connection.execute(f"DELETE FROM kept WHERE row IN ({raw.blank})")
        return rows - kept + count(self.connection, "SELECT count(*) FROM kept")

    def resolve(self) -> dict[str, int]:
        """Read the numbers that are not clean into the table ``resolved``. Gives quarantined rows by reason."""
        self.connection.execute(f"""CREATE OR REPLACE TEMP TABLE unkeyed AS
            SELECT row, {name(self.dataset.key)} AS text, broken FROM kept WHERE NOT clean""")
        if self.dataset.columns[self.dataset.key].type == "id":
            resolve_numbers(self.connection, "unkeyed", "resolved", clean=False)
        else:
            resolve_certificates(self.connection)
        reason = f"CASE WHEN broken THEN '{BROKEN_ROW}' ELSE coalesce(fault, 'missing') END AS reason"
        found = self.connection.execute(
            f"""SELECT {reason}, count(*)
            FROM unkeyed LEFT JOIN resolved USING (text) WHERE broken OR resolved.key IS NULL GROUP BY reason ORDER BY reason"""
        )
        return {str(reason): int(rows) for reason, rows in found.fetchall()}

    def lay_out(self, today: date, *, silence: bool) -> dict[str, int]:
        """Make the view RELATION, and SILENT where it is asked for. Gives unreadable cells by heading."""
        self._view_about()
        if silence:
            self.connection.execute(f"""CREATE OR REPLACE TEMP TABLE {SILENT} AS
                SELECT pid FROM absent ANTI JOIN (SELECT pid FROM about) AS about USING (pid)""")
        # A cell counts once, however many persons share its number.
        self.connection.execute("CREATE OR REPLACE TEMP VIEW once AS SELECT * FROM kept ANTI JOIN again USING (pid)")
        person = f"source.{name(self.dataset.person)}"
        cells, joins, unreadable = "", "", {}
        for column, column_type in staged_columns(self.dataset).items():
            if column not in self.dataset.columns:
                cells += f", source.{name(column)}"
                continue
            prepared = read_column(self.connection, "once", self.dataset, column, column_type, today)
            cells, joins = f"{cells}, {prepared.value} AS {name(column)}", f"{joins} {prepared.join}"
            if prepared.unreadable:
                unreadable[self.dataset.columns[column].heading] = prepared.unreadable
        # Who is called as in the file needs no folding.
        others = f"(SELECT {name(self.dataset.person)} FROM about WHERE theirs IS NOT NULL)"
        fold_names(self.connection, others, self.dataset.person, "folds")
        hashed = name_hash(f"coalesce(folds.folded, {person})")
        self.connection.execute(f"""CREATE OR REPLACE TEMP VIEW {RELATION} AS
            SELECT source.pid, source.row, coalesce({person}, '') AS name, folds.folded,
                CASE WHEN theirs IS NULL THEN FALSE ELSE coalesce(theirs <> {hashed}, FALSE) END AS other{cells}
            FROM about AS source LEFT JOIN folds ON folds.text = CASE WHEN theirs IS NOT NULL THEN {person} END {joins}""")
        return unreadable

    def _view_about(self) -> None:
        """The view ``about``: the rows of ``kept`` about persons of ``known``, those whose number had to be repaired among them."""
        columns = [column for column in self._columns() if column != self.dataset.key]
        cells = "".join(f", kept.{name(column)}" for column in columns)
        made = DERIVED_COLUMNS.get(self.dataset.columns[self.dataset.key].type, ())
        tail = f"substr(kept.{name(self.dataset.key)}, 19)"
        clean = "".join(f", {derived(column, tail)} AS {column}" for column in made)
        mended = "".join(f", mended.{column}" for column in made)
        self.connection.execute("""CREATE OR REPLACE TEMP TABLE mended AS
            SELECT resolved.*, pid, name_hash FROM known JOIN (SELECT * EXCLUDE (key), whole_of(key) AS whole FROM (
                SELECT * FROM resolved WHERE key IS NOT NULL)) AS resolved USING (whole)""")
        self.connection.execute(f"""CREATE OR REPLACE TEMP VIEW about AS
            SELECT kept.pid, kept.row, theirs{cells}{clean} FROM kept WHERE pid IS NOT NULL
            UNION ALL
            SELECT mended.pid, kept.row, name_hash{cells}{mended} FROM kept JOIN mended
                ON mended.text = kept.{name(self.dataset.key)} WHERE NOT clean AND NOT broken""")

    def _columns(self) -> list[str]:
        """The dataset's columns in ``kept``."""
        read = (self.dataset.key, self.dataset.person, *staged_columns(self.dataset))
        return [column for column in dict.fromkeys(read) if column in self.dataset.columns]
