"""Every readable file as tables of numbered rows: the one door through which cells come in."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

import dbf
import python_calamine as calamine

from bangfu.engine.intake import ooxml, problems
from bangfu.engine.intake.delimited import delimiter_of
from bangfu.engine.intake.files import FileKind, encoding_of, kind_of
from bangfu.engine.intake.html_tables import read_html_tables
from bangfu.engine.intake.ooxml import Broken

Cell = str | int | float | bool | date | datetime | time | timedelta | Broken | None
Row = tuple[int, tuple[Cell, ...]]
# (first row, last row, first column, last column), all from 1 and included.
Merged = tuple[int, int, int, int]

csv.field_size_limit(1 << 24)


class Table(Protocol):
    """One sheet, or one delimited file. Rows carry the number that a person sees beside them, from 1."""

    @property
    def name(self) -> str:
        """The sheet's or the file's name."""
        ...

    @property
    def merged(self) -> list[Merged]:
        """Its merged ranges."""
        ...

    @property
    def formulas(self) -> int:
        """How many cells hold formulas: their stored results are read."""
        ...

    def rows(self) -> Iterator[Row]:
        """All rows from the first, empty ones too; empty cells are None. May be called again."""
        ...


def open_tables(path: Path) -> list[Table]:
    """Open any readable file but Parquet. Raises a Problem for what is no table, is damaged, or is not safe to open."""
    kind = kind_of(path)
    if kind in (FileKind.XLSX, FileKind.XLS):
        return _workbook(path, kind)
    if kind is FileKind.DBF:
        return [DbfTable(path)]
    if kind is FileKind.HTML:
        return list(read_html_tables(path.read_text(encoding_of(path))))
    if kind is FileKind.PARQUET:
        raise problems.WRONG_TYPE(file=path.name, found="Parquet")
    return [TextTable(path, encoding_of(path))]


@dataclass(slots=True)
class SheetTable:
    """A worksheet of .xlsx or .xls."""

    name: str
    sheet: calamine.CalamineSheet
    broken: dict[tuple[int, int], Broken]
    formulas: int
    merged: list[Merged]

    def rows(self) -> Iterator[Row]:
        """See Table."""
        if self.sheet.start is None:
            return
        left = self.sheet.start[1]
        padding: tuple[Cell, ...] = (None,) * left
        for number, cells in enumerate(self.sheet.iter_rows(), 1):
            values = padding + tuple([None if cell == "" else cell for cell in cells])
            yield number, self._with_broken(number, values) if self.broken else values

    def _with_broken(self, number: int, values: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(self.broken.get((number, column), value) for column, value in enumerate(values, 1))


@dataclass(slots=True)
class _FlatFile:
    """A file that is one table, without merged cells and formulas."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.stem

    @property
    def merged(self) -> list[Merged]:
        """None."""
        return []

    @property
    def formulas(self) -> int:
        """None."""
        return 0


@dataclass(slots=True)
class TextTable(_FlatFile):
    """A delimited text file; the delimiter is the one that its first lines have most of."""

    encoding: str

    def rows(self) -> Iterator[Row]:
        """See Table."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            start = file.read(1 << 16)
            file.seek(0)
            lines = csv.reader(file, delimiter=delimiter_of(start))
            for number, cells in enumerate(lines, 1):
                yield number, tuple([cell or None for cell in cells])


@dataclass(slots=True)
class DbfTable(_FlatFile):
    """A dBase file; its text is in the code page it names, else GB18030."""

    def rows(self) -> Iterator[Row]:
        """See Table; row 1 holds the field names. Rows marked as deleted are left out."""
        try:
            with dbf.Table(str(self.path), codepage=self._code_page()) as table:
                yield 1, tuple(table.field_names)
                for number, record in enumerate(table, 2):
                    if not dbf.is_deleted(record):
                        yield number, tuple([_dbf_cell(value) for value in record])
        except (dbf.DbfError, UnicodeDecodeError, ValueError, OSError) as error:
            raise problems.DAMAGED(file=self.path.name) from error

    def _code_page(self) -> str | None:
        with self.path.open("rb") as file:
            file.seek(29)
            return None if file.read(1) != b"\0" else "cp936"


def _dbf_cell(value: object) -> Cell:
    if isinstance(value, str):
        return value.rstrip() or None
    return value if isinstance(value, bool | int | float | date) else None


def _workbook(path: Path, kind: FileKind) -> list[Table]:
    looks = ooxml.look(path) if kind is FileKind.XLSX else {}
    try:
        book = (
            calamine.load_workbook(str(path)) if kind is FileKind.XLSX and path.suffix == ".xlsx" else _by_content(path)
        )
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        tables: list[Table] = []
        for name in names:
            sheet = book.get_sheet_by_name(name)
            seen = looks.get(name, ooxml.SheetLook())
            tables.append(SheetTable(name, sheet, seen.broken, seen.formulas, _merged(sheet)))
    except calamine.PasswordError as error:
        raise problems.PASSWORD(file=path.name) from error
    except (calamine.CalamineError, ValueError, OSError, OverflowError, MemoryError) as error:
        raise problems.DAMAGED(file=path.name) from error
    return tables


def _by_content(path: Path) -> calamine.CalamineWorkbook:
    """python-calamine goes by the name when it is given one."""
    return calamine.load_workbook(io.BytesIO(path.read_bytes()))


def _merged(sheet: calamine.CalamineSheet) -> list[Merged]:
    ranges = sheet.merged_cell_ranges or []
    return [(top + 1, bottom + 1, left + 1, right + 1) for (top, left), (bottom, right) in ranges]
