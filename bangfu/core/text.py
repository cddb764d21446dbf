"""Text as office software leaves it: invisible characters, full width, stray quotes (DOMAIN 4.5)."""

import re
import unicodedata

from bangfu.core.readings import Repair

# Zero-width and direction marks, the byte order mark, the soft hyphen, and control characters.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
# How the file format writes a control character.
_ESCAPED = re.compile("_x00[01][0-9A-Fa-f]_")
# Excel's own way to say "this is text": an apostrophe before the value. Word processors make it a curly one.
_LEADING_QUOTES = "'‘’`＇"

Repairs = tuple[Repair, ...]


def clean(raw: str) -> tuple[str, Repairs]:
    """Strip what *strip* means in DOMAIN 4.5: invisible characters, outer white space, a leading quote. Says what it did."""
    if raw.isalnum():
        return raw, ()
    repairs: list[Repair] = []
    text = _INVISIBLE.sub("", _ESCAPED.sub("", raw))
    if text != raw:
        repairs.append(Repair.INVISIBLE)
    stripped = text.strip()
    if stripped != text:
        repairs.append(Repair.SPACES)
    unquoted = stripped.lstrip(_LEADING_QUOTES).lstrip() if stripped[:1] in _LEADING_QUOTES else stripped
    if unquoted != stripped:
        repairs.append(Repair.QUOTE)
    return unquoted, tuple(repairs)


def half_width(text: str) -> tuple[str, Repairs]:
    """Unicode NFKC: full-width letters, digits and brackets become half-width ones."""
    if text.isascii():
        return text, ()
    folded = unicodedata.normalize("NFKC", text)
    return folded, (Repair.FULL_WIDTH,) if folded != text else ()


def plain(raw: str) -> str:
    """Cleaned, half-width, and without any white space: for headings, codes and values of code lists."""
    return "".join(half_width(clean(raw)[0])[0].split())
