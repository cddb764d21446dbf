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

# What is looked at again and again should stay in the processor's cache, and in memory that the process does not give back in between.
_CHUNK = 1 << 18
# Nothing that anybody would call a row of a table has so many bytes.
_ROW = 1 << 20
_FEED, _RETURN, _QUOTE, _BLANK = b'\n\r" '


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
    text, lines = path, _Lines()
    if not _is_utf8(path, lines):
        text, lines = folder / "text.csv", _Lines()
        _transcode(path, text, lines)
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


def _is_utf8(path: Path, lines: "_Lines") -> bool:
    """Is all of the file UTF-8 without NUL? As files.encoding_of finds, in half the time; where it is not, that says what it is.

    ``lines`` looks at the same bytes while they are at hand.
    """
    rest = b""
    with path.open("rb") as file:
        start = file.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return False
        chunk = start + file.read(_CHUNK - len(start))
        while chunk:
            if b"\0" in chunk:
                return False
            whole = rest + chunk if rest else chunk
            end = _last_whole(whole)
            rest = whole[end:]
            offsets = pa.array([0, end], pa.int32()).buffers()[1]
            try:
                pa.StringArray.from_buffers(1, offsets, pa.py_buffer(whole)).validate(full=True)
            except pa.ArrowInvalid:
                return False
            lines.take(chunk)
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


def _transcode(path: Path, target: Path, lines: "_Lines") -> None:
    """Write a copy in UTF-8 of what _is_utf8 is not; decoded once, and looked at again only to say what is wrong with it.

    ``lines`` looks at the copy.
    """
    with path.open("rb") as file:
        wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "gb18030")()
    try:
        # Bytes in, bytes out: two text files, which look for line ends, take half as long again.
        with path.open("rb") as source, target.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                if not wide and b"\0" in chunk:
                    encoding_of(path)
                text = decoder.decode(chunk).encode()
                copy.write(text)
                lines.take(text)
            # Nothing is left behind where nothing fails: an unfinished character does.
            decoder.decode(b"", final=True)
    except UnicodeError as error:
        encoding_of(path)
        # UTF-16 is known by its mark only, so that this is where it may turn out to be something else.
        raise problems.ENCODING(file=path.name) from error


@dataclass(slots=True)
class _Lines:
    """What the lines of a text are like, which is taken in pieces of at most twice _ROW bytes.

    ``regular``: one kind of line end throughout, no empty line, no row of more than twice _ROW bytes, no blank behind a closing quote
    (DuckDB drops it): the row that a person sees is then the row that is counted, and none that DuckDB would lose or change.
    ``rows``: lines below the first; None where there are quotes, as a cell may then hold several lines, or a quote mean nothing.
    """

    _regular: bool = True
    _feeds: int = 0
    _returns: int = 0
    _pairs: int = 0
    _quotes: bool = False
    _inside: bool = False
    _last: bytes = b""
    # Bytes since the last line end that is one.
    _since: int = 0

    @property
    def regular(self) -> bool:
        """Of all that was taken."""
        return self._regular and not self._inside and self._returns == self._pairs and self._pairs in (0, self._feeds)

    @property
    def rows(self) -> int | None:
        """Of all that was taken."""
        return None if self._quotes else self._feeds - (self._last == b"\n")

    def take(self, chunk: bytes) -> None:
        """The next piece of the text."""
        if not (self._regular and chunk):
            return
        # The last byte of the chunk before may begin a pair.
        joined, before = np.frombuffer(self._last + chunk, np.uint8), len(self._last)
        feed = joined == _FEED
        empty = bool(np.any(feed[1:] & feed[:-1]))
        if b"\r" in chunk or self._last == b"\r":
            back = joined == _RETURN
            empty = empty or bool(np.any(back[1:] & feed[:-1]))
            self._pairs += int(np.count_nonzero(feed[1:] & back[:-1]))
            self._returns += int(np.count_nonzero(back[before:]))
        self._feeds += int(np.count_nonzero(feed[before:]))
        if self._inside or self._last == b'"' or b'"' in chunk:
            quoted = self._quoted(joined)
            empty = empty or _blank_behind_quote(joined, quoted)
            feed = feed & ~quoted
            self._inside = bool(quoted[-1])
        self._regular = not empty and self._fits(feed[before:])
        self._last = chunk[-1:]

    def _quoted(self, joined: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        """Which bytes stand inside of quotes; a quote that is escaped ends and begins them."""
        self._quotes = True
        # The byte before may itself be a quote: it has been counted.
        quotes = joined == _QUOTE
        quotes[: len(self._last)] = self._inside
        return np.logical_xor.accumulate(quotes)

    def _fits(self, feed: npt.NDArray[np.bool_]) -> bool:
        """A row that is longer than DuckDB's buffer is lost without a word: one that reaches over pieces is told here."""
        ends = np.flatnonzero(feed)
        reached = self._since + (int(ends[0]) if ends.size else len(feed))
        self._since = len(feed) - 1 - int(ends[-1]) if ends.size else reached
        return reached <= _ROW


def _blank_behind_quote(text: npt.NDArray[np.uint8], quoted: npt.NDArray[np.bool_]) -> bool:
    """Does a blank follow a closing quote?"""
    return bool(np.any((text[:-1] == _QUOTE) & ~quoted[:-1] & (text[1:] == _BLANK)))
