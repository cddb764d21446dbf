"""What every answer says to the browser."""

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from bangfu.terminals.desk.security import ContentSecurityPolicy


def answer(response: HttpResponse) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return response

    return ContentSecurityPolicy(view)(RequestFactory().get("/"))


def test_nothing_from_elsewhere_and_nothing_inline() -> None:
    policy = answer(HttpResponse())["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def test_pages_are_kept_nowhere() -> None:
    assert answer(HttpResponse())["Cache-Control"] == "no-store"


def test_assets_may_say_otherwise() -> None:
    assert answer(HttpResponse(headers={"Cache-Control": "max-age=60"}))["Cache-Control"] == "max-age=60"


def test_other_headers() -> None:
    response = answer(HttpResponse())
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
