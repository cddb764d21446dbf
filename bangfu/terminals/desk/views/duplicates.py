"""重复建档: pairs of files that may be one family's, one pair with what speaks for it, and how a person settles it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from bangfu.core.problems import Problem
from bangfu.decide.comparison.selectors_duplicates import duplicate_pair, duplicate_pairs
from bangfu.decide.comparison.services_duplicates import settle_duplicate
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.ground.acts.door import acting
from bangfu.terminals.desk.forms.duplicates import DuplicateForm, duplicate_states
from bangfu.terminals.desk.pages import DeskRequest, page, posted_act_id
from bangfu.terminals.desk.reviewing import page_number
from bangfu.terminals.desk.views.errors import FORM_EXPIRED


@require_GET
@page(right=Right.SEE_SENSITIVE, purpose=Purpose.COMPARISON)
def duplicates(request: DeskRequest) -> HttpResponseBase:
    """The pairs, the surest first."""
    states = duplicate_states()
    asked = request.GET.get("state", "")
    state = asked if asked in states else next(iter(states))
    found = duplicate_pairs(request.actor, state=state, page=page_number(request))
    tabs = [(name, words, found.counts[name]) for name, words in states.items()]
    context = {"here": "duplicates", "found": found, "tabs": tabs}
    return TemplateResponse(request, "desk/duplicates/list.html", context)


@require_GET
@page(right=Right.SEE_SENSITIVE, purpose=Purpose.COMPARISON)
def duplicate(request: DeskRequest, duplicate_id: UUID) -> HttpResponseBase:
    """One pair."""
    context = {"here": "duplicates", "pair": duplicate_pair(request.actor, duplicate_id)}
    return TemplateResponse(request, "desk/duplicates/pair.html", context)


@require_http_methods(["GET", "POST"])
@page(right=Right.SETTLE, purpose=Purpose.COMPARISON)
def settle(request: DeskRequest, duplicate_id: UUID) -> HttpResponseBase:
    """Settle a pair. Whoever opens the address again gets the pair."""
    if request.method != "POST":
        return redirect("desk:duplicate", duplicate_id=duplicate_id)
    form = DuplicateForm(request.POST)
    if not form.is_valid():
        raise FORM_EXPIRED()
    given = form.cleaned_data
    try:
        settle_duplicate(
            actor=request.actor,
            act_id=posted_act_id(request),
            duplicate_id=duplicate_id,
            seen_version=given["seen_version"],
            same=given["answer"] == "same",
            reason=given["reason"],
            close=given["close"] if given["answer"] == "same" else None,
        )
    except Problem as problem:
        return _again(request, duplicate_id, problem)
    messages.success(request, gettext("已记录。没有撤档，也没有合并。"))
    return redirect("desk:duplicates")


def _again(request: DeskRequest, duplicate_id: UUID, problem: Problem) -> HttpResponseBase:
    """The pair as it is now, with what was typed."""
    with acting(request.actor):
        pair = duplicate_pair(request.actor, duplicate_id)
        context = {"here": "duplicates", "pair": pair, "problems": [problem], "typed": request.POST}
        return TemplateResponse(request, "desk/duplicates/pair.html", context, status=409).render()
