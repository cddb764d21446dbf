"""The browser's session and ours: every page asks whether it still holds; re-authentication for what weighs more."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Account, SignedIn
from bangfu.ground.access.sessions import Limits, begin_session, held_session
from bangfu.ground.policy.selectors import value_on

SESSION = "signed_in"
PLACE = "signed_in_at"
_IDLE, _LONGEST = 30, 600
_SECOND_FACTOR, _SECOND_FACTOR_DAYS = 1, 7
# Policy changes rarely, and every page asks: what was read is believed for a minute.
_BELIEVED_SECONDS = 60
_KNOWN = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_MACHINES = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


class HeldSessions:
    """Middleware: whoever's session has ended, by time or by somebody, is signed out before anything is shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; ``request.signed_in`` is the session that holds, or None."""
        signed_in = None
        if isinstance(request.user, Account):
            signed_in = _held(request, request.user)
            if signed_in is None:
                logout(request)
                messages.info(request, gettext("登录已到时限，或在别处被结束。请重新登录。"))
        request.signed_in = signed_in  # type: ignore[attr-defined]
        return self._get_response(request)


def begin(request: HttpRequest, account: Account, place: str, factor: str) -> None:
    """Begin a session of ours beside the browser's; ``place`` is the path of the organisation whose policy holds for it."""
    begun = begin_session(
        account, timezone.now(), address=address_of(request), browser=browser_of(request), factor=factor
    )
    request.session[SESSION], request.session[PLACE] = str(begun.pk), place
    request.signed_in = begun  # type: ignore[attr-defined]


def session_of(request: HttpRequest) -> SignedIn | None:
    """The session that holds."""
    return cast("SignedIn | None", getattr(request, "signed_in", None))


def reauthenticated_at(request: HttpRequest) -> datetime | None:
    """When the person last gave their password (and second factor, if they have one); None for whoever has not signed in."""
    held = session_of(request)
    return held.proved_at if held else None


def reauthenticated(request: HttpRequest, within: int) -> bool:
    """Was it within so many minutes? Where not, lead to ``desk:again`` with ``next``: it asks, and leads back."""
    at = reauthenticated_at(request)
    return at is not None and timezone.now() - at <= timedelta(minutes=within)


def limits_at(place: str) -> Limits:
    """How long sessions hold in an organisation."""
    return Limits(
        timedelta(minutes=policy_number(place, "access.idle_minutes", _IDLE)),
        timedelta(minutes=policy_number(place, "access.longest_minutes", _LONGEST)),
    )


def second_factor_policy(place: str) -> tuple[int, int]:
    """Who must have a second factor (0 nobody, 1 administrators, 2 everybody), and within how many days."""
    return (
        policy_number(place, "access.second_factor", _SECOND_FACTOR),
        policy_number(place, "access.second_factor_days", _SECOND_FACTOR_DAYS),
    )


def policy_number(place: str, code: str, otherwise: int) -> int:
    """A whole number of policy, or what holds where nothing is set."""
    now = int(timezone.now().timestamp())
    found = _number(place, code, now // _BELIEVED_SECONDS)
    return otherwise if found is None else found


@lru_cache(maxsize=256)
def _number(place: str, code: str, _minute: int) -> int | None:
    held = value_on(place, code, today(MachineClock()))
    return held.whole if held else None


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: behind proxies of our own, what the outermost of them saw."""
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies = settings.BANGFU_PROXIES
    if proxies and len(told) >= proxies:
        return told[-proxies][:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def browser_of(request: HttpRequest) -> str:
    """Browser and machine in two words, for people to know their own by: Firefox · Windows."""
    agent = request.headers.get("User-Agent", "")
    found = [next((name for mark, name in known if mark in agent), "") for known in (_KNOWN, _MACHINES)]
    return " · ".join(filter(None, found))


def _held(request: HttpRequest, account: Account) -> SignedIn | None:
    kept = request.session.get(SESSION)
    if kept is None:
        # A browser's session that did not come through the sign-in page: it is held and listed like every other.
        begin(request, account, "/", "")
        return session_of(request)
    return held_session(UUID(kept), account.pk, timezone.now(), limits_at(request.session.get(PLACE, "/")))
