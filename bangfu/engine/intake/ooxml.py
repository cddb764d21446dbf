"""A look at the XML of an .xlsx before it is opened: sheets that would fill the memory, and cells whose value is no value.

python-calamine allots the whole rectangle between a sheet's first and last cell, and reads error cells and formulas
without a stored result as empty text. Both must be known beforehand: the first refuses the file, the second is told.
"""

import html
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from bangfu.engine.intake import problems

_CHUNK = 1 << 20
# Everything that the standard library raises over a garbled archive.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError,
)  # fmt: skip
_MOST_ROWS = 1 << 20
# Rows × columns of one sheet: 32 bytes each while it is read.
_MOST_CELLS = 120_000_000
_ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*"([^"]*)"')
_ROOT = re.compile(rb"<(\w+:)?worksheet[\s>]")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What is searched for, for one prefix of the element names. Each begins with literal bytes: five times as fast."""

    row: re.Pattern[bytes]
    dimension: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    value: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    row_start: bytes

    @classmethod
    def of(cls, prefix: bytes) -> "_Patterns":
        p = b"<" + prefix
        return cls(
            re.compile(p + rb'row [^>]*?r="([0-9]+)"'),
            re.compile(p + rb'dimension ref="[^"]*?([0-9]+)"'),
            re.compile(p + rb'c [^>]*?r="([A-Z]{1,3})([0-9]+)"([^>]*?)(?:/>|>(.*?)</' + prefix + rb"c>)", re.DOTALL),
            re.compile(p + rb"v(?:\s[^>]*)?>[^<]|" + p + rb"t[\s>]"),
            re.compile(p + rb"f[\s/>]"),
            p + b"row",
        )


_LONG_ROW = re.compile(rb' r="[A-Z]{0,3}([0-9]{7,})"')
# Columns before DA (104) never make a rectangle too large by themselves.
_FAR_COLUMN = re.compile(rb' r="([D-Z][A-Z]|[A-Z]{3})[0-9]')


class Broken(Enum):
    """A cell that holds no value although it is not empty."""

    FORMULA = "formula"
    ERROR = "error"


@dataclass(slots=True)
class SheetLook:
    """What was seen of one sheet's XML. ``broken`` is keyed by (row, column), both from 1."""

    last_row: int = 0
    last_column: int = 104
    formulas: int = 0
    broken: dict[tuple[int, int], Broken] = field(default_factory=dict)


def look(path: Path) -> dict[str, SheetLook]:
    """Look through every worksheet; by its name. Raises a Problem for a sheet that is not safe to open."""
    try:
        with zipfile.ZipFile(path) as parts:
            return {name: _look_at(parts, part, path) for name, part in _worksheets(parts).items()}
    except _UNREADABLE as error:
        raise problems.DAMAGED(file=path.name) from error


def column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _worksheets(parts: zipfile.ZipFile) -> dict[str, str]:
    """Names of the worksheets, each with the name of its part."""
    targets = {
        relation["Id"]: relation["Target"]
        for relation in _elements(parts.read("xl/_rels/workbook.xml.rels"), b"Relationship")
        if relation.get("Type", "").endswith("/worksheet")
    }
    found = {
        sheet["name"]: targets.get(sheet.get("r:id", ""))
        for sheet in _elements(parts.read("xl/workbook.xml"), b"sheet")
    }
    return {name: part.lstrip("/") if part.startswith("/") else f"xl/{part}" for name, part in found.items() if part}


def _elements(xml: bytes, element: bytes) -> Iterator[dict[str, str]]:
    """Attributes of every such element, prefixes other than r: left out."""
    for found in re.finditer(rb"<(?:\w+:)?" + element + rb"\s([^>]*)>", xml):
        yield {key.decode(): html.unescape(value.decode("utf-8")) for key, value in _ATTRIBUTE.findall(found[1])}


def _look_at(parts: zipfile.ZipFile, name: str, path: Path) -> SheetLook:
    seen = SheetLook()
    patterns: _Patterns | None = None
    unnumbered = 0
    for chunk in _whole_cells(parts, name):
        if patterns is None:
            root = _ROOT.search(chunk)
            patterns = _Patterns.of(root[1] or b"" if root else b"")
            _refuse_rows([int(rows) for rows in patterns.dimension.findall(chunk)], path)
        _refuse_rows([int(found[1]) for found in _LONG_ROW.finditer(chunk)], path)
        numbers = [int(number) for number in patterns.row.findall(chunk)]
        unnumbered += chunk.count(patterns.row_start) - len(numbers)
        seen.last_row = max(seen.last_row, unnumbered, *numbers, 0)
        _measure_width(chunk, seen, path)
        if b't="e"' in chunk or patterns.formula.search(chunk):
            _note_broken(chunk, patterns, seen)
    return seen


def _refuse_rows(rows: list[int], path: Path) -> None:
    if rows and max(rows) > _MOST_ROWS:
        raise problems.TOO_MANY_ROWS(file=path.name, rows=f"{max(rows):,}")


def _measure_width(chunk: bytes, seen: SheetLook, path: Path) -> None:
    widths = [column_number(letters) for letters in set(_FAR_COLUMN.findall(chunk))]
    seen.last_column = max(seen.last_column, *widths, 1)
    if seen.last_row * seen.last_column > _MOST_CELLS:
        raise problems.TOO_WIDE(file=path.name, cells=f"{seen.last_row * seen.last_column:,}")


def _note_broken(chunk: bytes, patterns: _Patterns, seen: SheetLook) -> None:
    for cell in patterns.cell.finditer(chunk):
        attributes, content = cell[3], cell[4] or b""
        place = int(cell[2]), column_number(cell[1])
        formula = patterns.formula.search(content) is not None
        seen.formulas += formula
        if b't="e"' in attributes:
            seen.broken[place] = Broken.ERROR
        elif formula and not patterns.value.search(content):
            seen.broken[place] = Broken.FORMULA


def _whole_cells(parts: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The part in chunks that end between two cells, so that no pattern is cut."""
    left = b""
    with parts.open(name) as part:
        while read := part.read(_CHUNK):
            left += read
            cut = max(left.rfind(b"</c>"), left.rfind(b"</row>"))
            if cut >= 0:
                cut = left.index(b">", cut) + 1
                yield left[:cut]
                left = left[cut:]
            elif len(left) > 64 * _CHUNK:
                raise zipfile.BadZipFile("a cell of 64 MB")
    yield left
