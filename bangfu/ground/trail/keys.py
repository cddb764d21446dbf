"""The key that signs checkpoints: one per instance, made at first use, outside the database, readable by its owner alone. No Django."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

_NAME = "signing.pem"


def trail_folder(home: Path) -> Path:
    """Where the key, the newest checkpoint and the outbox lie; for this account alone."""
    folder = home / "trail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def signing_key(home: Path) -> Ed25519PrivateKey:
    """The instance's key, made if there is none. Of two processes that make it at once, the first one's stands."""
    path = trail_folder(home) / _NAME
    if not path.exists():
        _make(path)
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(type(key).__name__)
    return key


def public_key(home: Path) -> bytes | None:
    """The public key, 32 bytes; None where nothing was ever signed."""
    if not (home / "trail" / _NAME).exists():
        return None
    return signing_key(home).public_key().public_bytes_raw()


def _make(path: Path) -> None:
    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    new = path.with_name(f".{_NAME}-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
