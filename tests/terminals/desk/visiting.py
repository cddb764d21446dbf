"""Opening pages as one of the cast."""

from typing import TYPE_CHECKING

from django.test import Client

from tests.people import CLERK, PASSWORD, Someone

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response


def sign_in(client: Client, username: str = CLERK.username, password: str = PASSWORD, **more: str) -> "Response":
    """Sends the form of the sign-in page."""
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def visitor(someone: Someone, language: str = "zh-hans") -> Client:
    """A browser in which somebody of the cast has signed in."""
    client = Client()
    client.cookies["language"] = language
    assert sign_in(client, someone.username).status_code == 302
    return client


def text(response: "Response") -> str:
    """The page as sent."""
    return response.content.decode()
