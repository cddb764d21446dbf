"""A department's delivery becomes checked, normalised, keyed Parquet; rows without a usable number are set aside with their reason.

Only the columns that some fact needs are staged: the rest stays in the delivered file, where the row number leads (data minimisation).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from bangfu.core.text import plain
from bangfu.core.whole_files import replacing
from bangfu.engine import problems
from bangfu.engine.datasets import DERIVED_COLUMNS, Dataset, declared_datasets
from bangfu.engine.duckdb_.names import NAME_HASH, fold_names, name_hash
from bangfu.engine.duckdb_.numbers import clean_key, create_macros, resolve_numbers, with_whole
from bangfu.engine.duckdb_.session import STAGED, Limits, literal, name, session
from bangfu.engine.duckdb_.values import Prepared, prepare
from bangfu.engine.intake import problems as file_problems
from bangfu.engine.intake.certificates import DISABILITY_KINDS, read_certificate
from bangfu.engine.intake.deliveries_raw import Wanted, open_raw, readable
from bangfu.engine.intake.files import MANIFEST_FILE, make_closed, sha256_of
from bangfu.engine.rules.expressions import columns_of, parse
from bangfu.engine.sealing.staged import resolve_tokens, sealed_with, token_key

BROKEN_ROW = "columns"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was taken in from one file, and what was not. ``rows`` = ``keyed`` + all ``quarantined``; blank rows do not count.

    ``quarantined``: reason (a value of core.ids.Fault, or "columns") → rows. ``unreadable``: heading → cells that count as empty.
    ``missing`` and ``unknown``: headings. ``staged`` and ``quarantine``: file names inside the folder it was staged to.
    Staged columns are row, key (BIGINT, first 17 digits), written (the number as delivered, where it was not clean), name, folded
    (core.names.fold of it, where that is something else), a hash of it (duckdb_.names), and what the facts need.
    ``hashes``: SHA-256 of each of these files. ``sealed``: the fingerprint of the key that numbers and names were sealed with by the
    department (decision 26), empty for an open delivery; then ``key`` is of the token, below zero, and ``name`` is a token.
    """

    dataset: str
    file: str
    sha256: str
    size: int
    rows: int
    keyed: int
    quarantined: dict[str, int]
    unreadable: dict[str, int]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    staged: tuple[str, ...]
    quarantine: str
    hashes: dict[str, str]
    sealed: str = ""

    @property
    def wrong(self) -> int:
        """Rows set aside."""
        return sum(self.quarantined.values())


def stage_delivery(
    dataset: str,
    path: Path,
    out_dir: Path,
    *,
    today: date,
    columns: Mapping[str, str | None] | None = None,
    widths: Mapping[str, int] | None = None,
    limits: Limits | None = None,
) -> Manifest:
    """Take one file in: staged Parquet, quarantine.parquet (row, reason) and at last manifest.json in ``out_dir``, which is made.

    The folder is closed to other users: what is staged holds ID numbers.

    ``today`` settles two-digit years. ``columns``: heading as written → the dataset's column that it stands for, or None to leave it
    out, before anything is recognised; "heading#3" where several columns have it and the third of the file is meant.
    ``widths``: heading → bytes, for text of fixed width. Raises a Problem for an unknown dataset, a file that cannot be read, missing
    required columns, a choice that does not exist or is there twice; then ``out_dir`` holds no manifest.
    """
    declared, wanted = wanted_columns(dataset, columns)
    make_closed(out_dir)
    (out_dir / MANIFEST_FILE).unlink(missing_ok=True)
    with readable(path), session(limits or Limits(), out_dir) as (connection, folder):
        create_macros(connection)
        raw = open_raw(connection, path, wanted, folder, widths)
        sealed = sealed_with(connection, declared.key)
        staging = _Staging(connection, declared, out_dir, sealed)
        unreadable = staging.write(today)
        quarantined = staging.set_aside()
        rows = staging.count_rows()
    staged, quarantine = ("clean.parquet", "repaired.parquet"), "quarantine.parquet"
    for written in (*staged, quarantine):
        (out_dir / written).chmod(0o600)
    manifest = Manifest(
        dataset=dataset,
        file=path.name,
        sha256=sha256_of(path),
        size=path.stat().st_size,
        rows=rows,
        keyed=rows - sum(quarantined.values()),
        quarantined=quarantined,
        unreadable=unreadable,
        missing=raw.missing,
        unknown=raw.unknown,
        staged=staged,
        quarantine=quarantine,
        hashes={written: sha256_of(out_dir / written) for written in (*staged, quarantine)},
        sealed=sealed,
    )
    with replacing(out_dir / MANIFEST_FILE) as temporary:
        temporary.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), "utf-8")
    return manifest


