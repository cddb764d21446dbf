"""What the page of approvals shows around a case: where it stands in the list, where its subject can be looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from bangfu.decide.identification.services.settle import REFUSAL
from bangfu.ground.acts.actor import Right
from bangfu.ground.approval.selectors import Inbox, InboxView, approval_case, inbox
from bangfu.terminals.desk.pages import DeskRequest
from bangfu.terminals.desk.reviewing import page_number
from bangfu.terminals.desk.sessions import reauthenticated_at

# Where a subject is looked at with everything around it, by its name.
_LOOK: dict[str, Callable[[UUID], str]] = {REFUSAL: lambda subject: reverse("desk:review_case", args=[subject])}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in the list: addresses of the one before and after, "" at the ends; ``query`` keeps the view."""

    query: str
    before: str
    after: str


def view_words() -> dict[InboxView, str]:
    """Names of the parts of the inbox."""
    return {
        InboxView.MINE: gettext("等我审批"),
        InboxView.PROPOSED: gettext("我提出的"),
        InboxView.DONE: gettext("我办过的"),
    }


def view_of(request: DeskRequest) -> InboxView:
    """The part that is asked for; without a wish, or one that cannot be read: what the role has."""
    asked = request.GET.get("view", "")
    if asked in InboxView.__members__.values():
        return InboxView(asked)
    return InboxView.MINE if request.actor.may(Right.APPROVE) else InboxView.PROPOSED


def approvals_context(request: DeskRequest, on: date, chosen: UUID | None) -> dict[str, Any]:
    """The page: the list, and the case that is asked for or else the first of the list."""
    view = view_of(request)
    found = inbox(request.actor, view, on=on, page=page_number(request))
    context: dict[str, Any] = {
        "here": "approvals",
        "inbox": found,
        "view_name": view_words()[view],
        "views": [(one.value, name, found.counts[one.value]) for one, name in view_words().items()],
        "on": on,
        "chosen": chosen is not None,
        "may_approve": request.actor.may(Right.APPROVE),
    }
    wanted = chosen or (found.items[0].case if found.items else None)
    if wanted is not None:
        case = approval_case(request.actor, wanted, on=on)
        look = _LOOK.get(case.subject_type)
        context |= {
            "case": case,
            "place": _place(found, wanted, {"view": view.value}),
            "options": {option.move: option for option in case.options},
            "look_url": look(case.subject_id) if look else "",
        }
    return context


def proved_at(request: DeskRequest) -> datetime | None:
    """When the person last proved in this session who they are, as the sign-in keeps it."""
    return reauthenticated_at(request)


def _place(found: Inbox, wanted: UUID, query: dict[str, str]) -> Place:
    ids = [item.case for item in found.items]
    at = ids.index(wanted) if wanted in ids else -1
    on_page = urlencode({**query, "page": found.page} if found.page > 1 else query)
    before = _address(ids[at - 1], on_page) if at > 0 else ""
    after = _address(ids[at + 1], on_page) if at + 1 < len(ids) else ""
    if not after and found.page < found.pages:
        after = f"{reverse('desk:approvals')}?{urlencode({**query, 'page': found.page + 1})}"
    return Place(on_page, before, after)


def _address(case: UUID, query: str) -> str:
    return f"{reverse('desk:approval', args=[case])}?{query}"
