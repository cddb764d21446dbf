"""Signing in, with a second factor where there is one; signing out; giving the password once more for what weighs more."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import actor_of, positions
from bangfu.ground.access.services import (
    gate,
    record_failed_sign_in,
    record_proof,
    record_sign_in,
    record_sign_out,
)
from bangfu.ground.access.sessions import leave_session, proved
from bangfu.ground.access.throttle import admit, succeeded
from bangfu.ground.acts.actor import Actor, Purpose, Right
from bangfu.terminals.desk import words
from bangfu.terminals.desk.forms.accounts import AgainForm, CodeForm, SignInForm
from bangfu.terminals.desk.pages import (
    DeskRequest,
    address_inside,
    chosen_appointment,
    open_page,
    page,
)
from bangfu.terminals.desk.second_factor import factors_of, prove, question
from bangfu.terminals.desk.sessions import address_of, begin, session_of
from bangfu.terminals.desk.views.errors import problem_page

_PENDING = "pending"
_PENDING_HOLDS = timedelta(minutes=10)
_SLOW_DOWN = 429


@open_page
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in. One sentence for an unknown name and for a wrong password, after the same time: the hash is worked out either way."""
    following = address_inside(request, request.POST.get("next") or request.GET.get("next") or "")
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        username = form.cleaned_data["username"]
        try:
            admit(username, address_of(request), timezone.now())
        except Problem as problem:
            form.add_error(None, words.problem(problem))
            status = _SLOW_DOWN
        else:
            account = authenticate(request, **form.cleaned_data)
            if isinstance(account, Account):
                return _first_passed(request, account, following)
            _tell_failure(request, Account.objects.filter(username=username.strip().lower()).first(), "password")
            form.add_error(None, gettext("账号或密码不对，请重新输入。"))
    elif isinstance(request.user, Account):
        return redirect(following or "desk:home")
    status = 422 if form.errors and status == 200 else status
    return render(request, "desk/sign_in.html", {"form": form, "next": following}, status=status)


@open_page
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponseBase:
    """The second factor, right after the password."""
    pending = _pending(request)
    if pending is None:
        return redirect("desk:sign_in")
    account, following = pending
    form = CodeForm(request.POST or None)
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        try:
            admit(account.username, address_of(request), timezone.now())
            factor = prove(request, _actor(account), **form.cleaned_data)
        except Problem as problem:
            if problem.code != "access.too_many_failures":
                _tell_failure(request, account, "factor")
            problems = [problem]
        else:
            return _enter(request, account, following, factor)
    held = factors_of(account)
    context = {"form": CodeForm(), "problems": problems, "question": question(request, held)}
    return render(request, "desk/second.html", context, status=422 if problems else 200)


@open_page
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign out: the session is gone, here and in the database."""
    if isinstance(request.user, Account):
        # Whoever has lost the appointment may still leave.
        with suppress(Problem):
            record_sign_out(actor=_actor(request.user, chosen_appointment(request)), act_id=uuid4())
        held = session_of(request)
        if held is not None:
            leave_session(held.pk, timezone.now())
    logout(request)
    return redirect("desk:sign_in")


@require_http_methods(["GET", "POST"])
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS)
def again(request: DeskRequest) -> HttpResponse:
    """The password once more, and the second factor of whoever has one; then back to where it was asked for (``next``)."""
    account, held = request.user, session_of(request)
    assert isinstance(account, Account)  # noqa: S101, behind the sign-in
    assert held is not None  # noqa: S101
    following = address_inside(request, request.POST.get("next") or request.GET.get("next") or "")
    factors = factors_of(account)
    problems: list[Problem] = []
    form = AgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            admit(account.username, address_of(request), timezone.now())
            if account.check_password(form.cleaned_data.pop("password")):
                if factors:
                    prove(request, request.actor, **form.cleaned_data)
                record_proof(actor=request.actor, act_id=uuid4())
                proved(held.pk, timezone.now())
                succeeded(account.username, address_of(request))
                return redirect(following or "desk:home")
            form.add_error("password", gettext("密码不对。"))
        except Problem as problem:
            problems = [problem]
    context: dict[str, Any] = {"form": form, "next": following, "problems": problems, "factors": factors}
    context["question"] = question(request, factors)
    return render(request, "desk/again.html", context, status=422 if problems or form.errors else 200)


def _first_passed(request: HttpRequest, account: Account, following: str) -> HttpResponseBase:
    """The password was right: in, or on to the second factor."""
    try:
        _actor(account)
    except Problem as problem:
        return problem_page(request, problem)
    if factors_of(account):
        request.session.cycle_key()
        request.session[_PENDING] = {"account": str(account.pk), "at": timezone.now().timestamp(), "next": following}
        return redirect("desk:second")
    return _enter(request, account, following, "")


def _enter(request: HttpRequest, account: Account, following: str, factor: str) -> HttpResponseBase:
    actor = _actor(account)
    # Gives the session a new key, so that one that was planted is worth nothing.
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    begin(request, account, actor.scope, factor)
    succeeded(account.username, address_of(request))
    record_sign_in(actor=actor, act_id=uuid4())
    request.session.pop(_PENDING, None)
    if account.must_change_password:
        return redirect("desk:new_password")
    several = len(positions(account, today(MachineClock()))) > 1
    return redirect("desk:appointment" if several else following or "desk:home")


def _pending(request: HttpRequest) -> tuple[Account, str] | None:
    """Whose password was right a moment ago."""
    kept = request.session.get(_PENDING)
    if not kept or timezone.now().timestamp() - kept["at"] > _PENDING_HOLDS.total_seconds():
        return None
    account = Account.objects.filter(pk=UUID(kept["account"]), is_active=True).first()
    return (account, str(kept["next"])) if account else None


def _tell_failure(request: HttpRequest, account: Account | None, what: str) -> None:
    # An instance without any organisation has no trail yet either.
    with suppress(Problem):
        record_failed_sign_in(
            actor=gate(),
            act_id=uuid4(),
            account_id=account.pk if account else None,
            address=address_of(request),
            what=what,
        )


def _actor(account: Account, appointment_id: UUID | None = None) -> Actor:
    return actor_of(account, today(MachineClock()), Purpose.OPERATIONS, appointment_id)
