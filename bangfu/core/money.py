"""Money is a whole number of fen. Amounts are read exactly, or not at all (DOMAIN 4.5)."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bangfu.core.problems import kind
from bangfu.core.readings import Reading, Repair
from bangfu.core.text import Repairs, clean, half_width

FEN_PER_YUAN = 100
# Beyond ten thousand billion yuan a figure is a slip of the keyboard, or an ID number in the wrong column.
_LARGEST_FEN = 10**15
_NOTHING = frozenset({"无", "/", "-", "--", "—", "——", "\\", "暂无", "没有"})
_ABOUT_BEFORE = re.compile(r"^(约|大约|大概|左右)")
_ABOUT_AFTER = re.compile(r"(左右|上下)$")
_CURRENCY = re.compile(r"^(¥|￥|人民币|RMB)|(元整|元人民币|元|圆)$", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")

UNREADABLE = kind(
    "money.unreadable",
    zh="“{value}”不是能读懂的金额。",
    en="“{value}” is not an amount that can be read.",
    do_zh="请写成数字，如 1062.00。",
    do_en="Write it as a figure, such as 1062.00.",
)
TOO_LARGE = kind(
    "money.too_large",
    zh="金额大得不合理，可能填错了列。",
    en="The amount is unreasonably large; it may be in the wrong column.",
    do_zh="请核对这一格。",
    do_en="Check this cell.",
)


def read_amount(raw: object, *, ten_thousands: bool = False) -> Reading[int]:
    """Read a cell of yuan as fen; ``ten_thousands`` where the sheet's unit row says 万元. Empty stays None."""
    if raw is None:
        return Reading(None)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _scaled(_decimal_of(raw), ten_thousands, ())
    if isinstance(raw, str) and _NUMBER.fullmatch(raw):
        return _scaled(Decimal(raw), ten_thousands, ())
    text, repairs = _bare(str(raw))
    if not text:
        return Reading(None, repairs)
    if text in _NOTHING:
        return Reading(None, (*repairs, Repair.NOTHING))
    text, ten_thousands, repairs = _without_words(text, ten_thousands, repairs)
    if _GROUPED.fullmatch(text):
        text, repairs = text.replace(",", ""), (*repairs, Repair.GROUPING)
    if not _NUMBER.fullmatch(text):
        return Reading(None, repairs, UNREADABLE(value=_shown(str(raw))))
    return _scaled(Decimal(text), ten_thousands, repairs)


def yuan(amount_fen: int | Fraction) -> str:
    """Fen as yuan with two decimals, halves away from zero, for people: 83333 → "833.33"."""
    numerator, denominator = amount_fen.numerator, amount_fen.denominator
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    sign = "-" if numerator < 0 and rounded else ""
    return f"{sign}{rounded // FEN_PER_YUAN}.{rounded % FEN_PER_YUAN:02}"


def _bare(raw: str) -> tuple[str, Repairs]:
    text, repairs = clean(raw)
    text, more = half_width(text)
    return "".join(text.split()), repairs + more


def _without_words(text: str, ten_thousands: bool, repairs: Repairs) -> tuple[str, bool, Repairs]:
    for about in (_ABOUT_BEFORE, _ABOUT_AFTER):
        text, found = about.subn("", text)
        repairs += (Repair.ABOUT,) * found
    said_in_yuan = text.endswith(("元", "圆", "元整"))
    text, found = _CURRENCY.subn("", text)
    repairs += (Repair.UNIT,) * bool(found)
    # A unit in the cell outweighs that of the sheet.
    if text.endswith("万"):
        text, ten_thousands = text[:-1], True
    elif said_in_yuan:
        ten_thousands = False
    return text, ten_thousands, repairs


def _scaled(amount: Decimal | None, ten_thousands: bool, repairs: Repairs) -> Reading[int]:
    if amount is None:
        return Reading(None, repairs, UNREADABLE(value="NaN"))
    if ten_thousands:
        amount, repairs = amount * 10_000, (*repairs, Repair.TEN_THOUSANDS)
    exact = amount * FEN_PER_YUAN
    if abs(exact) > _LARGEST_FEN:
        return Reading(None, repairs, TOO_LARGE())
    fen = int(exact.to_integral_value(ROUND_HALF_UP))
    if fen != exact:
        repairs = (*repairs, Repair.ROUNDED)
    return Reading(fen, repairs)


def _decimal_of(raw: float) -> Decimal | None:
    # repr() gives the shortest text that is this number: what the person saw in the cell.
    amount = Decimal(repr(raw))
    return amount if amount.is_finite() else None


def _shown(raw: str) -> str:
    # A value in a message must never be a number that identifies someone.
    return "…" if sum(c.isdigit() for c in raw) > 11 else raw.strip()[:20]
