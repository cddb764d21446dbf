"""Every page, as each role finds it: readable by everybody, in both languages, at a desk and on a phone, from this machine alone."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from tests.journeys.visiting import DESK, PHONE, Site, Visit, visit
from tests.people import (
    AUDITOR,
    CHAIR,
    CLERK,
    DATA_OFFICER,
    LEADER,
    PREFECTURE_CLERK,
    REVIEWER,
    SECURITY_ADMIN,
    Someone,
)

GRAVE = frozenset({"serious", "critical"})
# All rules are asked; what passes is not described, which is most of the work.
AXE, ONLY_WRONG = Axe(), {"resultTypes": ["violations"]}
# Both languages and both sizes are looked at by axe; that nothing is too wide, in each of the four.
LOOKS = [("zh-hans", DESK, PHONE), ("en", PHONE, DESK)]


@dataclass(frozen=True)
class Stop:
    """A page on the way: an address, or what to do to get there."""

    name: str
    go: str | Callable[[Visit], None]


def first(listing: str, link: str) -> Callable[[Visit], None]:
    """The page that the first such link of a list leads to."""

    def go(seen: Visit) -> None:
        seen.open(listing)
        href = seen.page.get_attribute(f"{link} >> nth=0", "href")
        assert href, link
        seen.open(href)

    return go


def after(press: str, wait: str) -> Callable[[Visit], None]:
    """A contradicted case after one key."""

    def go(seen: Visit) -> None:
        first("/review/?view=contradicted", ".queue-item")(seen)
        seen.page.keyboard.press(press)
        seen.page.wait_for_selector(wait)

    return go


def on_approval(press: str, wait: str) -> Callable[[Visit], None]:
    """What waits to be approved, after one key; what is folded away is opened first."""

    def go(seen: Visit) -> None:
        first("/approvals/", ".queue-item")(seen)
        seen.page.click("#decision summary")
        seen.page.keyboard.press(press)
        seen.page.wait_for_selector(wait)

    return go


def opened(listing: str, dialog: str) -> Callable[[Visit], None]:
    """A dialog on the page of the first line of a list."""

    def go(seen: Visit) -> None:
        first(listing, "a[data-row]")(seen)
        seen.page.click(dialog)

    return go


def number_dialog(seen: Visit) -> None:
    first("/files/", "a[data-row]")(seen)
    seen.page.click("[data-dialog^=number]")


def whole_number(seen: Visit) -> None:
    number_dialog(seen)
    seen.page.click("dialog[open] button[type=submit]")
    seen.page.wait_for_selector("#members")


FILES = [Stop("files", "/files/"), Stop("no files", "/files/?q=zzz"), Stop("file", first("/files/", "a[data-row]"))]
SENSITIVE = [
    *FILES,
    Stop("number asked", number_dialog),
    Stop("number shown", whole_number),
    Stop("queue", "/review/"),
    Stop("case", first("/review/", ".queue-item")),
    Stop("contradicted", first("/review/?view=contradicted", ".queue-item")),
    Stop("asking", after("2", "dialog#ask[open]")),
    Stop("refusing", after("3", "dialog#refuse[open]")),
    Stop("keys", after("?", "dialog#keys[open]")),
    Stop("empty queue", "/review/?view=overdue"),
    Stop("clean", "/review/clean/"),
    Stop("duplicates", "/duplicates/"),
    Stop("pair", first("/duplicates/", "main a[href^='/duplicates/']:not([href*=state])")),
]
IMPORTS = [
    Stop("imports", "/imports/"),
    Stop("new import", "/imports/new/"),
    Stop("import", first("/imports/", "a[data-row]")),
]
DATA = [
    Stop("deliveries", "/deliveries/"),
    Stop("history", "/deliveries/all/"),
    Stop("delivery", first("/deliveries/all/", "tbody a")),
    Stop("comparisons", "/runs/"),
    Stop("comparison", first("/runs/", "a[data-row]")),
]
APPROVALS = [
    Stop("approvals", "/approvals/"),
    Stop("approval", first("/approvals/", ".queue-item")),
    Stop("returning", on_approval("2", "dialog#give-back[open]")),
    Stop("countersigning", on_approval("4", "dialog#countersign[open]")),
    Stop("several", "/approvals/batch/"),
    Stop("proposed by nobody", "/approvals/?view=proposed"),
]
POLICY = [Stop("policy", "/policy/"), Stop("rules", first("/policy/", "a[href^='/policy/rules/']"))]
ACCESS = [
    Stop("people", "/access/"),
    Stop("nobody", "/access/?q=zzz"),
    Stop("person", first("/access/?q=clerk", "a[data-row]")),
    Stop("ending", opened("/access/?q=clerk", "[data-dialog=end-1]")),
    Stop("new person", "/access/people/new/"),
    Stop("roles", "/access/roles/"),
    Stop("doors", "/access/doors/"),
    Stop("mine", "/mine/"),
    Stop("second factors", "/mine/second-factors/"),
    Stop("once more", "/again/"),
]
AUDIT = [
    Stop("audit", "/audit/"),
    Stop("by person", "/audit/?by=person&person=00000000-0000-0000-0000-000000000000"),
    Stop("by batch", "/audit/?by=batch"),
    Stop("one batch", first("/audit/?by=batch", ".history a")),
    Stop("by glass", "/audit/?by=glass"),
    Stop("glass", "/glass/"),
]
HOME, MISSING, PASSWORD = Stop("home", "/"), Stop("missing", "/nothing/"), Stop("password", "/password/")
WAYS: list[tuple[Someone, list[Stop]]] = [
    (PREFECTURE_CLERK, [HOME, *SENSITIVE, *IMPORTS, *DATA, *POLICY, MISSING, PASSWORD]),
    (CLERK, [HOME, Stop("queue", "/review/"), Stop("proposed", first("/approvals/?view=proposed", ".queue-item"))]),
    (CHAIR, [HOME, Stop("no files", "/files/"), Stop("imports", "/imports/")]),
    (REVIEWER, [HOME, Stop("case", first("/review/", ".queue-item")), *APPROVALS]),
    (DATA_OFFICER, [HOME, *DATA, Stop("new delivery", "/deliveries/new/"), Stop("forbidden", "/files/")]),
    (LEADER, [HOME, *FILES]),
    (AUDITOR, [HOME, *FILES, *AUDIT, Stop("trail", "/trail/")]),
    (SECURITY_ADMIN, [HOME, *ACCESS]),
]


def too_wide(seen: Visit) -> list[str]:
    wide = seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px too wide"] if wide > 0 else []


def hard_to_read(seen: Visit) -> list[str]:
    found = AXE.run(seen.page, options=ONLY_WRONG).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found if one["impact"] in GRAVE]


def too_wide_when_turned_to(seen: Visit, size: tuple[int, int]) -> list[str]:
    """The same page in another size, as in a window that somebody draws."""
    before = seen.page.viewport_size
    assert before
    seen.page.set_viewport_size({"width": size[0], "height": size[1]})
    found = [f"{wide} at {size[0]} px" for wide in too_wide(seen)]
    seen.page.set_viewport_size(before)
    return found


@pytest.mark.parametrize(("language", "size", "other_size"), LOOKS)
@pytest.mark.parametrize(("someone", "stops"), WAYS, ids=[someone.username for someone, _ in WAYS])
def test_every_page_can_be_read_by_everybody(
    browser: Browser,
    site: Site,
    someone: Someone,
    stops: list[Stop],
    language: str,
    size: tuple[int, int],
    other_size: tuple[int, int],
) -> None:
    with visit(browser, site, language=language, size=size) as seen:
        seen.sign_in(someone)
        wrong = {}
        for stop in stops:
            if callable(stop.go):
                stop.go(seen)
            else:
                seen.open(stop.go)
            if found := too_wide(seen) + hard_to_read(seen) + too_wide_when_turned_to(seen, other_size):
                wrong[stop.name] = found
        assert wrong == {}


@pytest.mark.parametrize(("language", "size", "other_size"), LOOKS)
def test_the_sign_in_can_be_read_by_everybody(
    browser: Browser, site: Site, language: str, size: tuple[int, int], other_size: tuple[int, int]
) -> None:
    with visit(browser, site, language=language, size=size) as seen:
        seen.open("/sign-in/")
        seen.page.fill("[name=username]", "nobody")
        seen.page.fill("[name=password]", "wrong")
        seen.page.click("button.go")
        seen.page.wait_for_selector(".trouble")
        assert too_wide(seen) == hard_to_read(seen) == too_wide_when_turned_to(seen, other_size) == []


def test_control_what_is_hard_to_read_too_wide_or_from_elsewhere_is_noticed(browser: Browser, site: Site) -> None:
    with pytest.raises(AssertionError, match="elsewhere"), visit(browser, site) as seen:  # noqa: PT012, all of one page
        seen.open("/sign-in/")
        seen.page.evaluate(
            """() => { const image = document.createElement("img"); image.src = "https://example.org/x.png";
            image.width = 3000; document.body.append(image); }"""
        )
        assert too_wide(seen)
        assert too_wide_when_turned_to(seen, PHONE)
        assert [found.split(":")[0] for found in hard_to_read(seen)] == ["image-alt"]
