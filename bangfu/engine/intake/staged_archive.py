"""An archive workbook read once and laid down by household, so that long work can go on from any chunk after a break.

A member may stand on another sheet than the head: rows are spilled to disk as they are read and laid down in the order of their
households, so that memory grows with the number of persons and not with what the form holds.
"""

import hashlib
import json
import mmap
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.core.whole_files import replacing
from bangfu.engine.intake import problems
from bangfu.engine.intake.archive import ArchiveReader, read_archive
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.engine.intake.files import MANIFEST_FILE, make_closed, sha256_of
from bangfu.engine.intake.naming import Choices
from bangfu.engine.intake.row_text import row_of_text, text_of_row
from bangfu.engine.protection.files import ProtectedReader, Protection

CHUNK = 1_000
ROWS_FILE = "rows.parquet"
# Rows of one row group: what is read at once.
_GROUP = 1_000
_SPILL_BUFFER = 1 << 20
_SCHEMA = pa.schema([("household", pa.int32()), ("row", pa.string())])


@dataclass(frozen=True, slots=True)
class ArchiveManifest:
    """What was read from one workbook: ``rows`` = ``new`` + ``same`` + ``wrong``; ``households``: heads that are new.

    ``read_on`` is the day that settled two-digit years. ``unknown``: headings that the form does not have. ``unread``: sheets that are
    no part of the archive. ``problems``: code → how often, of wrong rows and of doubts. ``columns``: what was chosen for headings.
    ``fields``: as of ArchiveReader, sorted.
    ``sha256`` is the workbook's, ``staged_sha256`` that of ``staged``, the file of the rows.
    """

    file: str
    sha256: str
    size: int
    read_on: str
    rows: int
    new: int
    same: int
    wrong: int
    households: int
    formulas: int
    unknown: tuple[str, ...]
    unread: tuple[str, ...]
    problems: dict[str, int]
    columns: dict[str, str | None]
    fields: dict[str, list[str]]
    staged: str
    staged_sha256: str


@dataclass(frozen=True, slots=True)
class StagedArchive:
    """Rows on disk in the order of their households, each row once, wrong and repeated ones too."""

    folder: Path
    manifest: ArchiveManifest
    protection: Protection | None = None
    label: str = ""

    def chunk_count(self, size: int = CHUNK) -> int:
        """How many chunks there are of at most ``size`` rows."""
        return len(self._ends(size))

    def chunk(self, number: int, size: int = CHUNK) -> list[ArchiveRow]:
        """One chunk, from 0. IndexError where there is none of that number."""
        ends = self._ends(size)
        if not 0 <= number < len(ends):
            raise IndexError(number)
        with self._open() as file:
            return _rows(file, ends[number - 1] if number else 0, ends[number])

    def chunks(self, size: int = CHUNK, start: int = 0) -> Iterator[list[ArchiveRow]]:
        """The chunks from number ``start`` on. A household is never divided unless it alone is larger than ``size``.

        The same archive and size give the same chunks every time.
        """
        ends = self._ends(size)
        with self._open() as file:
            for number in range(start, len(ends)):
                yield _rows(file, ends[number - 1] if number else 0, ends[number])

    def sha256(self) -> str:
        """Of the rows as they are now."""
        digest = hashlib.sha256()
        with _stream(self._path, self.protection, self.label) as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        return digest.hexdigest()

    @property
    def _path(self) -> Path:
        return self.folder / self.manifest.staged

    @contextmanager
    def _open(self) -> Iterator[pq.ParquetFile]:
        with _stream(self._path, self.protection, self.label) as stream, pq.ParquetFile(stream) as file:
            yield file

    def _ends(self, size: int) -> list[int]:
        return _ends_of(self._path, self.protection, self.label, self.manifest.staged_sha256, size)


def stage_archive(
    path: Path,
    out_dir: Path,
    today: date,
    columns: Choices | None = None,
    *,
    told: Callable[[int], None] = lambda _: None,
) -> StagedArchive:
    """Read a workbook once and lay its rows down in ``out_dir``, which is made, closed to other users, manifest.json last.

    ``columns`` as of read_archive. ``told`` hears the number of rows read so far, every thousand rows. The same workbook, day and
    columns give the same bytes. Raises a Problem for a file that is no archive workbook; then ``out_dir`` holds no manifest.
    """
    reader = read_archive(path, today, columns)
    make_closed(out_dir)
    (out_dir / MANIFEST_FILE).unlink(missing_ok=True)
    tally: Counter[str] = Counter()
    households = 0

    def watched() -> Iterator[ArchiveRow]:
        nonlocal households
        for count, row in enumerate(reader, 1):
            tally.update(problem.code for problem in row.wrong)
            tally.update(remark.problem.code for remark in row.remarks if remark.problem)
            households += row.is_head and row.outcome is Outcome.NEW
            if count % _GROUP == 0:
                told(count)
            yield row

    _lay_down(watched(), out_dir / ROWS_FILE)
    manifest = ArchiveManifest(
        file=path.name,
        sha256=sha256_of(path),
        size=path.stat().st_size,
        read_on=today.isoformat(),
        rows=reader.counts.rows,
        new=reader.counts.new,
        same=reader.counts.same,
        wrong=reader.counts.wrong,
        households=households,
        formulas=reader.formulas,
        unknown=tuple(reader.unknown_headings),
        unread=tuple(reader.unread),
        problems=dict(sorted(tally.items())),
        columns=dict(columns or {}),
        fields={sheet: sorted(named) for sheet, named in reader.fields.items()},
        staged=ROWS_FILE,
        staged_sha256=sha256_of(out_dir / ROWS_FILE),
    )
    with replacing(out_dir / MANIFEST_FILE) as temporary:
        temporary.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), "utf-8")
    return StagedArchive(out_dir, manifest)


