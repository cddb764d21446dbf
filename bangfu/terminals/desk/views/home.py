"""待办: what waits for me first."""

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from bangfu.ground.acts.actor import Purpose, Right
from bangfu.terminals.desk.pages import DeskRequest, page


@require_GET
@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS)
def home(request: DeskRequest) -> HttpResponseBase:
    """What waits for me, by role."""
    return TemplateResponse(request, "desk/home/home.html", {"here": "desk"})
