"""The citizen's ID number (公民身份号码, GB 11643-1999): reading, checking, masking. DOMAIN 4.3 is its table of cases.

A number is never repaired beyond what loses nothing, and never guessed: what spreadsheets damaged is said to be damaged.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import mul

from bangfu.core.problems import Problem, ProblemKind, kind
from bangfu.core.readings import Reading, Repair
from bangfu.core.text import clean, half_width

_EIGHTEEN = re.compile(r"[1-9][0-9]{16}[0-9X]")
_FIFTEEN = re.compile(r"[1-9][0-9]{14}")
_DAMAGED = re.compile(r"[0-9]\.?[0-9]*E\+?[0-9]+|[0-9]{15,18}\.0+")
_MASKED = re.compile(r"[0-9X*]*\*[0-9X*]*")
_INSIDE_TEXT = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9X](?![0-9])|(?<![0-9])[1-9][0-9]{14}(?![0-9X])")
# GB 11643-1999: ISO 7064 MOD 11-2. Digits are taken as their bytes, which say 48 too much each.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TOO_MUCH = ord("0") * sum(_WEIGHTS)
_CHECKS = "10X98765432"
# Cyrillic ha in both cases, and the multiplication sign, stand where an X was meant; a star may.
_LOOK_ALIKE_X = "хХ×*"


class Fault(StrEnum):
    """Why a text is not a usable ID number."""

    MISSING = "missing"
    LENGTH = "length"
    CHARACTERS = "characters"
    DATE = "date"
    CHECK_DIGIT = "check_digit"
    SPREADSHEET = "spreadsheet"
    MASKED = "masked"
    SEVERAL = "several"
    WITH_TEXT = "with_text"


_ASK_ZH = "请对照身份证原件填写。"
_ASK_EN = "Copy it from the ID card."

FAULTS: dict[Fault, ProblemKind] = {
    Fault.MISSING: kind(
        "id.missing", zh="没有身份证号。", en="The ID number is missing.", do_zh=_ASK_ZH, do_en=_ASK_EN
    ),
    Fault.LENGTH: kind(
        "id.length",
        zh="身份证号应为 18 位（旧号 15 位），这里是 {length} 位。",
        en="An ID number has 18 characters (old ones 15); this one has {length}.",
        do_zh=_ASK_ZH,
        do_en=_ASK_EN,
    ),
    Fault.CHARACTERS: kind(
        "id.characters",
        zh="身份证号第 {position} 位不是数字（字母 O、l 常被误作 0、1）。",
        en="Character {position} of the ID number is no digit (the letters O and l are often typed for 0 and 1).",
        do_zh=_ASK_ZH,
        do_en=_ASK_EN,
    ),
    Fault.DATE: kind(
        "id.date",
        zh="身份证号里的出生日期不存在。",
        en="The birth date inside the ID number does not exist.",
        do_zh=_ASK_ZH,
        do_en=_ASK_EN,
    ),
    Fault.CHECK_DIGIT: kind(
        "id.check_digit",
        zh="身份证号的校验位不对，至少有一位写错了。",
        en="The check digit of the ID number is wrong: at least one character is mistyped.",
        do_zh=_ASK_ZH,
        do_en=_ASK_EN,
    ),
    Fault.SPREADSHEET: kind(
        "id.spreadsheet",
        zh="身份证号被表格软件当成数字，后几位已丢失。",
        en="A spreadsheet took the ID number for a figure and lost its last digits.",
        do_zh="请把这一列设为“文本”格式，再对照身份证原件填写。",
        do_en="Format the column as text and copy the number from the ID card.",
    ),
    Fault.MASKED: kind(
        "id.masked",
        zh="身份证号被星号遮住，无法核对。",
        en="The ID number is masked with stars and cannot be checked.",
        do_zh="请填写完整号码。",
        do_en="Fill in the whole number.",
    ),
    Fault.SEVERAL: kind(
        "id.several",
        zh="一个单元格里有 {count} 个身份证号。",
        en="One cell holds {count} ID numbers.",
        do_zh="请每人一行，分开填写。",
        do_en="Give each person a row.",
    ),
    Fault.WITH_TEXT: kind(
        "id.with_text",
        zh="身份证号和别的文字写在一个单元格里。",
        en="The ID number shares its cell with other text.",
        do_zh="请把姓名等文字移到各自的列。",
        do_en="Move the name or other text to its own column.",
    ),
}
_FAULT_OF = {problem_kind.code: fault for fault, problem_kind in FAULTS.items()}


@dataclass(frozen=True, slots=True, order=True)
class IdNumber:
    """A verified number: 18 characters, an existing birth date, the right check digit. Any division is accepted (DOMAIN 4.3)."""

    text: str

    @property
    def key(self) -> int:
        """The first 17 digits; the 18th is redundant once it has been checked."""
        return int(self.text[:17])

    @property
    def division(self) -> str:
        """GB/T 2260 code of the place of first registration, six digits; perhaps abolished since."""
        return self.text[:6]

    @property
    def birth_date(self) -> date:
        """Date of birth as the number says."""
        return date(int(self.text[6:10]), int(self.text[10:12]), int(self.text[12:14]))

    @property
    def sex(self) -> str:
        """GB/T 2261.1: "1" male, "2" female."""
        return "1" if int(self.text[16]) % 2 else "2"

    def __repr__(self) -> str:
        return f"IdNumber({masked(self.text)})"


def read_id(raw: object) -> Reading[IdNumber]:
    """Read one cell. A spreadsheet's number (a float) is trusted only up to 15 digits: it keeps no more (DOMAIN 4.5)."""
    if raw is None:
        return _refuse(Fault.MISSING)
    if isinstance(raw, str) and _is_in_order(raw):
        return Reading(IdNumber(raw))
    if isinstance(raw, float):
        return _read_float(raw)
    text, repairs = normal_form(str(raw))
    if not text:
        return _refuse(Fault.MISSING)
    fault = _fault_of(text)
    if fault is not None:
        return Reading(None, repairs, fault)
    if len(text) == 15:
        text = upgrade(text)
        repairs += (Repair.FIFTEEN,)
    elif text.endswith("000"):
        # One in eleven damaged numbers passes its check; nobody can tell from the text alone (DOMAIN 4.5).
        repairs += (Repair.ENDS_IN_ZEROS,)
    return Reading(IdNumber(text), repairs)


