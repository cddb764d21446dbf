"""Files that are written row by row, with fixed settings, so that the same rows are the same bytes."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.synthetic.datasets import Dataset
from bangfu.synthetic.xlsx import Cell, write_sheets

_ROWS_AT_ONCE = 20_000
Values = tuple[str | None, ...]


class ParquetSink:
    """A Parquet file of text columns (and flags), filled in batches of rows."""

    def __init__(self, path: Path, headings: Sequence[str], flags: Iterable[str] = ()) -> None:
        flag_set = set(flags)
        self._schema = pa.schema([(h, pa.bool_() if h in flag_set else pa.string()) for h in headings])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=3, version="2.6")
        self._waiting: list[tuple[str | bool | None, ...]] = []
        self.rows = 0

    def write(self, rows: Sequence[tuple[str | bool | None, ...]]) -> None:
        """Take rows; they are written when enough have come."""
        self._waiting += rows
        self.rows += len(rows)
        if len(self._waiting) >= _ROWS_AT_ONCE:
            self._flush()

    def close(self) -> None:
        """Write what waits, and end the file."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Let go of the file as it is."""
        with suppress(OSError):
            self._writer.close()

    def _flush(self) -> None:
        columns = list(zip(*self._waiting, strict=True)) or [()] * len(self._schema)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._waiting = []


class CsvSink:
    """A CSV file as an office exports it."""

    def __init__(self, path: Path, headings: Sequence[str], encoding: str) -> None:
        self._file: TextIO = path.open("w", encoding=encoding, newline="", buffering=1 << 18)
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow(headings)
        self.rows = 0

    def write(self, rows: Sequence[Values]) -> None:
        """Write rows."""
        self._writer.writerows(rows)
        self.rows += len(rows)

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file as it is."""
        with suppress(OSError):
            self._file.close()


class WorkbookSink:
    """A workbook with one sheet. Rows go to Parquet first, because a workbook is written in one go."""

    def __init__(self, path: Path, headings: Sequence[str], spool: Path) -> None:
        self._path, self._headings, self._spool = path, tuple(headings), spool
        self._sink = ParquetSink(spool, headings)

    @property
    def rows(self) -> int:
        """How many were written."""
        return self._sink.rows

    def write(self, rows: Sequence[Values]) -> None:
        """Take rows."""
        self._sink.write(rows)

    def close(self) -> None:
        """Write the workbook."""
        self._sink.close()
        write_sheets(self._path, {"Sheet1": self._records()})
        self._spool.unlink()

    def abandon(self) -> None:
        """Let go of the file as it is."""
        self._sink.abandon()

    def _records(self) -> Iterator[dict[str, Cell]]:
        if not self._sink.rows:
            # A sheet without rows still has its headings.
            yield dict.fromkeys(self._headings)
        for values in stored_rows(self._spool, self._headings):
            yield dict(zip(self._headings, (cell_of(value) for value in values), strict=True))


Sink = ParquetSink | CsvSink | WorkbookSink


def delivery_sink(folder: Path, dataset: Dataset) -> Sink:
    """The file that a department delivers."""
    path = folder / f"{dataset.name}.{dataset.suffix}"
    if dataset.suffix == "parquet":
        return ParquetSink(path, dataset.headings)
    if dataset.suffix == "csv":
        return CsvSink(path, dataset.headings, dataset.encoding)
    return WorkbookSink(path, dataset.headings, folder / f"{dataset.name}.spool")


def stored_rows(path: Path, headings: Sequence[str]) -> Iterator[Values]:
    """The rows of a Parquet file of text, a batch at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS_AT_ONCE, columns=list(headings)):
            yield from zip(*(batch.column(heading).to_pylist() for heading in headings), strict=True)


def cell_of(text: str | None) -> Cell:
    """A cell of text, except for an ID number that somebody let the spreadsheet take for a figure."""
    if text and len(text) == 18 and text.endswith("000") and text.isascii() and text.isdigit():
        return float(text)
    return text or None
