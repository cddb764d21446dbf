"""Reads for whoever audits: what was done and who looked, by household, by person, by subject. Paged along an index; no values of persons.

A page is read by ``id`` downwards, which no insert moves: what is on page two stays there while the trail grows.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from bangfu.ground.acts.actor import PURPOSE_WORDS, ROLE_WORDS, Actor, Purpose, Right, Role
from bangfu.ground.acts.models import Entry
from bangfu.ground.acts.verbs import verb_of
from bangfu.ground.trail.models import Look

PAGE = 50
_NOT_MANY = ("account", "glass")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an auditor asks for; None and "" ask for nothing. ``first`` and ``last`` are days, both inclusive.

    ``act_ids`` are acts on many households that changed rows of this one too.
    """

    household_id: UUID | None = None
    act_ids: frozenset[UUID] = frozenset()
    person_id: UUID | None = None
    subject_id: UUID | None = None
    verb: str = ""
    first: date | None = None
    last: date | None = None
    glass_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One entry."""

    number: int
    at: datetime
    who: str
    person_id: UUID
    stands_for: str
    role: tuple[str, str]
    organisation: str
    purpose: tuple[str, str]
    zh: str
    en: str
    verb: str
    household_id: UUID | None
    subject_type: str
    subject_id: UUID | None
    glass_id: UUID | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One look."""

    number: int
    at: datetime
    who: str
    person_id: UUID
    role: tuple[str, str]
    organisation: str
    purpose: tuple[str, str]
    household_id: UUID
    page: str
    fields: tuple[str, ...]
    glass_id: UUID | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Something that concerned many households: a workbook, a delivery, a run. What was last done about it, and how many acts in all."""

    number: int
    acts: int
    subject_type: str
    subject_id: UUID
    at: datetime
    who: str
    zh: str
    en: str


def entries(actor: Actor, asked: Asked, *, before: int | None = None, limit: int = PAGE) -> list[Told]:
    """Entries, the newest first, below the number ``before``."""
    actor.require(Right.AUDIT)
    found = _asked(Entry.objects.all(), replace(asked, household_id=None))
    if asked.household_id:
        found = found.filter(Q(household_id=asked.household_id) | Q(act_id__in=asked.act_ids))
    if asked.subject_id:
        found = found.filter(subject_id=asked.subject_id)
    if asked.verb:
        found = found.filter(verb=asked.verb)
    return [_told(entry) for entry in _page(found, before, limit)]


def looks(actor: Actor, asked: Asked, *, before: int | None = None, limit: int = PAGE) -> list[Seen]:
    """Looks at sensitive fields, the newest first, below the number ``before``."""
    actor.require(Right.AUDIT)
    return [_seen(look) for look in _page(_asked(Look.objects.all(), asked), before, limit)]


def acts_on_many(actor: Actor, *, before: int | None = None, limit: int = 4 * PAGE) -> tuple[list[Batch], int | None]:
    """What concerned no single household (a workbook, a delivery, a run, a list accepted together), the newest first.

    Of ``limit`` entries, those about one thing are one line. Gives where the next page begins, None at the end.
    """
    actor.require(Right.AUDIT)
    found = Entry.objects.filter(household_id=None, subject_id__isnull=False).exclude(subject_type__in=_NOT_MANY)
    group = list(_page(found, before, limit))
    acts = Counter(entry.subject_id for entry in group)
    newest: dict[UUID | None, Entry] = {}
    for entry in group:
        newest.setdefault(entry.subject_id, entry)
    rows = [_batch(entry, acts[subject]) for subject, entry in newest.items()]
    return rows, group[-1].pk if len(group) == limit else None


def _batch(entry: Entry, acts: int) -> Batch:
    assert entry.subject_id is not None  # noqa: S101, asked for
    told = _told(entry)
    return Batch(entry.pk, acts, entry.subject_type, entry.subject_id, told.at, told.who, told.zh, told.en)


def each_entry(actor: Actor, asked: Asked, most: int) -> Iterator[Told]:
    """As ``entries``, page after page, up to so many: for taking out."""
    before: int | None = None
    given = 0
    while given < most:
        group = entries(actor, asked, before=before, limit=min(1_000, most - given))
        yield from group
        given += len(group)
        if not group:
            return
        before = group[-1].number


def each_look(actor: Actor, asked: Asked, most: int) -> Iterator[Seen]:
    """As ``looks``, page after page, up to so many."""
    before: int | None = None
    given = 0
    while given < most:
        group = looks(actor, asked, before=before, limit=min(1_000, most - given))
        yield from group
        given += len(group)
        if not group:
            return
        before = group[-1].number


def _asked(found: QuerySet, asked: Asked) -> QuerySet:  # type: ignore[type-arg]
    if asked.household_id:
        found = found.filter(household_id=asked.household_id)
    if asked.person_id:
        found = found.filter(person_id=asked.person_id)
    if asked.glass_id:
        found = found.filter(glass_id=asked.glass_id)
    if asked.first:
        found = found.filter(at__gte=_midnight(asked.first))
    if asked.last:
        found = found.filter(at__lt=_midnight(asked.last + timedelta(days=1)))
    return found


def _page(found: QuerySet, before: int | None, limit: int) -> QuerySet:  # type: ignore[type-arg]
    if before is not None:
        found = found.filter(pk__lt=before)
    return found.order_by("-id")[:limit]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


def _told(entry: Entry) -> Told:
    zh, en = verb_of(entry.verb).sentences(entry.values)
    return Told(
        entry.pk,
        entry.at,
        entry.person_name,
        entry.person_id,
        entry.stands_for_name,
        _role(entry.role),
        entry.organisation,
        _purpose(entry.purpose),
        zh,
        en,
        entry.verb,
        entry.household_id,
        entry.subject_type,
        entry.subject_id,
        entry.glass_id,
    )


def _seen(look: Look) -> Seen:
    return Seen(
        look.pk,
        look.at,
        look.person_name,
        look.person_id,
        _role(look.role),
        look.organisation,
        _purpose(look.purpose),
        look.household_id,
        look.page,
        tuple(look.fields),
        look.glass_id,
    )


def _role(code: str) -> tuple[str, str]:
    return ROLE_WORDS[Role(code)] if code in Role.__members__.values() else (code, code)


def _purpose(code: str) -> tuple[str, str]:
    return PURPOSE_WORDS[Purpose(code)] if code in Purpose.__members__.values() else (code, code)
