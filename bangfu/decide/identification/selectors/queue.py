"""The review queue: who waits, how long, and why it matters. What is due comes first, then who has waited longest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bangfu.core.clock import CHINA
from bangfu.decide.comparison.models import Finding
from bangfu.decide.comparison.selectors import coverage_notes
from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.parameters import NOT_MET
from bangfu.decide.identification.services.clean import speaks_against
from bangfu.decide.identification.standing import CONFIRMS, CONTRADICTS, DOUBTFUL, UNKNOWN
from bangfu.ground.access.masking import masked_name
from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.trail.services import record_looks
from bangfu.record.registry.models import Member

PAGE = 50
_OPEN, _ASKED = Determination.State.OPEN, Determination.State.ASKED
_LONGEST_TEXT = 100
_AGAINST = (CONTRADICTS, DOUBTFUL, UNKNOWN)
_NOTHING_AGAINST = Q(contradictions=0, doubts=0, unknowns=0, flags=0) & ~Q(class_name=NOT_MET)
# The longest waiting first; of those who have waited as long, those whom more contradicts.
_LONGEST_FIRST = ("waiting_since", "-contradictions", "-doubts", "id")


class View(StrEnum):
    """Parts of the queue."""

    WAITING = "waiting"
    CLEAN = "clean"
    CONTRADICTED = "contradicted"
    DOUBTFUL = "doubtful"
    ANSWERED = "answered"
    ASKED = "asked"
    OVERDUE = "overdue"
    REFUSALS = "refusals"
    SETTLED_TODAY = "settled_today"


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """The query form. ``organisation``: a path; ``text``: part of the head's name, its pinyin, or the end of the file's number."""

    view: View = View.WAITING
    organisation: str = ""
    class_name: str = ""
    cause: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """What speaks in a case: a 结论, how many findings came to it, and their 种类."""

    conclusion: str
    count: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One line. ``name`` is masked; ``cause`` is the class of the main cause, empty for whom it is not to be shown.

    ``clean``: nothing speaks against it, compared with data that are not old. ``due_on`` is the day by which the family should answer.
    """

    determination: UUID
    version: int
    case_file: UUID
    household: UUID
    number: str
    name: str
    persons: int
    organisation: str
    waiting_days: int
    cause: str
    class_name: str
    class_en: str
    state: str
    due_on: date | None
    due: bool
    answered: bool
    clean: bool
    flags: int
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Figures over the whole area: ``to_settle`` open ones; ``due`` asked and due by today, ``overdue`` before today.

    ``settled_today`` by the actor. ``longest_days``: the longest wait among the open ones.
    """

    to_settle: int
    clean: int
    contradicted: int
    doubtful: int
    answered: int
    asked: int
    due: int
    overdue: int
    refusals: int
    settled_today: int
    longest_days: int

    @property
    def waiting(self) -> int:
        """What waits for somebody: open ones, and asked ones that are due."""
        return self.to_settle + self.due


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue: its lines, how many the filters find, which page of how many, and the counts of the whole area."""

    items: tuple[QueueItem, ...]
    total: int
    page: int
    pages: int
    counts: QueueCounts
    filters: QueueFilters


def review_queue(
    actor: Actor, filters: QueueFilters | None = None, *, on: date, page: int = 1, size: int = PAGE
) -> QueuePage:
    """A page of what the filters find. Where main causes are shown, that somebody looked is recorded."""
    actor.require(Right.SEE_FILES)
    wanted = filters or QueueFilters()
    parts = [_filtered(part, wanted) for part in _parts(actor, wanted.view, on)]
    sizes = [part.count() for part in parts]
    total = sum(sizes)
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    rows = _window(parts, sizes, (page - 1) * size, size)
    items = _items(actor, rows, on)
    if items and actor.may(Right.SEE_SENSITIVE):
        seen = [(row.org, row.household_id) for row in rows]
        record_looks(actor, page="review_queue", seen=seen, fields=["main_cause"])
    return QueuePage(tuple(items), total, page, pages, queue_counts(actor, on), wanted)


def queue_counts(actor: Actor, on: date) -> QueueCounts:
    """The figures of the actor's area."""
    actor.require(Right.SEE_FILES)
    live = Determination.objects.filter(state__in=[_OPEN, _ASKED, Determination.State.REFUSAL_PROPOSED])
    open_ones = Q(state=_OPEN)
    counted = live.aggregate(
        to_settle=Count("pk", filter=open_ones),
        clean=Count("pk", filter=open_ones & _NOTHING_AGAINST),
        contradicted=Count("pk", filter=open_ones & Q(contradictions__gt=0)),
        doubtful=Count("pk", filter=open_ones & Q(contradictions=0, doubts__gt=0)),
        answered=Count("pk", filter=open_ones & Q(answered=True)),
        asked=Count("pk", filter=Q(state=_ASKED)),
        due=Count("pk", filter=Q(state=_ASKED, due_on__lte=on)),
        overdue=Count("pk", filter=Q(state=_ASKED, due_on__lt=on)),
        refusals=Count("pk", filter=Q(state=Determination.State.REFUSAL_PROPOSED)),
    )
    first = Determination.objects.filter(open_ones).order_by("waiting_since").values_list("waiting_since", flat=True)
    longest = first.first()
    return QueueCounts(
        **counted,
        settled_today=_mine_today(actor, on).count(),
        longest_days=max((on - longest).days, 0) if longest else 0,
    )


