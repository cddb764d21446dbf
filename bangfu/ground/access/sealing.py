"""Sealed values: ID numbers and bank cards are stored encrypted (AES-GCM), beside a keyed hash by which they are found.

Format: version byte, 12 bytes nonce, ciphertext and tag; the column's name is authenticated with it, so that a value cannot be moved
to another column. Keys lie in a file outside the database, made at first use, readable by its owner alone (STACK 12).
"""

import hmac
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from bangfu.ground.access import problems

_VERSION = b"\x01"
_HASH_BYTES = 16


class _Keys:
    def __init__(self, sealing: bytes, matching: bytes) -> None:
        self.sealing = sealing
        self.cipher = AESGCM(sealing)
        self.matching = matching


def seal(value: str, column: str) -> bytes:
    """Encrypt a value for a column, named ``table.column``; twice the same value gives different bytes."""
    nonce = secrets.token_bytes(12)
    return _VERSION + nonce + _keys().cipher.encrypt(nonce, value.encode(), column.encode())


def unseal(sealed: bytes | memoryview, column: str) -> str:
    """Decrypt. Raises CANNOT_UNSEAL where the key is another one, or the value was altered or moved."""
    text = bytes(sealed)
    try:
        return _keys().cipher.decrypt(text[1:13], text[13:], column.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise problems.CANNOT_UNSEAL(column=column) from error


def keyed_hash(value: str, kind: str) -> bytes:
    """The keyed hash of a normalised value, 16 bytes; ``kind`` keeps equal digits of different things apart."""
    return hmac.digest(_keys().matching, f"{kind}:{value}".encode(), "sha256")[:_HASH_BYTES]


def derived_key(purpose: str) -> bytes:
    """A key of 32 bytes for another purpose, the same for as long as the key file is."""
    return HKDF(SHA256(), 32, None, f"bangfu {purpose}".encode()).derive(_keys().sealing)


def key_file() -> Path:
    """Where the keys lie (BANGFU_KEYS, else in the home): back them up, and apart from the database and the files."""
    return Path(settings.BANGFU_KEYS or Path(settings.BANGFU_HOME) / "keys.json")


def _keys() -> _Keys:
    return _keys_of(key_file())


@lru_cache(maxsize=4)
def _keys_of(path: Path) -> _Keys:
    if not path.exists():
        _make(path)
    stored = json.loads(path.read_text("utf-8"))
    return _Keys(bytes.fromhex(stored["sealing"]), bytes.fromhex(stored["matching"]))


def _make(path: Path) -> None:
    """Make the file whole under another name, then link it: of two processes the first one's keys stand."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".keys-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"version": 1, "sealing": secrets.token_hex(32), "matching": secrets.token_hex(32)}, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
