"""留痕封存: how far the trail is sealed, what the last verification said, what was handed over; the newest checkpoint to take along."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from bangfu.ground.access.selectors import names_by_code
from bangfu.ground.acts.actor import Purpose, Right
from bangfu.ground.trail.selectors import newest_checkpoint, sealing_state
from bangfu.terminals.desk.pages import DeskRequest, page


@require_GET
@page(right=Right.AUDIT, purpose=Purpose.SUPERVISION)
def sealing(request: DeskRequest) -> HttpResponseBase:
    """How far the trail is sealed."""
    state = sealing_state(request.actor)
    names = names_by_code({one.organisation for one in state.received})
    received = [(one, names.get(one.organisation, one.organisation)) for one in state.received]
    context = {"here": "audit", "state": state, "received": received}
    return TemplateResponse(request, "desk/trail/sealing.html", context)


@require_GET
@page(right=Right.AUDIT, purpose=Purpose.SUPERVISION)
def checkpoint(request: DeskRequest) -> HttpResponseBase:
    """The newest checkpoint as a file, for the level above. It says nothing of anybody; before the first sealing there is none."""
    text = newest_checkpoint(request.actor)
    if text is None:
        return redirect("desk:trail")
    size = sealing_state(request.actor).sealed
    named = {"Content-Disposition": f'attachment; filename="checkpoint-{size}.json"'}
    return HttpResponse(text + "\n", content_type="application/json", headers=named)
