"""Delimited text line by line, with nothing but the standard library: the offline tool reads with it too (engine/sealing)."""

import csv
from collections.abc import Iterator
from pathlib import Path

from bangfu.engine.intake.files import encoding_of

# A quoted cell may hold line breaks; one that goes on for longer than this is a quote that was never closed.
_LINES_OF_A_CELL = 50


def text_rows(path: Path) -> Iterator[tuple[int, tuple[str | None, ...], bool]]:
    """Rows of any delimited text: number as a spreadsheet shows it, cells, and whether the row is broken.

    Broken is a row with fewer cells than the first one that has at least two, or with more that are not empty, or with a quote
    that is never closed: then only its first line is given up, and reading goes on behind it.
    """
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = delimiter_of(file.read(1 << 16))
        file.seek(0)
        width = 0
        for number, (cells, closed) in enumerate(_records(iter(file), delimiter), 1):
            width = width or (len(cells) if len(cells) > 1 else 0)
            broken = not closed or (bool(cells) and len(cells) < width) or any(cells[width:] if width else [])
            yield number, tuple(cell or None for cell in cells), broken


def _records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[list[str], bool]]:
    """Cells of each record; False where a quote is not closed within the lines that a cell may have."""
    waiting: list[str] = []
    while waiting or (line := next(lines, None)) is not None:
        taken = [waiting.pop(0) if waiting else line or ""]
        while _open_quote(taken, delimiter) and len(taken) < _LINES_OF_A_CELL:
            more = waiting.pop(0) if waiting else next(lines, None)
            if more is None:
                break
            taken.append(more)
        closed = not _open_quote(taken, delimiter)
        if not closed:
            waiting = taken[1:] + waiting
            taken = taken[:1]
        try:
            yield next(csv.reader(taken, delimiter=delimiter), []), closed
        except csv.Error:
            # A cell beyond all bounds: something to count as broken, not to be taken for an empty row.
            yield ["…"], False


def _open_quote(lines: list[str], delimiter: str) -> bool:
    """Does the record go on in the next line? The reader takes what is missing as the rest of the cell; strict mode says so."""
    if '"' not in lines[0]:
        return False
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def delimiter_of(start: str) -> str:
    """The delimiter of a text's first lines: comma, tab, bar or semicolon; comma when there is none."""
    first = "\n".join(start.splitlines()[:20])
    return max(",\t|;", key=lambda mark: (first.count(mark), mark == ","))
