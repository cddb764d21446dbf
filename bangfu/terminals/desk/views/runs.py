"""比对: begun from the desk, at work in the background."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bangfu.decide.comparison.selectors import run
from bangfu.decide.comparison.services import start_run
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.terminals.desk.pages import DeskRequest, page, posted_act_id
from bangfu.terminals.desk.running import work_of


@require_POST
@page(right=Right.COMPARE, purpose=Purpose.COMPARISON)
def start(request: DeskRequest) -> HttpResponseBase:
    """Have the files of the actor's area compared with the data in use."""
    start_run(actor=request.actor, act_id=posted_act_id(request))
    messages.success(request, gettext("已开始比对，可以先做别的；比对完，认定建议会自动更新。"))
    return redirect("desk:home")


@require_GET
@page(right=Right.SEE_DELIVERIES, purpose=Purpose.COMPARISON)
def work(request: DeskRequest, run_id: UUID) -> HttpResponseBase:
    """How far a comparison is; the part of a page that asks again."""
    view = run(request.actor, run_id)
    context = {"job": work_of(view), "url": reverse("desk:run_work", args=[run_id])}
    return TemplateResponse(request, "desk/home/work.html", context)
