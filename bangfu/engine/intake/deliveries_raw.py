"""Any delivered file as one relation of texts: the wanted columns, the row number a person sees, and whether the row is broken.

Regular text and Parquet go through DuckDB; whatever is not regular goes the slow way, row by row, so that no row is lost.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.core.text import plain
from bangfu.engine import problems
from bangfu.engine.datasets import Column
from bangfu.engine.duckdb_.session import literal, name
from bangfu.engine.intake import problems as file_problems
from bangfu.engine.intake.delimited import text_rows
from bangfu.engine.intake.deliveries_text import FixedWidth, RegularText, regular_text
from bangfu.engine.intake.files import FileKind, kind_of
from bangfu.engine.intake.headings import bare_heading
from bangfu.engine.intake.layout import unit_said
from bangfu.engine.intake.tables import Cell, Table, open_tables

_BATCH = 20_000
# Title rows above the headings: no real file has more.
HEADING_WITHIN = 20


@dataclass(frozen=True, slots=True)
class RawTable:
    """The view ``view`` has ``row`` (BIGINT), ``broken`` (BOOLEAN) and a VARCHAR per wanted column; blank rows are left out.

    ``missing``: wanted headings that the file lacks. ``unknown``: headings of the file that nobody wanted.
    Of a file that is read for one pass (``once``): ``rows`` of the view, where that is known without reading it, and ``blank``, a query
    of the numbers of rows that hold nothing: these are in the view then.
    """

    view: str
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    rows: int | None = None
    blank: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Columns that a file may have, and those of them that are read; the others only count as known.

    ``chosen``: heading, without spaces and half-width, → column, or None to leave it out: as of stage_delivery.
    """

    columns: Mapping[str, Column]
    read: frozenset[str]
    chosen: Mapping[str, str | None] = field(default_factory=dict)

    def choices(self, headings: Sequence[str]) -> dict[int, str | None]:
        """What was chosen for the columns of a file, by their place from 0."""
        if not self.chosen:
            return {}
        keys = [(index, key) for index, h in enumerate(headings) for key in (f"{plain(h)}#{index + 1}", plain(h))]
        found: dict[int, str | None] = {}
        for index, key in keys:
            if key in self.chosen:
                found.setdefault(index, self.chosen[key])
        return found


@dataclass(frozen=True, slots=True)
class Places:
    """Where each wanted column stands in the file, from 0; None where it is missing. ``left_out``: by choice."""

    at: Mapping[str, int | None]
    headings: tuple[str, ...]
    left_out: frozenset[int] = frozenset()

    def read(self, wanted: Wanted) -> dict[str, int | None]:
        """Where those columns stand that are read."""
        return {key: at for key, at in self.at.items() if key in wanted.read}

    def unknown(self) -> tuple[str, ...]:
        """Headings that nobody wanted."""
        used = {*self.at.values(), *self.left_out}
        return tuple(heading for index, heading in enumerate(self.headings) if index not in used and heading)


def open_raw(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    wanted: Wanted,
    folder: Path,
    widths: Mapping[str, int] | None = None,
    *,
    once: bool = False,
) -> RawTable:
    """Make the view ``raw``. Raises a Problem for a file that cannot be read or lacks required columns.

    ``folder`` takes temporary files and must outlive the view; ``widths`` (heading → bytes) reads text of fixed width.
    ``once``: the view will be read in one pass; it may then stand on the file itself, and reading it fails where its text is not regular.
    """
    kind = kind_of(path, whole=False)
    if kind is FileKind.PARQUET:
        return _from_parquet(connection, path, wanted, once=once)
    if kind is FileKind.CSV and widths is not None:
        lines = FixedWidth(path, dict(widths))
        return _from_rows(connection, path, wanted, folder, [(tuple(widths), lines.rows())])
    if kind is FileKind.CSV:
        text = regular_text(path, folder)
        places = _places(text.headings, wanted) if text else None
        _refuse_units(path, text.headings if text else (), wanted)
        if text and places and once:
            return _from_text(connection, wanted, text, places)
        if text and places and text.copy_to(connection, folder / "raw.parquet", places.read(wanted).values()):
            return _from_fast(connection, wanted, folder / "raw.parquet", places)
        return _from_rows(connection, path, wanted, folder, [_with_headings(path, text_rows(path), wanted)])
    tables = open_tables(path)
    if kind is FileKind.DBF:
        wanted = with_short_headings(wanted)
    return _from_rows(connection, path, wanted, folder, _sheets(path, tables, wanted))


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """A Parquet file may be damaged far behind its heading: then reading it fails late, and it is the file that is wrong."""
    try:
        yield
    except duckdb.Error as error:
        if kind_of(path) is FileKind.PARQUET:
            raise file_problems.DAMAGED(file=path.name) from error
        raise


