"""What the page of the review queue shows around a case: where it stands in the list, what one key does next."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from bangfu.decide.comparison.selectors import EvidenceRow
from bangfu.decide.identification.selectors import (
    QueuePage,
    ReviewCase,
    last_settlement,
    review_case,
    review_queue,
    what_changed,
)
from bangfu.ground.access.masking import masked_name
from bangfu.ground.acts.actor import Right
from bangfu.terminals.desk import formats
from bangfu.terminals.desk.forms.review import QueueForm, count_of, view_words
from bangfu.terminals.desk.pages import DeskRequest

_ASKED_ABOUT = ("矛盾", "疑点")
_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in the list: addresses of the one before and after, "" at the ends; ``query`` keeps the choices."""

    query: str
    before: str
    after: str


def queue_context(request: DeskRequest, on: date, chosen: UUID | None) -> dict[str, Any]:
    """The page: the list, and the case that is asked for or else the first of the list."""
    form = QueueForm(request.actor, request.GET)
    filters = form.filters()
    page = review_queue(request.actor, filters, on=on, page=page_number(request))
    context: dict[str, Any] = {"here": "review", "form": form, "queue": page, "on": on, "chosen": chosen is not None}
    context["views"] = [(name, count_of(view, page.counts)) for view, name in view_words().items()]
    context["view_name"] = view_words()[filters.view]
    first = page.items[0].determination if page.items else None
    if request.actor.may(Right.SETTLE):
        context["last"] = _last(request)
    if (wanted := chosen or first) is not None:
        context |= case_context(request, on, wanted, page, form.query)
    return context


def case_context(
    request: DeskRequest, on: date, wanted: UUID, page: QueuePage, query: dict[str, str]
) -> dict[str, Any]:
    """The case in the middle and at the right."""
    case = review_case(request.actor, wanted, on=on)
    seen = request.GET.get("seen", "")
    return {
        "case": case,
        "place": _place(page, wanted, query),
        "options": {option.way.value: option for option in case.options},
        "question": _question(case),
        "changes": what_changed(request.actor, UUID(seen)) if _is_id(seen) else None,
    }


def page_number(request: DeskRequest) -> int:
    """Which page of the list; the first where the address says nothing that can be read."""
    text = request.GET.get("page", "")
    return min(int(text), _MOST_PAGES) if text.isascii() and text.isdecimal() else 1


def _place(page: QueuePage, wanted: UUID, query: dict[str, str]) -> Place:
    ids = [item.determination for item in page.items]
    at = ids.index(wanted) if wanted in ids else -1
    on_page = urlencode({**query, "page": page.page} if page.page > 1 else query)
    before = _address(ids[at - 1], on_page) if at > 0 else ""
    after = _address(ids[at + 1], on_page) if at + 1 < len(ids) else ""
    if not after and page.page < page.pages:
        after = f"{reverse('desk:review')}?{urlencode({**query, 'page': page.page + 1})}"
    return Place(on_page, before, after)


def _address(determination: UUID, query: str) -> str:
    url = reverse("desk:review_case", args=[determination])
    return f"{url}?{query}" if query else url


def _last(request: DeskRequest) -> dict[str, Any] | None:
    """What U takes back."""
    last = last_settlement(request.actor)
    if last is None:
        return None
    return {"id": last.pk, "kind": last.kind, "name": masked_name(last.determination.case_file.head_name)}


def _question(case: ReviewCase) -> str:
    """What the family is asked, to begin with: what departments' data say otherwise, one line each."""
    doubtful = [entry.row for entry in case.evidence if entry.row.conclusion in _ASKED_ABOUT]
    if not doubtful:
        return gettext("请说明家庭现在的收入、住房和支出情况，并带有关材料。")
    lines = [f"{number}. {_asked(row)}" for number, row in enumerate(doubtful, 1)]
    return "\n".join(
        [gettext("部门数据与您家档案有不一致的地方："), *lines, gettext("请说明是怎么回事，并带能证明的材料。")]
    )


def _asked(row: EvidenceRow) -> str:
    english = formats.english()
    said, where = (row.register.en, row.department.en) if english else (row.register.zh, row.department.zh)
    source = f"{where} {formats.day(row.as_of)}" if row.as_of else where
    return f"{said} ({source})" if english else f"{said}（{source}）"


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
