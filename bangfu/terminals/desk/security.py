"""What every answer of the pages says to the browser: nothing from elsewhere, nothing inline, nothing kept."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{part} {sources}" for part, sources in _POLICY.items()),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class ContentSecurityPolicy:
    """Middleware, first in the list. Sets every header that a view has not set, and keeps pages out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers. Assets say themselves how long they keep: WhiteNoise has set Cache-Control by then."""
        response = self._get_response(request)
        for header, value in _HEADERS.items():
            response.setdefault(header, value)
        response.setdefault("Cache-Control", "no-store")
        return response