def _refuse_units(path: Path, headings: Sequence[str], wanted: Wanted) -> None:
    """Amounts in ten thousands and the like are refused: reading them as yuan would be a change in silence."""
    chosen = wanted.choices(headings)
    for heading in (h for index, h in enumerate(headings) if chosen.get(index, "") is not None):
        unit = bare_heading(heading)[1] or unit_said(heading)
        if unit.endswith("元") and unit != "元":
            raise file_problems.UNIT(file=path.name, sheet=path.stem, unit=unit)


def _from_parquet(connection: duckdb.DuckDBPyConnection, path: Path, wanted: Wanted, *, once: bool) -> RawTable:
    try:
        described = connection.execute(
            "SELECT name, type FROM parquet_schema(?) WHERE num_children IS NULL", [str(path)]
        )
        described.fetchall()
        fields = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    except duckdb.Error as error:
        raise file_problems.DAMAGED(file=path.name) from error
    headings = tuple(str(described[0]) for described in fields)
    places = _places(headings, wanted) or Places(dict.fromkeys(wanted.columns), headings)
    _refuse_missing(path, wanted, places)
    cells = [
        f"{_parquet_cell(headings[at], str(fields[at][1]), wanted.columns[key].type) if at is not None else 'CAST(NULL AS VARCHAR)'}"
        f" AS {name(key)}"
        for key, at in places.read(wanted).items()
    ]
    source = f"read_parquet({literal(str(path))}, file_row_number = TRUE)"
    filled, rows = _filled(path)
    # What may be blank is asked of all columns: not where one of them is filled in every row.
    blank = "FALSE" if filled else f"coalesce({', '.join(f'CAST({name(h)} AS VARCHAR)' for h in headings)}) IS NULL"
    shown = "TRUE" if once else f"NOT ({blank})"
    connection.execute(f"""CREATE OR REPLACE TEMP VIEW raw AS
        SELECT file_row_number + 1 AS row, FALSE AS broken, {", ".join(cells)} FROM {source} WHERE {shown}""")
    raw = _raw(wanted, places)
    if not once:
        return raw
    return replace(raw, rows=rows, blank=f"SELECT file_row_number + 1 AS row FROM {source} WHERE {blank}")


def _filled(path: Path) -> tuple[bool, int]:
    """Do the file's own statistics say that some column has a value in every row? And how many rows there are."""
    try:
        about = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise file_problems.DAMAGED(file=path.name) from error
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    for column in range(about.num_columns if groups else 0):
        known = [group.column(column).statistics for group in groups]
        if all(one is not None and one.has_null_count and one.null_count == 0 for one in known):
            return True, about.num_rows
    return False, about.num_rows


def _parquet_cell(heading: str, sql_type: str, wanted: str) -> str:
    """A Parquet value as the text that a person would see. A figure of up to 15 digits is whole; beyond that it shows its exponent."""
    cell = name(heading)
    if sql_type not in ("DOUBLE", "FLOAT"):
        return f"CAST({cell} AS VARCHAR)"
    fraction = f"concat('#', CAST({cell} AS VARCHAR))" if wanted == "month" else f"CAST({cell} AS VARCHAR)"
    return f"""CASE WHEN isnan({cell}) OR isinf({cell}) THEN NULL WHEN {cell} = trunc({cell}) AND abs({cell}) < 1e15
        THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR) ELSE {fraction} END"""


