"""What every page declares: which right it needs and for which purpose it shows personal data.

A GET reads inside the door, in one transaction. A POST calls one act, which opens its own door, and then leads elsewhere.
"""

from collections.abc import Callable
from functools import wraps
from typing import cast
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import actor_of
from bangfu.ground.acts.actor import Actor, Purpose, Right, Role
from bangfu.ground.acts.door import acting
from bangfu.terminals.desk.views.errors import FORM_EXPIRED, problem_page

APPOINTMENT = "appointment"
_OVERSEERS = frozenset({Role.LEADER, Role.AUDITOR})


class DeskRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: Account | AnonymousUser
    actor: Actor


View = Callable[..., HttpResponseBase]


def page(*, right: Right, purpose: Purpose) -> Callable[[View], View]:
    """Declare a page: the role must carry ``right``; what is read is read for ``purpose``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def serve(request: DeskRequest, **parts: object) -> HttpResponseBase:
            if not isinstance(request.user, Account):
                return redirect_to_login(request.get_full_path())
            if request.user.must_change_password:
                return redirect("desk:new_password")
            try:
                request.actor = _actor(request, request.user, purpose)
                request.actor.require(right)
                if request.method in ("GET", "HEAD"):
                    return _read(view, request, parts)
                return view(request, **parts)
            except Problem as problem:
                return problem_page(request, problem)

        serve.right, serve.purpose = right, purpose  # type: ignore[attr-defined]
        return cast("View", serve)

    return decorate


def open_page(view: View) -> View:
    """Declare a page for everybody: it shows nobody's data."""
    view.right = view.purpose = None  # type: ignore[attr-defined]
    return view


def _read(view: View, request: DeskRequest, parts: dict[str, object]) -> HttpResponseBase:
    with acting(request.actor):
        response = view(request, **parts)
        if isinstance(response, TemplateResponse):
            response.render()
        return response


def _actor(request: HttpRequest, account: Account, purpose: Purpose) -> Actor:
    actor = actor_of(account, today(MachineClock()), purpose, chosen_appointment(request))
    # Whoever oversees looks at the same pages, and not to work on them.
    return actor.for_purpose(Purpose.SUPERVISION) if actor.role in _OVERSEERS else actor


def chosen_appointment(request: HttpRequest) -> UUID | None:
    """The appointment that the person works in now; None: the first."""
    chosen = request.session.get(APPOINTMENT)
    return UUID(chosen) if chosen else None


def posted_act_id(request: HttpRequest) -> UUID:
    """The id that the form was given when it was drawn ({% act %}); FORM_EXPIRED where there is none."""
    return posted_id(request, "act_id")


def posted_id(request: HttpRequest, field: str) -> UUID:
    """An id that a form carries; FORM_EXPIRED where it is none."""
    try:
        return UUID(request.POST.get(field, ""))
    except ValueError:
        raise FORM_EXPIRED() from None


def is_fragment(request: HttpRequest) -> bool:
    """Does htmx ask for a part of a page?"""
    return request.headers.get("HX-Request") == "true"
