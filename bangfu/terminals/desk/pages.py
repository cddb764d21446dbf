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
from django.urls import resolve
from django.utils.http import url_has_allowed_host_and_scheme

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import actor_of
from bangfu.ground.access.services import record_page
from bangfu.ground.acts.actor import Actor, Purpose, Right, Role
from bangfu.ground.acts.door import acting
from bangfu.terminals.desk.second_factor import must_set_one_up
from bangfu.terminals.desk.views.errors import FORM_EXPIRED, problem_page

APPOINTMENT = "appointment"
_OVERSEERS = frozenset({Role.LEADER, Role.AUDITOR})


class DeskRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: Account | AnonymousUser
    actor: Actor


View = Callable[..., HttpResponseBase]


def page(*, right: Right, purpose: Purpose, always: bool = False) -> Callable[[View], View]:
    """Declare a page: the role must carry ``right``; what is read is read for ``purpose``.

    ``always``: also for somebody who must set up a second factor first, and has not.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def serve(request: DeskRequest, **parts: object) -> HttpResponseBase:
            if not isinstance(request.user, Account):
                return redirect_to_login(request.get_full_path())
            if request.user.must_change_password:
                return redirect("desk:new_password")
            try:
                request.actor = _actor(request, request.user, purpose)
                if not always and must_set_one_up(request.user, request.actor):
                    return redirect("desk:second_factors")
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
        _keep_glass(request, parts)
        response = view(request, **parts)
        if isinstance(response, TemplateResponse):
            response.render()
        return response


def _keep_glass(request: DeskRequest, parts: dict[str, object]) -> None:
    """Behind broken glass every page is kept, with what it was about."""
    subject = next((part for part in parts.values() if isinstance(part, UUID)), None)
    record_page(request.actor, resolve(request.path_info).url_name or "", subject)


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


def address_inside(request: HttpRequest, url: str) -> str:
    """The address, if it leads to a page of ours; else nothing."""
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if ours else ""