def _from_text(connection: duckdb.DuckDBPyConnection, wanted: Wanted, text: RegularText, places: Places) -> RawTable:
    cells = [
        f"{f'c{at}' if at is not None else 'CAST(NULL AS VARCHAR)'} AS {name(key)}"
        for key, at in places.read(wanted).items()
    ]
    # The headings are row 1.
    connection.execute(f"""CREATE OR REPLACE TEMP VIEW raw AS
        SELECT ordinality + 1 AS row, FALSE AS broken, {", ".join(cells)} FROM {text.relation} WITH ORDINALITY""")
    everything = ", ".join(f"c{index}" for index in range(len(text.headings)))
    blank = f"SELECT ordinality + 1 AS row FROM {text.relation} WITH ORDINALITY WHERE coalesce({everything}) IS NULL"
    return replace(_raw(wanted, places), rows=text.rows, blank=blank)


def _from_fast(connection: duckdb.DuckDBPyConnection, wanted: Wanted, parquet: Path, places: Places) -> RawTable:
    cells = [
        f"{f'c{at}' if at is not None else 'CAST(NULL AS VARCHAR)'} AS {name(key)}"
        for key, at in places.read(wanted).items()
    ]
    # The headings are row 1, and the reader kept every row in its order.
    connection.execute(f"""CREATE OR REPLACE TEMP VIEW raw AS
        SELECT file_row_number + 2 AS row, FALSE AS broken, {", ".join(cells)}
        FROM read_parquet({literal(str(parquet))}, file_row_number = TRUE) WHERE NOT blank""")
    return _raw(wanted, places)


Numbered = tuple[int, Sequence[Cell], bool]


def _from_rows(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    wanted: Wanted,
    folder: Path,
    tables: list[tuple[tuple[str, ...], Iterator[Numbered]]],
) -> RawTable:
    """The slow way: rows of cells into a Parquet file of texts."""
    headings, rows = tables[0]
    places = _places(headings, wanted) or Places(dict.fromkeys(wanted.columns), headings)
    _refuse_missing(path, wanted, places)
    target = folder / "raw.parquet"
    schema = pa.schema(
        [("row", pa.int64()), ("broken", pa.bool_()), *((key, pa.string()) for key in places.read(wanted))]
    )
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        for batch in _batches(rows, wanted, places, schema):
            writer.write_batch(batch)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW raw AS SELECT * FROM read_parquet({literal(str(target))})")
    return _raw(wanted, places)


