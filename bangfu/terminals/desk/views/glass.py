"""Breaking the glass, ending it, and the superior's taking note."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from bangfu.core.problems import Problem
from bangfu.ground.access.services import break_glass, end_glass, take_note
from bangfu.ground.access.services.glass import superior_of
from bangfu.ground.acts.actor import OPENED_BY_GLASS, RIGHT_WORDS, Purpose, Right
from bangfu.terminals.desk.forms.access import GlassForm
from bangfu.terminals.desk.pages import DeskRequest, page, posted_act_id, posted_id


@require_http_methods(["GET", "POST"])
@page(right=Right.BREAK_GLASS, purpose=Purpose.OPERATIONS)
def glass(request: DeskRequest) -> HttpResponseBase:
    """What it opens, who is told, and why it is asked for."""
    form = GlassForm(request.POST or None)
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        reason, words = form.given
        try:
            break_glass(actor=request.actor, act_id=posted_act_id(request), reason=reason, words=words)
        except Problem as problem:
            problems = [problem]
        else:
            messages.warning(request, gettext("应急查看已开始，上级已被告知。看过的每一页都会记下。"))
            return redirect("desk:files")
    told = None
    try:
        told = superior_of(request.actor).full_name
    except Problem as problem:
        problems = problems or [problem]
    context = {
        "here": "",
        "form": form,
        "problems": problems,
        "told": told,
        "opens": [RIGHT_WORDS[right] for right in Right if right in OPENED_BY_GLASS],
    }
    status = 422 if form.errors or (problems and request.method == "POST") else 200
    return TemplateResponse(request, "desk/glass.html", context, status=status)


@require_POST
@page(right=Right.BREAK_GLASS, purpose=Purpose.OPERATIONS)
def end(request: DeskRequest) -> HttpResponseBase:
    """Before its time."""
    end_glass(actor=request.actor, act_id=posted_act_id(request))
    messages.success(request, gettext("应急查看已结束。"))
    return redirect("desk:home")


@require_POST
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS)
def noted(request: DeskRequest) -> HttpResponseBase:
    """The superior says that they know."""
    take_note(actor=request.actor, act_id=posted_act_id(request), glass_id=posted_id(request, "glass"))
    messages.success(request, gettext("已记下您阅知。"))
    return redirect("desk:home")