def wanted_columns(dataset: str, columns: Mapping[str, str | None] | None) -> tuple[Dataset, Wanted]:
    """A dataset and what is wanted of its files. Raises a Problem for an unknown dataset or column."""
    known = declared_datasets()
    if dataset not in known:
        raise problems.UNKNOWN_DATASET(name=dataset, known="、".join(known))
    declared = known[dataset]
    chosen = {plain(heading): column for heading, column in (columns or {}).items()}
    for heading, column in chosen.items():
        if column is not None and column not in declared.columns:
            raise file_problems.UNKNOWN_FIELD(column=heading, field=column)
    read = frozenset({declared.key, declared.person, *staged_columns(declared)})
    return declared, Wanted(declared.columns, read, chosen)


def staged_columns(dataset: Dataset, *, employers: bool = True) -> dict[str, str]:
    """The columns that the dataset's facts read, with their types; not the number, not the person's name.

    Without ``employers`` only those of facts about the person whose number the row has.
    """
    types = dataset.column_types
    scope = {"": frozenset(types)}
    used: set[str] = set()
    for fact in dataset.states.values():
        if fact.employer and not employers:
            continue
        for text in (fact.when, *fact.values.values(), fact.employer):
            used |= columns_of(parse(text, scope)) if text else set()
    return {column: types[column] for column in types if column in used}


@dataclass(frozen=True, slots=True)
class _Staging:
    """The steps from the view ``raw`` to the staged files of one dataset."""

    connection: duckdb.DuckDBPyConnection
    dataset: Dataset
    folder: Path
    sealed: str

    def write(self, today: date) -> dict[str, int]:
        """Write clean.parquet: every row, the key where the number is clean, all values read. Gives unreadable cells by heading."""
        number = f"source.{name(self.dataset.key)}"
        cells: list[str] = []
        joins: list[str] = []
        unreadable: dict[str, int] = {}
        for column, column_type in staged_columns(self.dataset).items():
            prepared = read_column(
                self.connection, "raw", self.dataset, column, column_type, today, sealed=bool(self.sealed)
            )
            cells.append(f"{prepared.value} AS {name(column)}")
            joins.append(prepared.join)
            if prepared.unreadable:
                unreadable[self.dataset.columns[column].heading] = prepared.unreadable
        relation, key = keyed(self.dataset, sealed=bool(self.sealed))
        if self.sealed:
            self.connection.execute("CREATE OR REPLACE TEMP TABLE folds (text VARCHAR, folded VARCHAR)")
        else:
            fold_names(self.connection, "raw", self.dataset.person, "folds")
        person = f"source.{name(self.dataset.person)}"
        joins.append(f"LEFT JOIN folds ON folds.text = {person}")
        self.connection.execute(f"""COPY (SELECT source.row, {key} AS key, CASE WHEN key IS NULL THEN {number} END AS written,
            source.broken, coalesce({person}, '') AS name, folds.folded,
            {name_hash(f"coalesce(folds.folded, {person})")} AS {name(NAME_HASH)}{"".join(f", {cell}" for cell in cells)}
            FROM {relation} AS source {" ".join(joins)})
            TO {literal(str(self.folder / "clean.parquet"))} ({STAGED})""")
        return unreadable

    def set_aside(self) -> dict[str, int]:
        """Read the numbers that were not clean: repaired.parquet and quarantine.parquet. Gives quarantined rows by reason."""
        clean = literal(str(self.folder / "clean.parquet"))
        self.connection.execute(f"""CREATE OR REPLACE TEMP TABLE unkeyed AS
            SELECT row, written AS text, broken FROM read_parquet({clean}) WHERE key IS NULL""")
        replaced = "resolved.key AS key"
        if self.sealed:
            resolve_tokens(self.connection, "unkeyed", "resolved")
        elif self.dataset.columns[self.dataset.key].type == "id":
            resolve_numbers(self.connection, "unkeyed", "resolved", clean=False)
        else:
            resolve_certificates(self.connection)
            derived = DERIVED_COLUMNS["disability_id"]
            replaced += "".join(f", resolved.{column} AS {column}" for column in derived)
        self.connection.execute(f"""COPY (SELECT clean.* REPLACE ({replaced}) FROM read_parquet({clean}) AS clean
            JOIN resolved ON resolved.text = clean.written
            WHERE clean.key IS NULL AND NOT clean.broken AND resolved.key IS NOT NULL)
            TO {literal(str(self.folder / "repaired.parquet"))} ({STAGED})""")
        quarantine = literal(str(self.folder / "quarantine.parquet"))
        self.connection.execute(f"""COPY (SELECT row, CASE WHEN broken THEN '{BROKEN_ROW}' ELSE coalesce(fault, 'missing') END AS reason
            FROM unkeyed LEFT JOIN resolved USING (text) WHERE broken OR resolved.key IS NULL ORDER BY row)
            TO {quarantine} (FORMAT parquet, COMPRESSION snappy)""")
        found = f"SELECT reason, count(*) FROM read_parquet({quarantine}) GROUP BY reason ORDER BY reason"
        return {str(reason): int(rows) for reason, rows in self.connection.execute(found).fetchall()}

    def count_rows(self) -> int:
        """All rows of the delivery but blank ones."""
        counted = self.connection.execute(
            f"SELECT count(*) FROM read_parquet({literal(str(self.folder / 'clean.parquet'))})"
        )
        row = counted.fetchone()
        return int(row[0]) if row else 0


