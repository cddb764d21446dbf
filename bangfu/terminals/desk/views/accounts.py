"""Signing in and out, a new password, the choice of an appointment."""

from contextlib import suppress
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import actor_of, positions
from bangfu.ground.access.services import change_password, record_sign_in, record_sign_out
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.terminals.desk.forms.accounts import NewPasswordForm, SignInForm
from bangfu.terminals.desk.pages import APPOINTMENT, chosen_appointment, open_page, posted_act_id
from bangfu.terminals.desk.views.errors import problem_page
from bangfu.terminals.desk.watermark import watermark as drawn_watermark

_YEAR = 365 * 24 * 60 * 60


@open_page
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in. One sentence for an unknown name and for a wrong password, after the same time: the hash is worked out either way."""
    following = _inside(request, request.POST.get("next") or request.GET.get("next") or "")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account = authenticate(request, **form.cleaned_data)
        if isinstance(account, Account):
            return _enter(request, account, following)
        form.add_error(None, gettext("账号或密码不对，请重新输入。"))
    elif isinstance(request.user, Account):
        return redirect(following or "desk:home")
    status = 422 if form.errors else 200
    return render(request, "desk/sign_in.html", {"form": form, "next": following}, status=status)


def _enter(request: HttpRequest, account: Account, following: str) -> HttpResponseBase:
    try:
        actor = _actor(account)
    except Problem as problem:
        return problem_page(request, problem)
    # Gives the session a new key, so that one that was planted is worth nothing.
    login(request, account)
    record_sign_in(actor=actor, act_id=uuid4())
    if account.must_change_password:
        return redirect("desk:new_password")
    several = len(positions(account, today(MachineClock()))) > 1
    return redirect("desk:appointment" if several else following or "desk:home")


@open_page
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign out: the session is gone, here and in the database."""
    if isinstance(request.user, Account):
        # Whoever has lost the appointment may still leave.
        with suppress(Problem):
            record_sign_out(actor=_actor(request.user, chosen_appointment(request)), act_id=uuid4())
    logout(request)
    return redirect("desk:sign_in")


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
        change_password(actor=_actor(account), act_id=posted_act_id(request), password_hash=hashed)
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
    response = redirect(_inside(request, request.POST.get("next", "")) or reverse("desk:home"))
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


def _inside(request: HttpRequest, url: str) -> str:
    """The address, if it leads to a page of ours; else nothing."""
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if ours else ""
