"""How figures, days and sizes are written, in the language that is active."""

from datetime import date, datetime
from fractions import Fraction

from django.utils import timezone
from django.utils.translation import get_language

from bangfu.core import money

NOTHING = "—"
_MINUS = "\N{MINUS SIGN}"
_WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TO_A_TENTH = 10
_SIZES = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def english() -> bool:
    """Whether the page is read in English; Chinese otherwise."""
    return (get_language() or "").startswith("en")


def yuan(amount_fen: int | Fraction | None) -> str:
    """Fen as yuan, with thousands and two decimals: 123450 → 1,234.50."""
    if amount_fen is None:
        return NOTHING
    text = money.yuan(-amount_fen if amount_fen < 0 else amount_fen)
    whole, cents = text.split(".")
    sign = _MINUS if amount_fen < 0 and text != "0.00" else ""
    return f"{sign}{int(whole):,}.{cents}"


def count(number: float | None) -> str:
    """A number with thousands: 2356 → 2,356; a fraction keeps one decimal."""
    if number is None:
        return NOTHING
    text = f"{abs(number):,}" if isinstance(number, int) else f"{abs(number):,.1f}"
    return f"{_MINUS}{text}" if number < 0 else text


def day(value: date | datetime | None, style: str = "") -> str:
    """A day: 11月23日 / 23 Nov, with the year where it is not this one. ``week`` adds the weekday, ``full`` always the year."""
    if value is None:
        return NOTHING
    local = _local(value)
    with_year = style == "full" or local.year != timezone.localdate().year
    if english():
        text = f"{local.day} {_MONTHS[local.month - 1]}" + (f" {local.year}" if with_year else "")
        return f"{_DAYS[local.weekday()]} {text}" if style == "week" else text
    text = (f"{local.year}年" if with_year else "") + f"{local.month}月{local.day}日"
    return f"{text} {_WEEKDAYS[local.weekday()]}" if style == "week" else text


def month(value: date | None) -> str:
    """A month: 2026年11月 / Nov 2026."""
    if value is None:
        return NOTHING
    return f"{_MONTHS[value.month - 1]} {value.year}" if english() else f"{value.year}年{value.month}月"


def moment(value: datetime | None) -> str:
    """A moment to the minute: 11月23日 14:02 / 23 Nov 14:02, in China's time."""
    return NOTHING if value is None else f"{day(value)} {clock(value)}"


def clock(value: datetime | None) -> str:
    """The time of day alone: 08:00."""
    return NOTHING if value is None else f"{_local(value):%H:%M}"


def size(number_of_bytes: int | None) -> str:
    """The size of an upload: 3.2 MB."""
    if number_of_bytes is None:
        return NOTHING
    for unit, name in _SIZES:
        if number_of_bytes >= unit:
            return f"{number_of_bytes / unit:.1f} {name}"
    return f"{number_of_bytes} B"


def duration(seconds: float | None) -> str:
    """Time left: 45 秒 / 45 s, 3 分 20 秒 / 3 min 20 s, 2 小时 5 分 / 2 h 5 min."""
    if seconds is None:
        return NOTHING
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    words = ("h", "min", "s") if english() else ("小时", "分", "秒")
    if hours:
        parts: tuple[tuple[int, str], ...] = ((hours, words[0]), (minutes, words[1]))
    elif minutes:
        parts = ((minutes, words[1]), (rest, words[2]))
    else:
        return f"{rest} {words[2]}"
    return " ".join(f"{number} {word}" for number, word in parts if number)


def took(seconds: float | None) -> str:
    """How long something took, below ten seconds to a tenth: 1.2 秒 / 1.2 s; longer as ``duration``."""
    if seconds is None or round(seconds, 1) >= _TO_A_TENTH:
        return duration(seconds)
    return f"{seconds:.1f} {'s' if english() else '秒'}"


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value