def keyed(dataset: Dataset, *, sealed: bool) -> tuple[str, str]:
    """The relation to read from (``AS source``), and the expression of the key in it, NULL where the number is not clean."""
    column = name(dataset.key)
    number = f"source.{column}"
    if sealed:
        return "raw", token_key(number)
    if dataset.columns[dataset.key].type == "id":
        return with_whole("raw", column), clean_key("source.")
    # 残疾人证号: the first 18 characters are the number, if two such digits stand behind it.
    digits = f"CASE WHEN strlen({column}) = 20 AND regexp_full_match(substr({column}, 19), '[1-7][1-4]') THEN substr({column}, 1, 18) END"
    return with_whole("raw", digits), clean_key("source.")


def read_column(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    dataset: Dataset,
    column: str,
    column_type: str,
    today: date,
    *,
    sealed: bool = False,
) -> Prepared:
    """How to read a column of the delivery's rows in ``relation`` (``AS source``), also one that is derived from the number."""
    if sealed and column_type == "credit_code":
        # A token names no employer that anybody could look up.
        return Prepared("''", "", 0)
    if column in dataset.columns:
        return prepare(connection, relation, column, column_type, today)
    number = f"source.{name(dataset.key)}"
    # Where a certificate's kind and grade stand: behind the number, or behind the token.
    return Prepared(derived(column, f"split_part({number}, '.', 4)" if sealed else f"substr({number}, 19)"), "", 0)


def derived(column: str, tail: str) -> str:
    """A derived column, an expression of what stands behind the number."""
    if column == "certificate_grade":
        return f"coalesce(substr({tail}, 2, 1), '')"
    kinds = " ".join(f"WHEN '{index}' THEN '{kind}'" for index, kind in enumerate(DISABILITY_KINDS, 1))
    return f"CASE substr({tail}, 1, 1) {kinds} ELSE '' END"


def resolve_certificates(connection: duckdb.DuckDBPyConnection) -> None:
    """As resolve_numbers, for 残疾人证号: the number is the first 18 characters of the tidied text, then kind and grade."""
    texts = connection.execute("SELECT DISTINCT text FROM unkeyed WHERE text IS NOT NULL").fetchall()
    read = [(str(text), read_certificate(str(text))) for (text,) in texts]
    rows = [(text, int(c.number[:17]) if c.number else None, c.fault, c.kind_word, c.grade) for text, c in read]
    fields = ("text", "key", "fault", *DERIVED_COLUMNS["disability_id"])
    types = (pa.string(), pa.int64(), pa.string(), pa.string(), pa.string())
    schema = pa.schema(list(zip(fields, types, strict=True)))
    table = pa.Table.from_pylist([dict(zip(fields, row, strict=True)) for row in rows], schema)
    connection.register("_certificates", table)
    connection.execute("CREATE OR REPLACE TEMP TABLE resolved AS SELECT * FROM _certificates")
    connection.unregister("_certificates")
