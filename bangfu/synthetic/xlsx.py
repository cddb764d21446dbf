"""Workbooks whose bytes depend on their cells only: no time of day inside."""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from rustpy_xlsxwriter import FastExcel

Cell = str | float | int | None
_PROPERTIES = "docProps/core.xml"
_FIXED_PROPERTIES = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>bangfu generate</dc:creator>\
<dcterms:created xsi:type="dcterms:W3CDTF">2026-10-31T00:00:00Z</dcterms:created>\
<dcterms:modified xsi:type="dcterms:W3CDTF">2026-10-31T00:00:00Z</dcterms:modified></cp:coreProperties>"""
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_sheets(path: Path, sheets: Mapping[str, Iterator[dict[str, Cell]]]) -> None:
    """Write sheets of records, row by row; the first record of a sheet names its columns."""
    stamped = path.with_suffix(".stamped")
    book = FastExcel(str(stamped), output_format="xlsx")
    for name, records in sheets.items():
        book = book.sheet(name, records)
    book.save()
    _without_time(stamped, path)
    stamped.unlink()


def store_plainly(path: Path) -> None:
    """Rewrite a workbook uncompressed, because compressed bytes differ from one zlib to another."""
    with zipfile.ZipFile(path) as compressed:
        parts = [(info.filename, compressed.read(info)) for info in compressed.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as plain:
        for name, content in parts:
            plain.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), content)


def _without_time(stamped: Path, path: Path) -> None:
    """Copy a workbook, replacing its properties; all other parts are copied as they are, still compressed."""
    with zipfile.ZipFile(stamped) as old, stamped.open("rb") as raw, zipfile.ZipFile(path, "w") as new:
        infos = sorted(old.infolist(), key=lambda info: info.header_offset)
        ends = [info.header_offset for info in infos[1:]] + [old.start_dir]
        for info, end in zip(infos, ends, strict=True):
            if info.filename == _PROPERTIES:
                new.writestr(zipfile.ZipInfo(_PROPERTIES, _ZIP_EPOCH), _FIXED_PROPERTIES)
            else:
                raw.seek(info.header_offset)
                _append(new, info, raw.read(end - info.header_offset))


def _append(book: zipfile.ZipFile, info: zipfile.ZipInfo, raw: bytes) -> None:
    # zipfile has no call for "this part is compressed already"; these are the fields that its own write() sets.
    assert book.fp is not None  # noqa: S101 -- a ZipFile that is open for writing has one
    book.fp.seek(book.start_dir)
    info.header_offset = book.start_dir
    book.fp.write(raw)
    book.filelist.append(info)
    book.NameToInfo[info.filename] = info
    book.start_dir = book.fp.tell()
