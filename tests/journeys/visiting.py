"""Somebody before the browser: every key and every click is counted, everything that goes wrong is noted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from tests.people import PASSWORD, Someone

DESK, PHONE = (1440, 900), (390, 844)
_SERVER_FAULT = 500


@dataclass(frozen=True)
class Site:
    """Where the pages are, and the home of what serves them."""

    url: str
    home: Path


@dataclass
class Visit:
    """A page in a browser. ``wrong``: what the console said, requests elsewhere, faults of the server."""

    page: Page
    site: Site
    keys: int = 0
    clicks: int = 0
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to an address: counted as nothing, like a bookmark."""
        self.page.goto(self.site.url + path)

    def press(self, key: str) -> None:
        """One key, wherever the cursor is."""
        self.keys += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Words into whatever has the cursor; words are no keys that the program asks for."""
        self.page.keyboard.type(text)

    def click(self, selector: str) -> None:
        """One click."""
        self.clicks += 1
        self.page.click(selector)

    def sign_in(self, someone: Someone) -> None:
        """The sign-in, with the keyboard and one click."""
        self.open("/sign-in/")
        self.page.fill("[name=username]", someone.username)
        self.page.fill("[name=password]", PASSWORD)
        self.click("button.go")
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def text(self, selector: str) -> str:
        """What is read there."""
        return self.page.inner_text(selector).strip()

    @property
    def focus(self) -> str:
        """What has the cursor, by its words."""
        return str(self.page.evaluate("document.activeElement.textContent")).strip()


@contextmanager
def visit(browser: Browser, site: Site, *, language: str = "zh-hans", size: tuple[int, int] = DESK) -> Iterator[Visit]:
    """A fresh browser; at the end nothing may have gone wrong in it."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    context.set_default_timeout(15_000)
    found = Visit(context.new_page(), site)
    watch(found)
    try:
        yield found
        assert found.wrong == []
    finally:
        context.close()


def watch(seen: Visit) -> None:
    """Note what goes wrong: the console (violations of the content policy among it), requests elsewhere, faults of the server."""

    def console(message: ConsoleMessage) -> None:
        # A page that says 4xx is a page all the same; the browser calls it a failed resource.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            seen.wrong.append(f"console: {message.text}")

    def request(one: Request) -> None:
        if not one.url.startswith((seen.site.url, "data:", "blob:")):
            seen.wrong.append(f"elsewhere: {one.url}")

    def response(one: Response) -> None:
        if one.status >= _SERVER_FAULT:
            seen.wrong.append(f"{one.status}: {one.url}")

    seen.page.on("console", console)
    seen.page.on("pageerror", lambda error: seen.wrong.append(f"page: {error}"))
    seen.page.on("request", request)
    seen.page.on("response", response)