def _batches(rows: Iterable[Numbered], wanted: Wanted, places: Places, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    at = [(wanted.columns[key].type, index) for key, index in places.read(wanted).items()]
    batch: list[list[object]] = [[] for _ in schema]
    for number, cells, broken in rows:
        if all(cell is None or cell == "" for cell in cells):
            continue
        batch[0].append(number)
        batch[1].append(broken)
        for texts, (column_type, index) in zip(batch[2:], at, strict=True):
            known = index is not None and index < len(cells) and not broken
            texts.append(cell_text(cells[index], column_type) if known and index is not None else None)
        if len(batch[0]) == _BATCH:
            yield pa.record_batch(batch, schema)
            batch = [[] for _ in schema]
    yield pa.record_batch([pa.array(values, kept.type) for values, kept in zip(batch, schema, strict=True)], schema)


def cell_text(cell: Cell, column_type: str) -> str | None:
    """A workbook's cell as text. Figures beyond 15 digits keep their exponent, so that nobody takes them for whole numbers."""
    if cell is None or isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return _figure_text(cell, column_type)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _figure_text(cell: float, column_type: str) -> str:
    if not math.isfinite(cell):
        return repr(cell)
    if column_type in ("id", "disability_id"):
        return str(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else f"{cell:.14E}"
    if cell == int(cell) and abs(cell) < 1e15:
        return str(int(cell))
    # 2026.1 in a numeric cell may have been 2026.10 (core.dates.read_month): the mark keeps it from being read.
    return f"#{cell!r}" if column_type == "month" else repr(cell)


def _sheets(path: Path, tables: list[Table], wanted: Wanted) -> list[tuple[tuple[str, ...], Iterator[Numbered]]]:
    found: list[tuple[str, tuple[str, ...], Iterator[Numbered]]] = []
    others: list[tuple[str, tuple[str, ...], Iterator[Numbered]]] = []
    for table in tables:
        rows = ((number, cells, False) for number, cells in table.rows())
        headings, rest = _with_headings(path, rows, wanted)
        fits = _places(headings, wanted) is not None
        (found if fits else others).append((table.name, headings, rest))
    if len(found) > 1:
        raise problems.SEVERAL_SHEETS(file=path.name, sheets="、".join(entry[0] for entry in found))
    # Without a fitting sheet, the first one's headings say what is missing.
    return [(headings, rest) for _, headings, rest in found or others[:1]] or [((), iter(()))]


def _with_headings(path: Path, rows: Iterator[Numbered], wanted: Wanted) -> tuple[tuple[str, ...], Iterator[Numbered]]:
    """Find the heading row among the first rows. Without one, the first row that is not blank stands for it in messages."""
    first: tuple[str, ...] = ()
    for number, cells, _ in rows:
        headings = tuple("" if cell is None else str(cell) for cell in cells)
        if _places(headings, wanted) is not None:
            return headings, rows
        _refuse_units(path, headings, wanted)
        first = first or (headings if any(headings) else ())
        if number >= HEADING_WITHIN:
            break
    return first, iter(())


def _places(headings: Sequence[str], wanted: Wanted) -> Places | None:
    """Match headings; None where a required column is not there."""
    found = places_of(headings, wanted)
    if any(column.required and found.at[key] is None for key, column in wanted.columns.items()):
        return None
    return found


def places_of(headings: Sequence[str], wanted: Wanted) -> Places:
    """Match headings: what was chosen, then the printed name, then the aliases in their order. Columns may be missing.

    Raises a Problem where a choice gives a column of the dataset to two columns of the file.
    """
    chosen = wanted.choices(headings)
    rest = {key: column for key, column in wanted.columns.items() if key not in chosen.values()}
    at = dict.fromkeys(wanted.columns) | _recognised(headings, rest, frozenset(chosen))
    if chosen:
        anyway = _recognised(headings, wanted.columns, frozenset())
        for index, key in chosen.items():
            others = {i for i, k in chosen.items() if k == key} | ({anyway[key]} - chosen.keys() if key else set())
            if key is not None and others - {index, None}:
                raise problems.COLUMN_TWICE(column=wanted.columns[key].heading)
        at |= {key: index for index, key in chosen.items() if key is not None}
    return Places(at, tuple(headings), frozenset(index for index, key in chosen.items() if key is None))


def _recognised(headings: Sequence[str], columns: Mapping[str, Column], aside: frozenset[int]) -> dict[str, int | None]:
    seen: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if index not in aside:
            seen.setdefault(plain(heading), index)
            seen.setdefault(bare_heading(heading)[0], index)
    at: dict[str, int | None] = {key: seen.get(plain(column.heading)) for key, column in columns.items()}
    taken: set[int | None] = set(at.values())
    for key, column in columns.items():
        if at[key] is None:
            found = next((seen[a] for a in map(plain, column.aliases) if a in seen and seen[a] not in taken), None)
            at[key] = found
            taken |= {found}
    return at


def _refuse_missing(path: Path, wanted: Wanted, places: Places) -> None:
    """Name the required columns for which the file has no heading at all, by any of their names."""
    _refuse_units(path, places.headings, wanted)
    seen = {plain(heading) for heading in places.headings}
    required = [column for key, column in wanted.columns.items() if column.required and places.at[key] is None]
    if required:
        lacking = [c.heading for c in required if not seen & {plain(n) for n in (c.heading, *c.aliases)}]
        raise problems.MISSING_COLUMNS(file=path.name, columns="、".join(lacking or [c.heading for c in required]))


def with_short_headings(wanted: Wanted) -> Wanted:
    """dBase keeps ten bytes of a field's name: five Chinese characters."""
    columns = {}
    for key, column in wanted.columns.items():
        names = (column.heading, *column.aliases)
        short = tuple(n.encode("gb18030")[:10].decode("gb18030", "ignore") for n in names)
        columns[key] = column.model_copy(update={"aliases": (*column.aliases, *short)})
    return replace(wanted, columns=columns)


def _raw(wanted: Wanted, places: Places) -> RawTable:
    missing = tuple(wanted.columns[key].heading for key, at in places.at.items() if at is None)
    return RawTable("raw", missing, places.unknown())
