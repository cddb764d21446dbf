"""Delimited and fixed-width text. Regular files go through DuckDB; others line by line, so that a broken row stays one broken row."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bangfu.engine.duckdb_.session import literal
from bangfu.engine.intake import problems
from bangfu.engine.intake.delimited import delimiter_of
from bangfu.engine.intake.files import encoding_of
from bangfu.engine.intake.tables import Cell

# What is looked at again and again should stay in the processor's cache.
_CHUNK = 1 << 20
# Nothing that anybody would call a row of a table has so many bytes.
_ROW = 1 << 20
_FEED, _RETURN, _QUOTE = b'\n\r"'


@dataclass(frozen=True, slots=True)
class RegularText:
    """A delimited file that DuckDB may read: UTF-8 (perhaps a copy), one kind of line end, no empty lines, headings in its first line.

    ``rows``: how many there are below the headings, blank ones too; None where a cell may hold several lines.
    """

    text: Path
    headings: tuple[str, ...]
    delimiter: str
    rows: int | None

    @property
    def relation(self) -> str:
        """As DuckDB reads it: c0, c1, ... of all rows; reading fails where a row has another width or stray quotes."""
        typed = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(self.headings)))
        return f"""read_csv({literal(str(self.text))}, columns = {{{typed}}}, auto_detect = FALSE, header = FALSE, skip = 1,
            delim = {literal(self.delimiter)}, quote = '"', escape = '"', strict_mode = TRUE,
            null_padding = FALSE, max_line_size = {2 * _ROW})"""

    def copy_to(self, connection: duckdb.DuckDBPyConnection, target: Path, columns: Iterable[int | None]) -> bool:
        """Write some columns (from 0) of all rows in their order as c0, c1, ... of a Parquet file, and ``blank`` for empty rows.

        False where a row has another width or stray quotes: then nothing may be taken from the target.
        """
        names = [f"c{index}" for index in range(len(self.headings))]
        chosen = ", ".join(f"c{index}" for index in sorted({index for index in columns if index is not None}))
        try:
            connection.execute(f"""COPY (SELECT {chosen}, coalesce({", ".join(names)}) IS NULL AS blank FROM {self.relation})
                TO {literal(str(target))} (FORMAT parquet, COMPRESSION snappy)""")
        except duckdb.Error:
            return False
        return True


def regular_text(path: Path, folder: Path) -> RegularText | None:
    """Look whether a file is regular enough for DuckDB; a copy in UTF-8 goes to ``folder`` where it is in another encoding.

    Raises a Problem for text that cannot be decoded, as files.encoding_of.
    """
    text = path
    if not is_utf8(path):
        text = _transcoded(path, folder / "text.csv")
    lines = _Lines.of(text)
    if not lines.regular:
        return None
    with text.open(encoding="utf-8-sig", newline="") as file:
        start = file.read(1 << 16)
    delimiter = delimiter_of(start)
    first_line = start.splitlines()[0] if start else ""
    headings = next(csv.reader([first_line], delimiter=delimiter), [])
    if first_line.count('"') % 2 or not headings:
        return None
    return RegularText(text, tuple(headings), delimiter, lines.rows)


def is_utf8(path: Path) -> bool:
    """Is all of the file UTF-8 without NUL? As files.encoding_of finds, in half the time; where it is not, that says what it is."""
    rest = b""
    with path.open("rb") as file:
        start = file.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return False
        chunk = start + file.read(_CHUNK)
        while chunk:
            if b"\0" in chunk:
                return False
            whole = rest + chunk if rest else chunk
            end = _last_whole(whole)
            whole, rest = whole[:end] if end < len(whole) else whole, whole[end:]
            offsets = pa.array([0, len(whole)], pa.int32()).buffers()[1]
            try:
                pa.StringArray.from_buffers(1, offsets, pa.py_buffer(whole)).validate(full=True)
            except pa.ArrowInvalid:
                return False
            chunk = file.read(_CHUNK)
    return not rest


def _last_whole(text: bytes) -> int:
    """Where the last character of UTF-8 ends that is whole; the end where it is none of UTF-8 at all."""
    for back in range(1, min(4, len(text) + 1)):
        byte = text[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(text) - back if length > back else len(text)
        if byte < 0x80:
            break
    return len(text)


@dataclass(frozen=True, slots=True)
class FixedWidth:
    """Text of fixed width: ``widths`` in bytes of GB18030, as mainframes count. No heading row; every line is a row."""

    path: Path
    widths: dict[str, int]

    def rows(self) -> Iterator[tuple[int, tuple[Cell, ...], bool]]:
        """Row number, cells without their padding, and whether the line is longer than the columns together."""
        whole = sum(self.widths.values())
        with self.path.open(encoding=encoding_of(self.path), newline="") as file:
            for number, line in enumerate(file, 1):
                content = line.rstrip("\r\n").encode("gb18030")
                cells, start = [], 0
                for width in self.widths.values():
                    cells.append(content[start : start + width].decode("gb18030", "replace").strip() or None)
                    start += width
                yield number, tuple(cells), bool(content[whole:].strip())


def _transcoded(path: Path, target: Path) -> Path:
    """A copy in UTF-8 of what is_utf8 is not; decoded once, and looked at again only to say what is wrong with it."""
    with path.open("rb") as file:
        wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    try:
        with (
            path.open(encoding="utf-16" if wide else "gb18030", newline="") as source,
            target.open("w", encoding="utf-8", newline="") as copy,
        ):
            while chunk := source.read(_CHUNK):
                if not wide and "\0" in chunk:
                    encoding_of(path)
                copy.write(chunk)
    except UnicodeError as error:
        encoding_of(path)
        # UTF-16 is known by its mark only, so that this is where it may turn out to be something else.
        raise problems.ENCODING(file=path.name) from error
    return target


@dataclass(frozen=True, slots=True)
class _Lines:
    """``regular``: one kind of line end throughout, no empty line, no row of more than twice _ROW bytes: the row that a person sees is then
    the row that is counted, and none that DuckDB would lose.

    ``rows``: lines below the first; None where there are quotes, as a cell may then hold several lines, or a quote mean nothing.
    """

    regular: bool
    rows: int | None

    @classmethod
    def of(cls, path: Path) -> "_Lines":
        """Look at a file once."""
        feeds = returns = pairs = 0
        quotes, inside, last = False, False, b""
        with path.open("rb") as file:
            while chunk := file.read(_ROW):
                # The last byte of the chunk before may begin a pair.
                joined = np.frombuffer(last + chunk, np.uint8)
                feed = joined == _FEED
                if np.any(feed[1:] & feed[:-1]):
                    return _IRREGULAR
                if b"\r" in chunk or last == b"\r":
                    back = joined == _RETURN
                    if np.any(back[1:] & feed[:-1]):
                        return _IRREGULAR
                    pairs += int(np.count_nonzero(feed[1:] & back[:-1]))
                    returns += int(np.count_nonzero(back[len(last) :]))
                feed = feed[len(last) :]
                feeds += int(np.count_nonzero(feed))
                if inside or b'"' in chunk:
                    quotes = True
                    quoted = _quoted(chunk, inside=inside)
                    feed, inside = feed & ~quoted, bool(quoted[-1])
                # A row that is longer than DuckDB's buffer is lost without a word: one that begins and ends beyond a chunk is told here.
                if len(chunk) == _ROW and not feed.any():
                    return _IRREGULAR
                last = chunk[-1:]
        ended = last == b"\n"
        regular = not inside and returns == pairs and pairs in (0, feeds)
        return cls(regular=regular, rows=None if quotes else feeds - ended)


_IRREGULAR = _Lines(regular=False, rows=None)


def _quoted(text: bytes, *, inside: bool) -> npt.NDArray[np.bool_]:
    """Which bytes stand inside of quotes, where the text before ended ``inside`` of them; a quote that is escaped ends and begins them."""
    quotes = np.frombuffer(text, np.uint8) == _QUOTE
    return np.logical_xor.accumulate(quotes) ^ inside
