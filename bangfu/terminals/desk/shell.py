"""What surrounds every page: menu, counts, who is signed in. Counted inside the door; where nothing can be counted nothing is shown."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse

from bangfu.core.clock import MachineClock, today
from bangfu.decide.comparison.selectors_duplicates import count_duplicates
from bangfu.decide.identification.selectors import waiting_now
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import open_glass, positions
from bangfu.ground.acts.actor import ROLE_WORDS, Actor, Right
from bangfu.ground.acts.door import acting
from bangfu.ground.approval.selectors import waiting_for_me
from bangfu.record.registry.selectors import count_files
from bangfu.terminals.desk.words import organisation

# Place in the menu → name of its page. A place without a page yet, or not open to the role, is not shown.
_PAGES = {
    "desk": "desk:home",
    "files": "desk:files",
    "review": "desk:review",
    "duplicates": "desk:duplicates",
    "approvals": "desk:approvals",
    "deliveries": "desk:deliveries",
    "runs": "desk:runs",
    "imports": "desk:imports",
    "policy": "desk:policy",
    "audit": "desk:audit",
    "access": "desk:access",
}
_COUNTS: dict[str, Callable[[Actor, date], int]] = {
    "files": lambda actor, _: count_files(actor),
    "review": waiting_now,
    "duplicates": lambda actor, _: count_duplicates(actor),
    "approvals": lambda actor, _: waiting_for_me(actor),
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of every template; for whoever has not come in yet, only the language switch."""
    actor: Actor | None = getattr(request, "actor", None)
    context: dict[str, Any] = {"actor": actor, "language_url": reverse("desk:language")}
    if actor is None:
        return context
    menu = _menu(actor)
    context |= {
        "menu": menu,
        "me": _me(actor),
        "watermark_url": reverse("desk:watermark"),
        "sign_out_url": reverse("desk:sign_out"),
        "password_url": reverse("desk:new_password"),
        "appointment_url": _appointment_url(request),
        "mine_url": reverse("desk:mine"),
        "glass_url": reverse("desk:glass") if actor.may(Right.BREAK_GLASS) else "",
        "glass": open_glass(actor) if actor.glass_id else None,
    }
    if "files" in menu:
        context["search_url"] = menu["files"]["url"]
    return context


def _menu(actor: Actor) -> dict[str, dict[str, Any]]:
    places = {name: url for name, page in _PAGES.items() if (url := _address(page, actor))}
    counts = _counted(actor, [name for name in places if name in _COUNTS])
    return {name: {"url": url, "count": counts.get(name)} for name, url in places.items()}


def _address(page: str, actor: Actor) -> str:
    """The address of a page, if it exists and its right is the actor's."""
    try:
        url = reverse(page)
    except NoReverseMatch:
        return ""
    right: Right | None = getattr(resolve(url).func, "right", None)
    return url if right is None or actor.may(right) else ""


def _counted(actor: Actor, names: list[str]) -> dict[str, int]:
    try:
        on = today(MachineClock())
        with acting(actor):
            return {name: _COUNTS[name](actor, on) for name in names}
    except DatabaseError:
        # The page about a broken database must still be drawn.
        return {}


def _me(actor: Actor) -> dict[str, str]:
    zh, en = ROLE_WORDS[actor.role]
    return {
        "name": actor.name,
        "stands_for": actor.stands_for_name,
        "organisation": organisation(actor.organisation_name),
        "role_zh": zh,
        "role_en": en,
    }


def _appointment_url(request: HttpRequest) -> str:
    """Where to change the appointment, for whoever holds several."""
    if not isinstance(request.user, Account):
        return ""
    try:
        several = len(positions(request.user, today(MachineClock()))) > 1
    except DatabaseError:
        return ""
    return reverse("desk:appointment") if several else ""
