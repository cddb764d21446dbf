"""Where a trail is read from: a database, or a file that was written from one. Both give the same plain values."""

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import psycopg

from bangfu.ground.trail.canonical import CANONICAL_SETTINGS, EVERYTHING, SEALED_TABLES, SealedShape, quoted
from bangfu.ground.trail.problems import CANNOT_CHECK

FORMAT = "bangfu-trail-1"
_AT_ONCE = 2_000


class SealedRow(NamedTuple):
    """A leaf and its row: ``text`` is what the row says now, None where it is gone; ``salt`` is None where it was erased."""

    position: int
    row_id: int
    xact: int
    salt: bytes | None
    commitment: bytes
    text: bytes | None


class OtherRow(NamedTuple):
    """A row that has no leaf."""

    table: str
    row_id: int
    xact: int


class ErasedRow(NamedTuple):
    """A row that is said to have gone by law, and whether the act that did it is in the trail."""

    table: str
    row_id: int
    told: bool


class Source(Protocol):
    """A trail to check."""

    def checkpoints(self) -> list[str]:
        """Texts of the checkpoints, the smallest tree first."""
        ...

    def shapes(self) -> list[SealedShape]:
        """Tables as they were sealed."""
        ...

    def sealed(self, shape: SealedShape) -> Iterator[SealedRow]:
        """Every leaf of a shape, in any order."""
        ...

    def others(self) -> Iterator[OtherRow]:
        """Every row of a sealed table that has no leaf."""
        ...

    def erased(self) -> Iterator[ErasedRow]:
        """Every row that is said to be erased."""
        ...


