"""How values are written on the pages, in both languages."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.utils import timezone, translation

from bangfu.terminals.desk import formats

THIS_YEAR = timezone.localdate().year


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "0.00"),
        (123450, "1,234.50"),
        (-10021, "−100.21"),
        (100_000_000, "1,000,000.00"),
        (Fraction(1, 3), "0.00"),
        (Fraction(-1, 3), "0.00"),
        (None, "—"),
    ],
)
def test_fen_are_written_as_yuan_with_thousands(fen: int | None, text: str) -> None:
    assert formats.yuan(fen) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (2356, "2,356"), (-1200, "−1,200"), (12.34, "12.3"), (None, "—")]
)
def test_numbers_have_thousands(number: float | None, text: str) -> None:
    assert formats.count(number) == text


@pytest.mark.parametrize(
    ("language", "style", "text"),
    [
        ("zh-hans", "", "2019年11月25日"),
        ("zh-hans", "week", "2019年11月25日 星期一"),
        ("en", "", "25 Nov 2019"),
        ("en", "week", "Mon 25 Nov 2019"),
    ],
)
def test_days_of_other_years_name_the_year(language: str, style: str, text: str) -> None:
    with translation.override(language):
        assert formats.day(date(2019, 11, 25), style) == text


def test_days_of_this_year_do_not_unless_asked() -> None:
    day = date(THIS_YEAR, 3, 2)
    with translation.override("zh-hans"):
        assert formats.day(day) == "3月2日"
        assert formats.day(day, "full") == f"{THIS_YEAR}年3月2日"
    with translation.override("en"):
        assert formats.day(day) == "2 Mar"
        assert formats.month(day) == f"Mar {THIS_YEAR}"


def test_moments_are_told_in_chinas_time() -> None:
    late = datetime(THIS_YEAR, 1, 31, 16, 5, tzinfo=UTC)
    with translation.override("zh-hans"):
        assert formats.moment(late) == "2月1日 00:05"
        assert formats.clock(late) == "00:05"
    with translation.override("en"):
        assert formats.moment(late) == "1 Feb 00:05"


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (45.4, "45 秒", "45 s"),
        (200, "3 分 20 秒", "3 min 20 s"),
        (7500, "2 小时 5 分", "2 h 5 min"),
    ],
)
def test_time_left_in_words(seconds: float, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert formats.duration(seconds) == zh
    with translation.override("en"):
        assert formats.duration(seconds) == en


@pytest.mark.parametrize(("size", "text"), [(0, "0 B"), (999, "999 B"), (3_200_000, "3.2 MB"), (None, "—")])
def test_sizes(size: int | None, text: str) -> None:
    assert formats.size(size) == text
