"""What concerns only oneself: where one is signed in, the second factor, who stands in for whom."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Account
from bangfu.ground.access.people import colleagues, delegations_of, open_sessions, recovery_codes_left
from bangfu.ground.access.second_factors import (
    app_address,
    new_recovery_codes,
    new_secret,
    recovery_hash,
    registration_asked,
    registration_checked,
    secret_of,
)
from bangfu.ground.access.selectors import positions
from bangfu.ground.access.services import (
    add_app,
    add_key,
    delegate,
    end_delegation,
    end_sessions,
    keep_recovery_codes,
    remove_factor,
)
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.terminals.desk import qr
from bangfu.terminals.desk.forms.access import StandInForm
from bangfu.terminals.desk.pages import DeskRequest, page, posted_act_id, posted_id
from bangfu.terminals.desk.second_factor import asked, due_by, factors_of, party, remember
from bangfu.terminals.desk.sessions import reauthenticated, session_of
from bangfu.terminals.desk.views.errors import PAGE_NOT_FOUND

_NEW_APP = "new_app"
_WAYS = ("app", "key", "remove", "codes")
# Minutes within which the password must have been given before a second factor is changed.
_PROVED_WITHIN = 10


@require_GET
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS, always=True)
def mine(request: DeskRequest) -> HttpResponseBase:
    """Appointments, sessions, second factors, standing in."""
    return _mine(request, StandInForm(request.actor, _me(request)))


@require_POST
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS, always=True)
def end_my_sessions(request: DeskRequest) -> HttpResponseBase:
    """End one session, or every one but this."""
    held = session_of(request)
    here = held.pk if held else None
    only = posted_id(request, "session") if request.POST.get("session") else None
    end_sessions(
        actor=request.actor,
        act_id=posted_act_id(request),
        account_id=request.actor.person_id,
        session_id=only,
        but=None if only else here,
    )
    messages.success(request, gettext("已结束。"))
    return redirect("desk:mine")


@require_POST
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS)
def stand_in(request: DeskRequest) -> HttpResponseBase:
    """Let a colleague stand in for oneself."""
    form = StandInForm(request.actor, _me(request), request.POST)
    if not form.is_valid():
        return _mine(request, form, status=422)
    given = form.cleaned_data
    delegate(
        actor=request.actor,
        act_id=posted_act_id(request),
        appointment_id=UUID(given["appointment"]),
        to_account_id=UUID(given["to"]),
        first=given["first"],
        last=given["last"],
    )
    messages.success(request, gettext("已办好。到期自动结束，也可以随时结束。"))
    return redirect("desk:mine")


@require_POST
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS)
def end_stand_in(request: DeskRequest) -> HttpResponseBase:
    """End a delegation, given or received."""
    end_delegation(actor=request.actor, act_id=posted_act_id(request), delegation_id=posted_id(request, "delegation"))
    messages.success(request, gettext("代办已结束。"))
    return redirect("desk:mine")


@require_GET
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS, always=True)
def second_factors(request: DeskRequest) -> HttpResponseBase:
    """One's second factors, and how to set one up."""
    if not reauthenticated(request, _PROVED_WITHIN):
        return redirect(f"{reverse('desk:again')}?{urlencode({'next': request.path})}")
    account = _me(request)
    sealed = request.session.get(_NEW_APP) or new_secret().hex()
    request.session[_NEW_APP] = sealed
    held = factors_of(account)
    options, challenge = registration_asked(
        party(request), account, [one for one in held if one.credential_id is not None]
    )
    remember(request, challenge)
    due = due_by(account, request.actor)
    context: dict[str, Any] = {
        "here": "",
        "held": held,
        "due": due,
        "overdue": due is not None and due < timezone.now(),
        "left": recovery_codes_left(account),
        "secret": secret_of(bytes.fromhex(sealed)),
        "drawing": qr.drawn(app_address(bytes.fromhex(sealed), account.username)),
        "new_key": options,
    }
    return TemplateResponse(request, "desk/mine/second_factors.html", context)


@require_POST
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS, always=True)
def change_second_factor(request: DeskRequest, what: str) -> HttpResponseBase:
    """Set up an app or a key, remove one, or make new recovery codes, which are shown once and in no other answer."""
    if not reauthenticated(request, _PROVED_WITHIN):
        return redirect(f"{reverse('desk:again')}?{urlencode({'next': reverse('desk:second_factors')})}")
    if what not in _WAYS:
        raise PAGE_NOT_FOUND()
    actor, act_id, account = request.actor, posted_act_id(request), _me(request)
    first = not factors_of(account)
    if what == "remove":
        remove_factor(actor=actor, act_id=act_id, factor_id=posted_id(request, "factor"))
    elif what == "app":
        sealed, code = request.session.get(_NEW_APP, ""), request.POST.get("code", "")
        add_app(actor=actor, act_id=act_id, sealed_hex=sealed or new_secret().hex(), code=code)
        request.session.pop(_NEW_APP, None)
    elif what == "key":
        made = registration_checked(party(request), asked(request), request.POST.get("answer", ""))
        add_key(actor=actor, act_id=act_id, name=request.POST.get("name", ""), key=made)
    if what == "codes" or (first and what in ("app", "key")):
        return _codes(request, act_id if what == "codes" else None)
    messages.success(request, gettext("已办好。"))
    return redirect("desk:second_factors")


def _codes(request: DeskRequest, act_id: UUID | None) -> HttpResponse:
    """Shown in this answer only: they are kept nowhere as they are, and led to another address they would have to be."""
    codes = new_recovery_codes()
    hashes = [recovery_hash(code).hex() for code in codes]
    keep_recovery_codes(actor=request.actor, act_id=act_id or posted_id(request, "codes_act_id"), hashes_hex=hashes)
    return TemplateResponse(request, "desk/mine/codes.html", {"codes": codes}).render()


def _mine(request: DeskRequest, form: StandInForm, status: int = 200) -> HttpResponseBase:
    account, held = _me(request), session_of(request)
    context = {
        "form": form,
        "account": account,
        "positions": positions(account, today(MachineClock())),
        "sessions": open_sessions(account.pk),
        "this": held.pk if held else None,
        "factors": factors_of(account),
        "due": due_by(account, request.actor),
        "given": delegations_of(account, given=True),
        "received": delegations_of(account, given=False),
        "may_delegate": bool(form.fields["appointment"].choices) and bool(colleagues(request.actor, account)),  # type: ignore[attr-defined]
    }
    return TemplateResponse(request, "desk/mine/mine.html", context, status=status)


def _me(request: DeskRequest) -> Account:
    account = request.user
    assert isinstance(account, Account)  # noqa: S101, behind the sign-in
    return account
