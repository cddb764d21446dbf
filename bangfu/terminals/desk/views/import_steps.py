"""Bringing an archive workbook in, step by step: what it is, the file, its columns; then into the registry."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from bangfu.core.problems import Problem
from bangfu.engine.intake.archive_columns import SheetColumns
from bangfu.engine.intake.forms import archive_form
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.record.registry.selectors.batches import batch
from bangfu.record.registry.selectors.steps import workbook_columns
from bangfu.record.registry.services import choose_columns, receive_archive, start_commit
from bangfu.record.registry.services_resume import resume_batch
from bangfu.record.registry.uploads import keep
from bangfu.terminals.desk.column_choices import Sheet, choice_words, chosen_columns, sheet
from bangfu.terminals.desk.forms.bringing import ArchiveAboutForm
from bangfu.terminals.desk.pages import DeskRequest, page, posted_act_id
from bangfu.terminals.desk.receiving import uploaded_file
from bangfu.terminals.desk.steps import ABOUT_STEP, COLUMNS_STEP, UPLOAD_STEP, posted_version, stage_names
from bangfu.terminals.desk.words import translated


@require_http_methods(["GET", "POST"])
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def new(request: DeskRequest) -> HttpResponseBase:
    """What it is (GET), the file (GET with what it is), and the file sent (POST)."""
    if request.method == "POST":
        return _received(request)
    asked = "file" in request.GET
    form = ArchiveAboutForm(request.GET if asked else None, actor=request.actor)
    if asked and form.is_valid():
        return _upload_page(request, form)
    return _about_page(request, form)


def _about_page(request: DeskRequest, form: ArchiveAboutForm) -> HttpResponseBase:
    context = {"here": "imports", "form": form, "stages": stage_names(), "current": ABOUT_STEP}
    return TemplateResponse(request, "desk/imports/about.html", context, status=422 if form.errors else 200)


def _upload_page(request: DeskRequest, form: ArchiveAboutForm, problem: Problem | None = None) -> HttpResponseBase:
    context = {
        "here": "imports",
        "form": form,
        "problems": [problem] if problem else [],
        "stages": stage_names(),
        "current": UPLOAD_STEP,
        "largest": settings.BANGFU_LARGEST_UPLOAD,
    }
    return TemplateResponse(request, "desk/imports/upload.html", context, status=422 if problem else 200)


def _received(request: DeskRequest) -> HttpResponseBase:
    act_id, form = posted_act_id(request), ArchiveAboutForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _about_page(request, form)
    try:
        file = uploaded_file(request)
        stored = keep(
            file.chunks(),
            file.name or "",
            upload_id=act_id,
            home=Path(settings.BANGFU_HOME),
            largest=settings.BANGFU_LARGEST_UPLOAD,
        )
    except Problem as problem:
        return _upload_page(request, form, problem)
    said = {name: value for name, value in form.cleaned_data.items() if name != "organisation"}
    batch_id = receive_archive(
        actor=request.actor,
        act_id=act_id,
        stored=stored,
        organisation_code=form.cleaned_data["organisation"],
        **said,
    )
    return redirect("desk:import_columns", batch_id=batch_id)


@require_http_methods(["GET", "POST"])
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def import_columns(request: DeskRequest, batch_id: UUID) -> HttpResponseBase:
    """Which heading of the workbook is which field of the form; sending it starts the check."""
    if request.method == "POST":
        mapping, _ = chosen_columns(request.POST)
        choose_columns(
            actor=request.actor,
            act_id=posted_act_id(request),
            batch_id=batch_id,
            seen_version=posted_version(request),
            columns=mapping,
        )
        return redirect("desk:import", batch_id=batch_id)
    context = {
        "here": "imports",
        "row": batch(request.actor, batch_id).batch,
        "sheets": [_shown(number, found) for number, found in enumerate(workbook_columns(request.actor, batch_id))],
        "stages": stage_names(),
        "current": COLUMNS_STEP,
    }
    return TemplateResponse(request, "desk/imports/columns.html", context)


def _shown(number: int, found: SheetColumns) -> Sheet:
    form = archive_form()
    parts = {"worker": [form.worker], "member": [form.member]}.get(found.role, [form.worker, form.member])
    words = {name: translated(spec.heading) for part in reversed(parts) for name, spec in part.items()}
    sensitive = {name for part in parts for name, spec in part.items() if spec.sensitivity in ("sensitive", "minor")}
    return sheet(
        number,
        found.sheet,
        found.columns,
        choice_words(words),
        found.missing,
        known=found.known,
        sensitive=frozenset(sensitive),
    )


@require_POST
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def commit(request: DeskRequest, batch_id: UUID) -> HttpResponseBase:
    """Begin to bring the checked workbook in."""
    start_commit(
        actor=request.actor,
        act_id=posted_act_id(request),
        batch_id=batch_id,
        seen_version=posted_version(request),
        reason=request.POST.get("reason", "").strip(),
    )
    return redirect("desk:import", batch_id=batch_id)


@require_POST
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def resume(request: DeskRequest, batch_id: UUID) -> HttpResponseBase:
    """Go on after the work in the background has stopped."""
    resume_batch(
        actor=request.actor,
        act_id=posted_act_id(request),
        batch_id=batch_id,
        seen_version=posted_version(request),
    )
    return redirect("desk:import", batch_id=batch_id)
