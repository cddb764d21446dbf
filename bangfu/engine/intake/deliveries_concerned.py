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
from bangfu.engine.duckdb_.names import NAME_HASH, fold_names, name_hash
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

# The rows of the delivery that was read last, with the columns of a staged one.
RELATION = "concerned"


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """``sha256`` gives the file's hash, once it is needed; ``widths`` (heading → bytes) of text of fixed width."""

    path: Path
    sha256: Callable[[], str]
    widths: Mapping[str, int] | None = None


def know_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``known`` from ``filed``: ``whole``, as numbers.with_whole makes it, and the hash of the name as written, NULL where
    there is none or where several persons have the number.
    """
    connection.execute("""CREATE OR REPLACE TABLE known AS
        SELECT whole_of(key) AS whole, CASE WHEN count(*) = 1 THEN any_value(hash(nullif(name, ''))) END AS written_hash
        FROM filed WHERE key IS NOT NULL GROUP BY key""")


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

    Rows that give the name of the file and state none of the ``facts`` are only there where silence is one, and hold nothing then.
    The manifest is that of stage_delivery without staged files. Raises the same Problems. ``folder`` takes temporary files and must
    outlive the view; the next call replaces it.
    """
    declared, wanted = wanted_columns(dataset, None)
    with readable(file.path):
        raw = _kept(connection, declared, file, wanted, folder, _Asked.of(declared, facts))
        if raw is None:
            return None
        reading = _Reading(connection, declared)
        rows = reading.count_rows(raw)
        quarantined = reading.resolve()
        unreadable = reading.lay_out(today)
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
    """The one pass: rows about persons of ``known``, rows whose number is not clean, and rows with a cell that may be unreadable."""
    relation, clean = keyed(dataset, sealed=False)
    number, person = f"source.{name(dataset.key)}", f"source.{name(dataset.person)}"
    columns = [column for column in staged_columns(dataset) if column in dataset.columns]
    odd = [odd_cell(f"source.{name(c)}", staged_columns(dataset)[c]) for c in columns]
    same = f"coalesce(hash({person}) = known.written_hash, FALSE)"
    # Each condition is asked only of the rows that those before it left open.
    unreadable = " ".join(f"WHEN {condition} THEN TRUE" for condition in odd if condition)
    strange = f"CASE WHEN {clean} IS NULL THEN TRUE {unreadable} ELSE FALSE END"
    said = f"WHEN NOT {same} THEN TRUE WHEN {asked.states or 'TRUE'} THEN TRUE"
    tells = f"CASE WHEN {clean} IS NULL THEN TRUE {said} {unreadable} ELSE FALSE END"
    cells = [column for column in dict.fromkeys([dataset.person, *columns]) if column != dataset.key]
    shown = "".join(f", source.{name(column)}" for column in cells)
    full = f", CASE WHEN known.whole IS NULL THEN TRUE ELSE {tells} END AS in_full" if asked.silence else ""
    # Of a certificate what stands behind the number is asked for too.
    is_id = dataset.columns[dataset.key].type == "id"
    written = f"CASE WHEN {clean} IS NULL THEN {number} END" if is_id else number
    rows = f"""SELECT source.row, source.broken, {clean} AS key,
            known.whole IS NOT NULL AS concerns, {written} AS {name(dataset.key)}, {same} AS same_name{shown}{full}
        FROM {relation} AS source LEFT JOIN known USING (whole)
        WHERE CASE WHEN known.whole IS NULL THEN {strange} ELSE {"TRUE" if asked.silence else tells} END"""
    if not asked.silence:
        return rows
    # Of somebody about whom nothing is said: that there is a row, and no more.
    left = ", ".join(f"CASE WHEN in_full THEN {name(column)} END AS {name(column)}" for column in cells)
    return f"SELECT row, broken, key, concerns, {name(dataset.key)}, same_name, {left} FROM ({rows})"


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
        empty = f"SELECT count(*) FROM kept WHERE key IS NULL AND coalesce({read}) IS NULL"
        if not count(self.connection, empty):
            return rows
        # A row that has nothing in the columns that are read may have something in another one.
        kept = count(self.connection, "SELECT count(*) FROM kept")
        self.connection.execute(f"DELETE FROM kept WHERE row IN ({raw.blank})")
        return rows - kept + count(self.connection, "SELECT count(*) FROM kept")

    def resolve(self) -> dict[str, int]:
        """Read the numbers that are not clean into the table ``resolved``. Gives quarantined rows by reason."""
        self.connection.execute(f"""CREATE OR REPLACE TEMP TABLE unkeyed AS
            SELECT row, {name(self.dataset.key)} AS text, broken FROM kept WHERE key IS NULL""")
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

    def lay_out(self, today: date) -> dict[str, int]:
        """Make the view RELATION. Gives unreadable cells by heading."""
        self._view_about()
        person = f"source.{name(self.dataset.person)}"
        cells, joins, unreadable = "", "", {}
        for column, column_type in staged_columns(self.dataset).items():
            if column not in self.dataset.columns:
                cells += f", source.{name(column)}"
                continue
            prepared = read_column(self.connection, "kept", self.dataset, column, column_type, today)
            cells, joins = f"{cells}, {prepared.value} AS {name(column)}", f"{joins} {prepared.join}"
            if prepared.unreadable:
                unreadable[self.dataset.columns[column].heading] = prepared.unreadable
        # Who is called as in the file needs no folding, and no hash: nothing differs from NULL.
        others = f"(SELECT {name(self.dataset.person)} FROM about WHERE NOT same_name)"
        fold_names(self.connection, others, self.dataset.person, "folds")
        self.connection.execute(f"""CREATE OR REPLACE TEMP VIEW {RELATION} AS
            SELECT source.row, source.key, coalesce({person}, '') AS name, folds.folded, CASE WHEN NOT same_name
                THEN {name_hash(f"coalesce(folds.folded, {person})")} END AS {name(NAME_HASH)}{cells}
            FROM about AS source LEFT JOIN folds ON NOT same_name AND folds.text = {person} {joins}""")
        return unreadable

    def _view_about(self) -> None:
        """The view ``about``: the rows of ``kept`` about persons of ``known``, those whose number had to be repaired among them."""
        columns = [column for column in self._columns() if column != self.dataset.key]
        cells = "".join(f", kept.{name(column)}" for column in columns)
        made = DERIVED_COLUMNS.get(self.dataset.columns[self.dataset.key].type, ())
        tail = f"substr(kept.{name(self.dataset.key)}, 19)"
        clean = "".join(f", {derived(column, tail)} AS {column}" for column in made)
        mended = "".join(f", resolved.{column}" for column in made)
        self.connection.execute(f"""CREATE OR REPLACE TEMP VIEW about AS
            SELECT kept.row, kept.key, same_name{cells}{clean} FROM kept WHERE concerns AND kept.key IS NOT NULL
            UNION ALL
            SELECT kept.row, resolved.key, FALSE{cells}{mended} FROM known JOIN (
                SELECT *, whole_of(key) AS whole FROM resolved WHERE key IS NOT NULL) AS resolved USING (whole)
            JOIN kept ON kept.{name(self.dataset.key)} = resolved.text WHERE kept.key IS NULL AND NOT kept.broken""")

    def _columns(self) -> list[str]:
        """The dataset's columns in ``kept``."""
        read = (self.dataset.key, self.dataset.person, *staged_columns(self.dataset))
        return [column for column in dict.fromkeys(read) if column in self.dataset.columns]