def waiting_now(actor: Actor, on: date) -> int:
    """How many wait for somebody, as ``QueueCounts.waiting`` counts them; for the menu."""
    actor.require(Right.SEE_FILES)
    return Determination.objects.filter(Q(state=_OPEN) | Q(state=_ASKED, due_on__lte=on)).count()


def refusals_sent_back(actor: Actor) -> int:
    """How many refusals that the actor proposed were returned to them and wait to be settled anew."""
    actor.require(Right.SEE_FILES)
    returned = Settlement.objects.filter(settled_by=actor.person_id, second_way=Settlement.SecondWay.RETURNED)
    return returned.filter(determination__state=_OPEN).values("determination").distinct().count()


def _mine_today(actor: Actor, on: date) -> QuerySet[Settlement]:
    midnight = datetime.combine(on, time.min, CHINA)
    return Settlement.objects.filter(settled_by=actor.person_id, settled_at__gte=midnight, undone_at__isnull=True)


def _parts(actor: Actor, view: View, on: date) -> list[QuerySet[Determination]]:
    """What a view shows, in parts that follow one another: each is read along an index."""
    waiting, asked, latest = _LONGEST_FIRST, ("due_on", "waiting_since", "id"), ("-settled_at", "id")
    parts: dict[View, list[tuple[Q, tuple[str, ...]]]] = {
        View.WAITING: [(Q(state=_ASKED, due_on__lte=on), asked), (Q(state=_OPEN), waiting)],
        View.CLEAN: [(Q(state=_OPEN) & _NOTHING_AGAINST, waiting)],
        View.CONTRADICTED: [(Q(state=_OPEN, contradictions__gt=0), waiting)],
        View.DOUBTFUL: [(Q(state=_OPEN, contradictions=0, doubts__gt=0), waiting)],
        View.ANSWERED: [(Q(state=_OPEN, answered=True), waiting)],
        View.ASKED: [(Q(state=_ASKED), asked)],
        View.OVERDUE: [(Q(state=_ASKED, due_on__lt=on), asked)],
        View.REFUSALS: [(Q(state=Determination.State.REFUSAL_PROPOSED), latest)],
        View.SETTLED_TODAY: [(Q(pk__in=_mine_today(actor, on).values("determination")), latest)],
    }
    every = Determination.objects.defer("content").select_related("case_file")
    return [every.filter(which).order_by(*order) for which, order in parts[view]]


def _filtered(part: QuerySet[Determination], filters: QueueFilters) -> QuerySet[Determination]:
    if filters.organisation:
        part = part.filter(org__gte=filters.organisation, org__lt=f"{filters.organisation[:-1]}0")
    if filters.class_name:
        part = part.filter(class_name=filters.class_name)
    if filters.cause:
        part = part.filter(case_file__main_cause=filters.cause)
    text = filters.text.strip()[:_LONGEST_TEXT]
    if text:
        named = Q(case_file__head_name__contains=text) | Q(case_file__number__endswith=text)
        part = part.filter(named | Q(case_file__head_pinyin__startswith=text.lower()))
    return part


def _window(
    parts: Sequence[QuerySet[Determination]], sizes: Sequence[int], begin: int, size: int
) -> list[Determination]:
    """Rows ``begin`` to ``begin + size`` of the parts laid end to end."""
    rows: list[Determination] = []
    for part, length in zip(parts, sizes, strict=True):
        if len(rows) < size and begin < length:
            rows += part[begin : begin + size - len(rows)]
        begin = max(0, begin - length)
    return rows


def _items(actor: Actor, rows: list[Determination], on: date) -> list[QueueItem]:
    files = [row.case_file_id for row in rows]
    members = Member.objects.filter(case_file__in=files, left_on__isnull=True)
    persons = dict(members.values_list("case_file").annotate(Count("pk")))
    names = names_of_organisations({row.org for row in rows})
    tags, notes = _tags(files), coverage_notes(files, on)
    causes = actor.may(Right.SEE_SENSITIVE)
    items = []
    for row in rows:
        note, file = notes.get(row.case_file_id), row.case_file
        items.append(
            QueueItem(
                determination=row.pk,
                version=row.version,
                case_file=row.case_file_id,
                household=row.household_id,
                number=file.number,
                name=masked_name(file.head_name),
                persons=persons.get(row.case_file_id, 0),
                organisation=names.get(row.org, ""),
                waiting_days=max((on - row.waiting_since).days, 0),
                cause=file.main_cause if causes else "",
                class_name=row.class_name,
                class_en=row.class_en,
                state=row.state,
                due_on=row.due_on,
                due=row.due_on is not None and row.due_on <= on,
                answered=row.answered,
                clean=row.state == _OPEN and not speaks_against(row) and note is not None and note.fresh,
                flags=row.flags,
                tags=tags.get(row.case_file_id, ()),
            )
        )
    return items


def _tags(files: list[UUID]) -> dict[UUID, tuple[Tag, ...]]:
    """What speaks against, and where nothing does, what confirms."""
    found: dict[UUID, dict[str, Counter[str]]] = {}
    findings = Finding.objects.filter(case_file__in=files, state=Finding.State.OPEN)
    for file, conclusion, kind in findings.values_list("case_file", "conclusion", "kind"):
        found.setdefault(file, {}).setdefault(conclusion, Counter())[kind] += 1
    tags = {}
    for file, by_conclusion in found.items():
        against = [name for name in _AGAINST if name in by_conclusion]
        tags[file] = tuple(
            Tag(name, by_conclusion[name].total(), tuple(sorted(by_conclusion[name]))) for name in against or [CONFIRMS]
        )
    return tags
