"""账号和岗位: who may what. People, one person, roles × rights as the code has them, and who is in or locked out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bangfu.core.problems import Problem
from bangfu.ground.access.models import Account
from bangfu.ground.access.people import PeopleQuery, Person, doors, people, person
from bangfu.ground.access.rules import GROUPS
from bangfu.ground.access.services import (
    appoint,
    appoint_also,
    end_appointment,
    end_delegation,
    end_sessions,
    hand_over,
    one_time_password,
    reset_password,
    resume_account,
    suspend_account,
    take_factors_away,
    unlock_account,
)
from bangfu.ground.access.services.glass import REASON_WORDS, Reason
from bangfu.ground.acts.actor import OPENED_BY_GLASS, RIGHT_WORDS, ROLE_WORDS, Actor, Purpose, Right, Role, rights_of
from bangfu.ground.acts.door import acting
from bangfu.terminals.desk import words
from bangfu.terminals.desk.forms.access import AppointForm, HandOverForm, NewPersonForm, roles_to_give
from bangfu.terminals.desk.pages import DeskRequest, page, posted_act_id, posted_id
from bangfu.terminals.desk.views.errors import PAGE_NOT_FOUND

_STATES = ("suspended", "locked", "unused", "without")


@require_GET
@page(right=Right.MANAGE_ACCESS, purpose=Purpose.OPERATIONS)
def people_list(request: DeskRequest) -> HttpResponseBase:
    """People who are, or were, appointed in this area."""
    given = request.GET
    state = given.get("state", "")
    query = PeopleQuery(
        given.get("q", "").strip()[:40],
        given.get("role", ""),
        state if state in _STATES else "",
        given.get("after", "")[:60],
    )
    context = {
        "here": "access",
        "tab": "people",
        "found": people(request.actor, query),
        "query": query,
        "roles": roles_to_give(),
        "asks": bool(query.text or query.role or query.state),
    }
    return TemplateResponse(request, "desk/access/people.html", context)


@require_GET
@page(right=Right.MANAGE_ACCESS, purpose=Purpose.OPERATIONS)
def roles(request: DeskRequest) -> HttpResponseBase:
    """Roles × rights, and which roles one person never holds together: as the code has them, never written by hand."""
    shown_roles = [role for role in Role if role is not Role.OPERATOR]
    shown_rights = [right for right in Right if right not in (Right.RUN, Right.SEE_POLICY)]
    context = {
        "here": "access",
        "tab": "roles",
        "rights": [RIGHT_WORDS[right] for right in shown_rights],
        "rows": [(ROLE_WORDS[role], [right in rights_of(role) for right in shown_rights]) for role in shown_roles],
        "everybody": RIGHT_WORDS[Right.SEE_POLICY],
        "opened": [RIGHT_WORDS[right] for right in Right if right in OPENED_BY_GLASS],
        "apart": _apart(),
    }
    return TemplateResponse(request, "desk/access/roles.html", context)


@require_GET
@page(right=Right.MANAGE_ACCESS, purpose=Purpose.OPERATIONS)
def doors_page(request: DeskRequest) -> HttpResponseBase:
    """Who is signed in, who is locked out, who broke the glass."""
    context = {"here": "access", "tab": "doors", "doors": doors(request.actor), "reasons": glass_reasons()}
    return TemplateResponse(request, "desk/access/doors.html", context)


@require_http_methods(["GET", "POST"])
@page(right=Right.MANAGE_ACCESS, purpose=Purpose.OPERATIONS)
def new_person(request: DeskRequest) -> HttpResponseBase:
    """Open an account with an appointment. The one-time password is in this answer, and nowhere else."""
    form = NewPersonForm(request.actor, request.POST or None)
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        password, (since, last) = one_time_password(), form.period
        try:
            account_id = appoint(
                actor=request.actor,
                act_id=posted_act_id(request),
                username=form.cleaned_data["username"],
                full_name=form.cleaned_data["full_name"],
                role=Role(form.cleaned_data["role"]),
                organisation_code=form.cleaned_data["organisation"],
                since=since,
                last=last,
                password_hash=make_password(password),
            )
        except Problem as problem:
            problems = [problem]
        else:
            return _password_once(request, account_id, password, is_new=True)
    status = 422 if form.errors or problems else 200
    context = {"here": "access", "form": form, "problems": problems}
    return TemplateResponse(request, "desk/access/new.html", context, status=status)


@require_GET
@page(right=Right.MANAGE_ACCESS, purpose=Purpose.OPERATIONS)
def one_person(request: DeskRequest, account_id: UUID) -> HttpResponseBase:
    """One person: appointments, account, sessions, second factors."""
    seen = person(request.actor, account_id)
    context: dict[str, Any] = {
        "here": "access",
        "person": seen,
        "form": AppointForm(request.actor),
        "hand_over": HandOverForm(_others(request.actor, seen)),
    }
    return TemplateResponse(request, "desk/access/person.html", context)


@require_POST
@page(right=Right.MANAGE_ACCESS, purpose=Purpose.OPERATIONS)
def change_person(request: DeskRequest, account_id: UUID, what: str) -> HttpResponseBase:
    """One act on one person; what it was is said on their page afterwards."""
    if what == "reset":
        password = one_time_password()
        reset_password(
            actor=request.actor,
            act_id=posted_act_id(request),
            account_id=account_id,
            password_hash=make_password(password),
        )
        return _password_once(request, account_id, password, is_new=False)
    if what not in _CHANGES:
        raise PAGE_NOT_FOUND()
    said = _CHANGES[what](request, account_id)
    messages.success(request, said)
    return redirect("desk:access_person", account_id=account_id)


def glass_reasons() -> dict[str, tuple[str, str]]:
    """Reasons for breaking the glass, by code."""
    return {reason.value: REASON_WORDS[reason] for reason in Reason}


def _appoint(request: DeskRequest, account_id: UUID) -> str:
    form = AppointForm(request.actor, request.POST)
    form.full_clean()
    if form.errors:
        return gettext("没有任命：请把岗位、单位、日期填全。")
    since, last = form.period
    appoint_also(
        actor=request.actor,
        act_id=posted_act_id(request),
        account_id=account_id,
        role=Role(form.cleaned_data["role"]),
        organisation_code=form.cleaned_data["organisation"],
        since=since,
        last=last,
    )
    return gettext("已任命。")


def _end(request: DeskRequest, account_id: UUID) -> str:  # noqa: ARG001, as the others
    appointment = posted_id(request, "appointment")
    end_appointment(actor=request.actor, act_id=posted_act_id(request), appointment_id=appointment)
    return gettext("岗位已免去，从今天起不再有效。")


def _hand_over(request: DeskRequest, account_id: UUID) -> str:  # noqa: ARG001, as the others
    hand_over(
        actor=request.actor,
        act_id=posted_act_id(request),
        appointment_id=posted_id(request, "appointment"),
        to_account_id=posted_id(request, "to"),
    )
    return gettext("岗位已移交；户归单位，接手的人在待办里都能看到。")


def _end_delegation(request: DeskRequest, account_id: UUID) -> str:  # noqa: ARG001, as the others
    given = posted_id(request, "delegation")
    end_delegation(actor=request.actor, act_id=posted_act_id(request), delegation_id=given)
    return gettext("代办已结束。")


def _sessions(request: DeskRequest, account_id: UUID) -> str:
    only = posted_id(request, "session") if request.POST.get("session") else None
    end_sessions(actor=request.actor, act_id=posted_act_id(request), account_id=account_id, session_id=only)
    return gettext("登录已结束。")


def _simply(function: Callable[..., object], said: Callable[[], str]) -> Callable[[DeskRequest, UUID], str]:
    def change(request: DeskRequest, account_id: UUID) -> str:
        function(actor=request.actor, act_id=posted_act_id(request), account_id=account_id)
        return said()

    return change


_CHANGES: dict[str, Callable[[DeskRequest, UUID], str]] = {
    "appoint": _appoint,
    "end": _end,
    "hand-over": _hand_over,
    "end-delegation": _end_delegation,
    "sessions": _sessions,
    "suspend": _simply(suspend_account, lambda: gettext("账号已停用，此人的登录已结束。")),
    "resume": _simply(resume_account, lambda: gettext("账号已恢复。")),
    "unlock": _simply(unlock_account, lambda: gettext("登录锁定已解除。")),
    "factors": _simply(take_factors_away, lambda: gettext("第二重验证和恢复码已撤销，请本人重新登记。")),
}


def _password_once(request: DeskRequest, account_id: UUID, password: str, *, is_new: bool) -> HttpResponse:
    """Not led elsewhere: the password would have to be kept until the next page asks for it."""
    with acting(request.actor):
        account = Account.objects.get(pk=account_id)
        context = {"here": "access", "account": account, "password": password, "is_new": is_new}
        return TemplateResponse(request, "desk/access/password_once.html", context).render()


def _others(actor: Actor, seen: Person) -> list[Account]:
    found = people(actor, PeopleQuery())
    return [row.account for row in found.rows if row.account.pk != seen.account.pk and row.account.is_active]


def _apart() -> list[tuple[tuple[str, str], str, str]]:
    """Reason, the roles on one side, those on the other ("" where they are kept apart among each other)."""
    return [
        (
            (group.why.zh, group.why.en),
            _named(group.ones),
            "" if group.ones == group.others else _named(group.others),
        )
        for group in GROUPS
    ]


def _named(roles: tuple[Role, ...]) -> str:
    return words.listed([words.pair_of(ROLE_WORDS[role]) for role in roles])
