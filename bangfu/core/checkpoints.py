"""A signed checkpoint of a trail: how many entries it had at a moment, and the root of the tree over them.

Whoever holds an earlier checkpoint can tell whether a later history only added to it. Signed with Ed25519 over canonical JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bangfu.core.problems import kind

FORMAT = "bangfu-checkpoint-1"
NO_CHECKPOINT = kind(
    "trail.no_checkpoint",
    zh="“{file}”不是留痕封存凭证，或已残缺：{why}。",
    en="“{file}” is no checkpoint of a trail, or not whole: {why}.",
    do_zh="请用 bangfu trail export 写出的文件。",
    do_en="Use a file written by bangfu trail export.",
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``organisation`` is a union's code; ``horizon`` the transaction number below which everything is in the tree.

    ``former_size`` and ``former_root`` are those of the checkpoint before (0 and the empty root for the first); ``cluster`` says in
    which database server the transaction numbers count; ``key`` is the public key, 32 bytes; ``signature`` 64 bytes.
    """

    organisation: str
    size: int
    root: bytes
    former_size: int
    former_root: bytes
    at: datetime
    horizon: int
    cluster: str
    key: bytes
    signature: bytes = b""

    def body(self) -> bytes:
        """What is signed: canonical JSON, UTF-8."""
        return _canonical(self._values())

    def text(self) -> str:
        """The checkpoint with its signature, one line of canonical JSON."""
        return _canonical({**self._values(), "signature": self.signature.hex()}).decode()

    def holds(self) -> bool:
        """Was it signed with the key that it names?"""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(self.signature, self.body())
        except (InvalidSignature, ValueError):
            return False
        return True

    def _values(self) -> dict[str, object]:
        return {
            "format": FORMAT,
            "organisation": self.organisation,
            "size": self.size,
            "root": self.root.hex(),
            "former": {"size": self.former_size, "root": self.former_root.hex()},
            "at": self.at.isoformat(),
            "horizon": self.horizon,
            "cluster": self.cluster,
            "key": self.key.hex(),
        }


def signed(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> Checkpoint:
    """The checkpoint with the key's name and signature."""
    values = {name: getattr(checkpoint, name) for name in Checkpoint.__slots__}
    named = Checkpoint(**{**values, "key": key.public_key().public_bytes_raw(), "signature": b""})
    return Checkpoint(**{**values, "key": named.key, "signature": key.sign(named.body())})


def read_checkpoint(text: str, file: str) -> Checkpoint:
    """A checkpoint from its text, alone or inside what is handed over. Raises NO_CHECKPOINT, naming ``file``."""
    try:
        return checkpoint_of(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NO_CHECKPOINT(file=file, why=type(error).__name__) from error


def checkpoint_of(values: Mapping[str, Any]) -> Checkpoint:
    """A checkpoint from parsed JSON; ValueError, KeyError or TypeError where it is none."""
    values = values.get("checkpoint", values)
    if values["format"] != FORMAT:
        raise ValueError(values["format"])
    at = datetime.fromisoformat(values["at"])
    if at.tzinfo is None:
        raise ValueError("at")
    return Checkpoint(
        organisation=str(values["organisation"]),
        size=int(values["size"]),
        root=bytes.fromhex(values["root"]),
        former_size=int(values["former"]["size"]),
        former_root=bytes.fromhex(values["former"]["root"]),
        at=at,
        horizon=int(values["horizon"]),
        cluster=str(values["cluster"]),
        key=bytes.fromhex(values["key"]),
        signature=bytes.fromhex(values["signature"]),
    )


def fingerprint(key: bytes) -> str:
    """A public key's name for people to compare: the first 16 hexadecimal digits of its SHA-256, in fours."""
    digits = sha256(key).hexdigest()[:16]
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def _canonical(values: Mapping[str, object]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
