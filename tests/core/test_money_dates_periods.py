"""Amounts, dates, months and periods: DOMAIN 4.5."""

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.clock import CHINA, StoppedClock, today
from bangfu.core.dates import read_date, read_month
from bangfu.core.money import read_amount, yuan
from bangfu.core.periods import Month, Period, age_on, last_twelve_months, months_before
from bangfu.core.readings import Repair

TODAY = date(2026, 10, 31)


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("1062", 106200),
        ("1062.5", 106250),
        ("1,062元", 106200),
        ("￥1,062.00", 106200),
        ("0.5万", 500000),
        ("1.2万元", 1200000),
        ("约3000", 300000),
        ("3000左右", 300000),
        (1062, 106200),
        (1062.35, 106235),
        ("１０６２", 106200),
        ("-50", -5000),
        ("1062元整", 106200),
    ],
)
def test_amounts_are_read_exactly(written: object, fen: int) -> None:
    assert read_amount(written).value == fen


@pytest.mark.parametrize("written", [None, "", " ", "无", "/", "-", "——"])
def test_nothing_is_empty_and_not_zero(written: object) -> None:
    reading = read_amount(written)
    assert (reading.value, reading.problem) == (None, None)


@pytest.mark.parametrize(
    "written", ["三千", "1062-1100", "12,34", "1e5", "见附件", float("nan"), float("inf"), "110101199003072316"]
)
def test_what_is_no_amount_is_asked_about(written: object) -> None:
    reading = read_amount(written)
    assert reading.value is None
    assert reading.problem is not None
    assert "110101199003072316" not in str(reading.problem)


def test_a_sheet_in_ten_thousands_is_converted_and_noted() -> None:
    reading = read_amount("0.3", ten_thousands=True)
    assert (reading.value, reading.repairs) == (300000, (Repair.TEN_THOUSANDS,))


def test_more_than_two_decimals_are_rounded_and_noted() -> None:
    assert read_amount("833.335") == read_amount(833.335)
    assert read_amount("833.335").value == 83334
    assert Repair.ROUNDED in read_amount("833.335").repairs


@given(st.integers(-(10**14), 10**14))
def test_yuan_and_back(fen: int) -> None:
    assert read_amount(yuan(fen)).value == fen


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (Fraction(250000, 3), "833.33"),
        (Fraction(-10021), "-100.21"),
        (Fraction(1, 2), "0.01"),
        (Fraction(-1, 4), "0.00"),
    ],
)
def test_fractions_are_shown_to_the_fen(fen: Fraction, text: str) -> None:
    assert yuan(fen) == text


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1990-03-07", date(1990, 3, 7)),
        ("1990.3.7", date(1990, 3, 7)),
        ("1990/3/7", date(1990, 3, 7)),
        ("19900307", date(1990, 3, 7)),
        ("90/3/7", date(1990, 3, 7)),
        ("1990年3月7日", date(1990, 3, 7)),
        ("44562", date(2022, 1, 1)),
        (44562.0, date(2022, 1, 1)),
        ("二〇一八年三月七日", date(2018, 3, 7)),
        ("一九九〇年十月三十一日", date(1990, 10, 31)),
        ("2018-03-07 00:00:00", date(2018, 3, 7)),
        (datetime(2018, 3, 7, tzinfo=CHINA), date(2018, 3, 7)),
        (date(2018, 3, 7), date(2018, 3, 7)),
        ("２０１８－０３－０７", date(2018, 3, 7)),
    ],
)
def test_dates_are_read_in_every_form(written: object, day: date) -> None:
    assert read_date(written, TODAY).value == day


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2018-02-30", "date.no_such_day"),
        ("1990.13.1", "date.no_such_day"),
        ("二〇一八年", "date.unreadable"),
        ("去年", "date.unreadable"),
        ("农历三月初七", "date.lunar"),
        ("05/3/7", "date.century"),
    ],
)
def test_impossible_or_unclear_dates_are_asked_about(written: str, code: str) -> None:
    reading = read_date(written, TODAY)
    assert reading.value is None
    assert reading.problem is not None
    assert reading.problem.code == code


@pytest.mark.parametrize(
    "written",
    ["2026-09", "202609", "2026年9月", "2026.9", "2026/09", "2026-09-30", "20260930", 202609.0, date(2026, 9, 1)],
)
def test_months_are_read_in_every_form(written: object) -> None:
    assert read_month(written).value == Month(2026, 9)


@pytest.mark.parametrize("written", ["202613", "9月", "本月", 2026.1])
def test_unclear_months_are_asked_about(written: object) -> None:
    assert read_month(written).problem is not None


def test_the_last_twelve_months_end_on_the_day() -> None:
    assert last_twelve_months(date(2026, 10, 31)) == Period(date(2025, 11, 1), date(2026, 10, 31))
    assert last_twelve_months(date(2024, 2, 29)) == Period(date(2023, 3, 1), date(2024, 2, 29))
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)


@given(st.integers(0, 9999 * 12 - 24), st.integers(-12, 12))
def test_months_add_up(number: int, months: int) -> None:
    month = Month(2000, 1).plus(number % 12000)
    assert month.plus(months).plus(-months) == month


def test_periods_hold_both_ends_and_refuse_to_end_before_they_start() -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert date(2026, 1, 1) in year
    assert date(2026, 12, 31) in year
    assert date(2027, 1, 1) not in year
    assert year.overlaps(Period(date(2026, 12, 31)))
    assert not year.overlaps(Period(date(2027, 1, 1)))
    with pytest.raises(ValueError, match="ends"):
        Period(date(2026, 1, 2), date(2026, 1, 1))


def test_age_counts_full_years() -> None:
    assert age_on(date(1990, 3, 7), date(2026, 3, 6)) == 35
    assert age_on(date(1990, 3, 7), date(2026, 3, 7)) == 36


def test_today_is_the_day_in_china() -> None:
    late = datetime.fromisoformat("2026-10-30T17:00:00+00:00")
    assert today(StoppedClock(late)) == date(2026, 10, 31)


@given(st.text(max_size=20))
def test_any_text_is_read_or_asked_about(text: str) -> None:
    for reading in (read_date(text, TODAY), read_month(text), read_amount(text)):
        assert reading.value is None or reading.problem is None