class Database:
    """A trail in a database, read in one snapshot."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._tables = {t: (key, set(columns)) for t, key, columns in self._rows(SEALED_TABLES)}

    def checkpoints(self) -> list[str]:
        """Texts of the checkpoints, the smallest tree first."""
        return [str(text) for (text,) in self._rows("SELECT text FROM public.trail_checkpoint ORDER BY size")]

    def shapes(self) -> list[SealedShape]:
        """Tables as they were sealed."""
        found = self._rows('SELECT id, "table", key, columns FROM public.trail_shape ORDER BY id')
        return [SealedShape(number, table, key, tuple(columns)) for number, table, key, columns in found]

    def sealed(self, shape: SealedShape) -> Iterator[SealedRow]:
        """Every leaf of a shape; raises CANNOT_CHECK where the table or a column of it is no more."""
        key, columns = self._tables.get(shape.table, ("", set()))
        missing = sorted(set(shape.columns) - columns)
        if key != shape.key or missing:
            raise CANNOT_CHECK(why=f"{shape.table} {' '.join(missing)}".strip())
        query = (
            "SELECT l.position, l.row_id, l.xact, l.salt, l.commitment, "
            f"CASE WHEN r.{quoted(key)} IS NULL THEN NULL ELSE convert_to(row_to_json(s)::text, 'UTF8') END "
            f"FROM public.trail_leaf l LEFT JOIN public.{quoted(shape.table)} r ON r.{quoted(key)} = l.row_id "
            f"LEFT JOIN {shape.text_of('r')} ON true WHERE l.shape = {shape.number}"
        )
        yield from map(SealedRow._make, self._stream(query))

    def others(self) -> Iterator[OtherRow]:
        """Every row of a sealed table that has no leaf."""
        for table, (key, _) in sorted(self._tables.items()):
            query = (
                f"SELECT r.{quoted(key)}::bigint, r.xact FROM public.{quoted(table)} r WHERE NOT EXISTS (SELECT FROM "
                "public.trail_leaf l JOIN public.trail_shape k ON k.id = l.shape "
                f"WHERE k.\"table\" = '{table}' AND l.row_id = r.{quoted(key)}) ORDER BY 1"
            )
            yield from (OtherRow(table, row_id, xact) for row_id, xact in self._stream(query))

    def erased(self) -> Iterator[ErasedRow]:
        """Every row that is said to be erased."""
        # The act says of which table, and how many: nobody can lay another deletion to its charge.
        query = """SELECT e."table", e.row_id, EXISTS (SELECT FROM public.acts_entry a WHERE a.act_id = e.act_id
            AND a.verb = 'trail.erased' AND a."values" @> jsonb_build_object('table', e."table", 'rows', e.number))
            FROM (SELECT *, count(*) OVER (PARTITION BY act_id) AS number FROM public.trail_erasure) e"""
        yield from map(ErasedRow._make, self._stream(query))

    def _rows(self, query: str) -> list[Any]:
        return self._connection.execute(query.encode()).fetchall()

    def _stream(self, query: str) -> Iterator[Any]:
        with self._connection.cursor(name="trail", binary=True) as cursor:
            cursor.itersize = _AT_ONCE
            cursor.execute(query.encode())
            yield from cursor


@contextmanager
def database(url: str) -> Iterator[Database]:
    """The trail of a database, for as long as one snapshot of it is held. Raises CANNOT_CHECK where it cannot be read."""
    try:
        with psycopg.connect(url) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield inside(connection)
    except psycopg.Error as error:
        raise CANNOT_CHECK(why=f"{type(error).__name__} {error.sqlstate or ''}".strip()) from error


def inside(connection: psycopg.Connection[Any]) -> Database:
    """The trail as an open transaction sees it."""
    # Names mean the server's own functions, whatever else somebody has made.
    connection.execute("SET LOCAL search_path = pg_catalog")
    for name, value in (*EVERYTHING, *CANONICAL_SETTINGS):
        connection.execute("SELECT set_config(%s, %s, true)", [name, value])
    return Database(connection)


class WrittenFile:
    """A trail in a file: JSON lines, each telling what it is; packed with gzip."""

    def __init__(self, path: Path) -> None:
        self._path = path
        header = next(self._lines("header"), None)
        if header is None or header.get("format") != FORMAT:
            raise CANNOT_CHECK(why=path.name)

    def checkpoints(self) -> list[str]:
        """Texts of the checkpoints, the smallest tree first."""
        return [str(line["text"]) for line in self._lines("checkpoint")]

    def shapes(self) -> list[SealedShape]:
        """Tables as they were sealed."""
        return [
            SealedShape(line["number"], line["table"], line["key"], tuple(line["columns"]))
            for line in self._lines("shape")
        ]

    def sealed(self, shape: SealedShape) -> Iterator[SealedRow]:
        """Every leaf of a shape."""
        for line in self._lines("row"):
            if line["shape"] == shape.number:
                salt = None if line["salt"] is None else base64.b64decode(line["salt"])
                text = None if line["text"] is None else line["text"].encode()
                commitment = base64.b64decode(line["commitment"])
                yield SealedRow(line["position"], line["row"], line["xact"], salt, commitment, text)

    def others(self) -> Iterator[OtherRow]:
        """Every row that has no leaf."""
        yield from (OtherRow(line["table"], line["row"], line["xact"]) for line in self._lines("other"))

    def erased(self) -> Iterator[ErasedRow]:
        """Every row that is said to be erased."""
        yield from (ErasedRow(line["table"], line["row"], line["told"]) for line in self._lines("erased"))

    def _lines(self, what: str) -> Iterator[dict[str, Any]]:
        start = f'{{"{what}":'
        try:
            with gzip.open(self._path, "rt", encoding="utf-8") as file:
                yield from (json.loads(line)[what] for line in file if line.startswith(start))
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise CANNOT_CHECK(why=f"{self._path.name}: {type(error).__name__}") from error


def write_trail(source: Source, target: Path) -> int:
    """Write a whole trail into a file, with everything that its rows say; gives how many rows."""
    rows = 0
    with gzip.open(target, "wt", encoding="utf-8", compresslevel=3) as file:
        for line in _written(source):
            rows += "row" in line or "other" in line
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    return rows


def _written(source: Source) -> Iterable[Mapping[str, object]]:
    yield {"header": {"format": FORMAT}}
    yield from ({"checkpoint": {"text": text}} for text in source.checkpoints())
    for shape in source.shapes():
        yield {"shape": {"number": shape.number, "table": shape.table, "key": shape.key, "columns": shape.columns}}
        for row in source.sealed(shape):
            salt = None if row.salt is None else base64.b64encode(row.salt).decode()
            text = None if row.text is None else row.text.decode()
            said = {"position": row.position, "row": row.row_id, "xact": row.xact, "salt": salt, "text": text}
            yield {"row": {"shape": shape.number, **said, "commitment": base64.b64encode(row.commitment).decode()}}
    yield from ({"other": {"table": o.table, "row": o.row_id, "xact": o.xact}} for o in source.others())
    yield from ({"erased": {"table": e.table, "row": e.row_id, "told": e.told}} for e in source.erased())
