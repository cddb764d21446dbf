"""The clerk settles cases with the keyboard: a clean one takes at most six keys and sixty seconds."""

import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from bangfu.decide.identification.models import Determination, Settlement
from bangfu.ground.acts.door import acting
from tests.journeys.visiting import PHONE, Site, Visit, visit
from tests.people import CLERK, PREFECTURE_CLERK, actor

TITLE = "#case-title"


@pytest.fixture
def clerk(browser: Browser, site: Site) -> Iterator[Visit]:
    with visit(browser, site) as seen:
        seen.sign_in(PREFECTURE_CLERK)
        yield seen


def state_of(case: UUID) -> str:
    with acting(actor(PREFECTURE_CLERK)):
        return str(Determination.objects.get(pk=case).state)


def case_now(seen: Visit) -> UUID:
    """The case in the middle, by its address in the list."""
    href = seen.page.get_attribute(".queue-item[aria-current]", "href") or ""
    return UUID(href.split("?")[0].strip("/").split("/")[-1])


def test_a_clean_case_is_settled_from_the_queue_with_at_most_six_keys(clerk: Visit) -> None:
    clerk.open("/review/?view=clean")
    case, began = case_now(clerk), time.monotonic()
    clerk.press("1")
    clerk.page.wait_for_selector(".undo")
    assert state_of(case) == "accepted"
    assert case_now(clerk) != case
    assert clerk.keys <= 6
    assert time.monotonic() - began < 60
    with acting(actor(PREFECTURE_CLERK)):
        assert Settlement.objects.get(determination=case).seconds is not None


def test_six_keys_are_enough_with_a_look_at_the_file(clerk: Visit) -> None:
    clerk.open("/review/?view=clean")
    clerk.press("j")
    clerk.page.wait_for_selector("[data-key=k]")
    case = case_now(clerk)
    clerk.press("Enter")
    clerk.page.wait_for_selector("#drawer[open] [data-part]")
    clerk.press("Escape")
    clerk.press("1")
    clerk.page.wait_for_selector(".undo")
    assert state_of(case) == "accepted"
    assert clerk.keys <= 6


def test_one_key_takes_the_last_one_back(clerk: Visit) -> None:
    clerk.open("/review/?view=clean")
    case = case_now(clerk)
    clerk.press("1")
    clerk.page.wait_for_selector(".undo")
    clerk.press("u")
    clerk.page.wait_for_selector("text=已撤销，这户回到待核实")
    assert state_of(case) == "open"
    assert case_now(clerk) == case


def test_a_contradicted_case_asks_for_a_word_and_goes_on_without_the_mouse(clerk: Visit) -> None:
    clerk.open("/review/?view=contradicted")
    # Where no class is met nothing can be accepted.
    while clerk.page.is_disabled("[data-key='1']"):
        clerk.page.click("[data-key=j]")
    case = case_now(clerk)
    clerk.press("1")
    clerk.page.wait_for_selector("dialog#accept[open]")
    clerk.type("车已过户，看了登记证")
    clerk.press("Control+Enter")
    clerk.page.wait_for_selector(".undo")
    assert state_of(case) == "accepted"
    assert clerk.keys == 2


def test_asking_the_family_is_two_keys(clerk: Visit) -> None:
    clerk.open("/review/?view=contradicted")
    case = case_now(clerk)
    clerk.press("2")
    clerk.page.wait_for_selector("dialog#ask[open]")
    assert "部门数据与您家档案有不一致的地方" in clerk.page.input_value("#ask-question")
    clerk.press("Control+Enter")
    clerk.page.wait_for_selector(".undo")
    assert state_of(case) == "asked"


def test_keys_mean_nothing_while_somebody_types_and_can_be_switched_off(clerk: Visit) -> None:
    clerk.open("/review/?view=contradicted")
    case = case_now(clerk)
    clerk.press("/")
    clerk.type("1")
    assert clerk.page.input_value("[name=q]") == "1"
    clerk.page.evaluate("document.activeElement.blur()")
    clerk.press("?")
    clerk.page.wait_for_selector("dialog#keys[open]")
    assert "下一户" in clerk.text("dialog#keys")
    clerk.page.click("[data-keys-switch]")
    clerk.press("Escape")
    clerk.press("2")
    assert not clerk.page.is_visible("dialog#ask")
    assert state_of(case) == "open"


def test_the_household_that_is_open_is_in_sight_in_the_list(clerk: Visit) -> None:
    clerk.open("/review/")
    for _ in range(14):
        clerk.page.click("[data-key=j]")
    clerk.page.wait_for_function(
        """() => { const here = document.querySelector(".queue-item[aria-current]")?.getBoundingClientRect();
        const list = document.querySelector(".queue-list ol")?.getBoundingClientRect();
        return here && list && here.top >= list.top && here.bottom <= list.bottom + 1; }"""
    )


def test_on_a_phone_one_household_at_a_time(browser: Browser, site: Site) -> None:
    with visit(browser, site, size=PHONE) as seen:
        seen.sign_in(CLERK)
        seen.open("/review/")
        assert seen.page.is_visible(".queue-list")
        assert not seen.page.is_visible(TITLE)
        seen.page.click(".queue-item >> nth=0")
        assert seen.page.is_visible(TITLE)
        assert not seen.page.is_visible(".queue-list")
        seen.page.click(".phone-only >> text=下一户")
        assert seen.page.is_visible(TITLE)


def test_a_row_opens_in_the_drawer_and_the_list_keeps_its_place(clerk: Visit) -> None:
    clerk.open("/files/")
    clerk.press("j")
    clerk.press("j")
    chosen = clerk.focus
    clerk.press("Enter")
    clerk.page.wait_for_selector("#drawer[open] [data-part]")
    assert clerk.text("[data-drawer-title]") == chosen
    clerk.press("Escape")
    assert clerk.focus == chosen
    clerk.press("j")
    assert clerk.focus != chosen
