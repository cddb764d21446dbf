"""Uploaded files at rest: one folder per upload, named by the act that sent it, so that sending twice keeps one copy.

Both kinds of import (archives, department data) keep their files here. They are personal data at rest: closed to everybody but the
account that runs Bangfu (0700, 0600), and encrypted (``ground/access/at_rest``); ``opened_upload`` opens one for as long as it is read.
"""

import errno
import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from bangfu.engine.protection.files import ProtectedReader, ProtectedWriter, is_protected, unprotect
from bangfu.ground.access.at_rest import opening_folder, protection
from bangfu.record.registry import upload_problems as problems

FOLDER = "uploads"
# Long enough for whoever chooses the columns tomorrow; what no row knows by then was never received.
ORPHAN_AFTER = timedelta(days=2)
_CHUNK = 1 << 20
_LONGEST_NAME = 60
# What a path, a shell, a header, or the list of source rows ("file:row;file:row") would take for something else.
_FORBIDDEN = re.compile(r'[\\/:;*?"<>|\x00-\x1f\x7f]')
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Stored:
    """An upload at rest. ``file_name`` is what it may be called on pages and on disk; ``size`` in bytes."""

    id: UUID
    file_name: str
    sha256: str
    size: int


def upload_folder(home: Path, upload_id: UUID) -> Path:
    """Where an upload lies, whether or not it is there."""
    return home / FOLDER / str(upload_id)


def upload_path(home: Path, upload_id: UUID, file_name: str) -> Path:
    """The uploaded file as it lies at rest; raises UPLOAD_GONE where it was removed."""
    path = upload_folder(home, upload_id) / file_name
    if not path.is_file():
        raise problems.UPLOAD_GONE(file=file_name)
    return path


@contextmanager
def opened_upload(home: Path, upload_id: UUID, file_name: str) -> Iterator[Path]:
    """The uploaded file as it was sent, to be read: in a folder of its own, gone afterwards, or where it lies if it is not protected."""
    path = upload_path(home, upload_id, file_name)
    if not is_protected(path):
        yield path
        return
    with opening_folder(path.stat().st_size) as folder:
        unprotect(path, folder / file_name, protection(), _label(upload_id))
        yield folder / file_name


def keep(chunks: Iterable[bytes], name: str, *, upload_id: UUID, home: Path, largest: int) -> Stored:
    """Write an upload to disk as it comes, hashing on the way; memory does not grow with the file.

    ``upload_id`` is the act_id of the act that will receive it: the same file sent again is kept once, other content under the same
    id is kept under an id of its own, and the act then refuses it. Raises TOO_LARGE (``largest`` in bytes), EMPTY_UPLOAD, NO_ROOM; nothing
    is left behind then.
    """
    file_name = safe_name(name)
    folder = _open_folder(home / FOLDER, f".{uuid4()}")
    try:
        sha256, size = _write(chunks, folder / file_name, upload_id, largest)
        stored = Stored(upload_id, file_name, sha256, size)
        return _settle(folder, home, stored)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise problems.NO_ROOM(file=file_name) from error
        raise
    finally:
        # After a good end it has another name, and nothing is here.
        shutil.rmtree(folder, ignore_errors=True)


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """A file in pieces of one megabyte."""
    while chunk := stream.read(_CHUNK):
        yield chunk


def discard(home: Path, upload_id: UUID) -> None:
    """Remove an upload; one that is not there is no mistake."""
    shutil.rmtree(upload_folder(home, upload_id), ignore_errors=True)


def remove_orphans(home: Path, known: Collection[UUID], now: datetime, *, folder: str = FOLDER) -> int:
    """Remove folders that no row knows and that are old enough; gives how many. ``known`` must be the whole instance's, not one union's."""
    kept = {str(upload_id) for upload_id in known}
    removed = 0
    for path in sorted((home / folder).glob("*")):
        old = now.timestamp() - path.stat().st_mtime > ORPHAN_AFTER.total_seconds()
        if path.name not in kept and old:
            # A browser that went away leaves a file, a killed process a folder.
            if path.is_file():
                path.unlink()
            else:
                shutil.rmtree(path, ignore_errors=True)
            removed += 1
    return removed


def safe_name(name: str) -> str:
    """A sender's file name without folders, control and direction characters and what means something to a shell or a path."""
    base = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c for c in _FORBIDDEN.sub("_", base) if unicodedata.category(c)[0] != "C")
    stem, dot, suffix = shown.strip().strip(".").strip().rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    stem = stem[:_LONGEST_NAME].strip() or "upload"
    return f"{stem}.{suffix[:10]}" if suffix else stem


def _write(chunks: Iterable[bytes], path: Path, upload_id: UUID, largest: int) -> tuple[str, int]:
    digest, size, at_rest = hashlib.sha256(), 0, protection()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        protected = ProtectedWriter(file, at_rest, _label(upload_id)) if at_rest.on else None
        for chunk in chunks:
            size += len(chunk)
            if size > largest:
                raise problems.TOO_LARGE(file=path.name, most=f"{largest // 1_000_000:,}")
            digest.update(chunk)
            (protected or file).write(chunk)
        if protected is not None:
            protected.close()
        file.flush()
        # What the database will say is received must survive a power cut as well as the database does.
        os.fsync(file.fileno())
    if size == 0:
        raise problems.EMPTY_UPLOAD(file=path.name)
    return digest.hexdigest(), size


def _label(upload_id: UUID) -> str:
    return f"uploads/{upload_id}"


def _settle(folder: Path, home: Path, stored: Stored) -> Stored:
    """Give the folder its name, unless the same upload is there already."""
    target = upload_folder(home, stored.id)
    try:
        folder.rename(target)
    except OSError:
        if not target.is_dir():
            raise
        if _same(target, stored):
            return stored
        # A protected file opens under its own id alone: this one is written again.
        with _plain(folder / stored.file_name, stored.id) as file:
            return keep(chunks_of(file), stored.file_name, upload_id=uuid4(), home=home, largest=stored.size)
    return stored


def _same(folder: Path, stored: Stored) -> bool:
    path = folder / stored.file_name
    if not path.is_file():
        return False
    with _plain(path, stored.id) as file:
        digest = hashlib.sha256()
        for chunk in chunks_of(file):
            digest.update(chunk)
    return digest.hexdigest() == stored.sha256


@contextmanager
def _plain(path: Path, upload_id: UUID) -> Iterator[BinaryIO]:
    """What was sent, as a stream."""
    if not is_protected(path):
        with path.open("rb") as file:
            yield file
        return
    with ProtectedReader(path, protection(), _label(upload_id)) as reader:
        yield cast("BinaryIO", reader)


def _open_folder(parent: Path, name: str) -> Path:
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = parent / name
    folder.mkdir(mode=0o700)
    return folder
