"""One protected file: AES-256-GCM in segments of one megabyte, so that it is written and read as a stream, and from anywhere.

Form 1: 8 bytes of magic with the form's number, 8 of the key's fingerprint, 32 of salt; then the segments, each with its tag. The
file's own key comes from the instance's by HKDF, with the salt and the file's *label*: what it is and whose. So a file put in another's
place does not open. A segment's nonce is its number and whether it is the last, and the header is authenticated with each: what was
reordered or cut off does not open either.
"""

import io
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bangfu.engine.protection import problems

MAGIC = b"BANGFU\x00\x01"
SEGMENT = 1 << 20
_TAG, _FINGERPRINT, _SALT = 16, 8, 32
HEADER = len(MAGIC) + _FINGERPRINT + _SALT
_WHOLE = SEGMENT + _TAG
# cryptography lets go of the interpreter's lock for a megabyte: as many segments at once as there are processors, up to this.
_THREADS = min(8, os.cpu_count() or 1)


@dataclass(frozen=True)
class Protection:
    """The instance's key for files, 32 bytes; ``on``: new files are protected. What is protected can be read either way."""

    key: bytes = field(repr=False)
    on: bool = True

    @cached_property
    def fingerprint(self) -> bytes:
        """Names the key without telling it."""
        return _derived(self.key, b"", b"fingerprint")[:_FINGERPRINT]


def is_protected(path: Path) -> bool:
    """Is it a protected file? Told by its beginning; a workbook or a text never begins so."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def protect(source: Path, target: Path, protection: Protection, label: str) -> None:
    """Write ``source`` protected to ``target``, a new file that only its owner may read. Memory does not grow with it."""
    header = _new_header(protection)
    cipher = _cipher(header, protection, label)
    with source.open("rb") as plain, _created(target) as out:
        size = os.fstat(plain.fileno()).st_size
        count = max(1, -(-size // SEGMENT))
        _write_all(out.fileno(), header, 0)

        def one(number: int) -> None:
            text = _read_all(plain.fileno(), SEGMENT, number * SEGMENT)
            sealed = cipher.encrypt(_nonce(number, last=number == count - 1), text, header)
            _write_all(out.fileno(), sealed, HEADER + number * _WHOLE)

        _each(one, count)


def unprotect(source: Path, target: Path, protection: Protection, label: str) -> None:
    """Write what was protected to ``target``, a new file that only its owner may read. Raises ALTERED and OTHER_KEY.

    Segments are written as they are opened: after a Problem nobody must use ``target``.
    """
    with source.open("rb") as file, _created(target) as out:
        opened = _Opened(file.fileno(), source.name, protection, label)
        _each(lambda number: _write_all(out.fileno(), opened.segment(number), number * SEGMENT), opened.count)


class ProtectedReader(io.RawIOBase):
    """A protected file as a file of what was protected, to be read from anywhere: a segment is opened when it is asked for.

    Opening it opens the last segment, so that a file that was cut off is refused at once.
    """

    def __init__(self, file: Path | BinaryIO, protection: Protection, label: str) -> None:
        super().__init__()
        self._file = file.open("rb") if isinstance(file, Path) else file
        try:
            self._opened = _Opened(self._file.fileno(), Path(str(self._file.name)).name, protection, label)
            last = self._opened.count - 1
            self._at, self._held = 0, (last, self._opened.segment(last))
        except BaseException:
            self._file.close()
            raise
        self.size = last * SEGMENT + len(self._held[1])

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to another place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Fill a buffer as far as the file goes."""
        view, filled = memoryview(buffer).cast("B"), 0
        while filled < len(view) and self._at < self.size:
            number, offset = divmod(self._at, SEGMENT)
            if self._held[0] != number:
                self._held = (number, self._opened.segment(number))
            part = self._held[1][offset : offset + len(view) - filled]
            view[filled : filled + len(part)] = part
            filled += len(part)
            self._at += len(part)
        return filled

    def close(self) -> None:
        """Forget it."""
        self._file.close()
        super().close()


class ProtectedWriter:
    """Writes what comes, in pieces of any length, protected to a file that is open for writing; ``close`` writes the last segment."""

    def __init__(self, file: BinaryIO, protection: Protection, label: str) -> None:
        self._file, self._header = file, _new_header(protection)
        self._cipher, self._number, self._waiting = _cipher(self._header, protection, label), 0, bytearray()
        file.write(self._header)

    def write(self, chunk: bytes) -> None:
        """One piece."""
        self._waiting += chunk
        # One byte more than a segment: then the segment is not the last.
        while len(self._waiting) > SEGMENT:
            self._seal(SEGMENT, last=False)

    def close(self) -> None:
        """The end; the file itself stays open."""
        self._seal(len(self._waiting), last=True)

    def _seal(self, length: int, *, last: bool) -> None:
        text = bytes(self._waiting[:length])
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), text, self._header))
        del self._waiting[:length]
        self._number += 1


class _Opened:
    """The segments of a protected file. ``os.pread`` keeps no place, so that any number of threads may ask."""

    def __init__(self, descriptor: int, name: str, protection: Protection, label: str) -> None:
        self._descriptor, self._name = descriptor, name
        self._header = os.pread(descriptor, HEADER, 0)
        if len(self._header) < HEADER or not self._header.startswith(MAGIC):
            raise problems.ALTERED(file=name)
        fingerprint = self._header[len(MAGIC) : len(MAGIC) + _FINGERPRINT]
        if fingerprint != protection.fingerprint:
            raise problems.OTHER_KEY(file=name, fingerprint=fingerprint.hex())
        self._cipher = _cipher(self._header, protection, label)
        self.count = -(-(os.fstat(descriptor).st_size - HEADER) // _WHOLE)
        if self.count < 1:
            raise problems.ALTERED(file=name)

    def segment(self, number: int) -> bytes:
        text = _read_all(self._descriptor, _WHOLE, HEADER + number * _WHOLE)
        try:
            return self._cipher.decrypt(_nonce(number, last=number == self.count - 1), text, self._header)
        except (InvalidTag, ValueError) as error:
            raise problems.ALTERED(file=self._name) from error


def _new_header(protection: Protection) -> bytes:
    return MAGIC + protection.fingerprint + secrets.token_bytes(_SALT)


def _cipher(header: bytes, protection: Protection, label: str) -> AESGCM:
    return AESGCM(_derived(protection.key, header[-_SALT:], b"file " + label.encode()))


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt or None, b"bangfu at rest 1 " + purpose).derive(key)


def _nonce(number: int, *, last: bool) -> bytes:
    # The key is of this file alone: a number is used once.
    return number.to_bytes(11, "big") + bytes([last])


def _each(work: Callable[[int], None], count: int) -> None:
    if count == 1:
        work(0)
        return
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(work, range(count)):
            pass


def _created(target: Path) -> io.BufferedWriter:
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _read_all(descriptor: int, length: int, offset: int) -> bytes:
    """Up to ``length`` bytes; fewer only at the end of the file."""
    parts = []
    while length > 0 and (part := os.pread(descriptor, length, offset)):
        parts.append(part)
        length, offset = length - len(part), offset + len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _write_all(descriptor: int, text: bytes, offset: int) -> None:
    view = memoryview(text)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
