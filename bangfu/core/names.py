"""Names of persons: the canonical form, the folded form for comparing, the pinyin key for sorting and finding.

The separator is U+00B7 (notice of twelve departments of 2016, DOMAIN 7.6); a name may have 50 characters and more; the
whole of GB18030 is allowed. The ID number decides who somebody is; names only ever raise a question.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import opencc

from bangfu.core.readings import Reading, Repair
from bangfu.core.text import Repairs, clean, half_width

DOT = "\u00b7"
# DOMAIN 4.5, and the same dot as other keyboards and fonts produce it.
_DOTS = "\u00b7\u2022\u30fb\uff65\uff0e\u2027\u3002\u2219\u22c5\u25cf\u25e6\u0387\u16eb\u2e31\u2e33"
_ANY_DOT = re.compile(f"[{_DOTS}.]+")
_BRACKETED = re.compile(r"[(（\[【〔].*?[)）\]】〕]")
_AFTER_DASH = re.compile(r"[-－—–](代|代办|代领|已故|亡|女|男|户主|本人|兼)$")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af\ue000-\uf8ff〇□]")
_SPACE_BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
# Characters that a register could not write, and the star of a masked name: they may stand for any one character.
_UNKNOWN = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd?□*\ufffd]")
_UNITS = re.compile(r"[A-Z]+|.")

# What OpenCC leaves alone although registers mix them (DOMAIN 4.5): folded for comparing, never shown.
_VARIANTS = {"喆": "哲", "三水": "淼", "龑": "䶮", "兪": "俞", "昇": "升", "○": "〇"}
# Of these, characters that somebody could only write by two others, side by side.
WRITTEN_APART = tuple(variant for variant in _VARIANTS if len(variant) > 1)
# Surnames that are read otherwise than the same character elsewhere.
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "朴": "piao", "区": "ou", "任": "ren",
    "盖": "ge", "覃": "qin", "召": "shao", "乐": "yue", "翟": "zhai", "华": "hua", "纪": "ji", "宁": "ning",
    "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "单于": "chanyu", "缪": "miao", "冼": "xian", "尹": "yin",
}  # fmt: skip
# What people write where there is no name to write.
_NO_NAME = frozenset({"", "/", "-", "—", "无", "暂无", "\\"})
_SIMPLIFIED = opencc.OpenCC("t2s")


@dataclass(frozen=True, slots=True)
class PersonName:
    """``text`` is how it is shown; ``note`` is what stood beside it in brackets ("户主", "代")."""

    text: str
    note: str = ""

    @property
    def folded(self) -> str:
        """See :func:`fold`."""
        return fold(self.text)

    @property
    def pinyin(self) -> str:
        """See :func:`pinyin_key`."""
        return pinyin_key(self.text)


def read_name(raw: str | None) -> Reading[PersonName]:
    """Read one cell: inner spaces of Chinese names out, dots made U+00B7, bracketed notes aside. Empty gives None."""
    text, repairs = clean(raw or "")
    if len(text) <= 4 and text.isalpha() and not text.isascii() and text not in _NO_NAME:
        return Reading(PersonName(text), repairs)
    text, note, repairs = _without_notes(text, repairs)
    text, more = half_width(text)
    text, spaced = _joined(text)
    text, dotted = _with_one_dot(text)
    repairs += more + (Repair.SPACES,) * spaced + (Repair.DOT,) * dotted
    return Reading(PersonName(text, note), repairs) if text not in _NO_NAME else Reading(None, repairs)


def simplified(text: str) -> str:
    """Traditional characters made simplified ones."""
    return str(_SIMPLIFIED.convert(text))


@lru_cache(maxsize=65_536)
def _simplified_character(character: str) -> str:
    return simplified(character)


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """The form in which two spellings of one name are equal: no dots, no spaces, simplified, variants unified, upper case.

    Only for comparing. 買買提•吐爾遜 and 买买提吐尔逊 fold to the same; 王芳 and 王方 do not.
    """
    read = read_name(name).value
    text = unicodedata.normalize("NFKC", read.text if read else "")
    bare = "".join(_ANY_DOT.sub("", text).split())
    # One by one: OpenCC reads 乾 in 乾坤 otherwise than alone, and a name must not be another one for its neighbours.
    folded = "".join(map(_simplified_character, bare))
    for variant, usual in _VARIANTS.items():
        folded = folded.replace(variant, usual)
    # Once more: without dots and spaces, a letter and its mark may stand side by side.
    return unicodedata.normalize("NFKC", folded.upper())


def changed_by_folding(characters: str) -> str:
    """Those of some common Chinese characters that fold changes, each for itself: all at once, in a hundredth of the time."""
    # Nothing that OpenCC knows goes on over the end of a line.
    converted = simplified("\n".join(characters)).split("\n")
    pairs = zip(characters, converted, strict=True)
    return "".join(
        character for character, usual in pairs if character != usual or character in _VARIANTS or character in _NO_NAME
    )


def differ(one: str, other: str) -> bool:
    """Are these really two names? A character that a register could not write (□, ?, private use, WEI for 伟) or that is
    masked with a star may be any character; an empty name differs from none.
    """
    first, second = fold(one), fold(other)
    if first == second or not first or not second:
        return False
    units = units_of(first), units_of(second)
    if len(units[0]) != len(units[1]):
        return True
    return not all(_may_be_one(a, b) for a, b in zip(*units, strict=True))


def units_of(folded: str) -> list[str]:
    """The characters of a folded name; Latin letters side by side are one."""
    return _UNITS.findall(folded)


def is_unknown(unit: str) -> bool:
    """A character that a register could not write, or a masked one: it may be any."""
    return _UNKNOWN.match(unit) is not None


@lru_cache(maxsize=65_536)
def pinyin_key(name: str) -> str:
    """Lower-case pinyin without tones, syllables joined by spaces: 单小明 → "shan xiao ming". Sorts and finds names."""
    read = read_name(name).value
    text = read.text if read else ""
    if any(_simplified_character(character) != character for character in text):
        text = simplified(text)
    for length in (2, 1):
        if text[:length] in _SURNAMES and len(text) > length:
            return " ".join([_SURNAMES[text[:length]], *_syllables(text[length:])])
    return " ".join(_syllables(text))


def _syllables(text: str) -> list[str]:
    bare = _ANY_DOT.sub(" ", text).lower()
    alone = [_syllable_alone(character) for character in bare]
    # Twenty times as fast as asking for the whole name, and the same: a character is read otherwise only inside a phrase.
    return alone if all(alone) and not _holds_a_phrase(bare) else _read_aloud(bare)


@lru_cache(maxsize=65_536)
def _syllable_alone(character: str) -> str:
    """How a character is read by itself; "" for what is no Chinese character, or one without a reading."""
    from pypinyin.constants import PINYIN_DICT, RE_HANS  # noqa: PLC0415, see _read_aloud

    known = RE_HANS.match(character) is not None and ord(character) in PINYIN_DICT
    return _read_aloud(character)[0] if known else ""


def _read_aloud(text: str) -> list[str]:
    # Its dictionaries take long to load, and most commands never ask how a name is read.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return " ".join(lazy_pinyin(text)).split()


def _holds_a_phrase(text: str) -> bool:
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415, see _read_aloud

    ends = range(2, len(text) + 1)
    return any(text[begin:end] in PHRASES_DICT for end in ends for begin in range(end - 1))


def _without_notes(text: str, repairs: Repairs) -> tuple[str, str, Repairs]:
    notes = [found[0][1:-1].strip() for found in _BRACKETED.finditer(text)]
    bare = _BRACKETED.sub("", text)
    if (after := _AFTER_DASH.search(bare)) is not None:
        notes.append(after[1])
        bare = bare[: after.start()]
    if not notes:
        return text, "", repairs
    return bare.strip(), " ".join(notes), (*repairs, Repair.NOTE_TAKEN_OUT)


def _joined(text: str) -> tuple[str, bool]:
    if not re.search(r"\s", text):
        return text, False
    joined = " ".join(_SPACE_BESIDE_HAN.sub("", text).split())
    return joined, joined != text


def _with_one_dot(text: str) -> tuple[str, bool]:
    # A full stop is a separator only in a name that is written in Chinese characters.
    pattern = _ANY_DOT if _HAN.search(text) else re.compile(f"[{_DOTS}]+")
    dotted = pattern.sub(DOT, text).strip(DOT)
    return dotted, dotted != text


def _may_be_one(one: str, other: str) -> bool:
    if one == other or is_unknown(one) or is_unknown(other):
        return True
    latin, han = (one, other) if one.isascii() else (other, one)
    return latin.isascii() and not han.isascii() and latin == letters_of(han)


def letters_of(han: str) -> str:
    """How a register that has no such character writes it: WEI for 伟."""
    return "".join(_read_aloud(han)).upper()
