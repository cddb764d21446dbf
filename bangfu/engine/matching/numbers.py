"""What a number that cannot be a key still says: place, birth and tail, each for itself, "*" where a position is not known.

The three parts do not overlap, so that each may be weighed without counting anything twice. Nothing here makes a number whole.
"""

import re
from dataclasses import dataclass

from bangfu.core.ids import normal_form, read_id

_WRITTEN = re.compile(r"[0-9*]{16,18}[0-9X*]")
_POWER = re.compile(r"([0-9])\.?([0-9]{3,})E\+?1[4-8]")
_AS_FIGURE = re.compile(r"([1-9][0-9]{14})[0-9]{0,3}\.0+")
_INSIDE = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9X](?![0-9])")


@dataclass(frozen=True, slots=True)
class Parts:
    """``division`` six characters, ``birth`` eight (seven or nine where a digit was lost or is too many), ``tail`` four; None: not known.

    ``masked``: some position is not shown.
    """

    division: str | None = None
    birth: str | None = None
    tail: str | None = None
    masked: bool = False


def parts_of(written: str | None) -> Parts:
    """The parts of a number as written. A text that holds no number has none; of several numbers in one cell the first valid one counts."""
    text = normal_form(written or "")[0].upper()
    reading = read_id(text)
    if reading.value is not None:
        return _split(reading.value.text)
    inside = _INSIDE.findall(text)
    if len(inside) > 1 or (inside and len(text) > 19):
        return _split(next((number for number in inside if read_id(number).value), inside[0]))
    if power := _POWER.fullmatch(text):
        # The last digit shown was rounded.
        shown = (power[1] + power[2])[:-1]
        return _split(shown[:15].ljust(18, "*"))
    if figure := _AS_FIGURE.fullmatch(text):
        return _split(f"{figure[1]}***")
    if not _WRITTEN.fullmatch(text):
        return Parts()
    # Fifteen digits and three zeros: what a numeric cell leaves of a number (DOMAIN 4.5).
    return _split(f"{text[:15]}***" if len(text) == 18 and text.endswith("000") else text)


def _split(text: str) -> Parts:
    return Parts(_known(text[:6]), _known(text[6:-4]), _known(text[-4:]), "*" in text)


def _known(part: str) -> str | None:
    return part if part.strip("*") else None
