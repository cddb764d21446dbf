"""审批: what waits for me, one case as it is signed, agreeing, returning, handing on, taking back; agreeing to several at once."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.ground.acts.door import acting
from bangfu.ground.approval.problems import PROOF_WANTED
from bangfu.ground.approval.rules import Move, State
from bangfu.ground.approval.selectors import InboxView, approval_case, batch_answer, inbox
from bangfu.ground.approval.services import (
    approve_case,
    approve_cases,
    countersign_step,
    delegate_step,
    return_case,
    transfer_step,
    withdraw_case,
)
from bangfu.terminals.desk import words
from bangfu.terminals.desk.approving import approvals_context, proved_at
from bangfu.terminals.desk.forms.approvals import HandForm, SeenForm, WordForm
from bangfu.terminals.desk.pages import DeskRequest, page, posted_act_id
from bangfu.terminals.desk.reviewing import page_number
from bangfu.terminals.desk.views.errors import FORM_EXPIRED

# Somebody else was quicker: the case is shown as it is now.
_MEANWHILE = frozenset({"act.changed_meanwhile", "approval.closed"})
_AT_ONCE = 50


@require_GET
@page(right=Right.SEE_APPROVALS, purpose=Purpose.IDENTIFICATION)
def approvals(request: DeskRequest) -> HttpResponseBase:
    """The inbox, with its first case beside it; on a phone the list alone."""
    return TemplateResponse(request, "desk/approvals/inbox.html", approvals_context(request, _today(), None))


@require_GET
@page(right=Right.SEE_APPROVALS, purpose=Purpose.IDENTIFICATION)
def case(request: DeskRequest, case_id: UUID) -> HttpResponseBase:
    """One case beside the list."""
    return TemplateResponse(request, "desk/approvals/inbox.html", approvals_context(request, _today(), case_id))


@require_http_methods(["GET", "POST"])
@page(right=Right.APPROVE, purpose=Purpose.IDENTIFICATION)
def approve(request: DeskRequest, case_id: UUID) -> HttpResponseBase:
    """Agree, sign, and open the next one. Whoever opens the address again gets the case."""

    def send(given: dict[str, Any]) -> HttpResponseBase:
        done = approve_case(
            actor=request.actor,
            act_id=posted_act_id(request),
            case_id=case_id,
            seen_version=given["seen_version"],
            seen_sha256=given["seen"],
            word=given["word"],
            proved_at=proved_at(request),
        )
        approved = done.state == State.APPROVED
        messages.success(request, gettext("已签署，批准生效。") if approved else gettext("已签署，转到下一步。"))
        return redirect(_following(request))

    return _sent(request, case_id, WordForm(request.POST), send)


@require_http_methods(["GET", "POST"])
@page(right=Right.APPROVE, purpose=Purpose.IDENTIFICATION)
def give_back(request: DeskRequest, case_id: UUID) -> HttpResponseBase:
    """Return it with a word why."""

    def send(given: dict[str, Any]) -> HttpResponseBase:
        return_case(
            actor=request.actor,
            act_id=posted_act_id(request),
            case_id=case_id,
            seen_version=given["seen_version"],
            seen_sha256=given["seen"],
            word=given["word"],
            back_to=given["back_to"],
        )
        messages.success(request, gettext("已退回。"))
        return redirect(_following(request))

    return _sent(request, case_id, WordForm(request.POST), send)


@require_http_methods(["GET", "POST"])
@page(right=Right.APPROVE, purpose=Purpose.IDENTIFICATION)
def hand(request: DeskRequest, case_id: UUID) -> HttpResponseBase:
    """Transfer, delegate, or ask somebody to countersign."""

    def send(given: dict[str, Any]) -> HttpResponseBase:
        who, act_id, version, to = request.actor, posted_act_id(request), given["seen_version"], given["to"]
        if given["move"] == Move.COUNTERSIGN:
            word = given["word"]
            countersign_step(actor=who, act_id=act_id, case_id=case_id, seen_version=version, to_person=to, word=word)
            messages.success(request, gettext("已请加签；加签以后回到您这里。"))
        elif given["move"] == Move.DELEGATE:
            delegate_step(actor=who, act_id=act_id, case_id=case_id, seen_version=version, to_person=to)
            messages.success(request, gettext("已委托，由对方代您办理。"))
        else:
            transfer_step(actor=who, act_id=act_id, case_id=case_id, seen_version=version, to_person=to)
            messages.success(request, gettext("已转办。"))
        return redirect("desk:approval", case_id=case_id)

    return _sent(request, case_id, HandForm(request.POST), send)


@require_http_methods(["GET", "POST"])
@page(right=Right.SEE_APPROVALS, purpose=Purpose.IDENTIFICATION)
def withdraw(request: DeskRequest, case_id: UUID) -> HttpResponseBase:
    """Take back what one has proposed."""

    def send(given: dict[str, Any]) -> HttpResponseBase:
        version = given["seen_version"]
        withdraw_case(actor=request.actor, act_id=posted_act_id(request), case_id=case_id, seen_version=version)
        messages.success(request, gettext("已撤回。"))
        return redirect("desk:approval", case_id=case_id)

    return _sent(request, case_id, SeenForm(request.POST), send)


@require_http_methods(["GET", "POST"])
@page(right=Right.APPROVE, purpose=Purpose.IDENTIFICATION)
def batch(request: DeskRequest) -> HttpResponseBase:
    """What waits for me, each with what is asked: looked through, then agreed to together."""
    if request.method == "POST":
        return _agreed(request)
    actor, on = request.actor, _today()
    found = inbox(actor, InboxView.MINE, on=on, page=page_number(request), size=_AT_ONCE)
    cases = [(item, approval_case(actor, item.case, on=on)) for item in found.items]
    usual = cases[0][1].agree if cases else ()
    context = {"here": "approvals", "inbox": found, "cases": cases, "usual": usual, "on": on}
    return TemplateResponse(request, "desk/approvals/batch.html", context)


@require_GET
@page(right=Right.APPROVE, purpose=Purpose.IDENTIFICATION)
def batched(request: DeskRequest, act_id: UUID) -> HttpResponseBase:
    """What came of agreeing to several: how many, which were left out and why."""
    done = batch_answer(request.actor, act_id)
    left = [(approval_case(request.actor, one.case_id, on=_today()), one) for one in done.skipped]
    return TemplateResponse(request, "desk/approvals/batched.html", {"here": "approvals", "done": done, "left": left})


def _agreed(request: DeskRequest) -> HttpResponseBase:
    picked = [entry.split(":") for entry in request.POST.getlist("pick")]
    if not picked:
        messages.warning(request, gettext("一件也没有选，什么也没有做。"))
        return redirect("desk:approvals_batch")
    try:
        wanted = [(UUID(pk), int(version), seen) for pk, version, seen in picked]
    except ValueError:
        raise FORM_EXPIRED() from None
    act_id = posted_act_id(request)
    approve_cases(
        actor=request.actor,
        act_id=act_id,
        case_ids=[pk for pk, _, _ in wanted],
        seen_versions=[version for _, version, _ in wanted],
        seen_sha256=[seen for _, _, seen in wanted],
        word=request.POST.get("word", ""),
        proved_at=proved_at(request),
    )
    return redirect("desk:approvals_batched", act_id=act_id)


def _sent(
    request: DeskRequest, case_id: UUID, form: Any, send: Callable[[dict[str, Any]], HttpResponseBase]
) -> HttpResponseBase:
    """Call the act with what the form says; what cannot be done is said where it was typed."""
    if request.method != "POST":
        return redirect("desk:approval", case_id=case_id)
    if not form.is_valid():
        raise FORM_EXPIRED()
    try:
        return send(form.cleaned_data)
    except Problem as problem:
        if problem.code == PROOF_WANTED.code:
            # Asked for, and back to the case: what is signed is signed after the proof, never before.
            following = urlencode({"next": reverse("desk:approval", args=[case_id])})
            return redirect(f"{reverse('desk:again')}?{following}")
        if problem.code in _MEANWHILE:
            messages.error(request, words.problem(problem))
            return redirect("desk:approval", case_id=case_id)
        with acting(request.actor):
            context = approvals_context(request, _today(), case_id) | {"problems": [problem], "typed": request.POST}
            return TemplateResponse(request, "desk/approvals/inbox.html", context, status=422).render()


def _following(request: DeskRequest) -> str:
    """The address that the form named as the next; the list where there is none."""
    url = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if url and ours else reverse("desk:approvals")


def _today() -> date:
    return today(MachineClock())