def normal_form(raw: str) -> tuple[str, tuple[Repair, ...]]:
    """Undo what loses nothing: invisible characters, spaces, quotes, full width, lower case, a look-alike X at the end."""
    if len(raw) == 18 and raw.isascii() and raw.isalnum() and not raw[17].islower():
        return raw, ()
    text, repairs = clean(raw)
    text, more = half_width(text)
    repairs += more
    joined = "".join(text.split())
    if joined != text:
        repairs += (Repair.SPACES,)
    if joined[-1:] == "x":
        joined, repairs = joined[:-1] + "X", (*repairs, Repair.LOWER_CASE)
    if len(joined) == 18 and joined[-1] in _LOOK_ALIKE_X and joined[:-1].isdigit():
        joined, repairs = joined[:-1] + "X", (*repairs, Repair.LOOK_ALIKE_X)
    return joined, repairs


def upgrade(fifteen: str) -> str:
    """15 → 18 digits: the century 19 after the division, and the check digit (GB 11643-1999)."""
    seventeen = f"{fifteen[:6]}19{fifteen[6:]}"
    return seventeen + check_digit(seventeen)


def check_digit(seventeen: str) -> str:
    """The 18th character that belongs to 17 digits: "0" to "9" or "X"."""
    return _CHECKS[(sum(map(mul, _WEIGHTS, seventeen.encode())) - _TOO_MUCH) % 11]


def fault_of(reading: Reading[IdNumber]) -> Fault | None:
    """The fault that a reading ended with, or None."""
    return _FAULT_OF[reading.problem.code] if reading.problem else None


def masked(text: str, shown: int = 4) -> str:
    """Stars, and the last characters: enough to tell two numbers apart on a screen. Short texts are hidden whole."""
    return "*" * len(text) if len(text) <= 2 * shown else "*" * (len(text) - shown) + text[-shown:]


def compatible(one: str, other: str) -> bool:
    """Could two numbers, one or both masked with stars, be the same? Never a proof that they are (DOMAIN 4.3)."""
    first, second = normal_form(one)[0], normal_form(other)[0]
    if len(first) != len(second):
        return False
    return all("*" in pair or pair[0] == pair[1] for pair in zip(first, second, strict=True))


def _read_float(raw: float) -> Reading[IdNumber]:
    if not raw.is_integer():
        return _refuse(Fault.CHARACTERS, position=len(str(raw).partition(".")[0]) + 1)
    if abs(raw) >= 10**15:
        return _refuse(Fault.SPREADSHEET)
    return read_id(str(int(raw)))


def _is_in_order(text: str) -> bool:
    """Nearly all numbers are: nothing to repair, nothing to say."""
    plain = _EIGHTEEN.fullmatch(text) is not None and not text.endswith("000")
    return plain and _date_exists(text[6:14]) and check_digit(text[:17]) == text[17]


def _fault_of(text: str) -> Problem | None:
    if _EIGHTEEN.fullmatch(text):
        return _fault_of_eighteen(text)
    if _FIFTEEN.fullmatch(text):
        return None if _date_exists(f"19{text[6:12]}") else FAULTS[Fault.DATE]()
    if _DAMAGED.fullmatch(text.upper()):
        return FAULTS[Fault.SPREADSHEET]()
    if _MASKED.fullmatch(text):
        return FAULTS[Fault.MASKED]()
    inside = _INSIDE_TEXT.findall(text)
    if len(inside) > 1:
        return FAULTS[Fault.SEVERAL](count=len(inside))
    if inside:
        return FAULTS[Fault.WITH_TEXT]()
    if len(text) in (15, 18):
        position = next((i for i, c in enumerate(text, 1) if not (c.isascii() and c.isdigit())), 1)
        return FAULTS[Fault.CHARACTERS](position=position)
    return FAULTS[Fault.LENGTH](length=len(text))


def _fault_of_eighteen(text: str) -> Problem | None:
    if not _date_exists(text[6:14]):
        return FAULTS[Fault.DATE]()
    if check_digit(text[:17]) == text[17]:
        return None
    # Fifteen good digits and 000 behind them is what a numeric cell leaves of a number.
    return FAULTS[Fault.SPREADSHEET if text.endswith("000") else Fault.CHECK_DIGIT]()


@lru_cache(maxsize=65_536)
def _date_exists(eight: str) -> bool:
    try:
        date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return False
    return True


def _refuse(fault: Fault, **values: object) -> Reading[IdNumber]:
    return Reading(None, (), FAULTS[fault](**values))
