"""部门数据: which data there are, how old, what they cover, what is missing; one delivery; its receipt."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bangfu.core.clock import MachineClock, today
from bangfu.engine.datasets import declared_datasets
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.record.sources.checking import write_error_workbook
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.selectors import WAITING, DeliveryPage, datasets_overview, deliveries, delivery
from bangfu.record.sources.services import take_quarantine
from bangfu.terminals.desk.background import Work, job_state
from bangfu.terminals.desk.downloads import temporary
from bangfu.terminals.desk.forms.bringing import DATA_BASES
from bangfu.terminals.desk.pages import DeskRequest, is_fragment, page, posted_act_id
from bangfu.terminals.desk.steps import CHECK_STEP, COLUMNS_STEP, LOOK_STEP, RECEIPT_STEP, stage_names

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def overview(request: DeskRequest) -> HttpResponseBase:
    """All datasets, delivered or not, and what waits for somebody."""
    states = datasets_overview(request.actor, on=today(MachineClock()))
    context = {
        "here": "deliveries",
        "states": states,
        "waiting": [shown for state in states for shown in state.waiting],
        "delivered": sum(not state.missing for state in states),
        "old": sum(state.old for state in states),
        "missing": [state for state in states if state.missing],
        "may_bring": request.actor.may(Right.BRING_DATA),
    }
    return TemplateResponse(request, "desk/deliveries/overview.html", context)


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def history(request: DeskRequest) -> HttpResponseBase:
    """Every delivery, newest first; of one dataset if asked."""
    name = request.GET.get("dataset", "")
    dataset = declared_datasets().get(name)
    context = {
        "here": "deliveries",
        "dataset": dataset,
        "datasets": declared_datasets().values(),
        "deliveries": deliveries(request.actor, on=today(MachineClock()), dataset=name if dataset else ""),
        "may_bring": request.actor.may(Right.BRING_DATA),
    }
    return TemplateResponse(request, "desk/deliveries/history.html", context)


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def one(request: DeskRequest, delivery_id: UUID) -> HttpResponseBase:
    """One delivery at the step where it stands: check, look, or what came of it."""
    state = _job_state(delivery_id)
    found = delivery(request.actor, delivery_id, on=today(MachineClock()))
    row = found.shown.delivery
    may_change = found.shown.own and request.actor.may(Right.BRING_DATA)
    context = {
        **_common(found),
        "may_change": may_change,
        "stages": stage_names() if row.state in WAITING and may_change else (),
        "current": LOOK_STEP if row.state == Delivery.State.CHECKED else CHECK_STEP,
        "work": Work(row.file_name, state) if row.state == Delivery.State.UPLOADED and not row.problem else None,
        "work_url": reverse("desk:delivery_work", kwargs={"delivery_id": row.pk}),
    }
    return TemplateResponse(request, "desk/deliveries/one.html", context)


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def work(request: DeskRequest, delivery_id: UUID) -> HttpResponseBase:
    """How far the check is; asked every two seconds. When it is over, the page itself is loaded again."""
    state = _job_state(delivery_id)
    found = delivery(request.actor, delivery_id, on=today(MachineClock()))
    row = found.shown.delivery
    url = reverse("desk:delivery", kwargs={"delivery_id": row.pk})
    if row.state != Delivery.State.UPLOADED or row.problem or state == "failed":
        return HttpResponse(headers={"HX-Redirect": url}) if is_fragment(request) else redirect(url)
    context = {"work": Work(row.file_name, state), "work_url": request.path}
    return TemplateResponse(request, "desk/bringing/work.html", context)


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def receipt(request: DeskRequest, delivery_id: UUID) -> HttpResponseBase:
    """What was put to use, by whom, when, from which file: a page to print."""
    found = delivery(request.actor, delivery_id, on=today(MachineClock()))
    if found.shown.delivery.activated_at is None:
        raise NOT_FOUND()
    context = {**_common(found), "stages": stage_names(), "current": RECEIPT_STEP}
    return TemplateResponse(request, "desk/deliveries/receipt.html", context)


@require_POST
@page(right=Right.BRING_DATA, purpose=Purpose.COMPARISON)
def quarantine(request: DeskRequest, delivery_id: UUID) -> HttpResponseBase:
    """The list of rows set aside, as a workbook; recorded before it leaves."""
    take_quarantine(actor=request.actor, act_id=posted_act_id(request), delivery_id=delivery_id)
    with temporary("quarantine.xlsx") as path:
        write_error_workbook(request.actor, delivery_id, path)
        content = path.open("rb")
    return FileResponse(content, as_attachment=True, filename=f"quarantine-{delivery_id}.xlsx", content_type=WORKBOOK)


def _common(found: DeliveryPage) -> dict[str, Any]:
    row = found.shown.delivery
    return {
        "here": "deliveries",
        "page": found,
        "shown": found.shown,
        "row": row,
        "basis": dict(DATA_BASES).get(row.basis, row.basis),
        "columns_step": COLUMNS_STEP,
    }


def _job_state(delivery_id: UUID) -> str:
    """Asked before the delivery is read: a job that has ended by then has left its mark on it, or was ended by force."""
    state = job_state("sources.check_delivery", delivery_id=str(delivery_id))
    return "failed" if state == "done" else state
