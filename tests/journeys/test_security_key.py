"""A security key, in a real browser with a key that the browser's debugger pretends: set up, asked for, refused once it is gone."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, CDPSession

from tests.journeys.visiting import Site, Visit, visit
from tests.people import PASSWORD, REVIEWER

KEY = {
    "protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def named(site: Site) -> Site:
    """The same pages under a name: a key answers to names and not to numbers."""
    return replace(site, url=site.url.replace("127.0.0.1", "localhost"))


def with_key(seen: Visit) -> tuple[CDPSession, str]:
    debugger = seen.page.context.new_cdp_session(seen.page)
    debugger.send("WebAuthn.enable")
    made = debugger.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return debugger, str(made["authenticatorId"])


def give_password(seen: Visit) -> None:
    seen.open("/sign-in/")
    seen.page.fill("[name=username]", REVIEWER.username)
    seen.page.fill("[name=password]", PASSWORD)
    seen.page.click("button.go")


def test_a_key_is_set_up_and_signs_in_and_a_foreign_one_does_not(browser: Browser, named: Site) -> None:
    with visit(browser, named) as seen:
        debugger, key = with_key(seen)
        give_password(seen)
        seen.open("/mine/second-factors/")
        seen.page.click("#key ~ form [data-key-use]")
        seen.page.wait_for_selector(".codes")
        assert seen.page.locator(".codes li").count() == 10

        seen.page.context.clear_cookies(name="sessionid")
        give_password(seen)
        seen.page.wait_for_url("**/sign-in/second/")
        seen.page.click("[data-key-use]")
        seen.page.wait_for_url(lambda url: "sign-in" not in url)

        debugger.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
        debugger.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        seen.page.context.clear_cookies(name="sessionid")
        give_password(seen)
        seen.page.wait_for_url("**/sign-in/second/")
        seen.page.click("[data-key-use]")
        seen.page.wait_for_selector("[data-key-wrong]:not([hidden])")
        assert "sign-in" in seen.page.url
