"""No page gives so much away of an ID number that fewer than a thousand are left, unless somebody has asked for it with a reason."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from bangfu.core.ids import check_digit
from bangfu.ground.access.selectors import operator
from benchmarks.masking import LEAST, Person, Shown, consistent, crawl, facts_of, page_of, register, shown_of
from tests.decide.union import Union
from tests.engine.intake.books import number
from tests.people import CLERK, LEADER, REVIEWER
from tests.terminals.desk.visiting import visitor

TODAY = date(2026, 11, 24)
SOMEBODY = Person(number(101), date(1980, 1, 1), child=False)
LAST = SOMEBODY.number[-4:]


def counted_one_by_one(person: Person, last: str, year: int) -> int:
    """The slow way: every date of the year, every sequence, its check digit."""
    days = [date(year, 1, 1) + timedelta(days=count) for count in range(366)]
    return sum(
        (body := f"{person.number[:6]}{day:%Y%m%d}{sequence:03}") is not None
        and f"{body}{check_digit(body)}".endswith(last)
        for day in days
        if day.year == year
        for sequence in range(1_000)
        if f"{sequence:03}".endswith(last[:-1][-3:])
    )


@pytest.mark.parametrize("length", [2, 3, 4])
def test_counting_by_remainders_is_counting_one_by_one(length: int) -> None:
    last = SOMEBODY.number[-length:]
    found = consistent(SOMEBODY, Shown(last=last, year=1980), TODAY)
    assert found == counted_one_by_one(SOMEBODY, last, 1980)


@pytest.mark.parametrize(
    ("shown", "least", "most"),
    [
        (Shown(last=LAST), 2_500, 3_500),
        (Shown(last=LAST, year=1980), 25, 40),
        (Shown(last=LAST, birth=date(1980, 1, 1)), 1, 1),
        (Shown(birth=date(1980, 1, 1), sex=True), 500, 500),
        (Shown(whole=True), 1, 1),
        (Shown(), 10**7, 10**8),
    ],
)
def test_what_is_left_by_what_is_shown(shown: Shown, least: int, most: int) -> None:
    assert least <= consistent(SOMEBODY, shown, TODAY) <= most


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (f"**** {LAST}", Shown(last=LAST)),
        (f"****{LAST}", Shown(last=LAST)),
        (f"****{LAST} 1980年1月1日", Shown(last=LAST, birth=date(1980, 1, 1))),
        ("出生日期 1980-01-01", Shown(birth=date(1980, 1, 1))),
        (f"今年 {TODAY.year - 1980} 岁", Shown(year=1980)),
        ("1980年出生，性别 女", Shown(year=1980, sex=True)),
        (SOMEBODY.number, Shown(whole=True)),
        ("1980 户，01 月", Shown()),
    ],
)
def test_control_what_a_page_says_is_read(page: str, shown: Shown) -> None:
    assert shown_of(facts_of(page), SOMEBODY) == shown


@pytest.mark.usefixtures("built_assets")
def test_no_page_leaves_fewer_than_a_thousand_numbers(union: Union) -> None:
    people, things = register(operator())
    browsers = {one.role.value: visitor(one) for one in (CLERK, REVIEWER, LEADER)}
    found = crawl(browsers, people, things, TODAY)
    assert {(one.page, one.role): one.count for one in found if one.count < LEAST} == {}
    assert len({one.page for one in found}) >= 12
    assert any(one.shown.last for one in found)


def test_the_published_page_is_that_of_its_figures_and_none_falls_short() -> None:
    folder = Path(__file__).parents[2] / "docs" / "figures"
    figures = json.loads((folder / "masking.json").read_text("utf-8"))
    assert (folder / "masking.md").read_text("utf-8") == page_of(figures)
    assert figures["smallest"] >= LEAST


def test_the_page_says_how_it_was_measured() -> None:
    row = {"page": "/files/", "role": "clerk", "count": 2900, "shown": "last 4"}
    figures = {
        "command": "a command",
        "seed": 5,
        "persons": 7,
        "commit": "abc",
        "smallest": 2900,
        "pages": 1,
        "roles": 1,
    }
    page = page_of(figures | {"least": [row]})
    assert "`a command` · seed 5 · 7 invented persons · commit abc" in page
    assert "| `/files/` | clerk | 2,900 | last 4 |" in page
