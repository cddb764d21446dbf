"""What stands in a sealed file in the place of a number, a name and a credit code; the standard library and ``core`` only.

A token is HMAC-SHA-256 of what it stands for, cut to 128 bits, under a key that the department and the union share. A name is bound to
its person's number: equal names of two persons have different tokens, so that common names cannot be found by counting.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from bangfu.core.names import fold, is_unknown, units_of
from bangfu.core.problems import kind
from bangfu.core.whole_files import replacing

# The form of tokens and the rules of normalising before them: another number whenever either changes (the tests hold fixed examples).
FORM = "BF1"
UNKEYED = f"{FORM}!"
_FIRST_LINE = "bangfu-seal-key 1 "
_KEY = re.compile(f"{_FIRST_LINE}([0-9a-f]{{64}})")
_LENGTH = 16
NOT_KNOWN = "□"

NO_KEY_FILE = kind(
    "seal.key_file",
    zh="“{file}”不是密封密钥文件。",
    en="“{file}” is no file of a sealing key.",
    do_zh="密钥文件只有一行，以 bangfu-seal-key 开头；请向工会再要一份。",
    do_en="It has one line that begins with bangfu-seal-key; ask the union for it again.",
)


@dataclass(frozen=True, slots=True)
class SealKey:
    """A secret of 32 bytes. ``fingerprint`` names it without telling it: eight hexadecimal digits."""

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """By which files say what they were sealed with."""
        return hashlib.sha256(b"bangfu seal key 1\n" + self.secret).hexdigest()[:8]

    def number(self, number: str) -> str:
        """The token of a verified ID number of 18 characters: 32 hexadecimal digits."""
        return self._token(f"id\n{number}")

    def name(self, number: str, name: str) -> str:
        """The token of a person's name, empty for no name.

        Where the name holds a character that nobody could write, or Latin letters, its shape stands behind a point: a letter for each
        character (H Chinese, L Latin letters together, ? unknown), for such a name may be the same as another one.
        """
        units = units_of(fold(name))
        if not units:
            return ""
        shape = "".join(_shape_of(unit) for unit in units)
        pattern = [NOT_KNOWN if is_unknown(unit) else unit for unit in units]
        plain = not set(shape) - {"H"}
        return self.pattern(number, pattern) if plain else f"{self.pattern(number, pattern)}.{shape}"

    def pattern(self, number: str, units: list[str]) -> str:
        """The token of the characters of a folded name."""
        return self._token(f"name\n{number}\n{' '.join(units)}")

    def credit_code(self, code: str) -> str:
        """The token of a credit code of 18 characters."""
        return self._token(f"credit\n{code}")

    def _token(self, text: str) -> str:
        return hmac.digest(self.secret, text.encode(), "sha256")[:_LENGTH].hex()


def _shape_of(unit: str) -> str:
    if is_unknown(unit):
        return "?"
    return "L" if unit.isascii() else "H"


def new_key() -> SealKey:
    """A key of the machine's own randomness."""
    return SealKey(secrets.token_bytes(32))


def read_key(path: Path) -> SealKey:
    """A key from its file. Raises a Problem for anything else."""
    try:
        found = _KEY.fullmatch(path.read_text("ascii").strip())
    except (OSError, UnicodeError) as error:
        raise NO_KEY_FILE(file=path.name) from error
    if found is None:
        raise NO_KEY_FILE(file=path.name)
    return SealKey(bytes.fromhex(found[1]))


def write_key(key: SealKey, path: Path) -> None:
    """A key into a file that only its owner can read; complete or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(f"{_FIRST_LINE}{key.secret.hex()}\n", "ascii")
