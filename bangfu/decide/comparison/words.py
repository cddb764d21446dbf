"""Words in both languages for what the comparison tells."""

from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str


def english(word: str) -> str:
    """A word of the data (a code, a heading, a place) in English, or as it is where the catalogue has none."""
    if not word:
        return ""
    with translation.override("en"):
        return gettext(word)


def both(word: str) -> Words:
    """A word of the data in both languages."""
    return Words(word, english(word))


def joined(parts: list[Words]) -> Words:
    """Several texts as one."""
    return Words("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def day_words(day: date, beside: date) -> Words:
    """A day as it is said on another: with its year only where that is another one."""
    year_zh, year_en = ("", "") if day.year == beside.year else (f"{day.year}年", f" {day.year}")
    return Words(f"{year_zh}{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]}{year_en}")
