"""What a file is, found by its content and never by its name; and whether it is safe to open."""

import codecs
import hashlib
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from bangfu.engine.intake import problems

_CHUNK = 1 << 20
# A workbook of a million full rows stays under these; a bomb does not. Sizes in bytes.
_LARGEST_UNPACKED = 4 << 30
_SUSPICIOUS_UNPACKED = 200 << 20
_SUSPICIOUS_RATIO = 200
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DBF_VERSIONS = frozenset(b"\x02\x03\x30\x31\x43\x63\x83\x8b\xcb\xf5\xfb")
_SIGNATURES = {
    b"%PDF": ("PDF", "PDF"),
    b"\x89PNG": ("图片", "a picture"),
    b"\xff\xd8\xff": ("图片", "a picture"),
    b"GIF8": ("图片", "a picture"),
    b"Rar!": ("RAR 压缩包", "a RAR archive"),
    b"7z\xbc\xaf": ("7z 压缩包", "a 7z archive"),
    b"\x1f\x8b": ("gzip 压缩包", "a gzip archive"),
    b"\x7fELF": ("程序", "a program"),
    b"MZ": ("程序", "a program"),
    b"SQLite format 3": ("SQLite 数据库", "an SQLite database"),
}


# Written last into a folder of staged files: without it, reading was interrupted.
MANIFEST_FILE = "manifest.json"


class FileKind(StrEnum):
    """The kinds of file that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"
    HTML = "html"
    DBF = "dbf"
    PARQUET = "parquet"


def kind_of(path: Path, *, whole: bool = True) -> FileKind:
    """Find the kind by content. Raises a Problem for anything that is no table, is damaged, or is not safe to open.

    ``whole``: also make sure that all of a text can be decoded; without it the caller does.
    """
    if not path.is_file():
        raise problems.NO_SUCH_FILE(file=path.name)
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\xef\xbb\xbf\r\n\t "):
        raise problems.EMPTY_FILE(file=path.name)
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    if head.startswith(_COMPOUND):
        return _kind_of_compound(path)
    if head.startswith(b"PAR1"):
        return FileKind.PARQUET
    if _looks_like_dbf(head):
        return FileKind.DBF
    return _kind_of_text(path, head, whole=whole)


def encoding_of(path: Path) -> str:
    """Encoding of a text file: UTF-8 if all of it is, else GB18030 if all of it is; UTF-16 only with its mark.

    Codec names that also drop a byte order mark. Raises a Problem for NUL bytes and for anything else.
    """
    with path.open("rb") as file:
        start = file.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        if _decodes(file, "utf-8", path):
            return "utf-8-sig"
        file.seek(0)
        if _decodes(file, "gb18030", path):
            return "gb18030"
    raise problems.ENCODING(file=path.name)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_closed(folder: Path) -> None:
    """Make a folder for what was read, or take one that is there; nobody else may look into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _decodes(file: BinaryIO, encoding: str, path: Path) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                raise problems.NUL_BYTES(file=path.name)
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _kind_of_zip(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as parts:
            names = set(parts.namelist())
            unpacked = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise problems.DAMAGED(file=path.name) from error
    if unpacked > _LARGEST_UNPACKED or unpacked > max(_SUSPICIOUS_UNPACKED, _SUSPICIOUS_RATIO * path.stat().st_size):
        raise problems.BOMB(file=path.name, size=f"{unpacked >> 20:,}")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise problems.MACROS(file=path.name)
    if "xl/workbook.bin" in names:
        raise problems.BINARY_WORKBOOK(file=path.name, found=".xlsb")
    if "xl/workbook.xml" in names:
        return FileKind.XLSX
    if any(name.startswith("word/") for name in names):
        raise problems.WRONG_TYPE(file=path.name, found="Word")
    if "content.xml" in names:
        raise problems.BINARY_WORKBOOK(file=path.name, found="OpenDocument")
    raise problems.WRONG_TYPE(file=path.name, found="ZIP")


def _kind_of_compound(path: Path) -> FileKind:
    """The container of .xls, .doc and encrypted .xlsx: its directory names the streams, in UTF-16."""
    content = path.read_bytes()

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise problems.PASSWORD(file=path.name)
    if has("_VBA_PROJECT"):
        raise problems.MACROS(file=path.name)
    if has("Workbook") or has("Book"):
        return FileKind.XLS
    raise problems.WRONG_TYPE(file=path.name, found="Word" if has("WordDocument") else "OLE")


def _kind_of_text(path: Path, head: bytes, *, whole: bool) -> FileKind:
    for signature, (zh, en) in _SIGNATURES.items():
        if head.startswith(signature):
            raise problems.WRONG_TYPE(file=path.name, found=f"{zh} ({en})" if zh != en else zh)
    if whole:
        encoding_of(path)
    start = head.lstrip(b"\xef\xbb\xbf\r\n\t ")[:512].lower()
    if start.startswith(b"<?xml") and b"workbook" in head.lower():
        raise problems.BINARY_WORKBOOK(file=path.name, found="XML 2003")
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")) or b"<table" in start:
        return FileKind.HTML
    return FileKind.CSV


def _looks_like_dbf(head: bytes) -> bool:
    """Version, a plausible date of last change, header and record lengths that fit each other, and the header's end."""
    if len(head) < 65 or head[0] not in _DBF_VERSIONS or not 1 <= head[2] <= 12 or not 1 <= head[3] <= 31:
        return False
    header = int.from_bytes(head[8:10], "little")
    record = int.from_bytes(head[10:12], "little")
    return (
        header >= 65
        and record >= 2
        and (header > len(head) or 0x0D in head[header - 264 if header > 264 else 32 : header])
    )
