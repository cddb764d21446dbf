"""Bringing department data, step by step: what it is, the file, its columns; then into use, or not."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.engine.datasets import declared_datasets
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.record.registry.uploads import discard, keep
from bangfu.record.sources.selectors import columns, delivery
from bangfu.record.sources.services import (
    activate_delivery,
    choose_columns,
    receive_delivery,
    refuse_delivery,
)
from bangfu.terminals.desk.column_choices import choice_words, chosen_columns, sheet
from bangfu.terminals.desk.forms.bringing import DeliveryAboutForm
from bangfu.terminals.desk.pages import DeskRequest, page, posted_act_id
from bangfu.terminals.desk.receiving import uploaded_file
from bangfu.terminals.desk.steps import ABOUT_STEP, COLUMNS_STEP, UPLOAD_STEP, posted_version, stage_names
from bangfu.terminals.desk.words import translated


@require_http_methods(["GET", "POST"])
@page(right=Right.BRING_DATA, purpose=Purpose.COMPARISON)
def new(request: DeskRequest) -> HttpResponseBase:
    """What it is (GET), the file (GET with what it is), and the file sent (POST)."""
    if request.method == "POST":
        return _received(request)
    asked = "file" in request.GET
    form = DeliveryAboutForm(request.GET if asked else None, initial=request.GET.dict())
    if asked and form.is_valid():
        return _upload_page(request, form)
    return _about_page(request, form)


def _about_page(request: DeskRequest, form: DeliveryAboutForm) -> HttpResponseBase:
    context = {"here": "deliveries", "form": form, "stages": stage_names(), "current": ABOUT_STEP}
    return TemplateResponse(request, "desk/deliveries/about.html", context, status=422 if form.errors else 200)


def _upload_page(request: DeskRequest, form: DeliveryAboutForm, problem: Problem | None = None) -> HttpResponseBase:
    dataset = declared_datasets()[form.cleaned_data["dataset"]]
    context = {
        "here": "deliveries",
        "form": form,
        "dataset": dataset,
        "headings": [(c.heading, c.required) for c in dataset.columns.values()],
        "problems": [problem] if problem else [],
        "stages": stage_names(),
        "current": UPLOAD_STEP,
        "largest": settings.BANGFU_LARGEST_UPLOAD,
    }
    return TemplateResponse(request, "desk/deliveries/upload.html", context, status=422 if problem else 200)


def _received(request: DeskRequest) -> HttpResponseBase:
    act_id, form = posted_act_id(request), DeliveryAboutForm(request.POST)
    if not form.is_valid():
        return _about_page(request, form)
    home = Path(settings.BANGFU_HOME)
    try:
        file = uploaded_file(request)
        stored = keep(
            file.chunks(), file.name or "", upload_id=act_id, home=home, largest=settings.BANGFU_LARGEST_UPLOAD
        )
    except Problem as problem:
        return _upload_page(request, form, problem)
    done = receive_delivery(actor=request.actor, act_id=act_id, stored=stored, about=form.about)
    if not done.already:
        return redirect("desk:delivery_columns", delivery_id=done.delivery_id)
    discard(home, stored.id)
    messages.info(request, gettext("这个文件与已有的一份完全相同，什么也没有改变。"))
    return redirect("desk:delivery", delivery_id=done.delivery_id)


@require_http_methods(["GET", "POST"])
@page(right=Right.BRING_DATA, purpose=Purpose.COMPARISON)
def delivery_columns(request: DeskRequest, delivery_id: UUID) -> HttpResponseBase:
    """Which heading of the file is which column."""
    if request.method == "POST":
        return _columns_chosen(request, delivery_id)
    found = delivery(request.actor, delivery_id, on=today(MachineClock()))
    seen = columns(request.actor, delivery_id)
    words = {name: translated(c.heading) for name, c in found.shown.dataset.columns.items()}
    context = {
        "here": "deliveries",
        "shown": found.shown,
        "row": found.shown.delivery,
        "sheets": [
            sheet(
                0,
                "",
                seen.columns,
                choice_words(words),
                seen.missing,
                known=seen.known,
                sensitive=frozenset(
                    name for name, c in found.shown.dataset.columns.items() if c.sensitivity in ("sensitive", "minor")
                ),
            )
        ],
        "stages": stage_names(),
        "current": COLUMNS_STEP,
    }
    return TemplateResponse(request, "desk/deliveries/columns.html", context)


def _columns_chosen(request: DeskRequest, delivery_id: UUID) -> HttpResponseBase:
    mapping, changed = chosen_columns(request.POST)
    # The check has begun with the columns as they were shown; only other ones need another check.
    if changed or "again" in request.POST:
        choose_columns(
            actor=request.actor,
            act_id=posted_act_id(request),
            delivery_id=delivery_id,
            seen_version=posted_version(request),
            columns=mapping,
        )
    return redirect("desk:delivery", delivery_id=delivery_id)


@require_POST
@page(right=Right.BRING_DATA, purpose=Purpose.COMPARISON)
def use(request: DeskRequest, delivery_id: UUID) -> HttpResponseBase:
    """Put it to use."""
    activate_delivery(
        actor=request.actor,
        act_id=posted_act_id(request),
        delivery_id=delivery_id,
        seen_version=posted_version(request),
        reason=request.POST.get("reason", ""),
    )
    return redirect("desk:delivery_receipt", delivery_id=delivery_id)


@require_POST
@page(right=Right.BRING_DATA, purpose=Purpose.COMPARISON)
def refuse(request: DeskRequest, delivery_id: UUID) -> HttpResponseBase:
    """Do not take it; its files are removed."""
    refuse_delivery(
        actor=request.actor,
        act_id=posted_act_id(request),
        delivery_id=delivery_id,
        seen_version=posted_version(request),
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, gettext("没有采用这份数据，上传的文件已删除。"))
    return redirect("desk:deliveries")
