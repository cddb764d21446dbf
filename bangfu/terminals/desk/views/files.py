"""档案: the list of files, one file, and a whole number shown with a reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from bangfu.core.clock import MachineClock, today
from bangfu.decide.comparison.selectors import coverage_note, findings_of
from bangfu.decide.comparison.selectors_duplicates import duplicate_acts
from bangfu.decide.comparison.words import both
from bangfu.decide.identification.selectors import decided_acts, determination_of, review_case
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.selectors import Looked, timeline, who_looked
from bangfu.record.registry.selectors import acts_on, files, one_file
from bangfu.record.registry.services_unmask import show_number, shown_number
from bangfu.terminals.desk.forms.files import FileQueryForm, ShowNumberForm, last_four
from bangfu.terminals.desk.pages import DeskRequest, is_fragment, page, posted_act_id, posted_id

_ONE_TIME = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Readings:
    """How often somebody saw sensitive fields of a file on a day, for one purpose; ``last`` the last time."""

    last: datetime
    times: int
    who: str
    role: tuple[str, str]
    purpose: tuple[str, str]
    fields: tuple[str, ...]


@require_GET
@page(right=Right.SEE_FILES, purpose=Purpose.FILING)
def file_list(request: DeskRequest) -> HttpResponseBase:
    """Files that the query finds, fifty at a time."""
    text = request.GET.get("q", "")
    if ending := last_four(text):
        messages.info(request, gettext("按后四位查找：完整的身份证号不进入网址。"))
        return redirect(f"{request.path}?{urlencode({**request.GET.dict(), 'q': ending})}")
    form = FileQueryForm(request.actor, request.GET)
    found = files(request.actor, form.query(request.GET.get("after", "")))
    context = {"here": "files", "form": form, "found": found, "search_text": text, "after": request.GET.get("after")}
    return TemplateResponse(request, "desk/files/list.html", context)


@require_GET
@page(right=Right.SEE_FILES, purpose=Purpose.FILING)
def file(request: DeskRequest, file_id: UUID) -> HttpResponseBase:
    """One file; short in the drawer of a list, else whole."""
    if is_fragment(request):
        context = {"file": one_file(request.actor, file_id, page="drawer")}
        return TemplateResponse(request, "desk/file/short.html", context)
    return TemplateResponse(request, "desk/file/file.html", _whole(request, file_id))


@require_http_methods(["GET", "POST"])
@page(right=Right.SEE_SENSITIVE, purpose=Purpose.FILING)
def number(request: DeskRequest, file_id: UUID) -> HttpResponseBase:
    """The file with one whole number in it, for this answer only. Whoever opens the address again gets the file without."""
    if request.method != "POST":
        return redirect("desk:file", file_id=file_id)
    form = ShowNumberForm(request.POST)
    reason = form.reason_given()
    if reason is None:
        messages.error(request, gettext("没有显示：请选择理由。"))
        return redirect("desk:file", file_id=file_id)
    act_id, member_id = posted_act_id(request), posted_id(request, "member")
    show_number(actor=request.actor, act_id=act_id, member_id=member_id, reason=reason)
    with acting(request.actor):
        context = _whole(request, file_id)
        context["shown"] = {"member": member_id, "number": shown_number(request.actor, member_id, act_id)}
        return TemplateResponse(request, "desk/file/file.html", context).render()


def _whole(request: DeskRequest, file_id: UUID) -> dict[str, Any]:
    actor = request.actor
    seen = one_file(actor, file_id)
    sensitive = actor.may(Right.SEE_SENSITIVE)
    context = {
        "here": "files",
        "file": seen,
        "sensitive": sensitive,
        "doubtful": any(person.doubts for person in seen.members),
        "lines": timeline(actor, seen.household, act_ids=_acts(request, seen.household)),
        "number_form": ShowNumberForm(),
    }
    context |= _decided(request, file_id, sensitive=sensitive)
    return context | {"looked": _together(who_looked(actor, seen.household))}


def _acts(request: DeskRequest, household: UUID) -> set[UUID]:
    actor = request.actor
    return acts_on(actor, household) | decided_acts(actor, household) | duplicate_acts(actor, household)


def _decided(request: DeskRequest, file_id: UUID, *, sensitive: bool) -> dict[str, Any]:
    """What the comparison found and the rules propose; for roles that see no sensitive fields the outcome alone."""
    actor, on = request.actor, today(MachineClock())
    standing = determination_of(actor, file_id)
    if standing is None or not sensitive:
        found = findings_of(actor, file_id) if sensitive else []
        findings = [{"row": row, "basis": both(row.kind)} for row in found]
        return {"standing": standing, "findings": findings, "coverage": coverage_note(actor, on, file_id)}
    case = review_case(actor, standing.pk, on=on)
    return {"standing": standing, "case": case, "findings": case.evidence, "coverage": case.coverage}


def _together(looks: list[Looked]) -> list[Readings]:
    """One line per person, purpose and day. A page that shows two things has recorded two looks within a moment: that is one time."""
    found: dict[object, list[Looked]] = {}
    for look in looks:
        day = timezone.localtime(look.at).date()
        found.setdefault((day, look.who, look.role, look.purpose, look.organisation), []).append(look)
    return [_readings(several) for several in found.values()]


def _readings(looks: list[Looked]) -> Readings:
    newest = looks[0]
    times = 1 + sum(later.at - earlier.at > _ONE_TIME for later, earlier in pairwise(looks))
    fields = sorted({field for look in looks for field in look.fields})
    return Readings(newest.at, times, newest.who, newest.role, newest.purpose, tuple(fields))
