"""比对: the list of runs; one run with its stages, data, coverage and changes; begun, cancelled and taken up from the desk."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bangfu.decide.comparison.selectors_runs import run_list, run_page
from bangfu.decide.comparison.services import start_run
from bangfu.decide.comparison.services_stopping import cancel_run, take_up_run
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.terminals.desk.pages import DeskRequest, is_fragment, page, posted_act_id
from bangfu.terminals.desk.running import coverage_table, stage_rows, work_of


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def runs(request: DeskRequest) -> HttpResponseBase:
    """Every comparison, newest first."""
    found = run_list(request.actor)
    context = {
        "here": "runs",
        "lines": found,
        "at_work": sum(line.run.finished_at is None for line in found),
        "may_compare": request.actor.may(Right.COMPARE),
    }
    return TemplateResponse(request, "desk/runs/list.html", context)


@require_POST
@page(right=Right.COMPARE, purpose=Purpose.COMPARISON)
def start(request: DeskRequest) -> HttpResponseBase:
    """Have the files of the actor's area compared with the data in use."""
    run_id = start_run(actor=request.actor, act_id=posted_act_id(request))
    messages.success(request, gettext("已开始比对，可以先做别的；比对完，认定建议会自动更新。"))
    return redirect("desk:run", run_id=run_id)


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def one(request: DeskRequest, run_id: UUID) -> HttpResponseBase:
    """One comparison: how far it is, or what came of it."""
    found = run_page(request.actor, run_id)
    context = {
        "here": "runs",
        "page": found,
        "run": found.view.run,
        "work": work_of(found),
        "stages": stage_rows(found),
        "coverage": coverage_table(found),
        "stages_url": reverse("desk:run_stages", args=[run_id]),
        "may_change": found.own and request.actor.may(Right.COMPARE),
    }
    return TemplateResponse(request, "desk/runs/one.html", context)


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def stages(request: DeskRequest, run_id: UUID) -> HttpResponseBase:
    """How far it is, stage by stage; asked every two seconds. When it is over, the page itself is loaded again."""
    found = run_page(request.actor, run_id)
    if not found.at_work or found.stuck:
        url = reverse("desk:run", args=[run_id])
        return HttpResponse(headers={"HX-Redirect": url}) if is_fragment(request) else redirect(url)
    context = {"work": work_of(found), "stages": stage_rows(found), "stages_url": request.path}
    return TemplateResponse(request, "desk/runs/live.html", context)


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def work(request: DeskRequest, run_id: UUID) -> HttpResponseBase:
    """How far a comparison is; the part of another page that asks again."""
    context = {"job": work_of(run_page(request.actor, run_id)), "url": reverse("desk:run_work", args=[run_id])}
    return TemplateResponse(request, "desk/home/work.html", context)


@require_POST
@page(right=Right.COMPARE, purpose=Purpose.COMPARISON)
def cancel(request: DeskRequest, run_id: UUID) -> HttpResponseBase:
    """End a comparison on its way."""
    cancel_run(actor=request.actor, act_id=posted_act_id(request), run_id=run_id)
    messages.success(request, gettext("已取消比对，已记下的结果保留。"))
    return redirect("desk:run", run_id=run_id)


@require_POST
@page(right=Right.COMPARE, purpose=Purpose.COMPARISON)
def take_up(request: DeskRequest, run_id: UUID) -> HttpResponseBase:
    """Go on with a comparison that was cancelled or has stopped."""
    take_up_run(actor=request.actor, act_id=posted_act_id(request), run_id=run_id)
    messages.success(request, gettext("已排队接着办，可以先离开这一页。"))
    return redirect("desk:run", run_id=run_id)
