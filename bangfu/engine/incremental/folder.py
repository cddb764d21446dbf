"""The folder of a standing comparison: Parquet files, and a manifest that names those which count.

A change writes new files only, then puts another manifest in the place of the former one: it is there whole or not at all. What an
interrupted change left is removed when the next one begins. The folder is closed to other users: it holds ID numbers.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from bangfu.core.whole_files import replacing
from bangfu.engine.datasets import Dataset, declared_datasets
from bangfu.engine.duckdb_.session import STAGED, literal
from bangfu.engine.incremental import problems
from bangfu.engine.intake.files import MANIFEST_FILE, make_closed
from bangfu.engine.rules.ruleset import RuleSet

# Another number whenever a file of the folder changes its form.
FORM = 1
_LOCK = ".lock"
# A row says which file of its dataset it comes from: its number there, plus this for each file before.
PART = 1 << 40


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Segment(_Kept):
    """One change of a table. ``rows``: what was added. ``covers``: units of earlier segments that count no more; so do all of ``cells``."""

    rows: str
    covers: str | None = None
    cells: tuple[int, ...] = ()


class Part(_Kept):
    """One file of a dataset, as it was staged. ``number``: see PART."""

    number: int
    file: str
    staged: tuple[str, ...]

    @property
    def offset(self) -> int:
        """What is added to its row numbers."""
        return self.number * PART

    @property
    def relation(self) -> str:
        """Its rows, numbered for the standing comparison."""
        files = ", ".join(literal(path) for path in self.staged)
        return f"(SELECT * REPLACE (row + {self.offset} AS row) FROM read_parquet([{files}]))"


class Kept(_Kept):
    """What stands of one dataset. ``files``: names of all its files ever, by part; ``withdrawn``: of files that took rows back."""

    parts: tuple[Part, ...] = ()
    files: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    as_of: date | None = None
    coverage: tuple[str, ...] | None = None


class Manifest(_Kept):
    """``layers``: table → its segments. ``cells``: (dataset, conclusion, kind) of findings, by number. ``register``: its files, by part.

    ``facts``: those that the stored matches hold. ``difference``: what the last change opened, changed and closed.
    """

    form: int
    duckdb: str
    sequence: int
    on: date
    rules: RuleSet
    facts: frozenset[str]
    datasets: tuple[str, ...]
    register_files: tuple[str, ...]
    cells: tuple[tuple[str, str, str], ...]
    deliveries: dict[str, Kept]
    layers: dict[str, tuple[Segment, ...]]
    difference: str
    sizes: dict[str, int]

    def dataset_number(self, dataset: str) -> int:
        """By which its findings are known."""
        return self.datasets.index(dataset)

    @property
    def used(self) -> set[str]:
        """The files that count."""
        found = {self.difference}
        for segments in self.layers.values():
            for segment in segments:
                found |= {segment.rows} | ({segment.covers} if segment.covers else set())
        return found


def declared(dataset: str) -> Dataset:
    """The dataset's declaration."""
    return declared_datasets()[dataset]


def read_manifest(folder: Path) -> Manifest:
    """What stands in a folder. Raises a Problem where there is nothing, or where it cannot be used any more."""
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise problems.NONE_THERE(folder=folder.name)
    try:
        found = Manifest.model_validate_json(path.read_text("utf-8"))
    except (ValidationError, OSError, UnicodeDecodeError) as error:
        raise problems.DAMAGED(file=MANIFEST_FILE) from error
    if (found.form, found.duckdb) != (FORM, duckdb.__version__):
        # Names of persons and of odd texts are hashes of the library.
        raise problems.OF_ANOTHER_VERSION(version=f"{found.form}, DuckDB {found.duckdb}")
    for name in found.used:
        there = folder / name
        if Path(name).name != name or not there.is_file() or there.stat().st_size != found.sizes.get(name):
            raise problems.DAMAGED(file=name[:60])
    return found


@contextmanager
def locked(folder: Path, *, to_change: bool) -> Iterator[None]:
    """Hold the folder: alone for a change, with other readers else. Waits for whoever holds it."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if to_change else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def prepare(folder: Path) -> None:
    """Make the folder, closed to others; before the first comparison."""
    make_closed(folder)


def remove_leftovers(folder: Path, kept: set[str]) -> None:
    """Remove what an interrupted change left: files that the manifest does not name."""
    for path in folder.glob("*.parquet"):
        if path.name not in kept:
            path.unlink()


@dataclass(slots=True)
class Change:
    """The files of one change, on their way. ``layers`` are those of the coming manifest."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    sequence: int
    layers: dict[str, tuple[Segment, ...]]
    written: dict[str, int] = field(default_factory=dict)

    def write(self, query: str, what: str) -> str:
        """Write the rows of a query; gives the file's name."""
        name = f"{self.sequence:08}-{what}.parquet"
        path = self.folder / name
        self.connection.execute(f"COPY ({query}) TO {literal(str(path))} ({STAGED})")
        path.chmod(0o600)
        self.written[name] = path.stat().st_size
        return name

    def append(self, table: str, rows: str, *, covers: str | None = None, cells: Sequence[int] = ()) -> None:
        """Add a segment to a table: queries of its rows, and of the units of earlier segments that count no more."""
        segment = Segment(
            rows=self.write(rows, table),
            covers=self.write(covers, f"{table}-covers") if covers else None,
            cells=tuple(cells),
        )
        self.layers[table] = (*self.layers.get(table, ()), segment)

    def begin_anew(self, table: str) -> None:
        """Let nothing stand of a table."""
        self.layers.pop(table, None)

    def live(self, table: str, *units: str) -> str:
        """A relation of what counts of a table; ``units`` are the columns that its covers name."""
        return live(self.folder, self.layers.get(table, ()), units)


def live(folder: Path, segments: Sequence[Segment], units: Sequence[str]) -> str:
    """A relation of what counts of a table's segments (at least one)."""
    found = []
    for number, segment in enumerate(segments):
        later = segments[number + 1 :]
        query = f"SELECT * FROM {_file(folder, segment.rows)}"
        if cells := sorted({cell for other in later for cell in other.cells}):
            query += f" WHERE cell NOT IN ({', '.join(map(str, cells))})"
        if covers := [other.covers for other in later if other.covers]:
            columns = ", ".join(units)
            covered = " UNION ALL ".join(f"SELECT {columns} FROM {_file(folder, name)}" for name in covers)
            query = f"SELECT * FROM ({query}) ANTI JOIN ({covered}) USING ({columns})"
        found.append(query)
    return f"({' UNION ALL '.join(found)})"


def _file(folder: Path, name: str) -> str:
    return f"read_parquet({literal(str(folder / name))})"


def commit(change: Change, manifest: Manifest | None, **said: Any) -> Manifest:
    """Let a change count: ``said`` is what the manifest says now and did not before. Gives the manifest that stands."""
    former = {name: getattr(manifest, name) for name in Manifest.model_fields} if manifest else {}
    entries: dict[str, Any] = {"form": FORM, "duckdb": duckdb.__version__} | former | said
    sizes = (manifest.sizes if manifest else {}) | change.written
    coming = Manifest(**entries | {"sequence": change.sequence, "layers": change.layers, "sizes": sizes})
    coming = coming.model_copy(update={"sizes": {name: sizes[name] for name in sorted(coming.used)}})
    with replacing(change.folder / MANIFEST_FILE) as temporary:
        temporary.write_text(coming.model_dump_json(by_alias=True, indent=1), "utf-8")
    remove_leftovers(change.folder, coming.used)
    return coming