def staged_archive(folder: Path, protection: Protection | None = None, label: str = "") -> StagedArchive:
    """Open what stage_archive laid down. Raises a Problem where it was interrupted, or where the rows are not those that were read.

    ``protection`` and ``label``: of a folder that was put to rest (protection/staged.py), protected or not.
    """
    kept = folder / MANIFEST_FILE
    if not kept.is_file():
        raise problems.NOT_STAGED(file=MANIFEST_FILE)
    try:
        found = json.loads(kept.read_text("utf-8"))
        found |= {name: tuple(found[name]) for name in ("unknown", "unread")}
        manifest = ArchiveManifest(**{field.name: found[field.name] for field in fields(ArchiveManifest)})
    except (ValueError, KeyError, TypeError) as error:
        raise problems.STAGED_CHANGED(file=MANIFEST_FILE) from error
    rows = folder / ROWS_FILE
    if not rows.is_file():
        raise problems.NOT_STAGED(file=ROWS_FILE)
    archive = StagedArchive(folder, manifest, protection if found.get("protected") is True else None, label)
    if manifest.staged != ROWS_FILE or archive.sha256() != manifest.staged_sha256:
        raise problems.STAGED_CHANGED(file=ROWS_FILE)
    return archive


def chunks(reader: ArchiveReader, *, households_whole: bool = True, size: int = CHUNK) -> Iterator[list[ArchiveRow]]:
    """A reader's rows in lists of at most ``size``; whole households as StagedArchive.chunks, or else in the order of the file."""
    if not households_whole:
        batch: list[ArchiveRow] = []
        for row in reader:
            batch.append(row)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch
        return
    with TemporaryDirectory(prefix="bangfu-") as folder:
        path = Path(folder) / ROWS_FILE
        _lay_down(reader, path)
        with pq.ParquetFile(path) as file:
            begin = 0
            for end in _chunk_ends(file.read(columns=["household"]).column(0).to_pylist(), size):
                yield _rows(file, begin, end)
                begin = end


@lru_cache(maxsize=8)
def _ends_of(path: Path, protection: Protection | None, label: str, _sha256: str, size: int) -> list[int]:
    """Where the chunks of a file end: worked out once, however many are read one by one."""
    with _stream(path, protection, label) as stream, pq.ParquetFile(stream) as file:
        return _chunk_ends(file.read(columns=["household"]).column(0).to_pylist(), size)


def _stream(path: Path, protection: Protection | None, label: str) -> BinaryIO:
    if protection is None:
        return path.open("rb")
    return cast("BinaryIO", ProtectedReader(path, protection, f"{label}/{path.name}"))


def _lay_down(rows: Iterable[ArchiveRow], target: Path) -> None:
    """Write the rows ordered by household, in each as they came; households in the order in which they came first."""
    order: dict[str | int, int] = {}
    households, ends = array("i"), array("q", [0])
    # The spill is a file without a name, gone when it is closed.
    with replacing(target) as temporary, TemporaryFile(dir=target.parent, buffering=_SPILL_BUFFER) as spill:
        for row in rows:
            # A row that belongs to no household stands alone.
            key = row.household.text if row.household is not None else len(ends)
            households.append(order.setdefault(key, len(order)))
            ends.append(ends[-1] + spill.write(text_of_row(row).encode()))
        spill.flush()
        _write_sorted(spill, households, ends, temporary)


def _write_sorted(spill: IO[bytes], households: "array[int]", ends: "array[int]", target: Path) -> None:
    sorted_rows = sorted(range(len(households)), key=households.__getitem__)
    with (
        mmap.mmap(spill.fileno(), 0, access=mmap.ACCESS_READ) as texts,
        # No statistics of the rows: they would repeat the longest texts in the file's footer.
        pq.ParquetWriter(
            target, _SCHEMA, compression="zstd", use_dictionary=False, write_statistics=["household"]
        ) as writer,
    ):
        for begin in range(0, len(sorted_rows), _GROUP):
            group = sorted_rows[begin : begin + _GROUP]
            # Arrow takes the UTF-8 bytes as they are, twenty times faster than it takes texts.
            columns = [[households[at] for at in group], [texts[ends[at] : ends[at + 1]] for at in group]]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
            writer.write_batch(pa.record_batch(arrays, _SCHEMA))


def _chunk_ends(households: list[int], size: int) -> list[int]:
    """Where each chunk ends: as many whole households as fit into ``size`` rows; one that is larger is cut."""
    if size < 1:
        raise ValueError(size)
    ends: list[int] = []
    begin = whole = 0
    for at in range(1, len(households) + 1):
        if at == len(households) or households[at] != households[at - 1]:
            if at - begin > size and whole > begin:
                ends.append(whole)
                begin = whole
            while at - begin > size:
                begin += size
                ends.append(begin)
            whole = at
    return [*ends, len(households)] if len(households) > begin else ends


def _rows(file: pq.ParquetFile, begin: int, end: int) -> list[ArchiveRow]:
    groups = list(range(begin // _GROUP, (end - 1) // _GROUP + 1))
    texts = file.read_row_groups(groups, columns=["row"]).column(0).slice(begin % _GROUP, end - begin)
    return [row_of_text(text) for text in texts.to_pylist()]
