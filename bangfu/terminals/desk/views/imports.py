"""导入: workbooks that came in or are on their way; one of them at the step where it stands; its receipt."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.decide.identification.selectors.class_changes import class_changes
from bangfu.engine.intake.forms import archive_form
from bangfu.engine.intake.template import write_template
from bangfu.ground.acts.actor import Actor, Purpose, Right
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.record.registry.bringing import write_error_workbook
from bangfu.record.registry.models import Batch
from bangfu.record.registry.selectors.batches import BatchView, batch, batches, preview
from bangfu.record.registry.selectors.steps import pace_of
from bangfu.record.registry.services import check_totals
from bangfu.record.registry.services_errors import take_errors
from bangfu.terminals.desk.background import Work, job_state, pace
from bangfu.terminals.desk.downloads import temporary
from bangfu.terminals.desk.forms.bringing import ARCHIVE_BASES
from bangfu.terminals.desk.pages import DeskRequest, is_fragment, page, posted_act_id
from bangfu.terminals.desk.steps import CHECK_STEP, COLUMNS_STEP, COMMIT_STEP, LOOK_STEP, RECEIPT_STEP, stage_names
from bangfu.terminals.desk.words import translated

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STEP_OF = {
    Batch.State.UPLOADED: COLUMNS_STEP,
    Batch.State.CHECKING: CHECK_STEP,
    Batch.State.REFUSED: CHECK_STEP,
    Batch.State.CHECKED: LOOK_STEP,
    Batch.State.COMMITTING: COMMIT_STEP,
    Batch.State.DONE: RECEIPT_STEP,
}
_AT_WORK = {Batch.State.CHECKING: "registry.check", Batch.State.COMMITTING: "registry.commit"}


@require_GET
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def overview(request: DeskRequest) -> HttpResponseBase:
    """All batches, newest first."""
    found = batches(request.actor)
    context = {"here": "imports", "batches": found, "open": sum(view.batch.state != Batch.State.DONE for view in found)}
    return TemplateResponse(request, "desk/imports/overview.html", context)


@require_GET
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def one(request: DeskRequest, batch_id: UUID) -> HttpResponseBase:
    """One batch at the step where it stands."""
    states = _job_states(batch_id)
    view = batch(request.actor, batch_id)
    row = view.batch
    context = {
        **_common(view),
        "stages": stage_names(),
        "current": _STEP_OF[Batch.State(row.state)],
        "work": _work(request.actor, view, states) if row.state in _AT_WORK else None,
        "work_url": reverse("desk:import_work", kwargs={"batch_id": row.pk}),
    }
    if row.state == Batch.State.CHECKED:
        context |= {"touches": _touches(row), "objections": _objections(row)}
    return TemplateResponse(request, "desk/imports/one.html", context)


@require_GET
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def look(request: DeskRequest, batch_id: UUID) -> HttpResponseBase:
    """Households on file that a commit would change; worked out from the rows, so the page does not wait for it."""
    context = {
        "here": "imports",
        "batch_id": batch_id,
        "samples": [(sample, _headings(sample.fields)) for sample in preview(request.actor, batch_id)],
        "classes": class_changes(request.actor, batch_id, today(MachineClock())),
    }
    part = "desk/imports/samples.html" if is_fragment(request) else "desk/imports/look.html"
    return TemplateResponse(request, part, context)


@require_GET
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def work(request: DeskRequest, batch_id: UUID) -> HttpResponseBase:
    """How far the work is; asked every two seconds. When it is over, the page itself is loaded again."""
    states = _job_states(batch_id)
    view = batch(request.actor, batch_id)
    url = reverse("desk:import", kwargs={"batch_id": batch_id})
    at_work = _work(request.actor, view, states) if view.batch.state in _AT_WORK else None
    if at_work is None or at_work.state == "failed":
        return HttpResponse(headers={"HX-Redirect": url}) if is_fragment(request) else redirect(url)
    context = {"work": at_work, "work_url": request.path}
    return TemplateResponse(request, "desk/bringing/work.html", context)


@require_GET
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def receipt(request: DeskRequest, batch_id: UUID) -> HttpResponseBase:
    """What came in, from which file, by whom: a page to print."""
    view = batch(request.actor, batch_id)
    if view.batch.state != Batch.State.DONE:
        raise NOT_FOUND()
    context = {**_common(view), "stages": stage_names(), "current": RECEIPT_STEP}
    return TemplateResponse(request, "desk/imports/receipt.html", context)


@require_POST
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def errors(request: DeskRequest, batch_id: UUID) -> HttpResponseBase:
    """The sender's own workbook with what to mend beside each row; recorded before it leaves."""
    take_errors(actor=request.actor, act_id=posted_act_id(request), batch_id=batch_id)
    with acting(request.actor):
        row = batch(request.actor, batch_id).batch
    with temporary("errors.xlsx") as path:
        write_error_workbook(request.actor, row, path)
        content = path.open("rb")
    return FileResponse(content, as_attachment=True, filename=f"errors-{batch_id}.xlsx", content_type=WORKBOOK)


@require_GET
@page(right=Right.BRING_ARCHIVE, purpose=Purpose.FILING)
def template(_request: DeskRequest) -> HttpResponseBase:
    """The empty workbook to fill in."""
    with temporary("template.xlsx") as path:
        write_template(path)
        content = path.open("rb")
    return FileResponse(content, as_attachment=True, filename="困难职工档案模板.xlsx", content_type=WORKBOOK)


def _common(view: BatchView) -> dict[str, Any]:
    row = view.batch
    changed = row.tally.get("changed_fields", {})
    return {
        "here": "imports",
        "view": view,
        "row": row,
        "counts": row.counts or row.expected,
        "basis": dict(ARCHIVE_BASES).get(row.basis, row.basis),
        "changed": list(zip(_headings(changed), changed.values(), strict=True)),
    }


def _headings(fields: Iterable[str]) -> list[str]:
    """What fields are called on the form."""
    form = archive_form()
    said = {name: spec.heading for part in (form.member, form.worker) for name, spec in part.items()}
    return [translated(said.get(name, name)) for name in fields]


def _touches(row: Batch) -> bool:
    """Would a commit change households that are on file?"""
    known = row.tally.get("households", 0) > row.tally.get("new_households", 0)
    return bool(row.expected.get("changed") or row.tally.get("departed") or (known and row.expected.get("new")))


def _objections(row: Batch) -> list[Problem]:
    try:
        check_totals(row)
    except Problem as problem:
        return [problem]
    return []


def _job_states(batch_id: UUID) -> dict[str, str]:
    """Asked before the batch is read: a job that has ended by then has left its mark on the batch, or none at all."""
    return {task: job_state(task, batch_id=str(batch_id)) for task in _AT_WORK.values()}


def _work(actor: Actor, view: BatchView, states: Mapping[str, str]) -> Work:
    row = view.batch
    state = states[_AT_WORK[Batch.State(row.state)]]
    # A job that has ended with nothing to show was ended by force.
    state = "failed" if state == "done" else state
    if row.state == Batch.State.CHECKING:
        return Work(row.file_name, state)
    total = int(row.expected.get("rows", 0))
    came = pace_of(actor, row.pk)
    rate = pace(came.rows, came.first, came.last)
    left = (total - view.rows_in) / rate if rate else None
    return Work(row.file_name, state, done=view.rows_in, total=total, rate=rate, left=left)
