"""核实: the queue, one case with its evidence, how a person settles it, what is taken back, what is accepted together."""

import time
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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.decide.identification.selectors import (
    QueueFilters,
    View,
    clean_answer,
    review_case,
    review_queue,
)
from bangfu.decide.identification.services import accept_clean, record_answer, settle, undo_settlement
from bangfu.decide.identification.settling import Way
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.ground.acts.door import acting
from bangfu.terminals.desk import words
from bangfu.terminals.desk.forms.review import AnswerForm, SettleForm
from bangfu.terminals.desk.pages import DeskRequest, is_fragment, page, posted_act_id, posted_id
from bangfu.terminals.desk.reviewing import page_number, queue_context
from bangfu.terminals.desk.views.errors import FORM_EXPIRED

# Somebody else was quicker, or the facts have changed: the case is shown again, with what is otherwise.
_MEANWHILE = frozenset({"act.changed_meanwhile", "identification.superseded", "identification.already_settled"})
_CLEAN_AT_ONCE = 100


@require_GET
@page(right=Right.SEE_SENSITIVE, purpose=Purpose.IDENTIFICATION)
def queue(request: DeskRequest) -> HttpResponseBase:
    """The queue, with its first case beside it; on a phone the list alone."""
    return _drawn(request, queue_context(request, _today(), None))


@require_GET
@page(right=Right.SEE_SENSITIVE, purpose=Purpose.IDENTIFICATION)
def case(request: DeskRequest, determination_id: UUID) -> HttpResponseBase:
    """One case beside the queue; the evidence alone in a drawer."""
    if is_fragment(request):
        return TemplateResponse(request, "desk/review/short.html", _short(request, determination_id))
    return _drawn(request, queue_context(request, _today(), determination_id))


@require_http_methods(["GET", "POST"])
@page(right=Right.SETTLE, purpose=Purpose.IDENTIFICATION)
def settle_case(request: DeskRequest, determination_id: UUID) -> HttpResponseBase:
    """Settle, and open the next one at once. Whoever opens the address again gets the case."""
    if request.method != "POST":
        return redirect("desk:review_case", determination_id=determination_id)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _again(request, determination_id, [FORM_EXPIRED()] if "kind" in form.errors else [])
    given = form.cleaned_data
    way = Way(given["kind"])
    try:
        settle(
            actor=request.actor,
            act_id=posted_act_id(request),
            determination_id=determination_id,
            seen_version=given["seen_version"],
            kind=way,
            reason_code=given["reason_code"] if way is Way.REFUSE else "",
            reason=given["reason"] if way is not Way.ASK else "",
            question=given["question"] if way is Way.ASK else "",
            answer=given["answer"] if way is Way.REFUSE else "",
            seen_at=given["seen_at"],
        )
    except Problem as problem:
        if problem.code in _MEANWHILE:
            return _changed(request, determination_id, problem)
        return _again(request, determination_id, [problem])
    return redirect(_following(request))


@require_http_methods(["GET", "POST"])
@page(right=Right.SETTLE, purpose=Purpose.IDENTIFICATION)
def answer(request: DeskRequest, determination_id: UUID) -> HttpResponseBase:
    """Record what the family answered; the case is to be settled now."""
    if request.method != "POST":
        return redirect("desk:review_case", determination_id=determination_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise FORM_EXPIRED()
    try:
        record_answer(
            actor=request.actor,
            act_id=posted_act_id(request),
            determination_id=determination_id,
            seen_version=form.cleaned_data["seen_version"],
            answer=form.cleaned_data["answer"],
        )
    except Problem as problem:
        if problem.code in _MEANWHILE:
            return _changed(request, determination_id, problem)
        return _again(request, determination_id, [problem])
    messages.success(request, gettext("家庭的说明已记录，这户可以核实了。"))
    return redirect("desk:review_case", determination_id=determination_id)


@require_POST
@page(right=Right.SETTLE, purpose=Purpose.IDENTIFICATION)
def undo(request: DeskRequest) -> HttpResponseBase:
    """Take the last settlement back, and open its case again."""
    settlement_id = posted_id(request, "settlement")
    done = undo_settlement(actor=request.actor, act_id=posted_act_id(request), settlement_id=settlement_id)
    messages.success(request, gettext("已撤销，这户回到待核实。"))
    url = reverse("desk:review_case", args=[done.determination_id])
    query = request.POST.get("query", "")
    return redirect(f"{url}?{query}" if query else url)


@require_http_methods(["GET", "POST"])
@page(right=Right.SETTLE, purpose=Purpose.IDENTIFICATION)
def clean(request: DeskRequest) -> HttpResponseBase:
    """Households that nothing speaks against: looked through one by one, then accepted together."""
    if request.method == "POST":
        return _accepted(request)
    filters = QueueFilters(View.CLEAN)
    found = review_queue(request.actor, filters, on=_today(), page=page_number(request), size=_CLEAN_AT_ONCE)
    return TemplateResponse(request, "desk/review/clean.html", {"here": "review", "queue": found, "on": _today()})


@require_GET
@page(right=Right.SETTLE, purpose=Purpose.IDENTIFICATION)
def cleaned(request: DeskRequest, act_id: UUID) -> HttpResponseBase:
    """What came of accepting many at once: how many, who was left out and why."""
    done = clean_answer(request.actor, act_id)
    left = [(review_case(request.actor, one.determination_id, on=_today()), one) for one in done.skipped]
    return TemplateResponse(request, "desk/review/cleaned.html", {"here": "review", "done": done, "left": left})


def _accepted(request: DeskRequest) -> HttpResponseBase:
    picked = [entry.partition(":") for entry in request.POST.getlist("pick")]
    if not picked:
        messages.warning(request, gettext("一户也没有选，什么也没有做。"))
        return redirect("desk:review_clean")
    try:
        ids, versions = [UUID(pk) for pk, _, _ in picked], [int(version) for _, _, version in picked]
    except ValueError:
        raise FORM_EXPIRED() from None
    act_id = posted_act_id(request)
    accept_clean(actor=request.actor, act_id=act_id, determination_ids=ids, seen_versions=versions)
    return redirect("desk:review_cleaned", act_id=act_id)


def _short(request: DeskRequest, determination_id: UUID) -> dict[str, Any]:
    return {"case": review_case(request.actor, determination_id, on=_today())}


def _drawn(request: DeskRequest, context: dict[str, Any]) -> HttpResponseBase:
    context["seen_at"] = int(time.time())
    return TemplateResponse(request, "desk/review/queue.html", context)


def _again(request: DeskRequest, determination_id: UUID, problems: list[Problem]) -> HttpResponseBase:
    """The case again, with what is wrong and with everything that was typed."""
    with acting(request.actor):
        context = queue_context(request, _today(), determination_id)
        context |= {"problems": problems, "typed": request.POST, "seen_at": int(time.time())}
        return TemplateResponse(request, "desk/review/queue.html", context, status=422).render()


def _changed(request: DeskRequest, determination_id: UUID, problem: Problem) -> HttpResponseBase:
    """Nothing was saved: show the case that stands now, and what is otherwise in it."""
    with acting(request.actor):
        stands = review_case(request.actor, determination_id, on=_today()).superseded_by or determination_id
    messages.error(request, words.problem(problem))
    url = reverse("desk:review_case", args=[stands])
    return redirect(f"{url}?{urlencode({'seen': str(determination_id)})}")


def _following(request: DeskRequest) -> str:
    """The address that the form named as the next; the queue where there is none."""
    url = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if url and ours else reverse("desk:review")


def _today() -> date:
    return today(MachineClock())
