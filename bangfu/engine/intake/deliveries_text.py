"""Delimited and fixed-width text. Regular files go through DuckDB; others line by line, so that a broken row stays one broken row."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bangfu.engine.duckdb_.session import literal
from bangfu.engine.intake import problems
from bangfu.engine.intake.delimited import delimiter_of
from bangfu.engine.intake.files import encoding_of
from bangfu.engine.intake.tables import Cell

_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class RegularText:
    """A delimited file that DuckDB may read: UTF-8 (perhaps a copy), one kind of line end, no empty lines, headings in its first line."""

    text: Path
    headings: tuple[str, ...]
    delimiter: str

    def copy_to(self, connection: duckdb.DuckDBPyConnection, target: Path, columns: Iterable[int | None]) -> bool:
        """Write some columns (from 0) of all rows in their order as c0, c1, ... of a Parquet file, and ``blank`` for empty rows.

        False where a row has another width or stray quotes: then nothing may be taken from the target.
        """
        names = [f"c{index}" for index in range(len(self.headings))]
        typed = ", ".join(f"'{column}': 'VARCHAR'" for column in names)
        chosen = ", ".join(f"c{index}" for index in sorted({index for index in columns if index is not None}))
        relation = f"""read_csv({literal(str(self.text))}, columns = {{{typed}}}, auto_detect = FALSE, header = FALSE, skip = 1,
            delim = {literal(self.delimiter)}, quote = '"', escape = '"', strict_mode = TRUE,
            null_padding = FALSE, max_line_size = 16777216)"""
        try:
            connection.execute(f"""COPY (SELECT {chosen}, coalesce({", ".join(names)}) IS NULL AS blank FROM {relation})
                TO {literal(str(target))} (FORMAT parquet, COMPRESSION snappy)""")
        except duckdb.Error:
            return False
        return True


def regular_text(path: Path, folder: Path) -> RegularText | None:
    """Look whether a file is regular enough for DuckDB; a copy in UTF-8 goes to ``folder`` where it is in another encoding."""
    encoding = encoding_of(path)
    text = path if encoding == "utf-8-sig" else _transcoded(path, encoding, folder / "text.csv")
    if not _regular_lines(text):
        return None
    with text.open(encoding="utf-8-sig", newline="") as file:
        start = file.read(1 << 16)
    delimiter = delimiter_of(start)
    first_line = start.splitlines()[0] if start else ""
    headings = next(csv.reader([first_line], delimiter=delimiter), [])
    if first_line.count('"') % 2 or not headings:
        return None
    return RegularText(text, tuple(headings), delimiter)


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


def _transcoded(path: Path, encoding: str, target: Path) -> Path:
    try:
        with path.open(encoding=encoding, newline="") as source, target.open("w", encoding="utf-8", newline="") as copy:
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
    except UnicodeError as error:
        # UTF-16 is known by its mark only, so that this is where it may turn out to be something else.
        raise problems.ENCODING(file=path.name) from error
    return target


def _regular_lines(path: Path) -> bool:
    """One kind of line end throughout, and no empty line: the row that a person sees is then the row that is counted."""
    feeds = returns = pairs = 0
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            joined = before + chunk
            if b"\n\n" in joined or b"\n\r" in joined:
                return False
            if b"\r" in joined:
                returns += chunk.count(b"\r")
                pairs += joined.count(b"\r\n") - before.count(b"\r\n")
            feeds += chunk.count(b"\n")
            before = joined[-2:]
    return returns == pairs and pairs in (0, feeds)
