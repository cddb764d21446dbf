"""The inbox: what is mine to decide, what I proposed, what I have decided."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from pydantic import TypeAdapter

from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.models import Entry
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.approval.asked import Pair, read_asked
from bangfu.ground.approval.models import Case, Opinion, Part, Step
from bangfu.ground.approval.rules import State
from bangfu.ground.approval.services.batch import BATCH, BatchAnswer

PAGE = 50
STATE_WORDS: dict[str, Pair] = {
    State.DECIDING: ("审批中", "being decided"),
    State.APPROVED: ("已批准", "approved"),
    State.RETURNED: ("已退回", "returned"),
    State.WITHDRAWN: ("已撤回", "withdrawn"),
    State.OVERTAKEN: ("情况有变，不再审批", "overtaken by new facts"),
}


class InboxView(StrEnum):
    """Parts of the inbox."""

    MINE = "mine"
    PROPOSED = "proposed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One line. ``step``: whose turn it is, ``holder`` if it is one person's; empty once closed. ``seen``: hash of what is asked."""

    case: UUID
    version: int
    seen: str
    title: Pair
    about: Pair
    organisation: str
    proposer: str
    opened_at: datetime
    state: str
    state_words: Pair
    step: Pair
    holder: str
    due_on: date | None
    late: bool
    amount_fen: int | None
    needs_proof: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of a view, and how many there are in each."""

    view: InboxView
    items: tuple[InboxItem, ...]
    total: int
    page: int
    pages: int
    counts: dict[str, int]


def inbox(actor: Actor, view: InboxView = InboxView.MINE, *, on: date, page: int = 1, size: int = PAGE) -> Inbox:
    """What waits longest first; of what is closed, the latest first."""
    actor.require(Right.SEE_APPROVALS)
    counts = {one.value: _found(actor, one).count() for one in InboxView}
    total = counts[view.value]
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    begin = (page - 1) * size
    rows = list(_found(actor, view)[begin : begin + size])
    return Inbox(view, tuple(_items(rows, on)), total, page, pages, counts)


def waiting_for_me(actor: Actor) -> int:
    """How many wait for this person; for menu and desk."""
    if not actor.may(Right.APPROVE):
        return 0
    return _found(actor, InboxView.MINE).count()


def late_for_me(actor: Actor, on: date) -> int:
    """Of those that wait for this person, how many are past their day."""
    if not actor.may(Right.APPROVE):
        return 0
    return _found(actor, InboxView.MINE).filter(steps__turn=True, steps__due_on__lt=on).count()


def batch_answer(actor: Actor, act_id: UUID) -> BatchAnswer:
    """What came of an act that agreed to several, of this person; NOT_FOUND for any other."""
    actor.require(Right.APPROVE)
    entry = Entry.objects.filter(act_id=act_id, verb=BATCH.code, person_id=actor.person_id).first()
    if entry is None:
        raise NOT_FOUND()
    answer: BatchAnswer = TypeAdapter(BatchAnswer).validate_python(entry.answer)
    return answer


def mine_to_decide(actor: Actor) -> Q:
    """Steps whose turn it is and that this person may decide, by appointment or because they were named; not what they took part in."""
    open_to_role = Q(assigned_id__isnull=True, roles__contains=[actor.role.value], organisation=actor.scope)
    return Q(turn=True) & (open_to_role | Q(assigned_id=actor.person_id))


def _found(actor: Actor, view: InboxView) -> QuerySet[Case]:
    if view is InboxView.PROPOSED:
        return Case.objects.filter(proposer_id=actor.person_id).order_by("-opened_at", "id")
    if view is InboxView.DONE:
        said = Opinion.objects.filter(case=OuterRef("pk"), person_id=actor.person_id)
        return Case.objects.filter(Exists(said)).order_by("-opened_at", "id")
    if not actor.may(Right.APPROVE):
        return Case.objects.none()
    me = [actor.person_id, *([actor.stands_for_id] if actor.stands_for_id else [])]
    otherwise = Part.objects.filter(
        subject_type=OuterRef("case__subject_type"), subject_id=OuterRef("case__subject_id"), person_id__in=me
    ).exclude(capacity=OuterRef("code"))
    mine = Step.objects.filter(mine_to_decide(actor), case=OuterRef("pk")).exclude(Exists(otherwise))
    return Case.objects.filter(Exists(mine)).order_by("opened_at", "id")


def _items(rows: list[Case], on: date) -> list[InboxItem]:
    turns = {step.case_id: step for step in Step.objects.filter(case__in=rows, turn=True)}
    unions = names_of_organisations({row.org for row in rows})
    items = []
    for row in rows:
        asked, turn = read_asked(row.content), turns.get(row.pk)
        items.append(
            InboxItem(
                case=row.pk,
                version=row.version,
                seen=row.content_sha256,
                title=asked.title,
                about=asked.about,
                organisation=unions.get(row.org, ""),
                proposer=row.proposer_name,
                opened_at=row.opened_at,
                state=row.state,
                state_words=STATE_WORDS[row.state],
                step=(turn.title_zh, turn.title_en) if turn else ("", ""),
                holder=turn.assigned_name if turn else "",
                due_on=turn.due_on if turn else None,
                late=bool(turn and turn.due_on and turn.due_on < on),
                amount_fen=row.amount_fen,
                needs_proof=bool(turn and turn.proof_above_fen is not None),
            )
        )
    return items
