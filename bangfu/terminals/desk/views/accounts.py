"""A new password, the choice of an appointment, the language."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import actor_of, positions
from bangfu.ground.access.services import change_password
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.terminals.desk.forms.accounts import NewPasswordForm
from bangfu.terminals.desk.pages import APPOINTMENT, address_inside, chosen_appointment, open_page, posted_act_id
from bangfu.terminals.desk.sessions import session_of
from bangfu.terminals.desk.views.errors import problem_page
from bangfu.terminals.desk.watermark import watermark as drawn_watermark

_YEAR = 365 * 24 * 60 * 60


@open_page
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponseBase:
    """A new password; at the first sign-in nothing else is shown before."""
    account = request.user
    if not isinstance(account, Account):
        return redirect_to_login(request.get_full_path())
    first = account.must_change_password
    form = NewPasswordForm(account, request.POST or None, first=first)
    if request.method == "POST" and form.is_valid():
        return _changed(request, account, form)
    status = 422 if form.errors else 200
    return render(request, "desk/new_password.html", {"form": form, "first": first}, status=status)


def _changed(request: HttpRequest, account: Account, form: NewPasswordForm) -> HttpResponseBase:
    hashed = make_password(form.cleaned_data["new"])
    try:
        held = session_of(request)
        change_password(
            actor=_actor(account),
            act_id=posted_act_id(request),
            password_hash=hashed,
            session_id=held.pk if held else None,
        )
    except Problem as problem:
        return problem_page(request, problem)
    account.refresh_from_db()
    # This session goes on; every other one of this account ends.
    update_session_auth_hash(request, account)
    messages.success(request, gettext("密码已更换。其他电脑上的登录已失效。"))
    return redirect("desk:home")


@open_page
@require_http_methods(["GET", "POST"])
def appointment(request: HttpRequest) -> HttpResponseBase:
    """Whoever holds several appointments says in which one they work now."""
    account = request.user
    if not isinstance(account, Account):
        return redirect_to_login(request.get_full_path())
    held = positions(account, today(MachineClock()))
    if request.method == "POST":
        chosen = next((one for one in held if str(one.pk) == request.POST.get("appointment")), None)
        if chosen is not None:
            request.session[APPOINTMENT] = str(chosen.pk)
            return redirect("desk:home")
    here = chosen_appointment(request) or (held[0].pk if held else None)
    return render(request, "desk/appointment.html", {"held": held, "here": here})


@open_page
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, from the next page on; kept in this browser."""
    response = redirect(address_inside(request, request.POST.get("next", "")) or reverse("desk:home"))
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@open_page
@require_GET
def watermark(request: HttpRequest) -> HttpResponse:
    """Who looks, and when; empty for whoever has not signed in."""
    organisation = name = ""
    if isinstance(request.user, Account):
        try:
            actor = _actor(request.user, chosen_appointment(request))
            organisation, name = actor.organisation_name, actor.name
        except Problem:
            name = request.user.full_name
    drawing = drawn_watermark(organisation, name, timezone.localtime())
    return HttpResponse(drawing, content_type="image/svg+xml")


def _actor(account: Account, appointment_id: UUID | None = None) -> Actor:
    return actor_of(account, today(MachineClock()), Purpose.OPERATIONS, appointment_id)
