"""How alike two written names are: one of eight levels, from the same name to another one.

``core.names`` says when two spellings are one name. Here stands what people and machines do to a name that then is no longer the
same: another character of the same sound (input methods), of the same shape (copying, scanning), of nearly the same sound (the
accents of the south-west), a character lost or turned round, a long name written otherwise or cut off (DOMAIN 4.5).
Sounds come from pypinyin, shapes from four-corner codes: two characters look alike when four of the five digits agree.
"""

from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache

from four_corner_method import FourCornerMethod
from pypinyin import Style, pinyin

from bangfu.core.names import DOT, differ, fold, pinyin_key, read_name

_SHAPES = FourCornerMethod()  # type: ignore[no-untyped-call]
_UNKNOWN = frozenset("□?*\ufffd")
_LONG = 5
_ALMOST = 0.8
# What the accents of the south-west, and many typists with them, do not tell apart: initials, then endings.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("h", "f"))
_ENDINGS = (("ang", "an"), ("eng", "en"), ("ing", "in"), ("uo", "o"))


class Alike(IntEnum):
    """How alike two names are; the greater the more."""

    OTHER = 0
    SURNAME = 1
    ONE_OFF = 2
    NEAR_SOUND = 3
    SHAPE = 4
    SOUND = 5
    UNWRITTEN = 6
    SAME = 7


@lru_cache(maxsize=262_144)
def alike(one: str, other: str) -> Alike:
    """The level of two names as written. An empty name is like no other."""
    first, second = fold(one), fold(other)
    if not first or not second:
        return Alike.OTHER
    if first == second:
        return Alike.SAME
    if _unknown(first) or _unknown(second):
        # 王* may be any 王: only what both show counts.
        shown = sum(a == b for a, b in zip(first, second, strict=False))
        return Alike.UNWRITTEN if shown >= 2 and not differ(one, other) else _surname(first, second)
    if not differ(one, other):
        return Alike.UNWRITTEN
    if len(first) == len(second):
        for level, same in ((Alike.SOUND, _sound), (Alike.SHAPE, _shape), (Alike.NEAR_SOUND, _near_sound)):
            if all(a == b or same(a, b) for a, b in zip(first, second, strict=True)):
                return level
    if max(len(first), len(second)) >= _LONG:
        return Alike.ONE_OFF if _long_alike(one, other, first, second) else _surname(first, second)
    return Alike.ONE_OFF if len(first) + len(second) >= 5 and _one_off(first, second) else _surname(first, second)


def sound_key(name: str) -> str:
    """What names of one sound share, for finding candidates: the first reading of each character; "" for no name."""
    return pinyin_key(name).replace(" ", "")


def surname_key(name: str) -> str:
    """The first character of the folded name, for finding candidates."""
    return fold(name)[:1]


@lru_cache(maxsize=32_768)
def _readings(character: str) -> frozenset[str]:
    """All readings without tones."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return frozenset(reading for readings in found for reading in readings)


@lru_cache(maxsize=32_768)
def _near_readings(character: str) -> frozenset[str]:
    return frozenset(_blurred(reading) for reading in _readings(character))


def _blurred(reading: str) -> str:
    for sharp, blunt in _INITIALS:
        if reading.startswith(sharp):
            reading = blunt + reading[len(sharp) :]
            break
    for sharp, blunt in _ENDINGS:
        if reading.endswith(sharp):
            return reading[: -len(sharp)] + blunt
    return reading


def _sound(one: str, other: str) -> bool:
    return not _readings(one).isdisjoint(_readings(other))


def _near_sound(one: str, other: str) -> bool:
    return not _near_readings(one).isdisjoint(_near_readings(other))


@lru_cache(maxsize=32_768)
def _code(character: str) -> str:
    return str(_SHAPES.query(character) or "")


def _shape(one: str, other: str) -> bool:
    first, second = _code(one), _code(other)
    return bool(first and second) and sum(a == b for a, b in zip(first, second, strict=False)) >= 4


def _unknown(name: str) -> bool:
    return not _UNKNOWN.isdisjoint(name)


def _surname(first: str, second: str) -> Alike:
    return Alike.SURNAME if first[0] == second[0] else Alike.OTHER


def _one_off(one: str, other: str) -> bool:
    """One character another, too many, too few, or two neighbours turned round."""
    if len(one) == len(other):
        wrong = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        turned = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and one[wrong[0]] == other[wrong[1]]
        return len(wrong) == 1 or (turned and one[wrong[1]] == other[wrong[0]])
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _long_alike(one: str, other: str, first: str, second: str) -> bool:
    """Long names: cut off, one part alone, or sounding almost the same all through (买买提 and 麦麦提)."""
    short, long = sorted((first, second), key=len)
    if len(short) >= 3 and (long.startswith(short) or fold(short) in _parts(one if first == long else other)):
        return True
    sounds = sound_key(one), sound_key(other)
    return SequenceMatcher(None, *sounds, autojunk=False).ratio() >= _ALMOST


def _parts(name: str) -> list[str]:
    read = read_name(name).value
    return [fold(part) for part in read.text.split(DOT)] if read else []
