"""待办: what waits for me first; how far the work is; what came in last; how old the data are; what the comparison is doing."""

from typing import Any

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from bangfu.core.clock import MachineClock, today
from bangfu.decide.comparison.selectors import CLOSING, RunView, latest_run, runs, workers_of_closing_firms
from bangfu.decide.comparison.selectors_runs import run_page
from bangfu.decide.identification.selectors import progress
from bangfu.ground.access.models import Account
from bangfu.ground.access.people import glasses_told
from bangfu.ground.access.services import SIGNED_IN, SIGNED_OUT
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.ground.trail.selectors import recent_entries
from bangfu.record.sources.selectors import DatasetState, datasets_overview
from bangfu.terminals.desk.at_desk import newest_imports, waiting, workbooks_of
from bangfu.terminals.desk.pages import DeskRequest, page
from bangfu.terminals.desk.running import work_of
from bangfu.terminals.desk.second_factor import due_by
from bangfu.terminals.desk.views.access import glass_reasons

_LATEST = 10
_COMING_AND_GOING = (SIGNED_IN.code, SIGNED_OUT.code)


@require_GET
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS)
def home(request: DeskRequest) -> HttpResponseBase:
    """What waits for me, by role."""
    actor, on, account = request.actor, today(MachineClock()), request.user
    sees_data = actor.may(Right.SEE_DELIVERIES)
    states = datasets_overview(actor, on=on) if sees_data else []
    workbooks = workbooks_of(actor)
    context: dict[str, Any] = {"here": "desk", "on": on, "works": _works(request)}
    context["due"] = waiting(actor, on, states, workbooks)
    context["brought"] = newest_imports(actor, on, workbooks)
    context["told_of"], context["reasons"] = glasses_told(actor), glass_reasons()
    context["factor_due"] = due_by(account, actor) if isinstance(account, Account) else None
    if actor.may(Right.SEE_FILES):
        context["progress"] = progress(actor, on)
    if sees_data:
        context |= _data(states) | _comparison(request)
    if actor.may(Right.SEE_TRAIL) and not actor.may(Right.SETTLE):
        context["lines"] = recent_entries(actor, without=_COMING_AND_GOING, limit=_LATEST)
    return TemplateResponse(request, "desk/home/home.html", context)


def _works(request: DeskRequest) -> bool:
    """Does this role do work here, or does it oversee?"""
    return any(
        request.actor.may(right) for right in (Right.SETTLE, Right.APPROVE, Right.BRING_ARCHIVE, Right.BRING_DATA)
    )


def _data(states: list[DatasetState]) -> dict[str, Any]:
    in_use = [shown for state in states for shown in state.in_use[:1]]
    return {
        "states": states,
        "missing": [state.dataset.title for state in states if state.missing],
        "old": [state.dataset.title for state in states if state.old],
        "in_use": len(in_use),
        "oldest": min(in_use, key=lambda shown: shown.delivery.as_of, default=None),
    }


def _comparison(request: DeskRequest) -> dict[str, Any]:
    """The last comparison, the one at work, and whether this role may begin one."""
    at_work: RunView | None = next(
        (view for view in runs(request.actor, limit=3) if view.run.finished_at is None), None
    )
    return {
        "run": latest_run(request.actor),
        "run_work": work_of(run_page(request.actor, at_work.run.pk)) if at_work else None,
        "run_url": reverse("desk:run_work", args=[at_work.run.pk]) if at_work else "",
        "run_page_url": reverse("desk:run", args=[at_work.run.pk]) if at_work else "",
        "may_compare": request.actor.may(Right.COMPARE),
        "closing": workers_of_closing_firms(request.actor) if request.actor.may(Right.SEE_SENSITIVE) else 0,
        "closing_kind": CLOSING,
    }
