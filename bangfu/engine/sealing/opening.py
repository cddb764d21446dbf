"""A sealed delivery beside a register: the union seals its own persons' numbers with the same key and keeps the rows that are theirs.

What comes of it is an ordinary staged file, with real keys, of the persons of the register only: matching, judgement and evidence go on
as with any other. Nobody else's row can be opened.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from bangfu.core.ids import check_digit
from bangfu.core.names import fold, is_unknown, letters_of, units_of
from bangfu.core.problems import kind
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.names import NAME_HASH, OF_NAME_HASHES, name_hash
from bangfu.engine.duckdb_.session import STAGED, literal, name
from bangfu.engine.sealing.staged import key_of_token
from bangfu.engine.sealing.tokens import FORM, NOT_KNOWN, SealKey, read_key

# In the place of a name that differs: nobody knows it. Of common characters, as no name in a file is.
SEALED_NAME = "姓名已密封"
_BATCH = 50_000
_TOKENS = pa.schema([("token", pa.int64()), ("own", pa.int64())])
_NAMES = pa.schema([("own", pa.int64()), ("said", pa.string()), ("name", pa.string())])

NO_KEY = kind(
    "seal.no_key",
    zh="没有密钥 {fingerprint}，密封的“{dataset}”打不开。",
    en="There is no key {fingerprint}: the sealed “{dataset}” cannot be opened.",
    do_zh="请用 bangfu seal-key take 收入这把密钥。",
    do_en="Take the key in with bangfu seal-key take.",
)


def known_key(keys: Path | None, fingerprint: str) -> SealKey | None:
    """A key of the folder, or None; a file that holds another one than its name says is no key."""
    path = keys / f"{fingerprint}.key" if keys is not None else None
    if path is None or not path.is_file():
        return None
    key = read_key(path)
    return key if key.fingerprint == fingerprint else None


def require_key(fingerprint: str, dataset: str, keys: Path | None) -> SealKey | None:
    """The key that a delivery was sealed with; None where none was used. Raises a Problem where it is not there."""
    if fingerprint in ("", FORM):
        return None
    key = known_key(keys, fingerprint)
    if key is None:
        raise NO_KEY(fingerprint=fingerprint, dataset=dataset)
    return key


def open_sealed(connection: duckdb.DuckDBPyConnection, delivery: Delivery, keys: Path | None, folder: Path) -> Delivery:
    """The delivery with real keys and, where it is the file's own, the name: staged in ``folder``, of persons of ``filed`` only.

    An open delivery stays what it is. Raises a Problem where the key is not there.
    """
    key = require_key(delivery.sealed, delivery.dataset.name, keys)
    if key is None:
        return delivery
    tokens = name(f"tokens {key.fingerprint}")
    _seal_numbers(connection, key, tokens)
    files = f"read_parquet([{', '.join(literal(str(path)) for path in delivery.staged)}])"
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE opened AS
        SELECT tokens.own, staged.* FROM {files} AS staged JOIN {tokens} AS tokens ON tokens.token = staged.key""")
    _say_names(connection, key)
    old = [str(column) for column, *_ in connection.execute("DESCRIBE opened").fetchall()]
    hashes = "".join(f", {name(column)}" for column in old if column.startswith(OF_NAME_HASHES))
    target = folder / f"opened-{delivery.dataset.name}.parquet"
    connection.execute(f"""COPY (SELECT opened.* EXCLUDE (own, key, name, folded{hashes}), opened.own AS key,
            coalesce(said.name, '') AS name, folds.folded, {name_hash("coalesce(folds.folded, said.name)")} AS {name(NAME_HASH)}
        FROM opened LEFT JOIN said ON said.own = opened.own AND said.said = opened.name
        LEFT JOIN (SELECT DISTINCT name, folded FROM filed WHERE folded <> name) AS folds ON folds.name = said.name)
        TO {literal(str(target))} ({STAGED})""")
    target.chmod(0o600)
    for table in ("opened", "said"):
        connection.execute(f"DROP TABLE {table}")
    return replace(delivery, staged=(target,))


def _seal_numbers(connection: duckdb.DuckDBPyConnection, key: SealKey, target: str) -> None:
    """The table of tokens of everybody's number, once for each key."""
    there = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [target.strip('"')]).fetchall()
    if there:
        return
    batches = []
    for (own,) in _columns(connection, "SELECT DISTINCT key FROM filed WHERE key IS NOT NULL"):
        sealed = [key_of_token(key.number(f"{digits}{check_digit(str(digits))}")) for digits in own]
        batches.append(pa.record_batch([pa.array(sealed, pa.int64()), pa.array(own, pa.int64())], _TOKENS))
    _make(connection, target, pa.Table.from_batches(batches, _TOKENS))


def _say_names(connection: duckdb.DuckDBPyConnection, key: SealKey) -> None:
    """The table ``said`` (own, said, name): for each person and sealed name, the file's name where it is that, else SEALED_NAME."""
    pairs = """SELECT opened.own, opened.name, list_sort(list(DISTINCT filed.name)) FROM (SELECT DISTINCT own, name FROM opened
        WHERE name <> '') AS opened JOIN filed ON filed.key = opened.own GROUP BY ALL"""
    batches = []
    for columns in _columns(connection, pairs):
        rows = [(own, said, _name(key, own, said, names)) for own, said, names in zip(*columns, strict=True)]
        batches.append(pa.RecordBatch.from_pylist([dict(zip(_NAMES.names, row, strict=True)) for row in rows], _NAMES))
    _make(connection, "said", pa.Table.from_batches(batches, _NAMES))


def _name(key: SealKey, own: int, said: str, names: list[str]) -> str:
    number = f"{own}{check_digit(str(own))}"
    answers = {candidate: may_be_same(key, number, said, candidate) for candidate in names}
    for wanted in (True, None):
        same = [candidate for candidate, answer in answers.items() if answer is wanted]
        if same:
            return same[0]
    return SEALED_NAME


def may_be_same(key: SealKey, number: str, said: str, name: str) -> bool | None:
    """Is a sealed name that of the file (core.names.differ)? None where it cannot be told: the file's own character is an unknown one,
    or it has Latin letters where the sealed name has a character.
    """
    token, _, shape = said.partition(".")
    units = units_of(fold(name))
    if not units or key.name(number, name) == said:
        return True
    shape = shape or "H" * len(units)
    if len(shape) != len(units):
        return False
    own = [_as_in(mark, unit) for mark, unit in zip(shape, units, strict=True)]
    if any(unit is None for unit in own):
        return None
    return key.pattern(number, [unit or "" for unit in own]) == token


def _as_in(mark: str, unit: str) -> str | None:
    """A character of the file as the sealed name would have it, None where nobody can know."""
    if mark == "?":
        return NOT_KNOWN
    if is_unknown(unit):
        return None
    if mark == "L":
        return unit if unit.isascii() else letters_of(unit)
    return None if unit.isascii() else unit


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[list[list[Any]]]:
    # Collected first: one connection cannot be read from and written to at once.
    for batch in connection.sql(query).to_arrow_reader(_BATCH):
        yield [column.to_pylist() for column in batch.columns]


def _make(connection: duckdb.DuckDBPyConnection, target: str, rows: pa.Table) -> None:
    connection.register("_rows", rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT * FROM _rows")
    connection.unregister("_rows")
