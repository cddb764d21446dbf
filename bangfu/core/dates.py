"""Dates and months as people and exports write them (DOMAIN 4.5): 1990.3.7, 二〇一八年三月七日, 44562. Nothing is guessed."""

import re
from datetime import date, datetime, timedelta

from bangfu.core.periods import Month
from bangfu.core.problems import kind
from bangfu.core.readings import Reading, Repair
from bangfu.core.text import Repairs, clean, half_width

_SPREADSHEET_DAY_ZERO = date(1899, 12, 30)
# 1927 to 2173: outside of these a bare number is no serial date.
_SERIALS = range(10_000, 100_000)
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_PARTS = re.compile(r"([0-9]{2}|[0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?")
_TIME = re.compile(r"[ T]?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$")
_MONTH = re.compile(r"([0-9]{4})(?:[-./年]?)([0-9]{1,2})月?")
_OPEN_ENDED = frozenset({"长期", "至今", "永久", "长期有效", "无期限"})
_CHINESE_TENS = re.compile("[十0-9]+")

NO_SUCH_DAY = kind(
    "date.no_such_day",
    zh="没有“{value}”这一天。",
    en="There is no such day as “{value}”.",
    do_zh="请写成 2018-03-07 这样的日期。",
    do_en="Write a date such as 2018-03-07.",
)
UNREADABLE = kind(
    "date.unreadable",
    zh="“{value}”不是能读懂的日期。",
    en="“{value}” is not a date that can be read.",
    do_zh="请写成 2018-03-07 这样的公历日期。",
    do_en="Write a calendar date such as 2018-03-07.",
)
LUNAR = kind(
    "date.lunar",
    zh="“{value}”是农历日期，不能自动换算。",
    en="“{value}” is a date of the lunar calendar and is not converted.",
    do_zh="请填写公历日期。",
    do_en="Fill in the calendar date.",
)
CENTURY_UNKNOWN = kind(
    "date.century",
    zh="“{value}”的年份只有两位，分不清世纪。",
    en="“{value}” has a year of two digits, and the century is unclear.",
    do_zh="请写四位年份。",
    do_en="Write the year with four digits.",
)


def read_date(raw: object, today: date) -> Reading[date]:
    """Read one cell as a day. ``today`` decides only whether a two-digit year can lie in this century."""
    if raw is None:
        return Reading(None)
    if isinstance(raw, datetime):
        return Reading(raw.date())
    if isinstance(raw, date):
        return Reading(raw)
    if isinstance(raw, str) and (day := _ISO_DAY.fullmatch(raw)) is not None:
        return _day(day.groups(), raw, ())
    if isinstance(raw, float) and raw == int(raw):
        raw = int(raw)
    text, repairs = _cleaned(str(raw))
    if not text or text in ("/", "-", "无"):
        return Reading(None, repairs)
    if (day := _ISO_DAY.fullmatch(text)) is not None:
        return _day(day.groups(), raw, repairs)
    return _read_odd_day(text, raw, today, repairs)


def read_month(raw: object) -> Reading[Month]:
    """Read one cell as a month: 2026-09, 202609, 2026年9月, or a whole date."""
    if raw is None:
        return Reading(None)
    if isinstance(raw, date):
        return Reading(Month.of(raw))
    if isinstance(raw, float):
        if raw != int(raw):
            # 2026.1 in a numeric cell may have been 2026.10.
            return Reading(None, (), UNREADABLE(value=_shown(raw)))
        raw = int(raw)
    text, repairs = _cleaned(str(raw))
    if not text or text in ("/", "-", "无"):
        return Reading(None, repairs)
    if text in _OPEN_ENDED:
        return Reading(None, (*repairs, Repair.OPEN_ENDED))
    text = _arabic(text)
    if (day := _ISO_DAY.fullmatch(text) or _EIGHT.fullmatch(text) or _PARTS.fullmatch(text)) is not None:
        read = _day(day.groups(), raw, repairs) if len(day[1]) == 4 else Reading(None)
        if read.value is not None:
            return Reading(Month.of(read.value), read.repairs)
    if (month := _MONTH.fullmatch(text)) is not None and 1 <= int(month[2]) <= 12 and int(month[1]) >= 1:
        return Reading(Month(int(month[1]), int(month[2])), repairs)
    return Reading(None, repairs, UNREADABLE(value=_shown(raw)))


def _read_odd_day(text: str, raw: object, today: date, repairs: Repairs) -> Reading[date]:
    if "农历" in text or "阴历" in text or "腊月" in text or "正月" in text:
        return Reading(None, repairs, LUNAR(value=_shown(raw)))
    if text.isdigit() and int(text) in _SERIALS:
        return Reading(_SPREADSHEET_DAY_ZERO + timedelta(days=int(text)), (*repairs, Repair.SERIAL))
    arabic = _arabic(text)
    parts = _EIGHT.fullmatch(arabic) or _PARTS.fullmatch(arabic)
    if parts is None:
        return Reading(None, repairs, UNREADABLE(value=_shown(raw)))
    repairs = (*repairs, Repair.DATE_FORM)
    year, month, day = parts.groups()
    if len(year) == 2:
        # In this century only if that year has come; if it has, both centuries are possible and nobody can tell.
        if 2000 + int(year) <= today.year:
            return Reading(None, repairs, CENTURY_UNKNOWN(value=_shown(raw)))
        year, repairs = f"19{year}", (*repairs, Repair.TWO_DIGIT_YEAR)
    return _day((year, month, day), raw, repairs)


def _day(parts: tuple[str, ...], raw: object, repairs: Repairs) -> Reading[date]:
    try:
        return Reading(date(int(parts[0]), int(parts[1]), int(parts[2])), repairs)
    except ValueError:
        return Reading(None, repairs, NO_SUCH_DAY(value=_shown(raw)))


def _cleaned(raw: str) -> tuple[str, Repairs]:
    text, repairs = clean(raw)
    text, more = half_width(text)
    timeless = _TIME.sub("", text)
    return "".join(timeless.split()), repairs + more


def _arabic(text: str) -> str:
    """二〇一八年三月十二日 → 2018年3月12日."""

    def tens(found: re.Match[str]) -> str:
        before, ten, after = found[0].partition("十")
        return f"{before or 1}{after or 0}" if ten else before

    return _CHINESE_TENS.sub(tens, text.translate(_CHINESE_DIGITS))


def _shown(raw: object) -> str:
    text = str(raw).strip()
    return "…" if sum(c.isdigit() for c in text) > 14 else text[:20]
