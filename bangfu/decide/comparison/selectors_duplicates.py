"""Reads of pairs of files that may be one family's. Only pairs of which the actor may see both files are ever there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from bangfu.decide.comparison.likeness import Likeness, likeness_of
from bangfu.decide.comparison.models import Duplicate
from bangfu.ground.access.masking import masked_name, masked_number
from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.trail.history import events_of
from bangfu.ground.trail.services import record_looks
from bangfu.record.registry.models import CaseFile, Member

PAGE = 50
_SHOWN = ("name", "id_number", "birth_date")


@dataclass(frozen=True, slots=True)
class FileSide:
    """One of the two files; the name masked."""

    id: UUID
    number: str
    name: str
    organisation: str
    category: str
    persons: int
    opened_on: date
    closed: bool


@dataclass(frozen=True, slots=True)
class PersonSide:
    """Somebody of one of the files: masked, with the last four of the number and never the birth date."""

    name: str
    relation: str
    is_head: bool
    number: str


@dataclass(frozen=True, slots=True)
class SharedPerson:
    """Who may be one person. ``likeness`` None: their verified numbers are equal."""

    one: PersonSide
    other: PersonSide
    likeness: Likeness | None


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """A line of the list; ``percent`` of the likeliest person, never 100 unless a number says so (``by_number``)."""

    id: UUID
    state: str
    by_number: bool
    percent: int
    one: FileSide
    other: FileSide
    persons: int
    settled_name: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class DuplicateView:
    """A pair as a person settles it; ``close``: the file that was proposed to be closed."""

    row: DuplicateRow
    version: int
    shared: tuple[SharedPerson, ...]
    reason: str
    close: UUID | None
    may_settle: bool


@dataclass(frozen=True, slots=True)
class DuplicatePage:
    """The pairs of a state, the surest first, and how many there are of each state."""

    rows: tuple[DuplicateRow, ...]
    counts: Mapping[str, int]
    state: str
    page: int
    pages: int


def duplicate_pairs(actor: Actor, *, state: str = Duplicate.State.WAITING, page: int = 1) -> DuplicatePage:
    """Pairs in the actor's scope. That somebody looked is recorded for both files of each."""
    actor.require(Right.SEE_SENSITIVE)
    counted = Duplicate.objects.values_list("state").annotate(pairs=Count("pk"))
    counts = {**dict.fromkeys(Duplicate.State.values, 0), **dict(counted)}
    pages = max(1, -(-counts.get(state, 0) // PAGE))
    at = min(page, pages)
    ordered = Duplicate.objects.filter(state=state).order_by("-by_number", "-probability", "pk")
    found = list(ordered[(at - 1) * PAGE : at * PAGE])
    rows = _rows(found)
    _record(actor, found, "duplicates")
    return DuplicatePage(tuple(rows), counts, state, at, pages)


def duplicate_pair(actor: Actor, duplicate_id: UUID) -> DuplicateView:
    """One pair; raises NOT_FOUND where the actor may not see both files."""
    actor.require(Right.SEE_SENSITIVE)
    found = Duplicate.objects.filter(pk=duplicate_id).first()
    if found is None:
        raise NOT_FOUND()
    ids = {UUID(person[side]) for person in found.persons for side in ("one", "other")}
    people = {member.pk: _person(member) for member in Member.objects.filter(pk__in=ids)}
    shared = tuple(
        SharedPerson(
            people[UUID(person["one"])],
            people[UUID(person["other"])],
            None if person["by_number"] else likeness_of(person),
        )
        for person in found.persons
    )
    _record(actor, [found], "duplicate")
    may_settle = actor.may(Right.SETTLE) and found.state == Duplicate.State.WAITING
    (row,) = _rows([found])
    return DuplicateView(row, found.version, shared, found.reason, found.close_id, may_settle)


def count_duplicates(actor: Actor) -> int:
    """How many pairs wait to be settled."""
    actor.require(Right.SEE_SENSITIVE)
    return Duplicate.objects.filter(state=Duplicate.State.WAITING).count()


def duplicate_acts(actor: Actor, household_id: UUID) -> set[UUID]:
    """The act_ids by which pairs of a household's files came and were settled, for its timeline: of pairs that the actor may see."""
    actor.require(Right.SEE_FILES)
    files = list(CaseFile.objects.filter(household_id=household_id).values_list("pk", flat=True))
    events = events_of(Duplicate)._default_manager.filter(Q(one_id__in=files) | Q(other_id__in=files))
    return set(events.filter(act_id__isnull=False).values_list("act_id", flat=True).distinct())


def _rows(found: list[Duplicate]) -> list[DuplicateRow]:
    ids = {file for row in found for file in (row.one_id, row.other_id)}
    files = list(CaseFile.objects.filter(pk__in=ids))
    counted = Member.objects.filter(case_file__in=ids, left_on__isnull=True).values_list("case_file")
    persons = dict(counted.annotate(persons=Count("pk")))
    names = names_of_organisations({file.org for file in files})
    sides = {file.pk: _side(file, persons.get(file.pk, 0), names.get(file.org, "")) for file in files}
    return [
        DuplicateRow(
            id=row.pk,
            state=row.state,
            by_number=row.by_number,
            percent=100 if row.by_number else min(int(row.probability * 100), 99),
            one=sides[row.one_id],
            other=sides[row.other_id],
            persons=len(row.persons),
            settled_name=row.settled_name,
            settled_at=row.settled_at,
        )
        for row in found
    ]


def _side(file: CaseFile, persons: int, organisation: str) -> FileSide:
    return FileSide(
        id=file.pk,
        number=file.number,
        name=masked_name(file.head_name),
        organisation=organisation,
        category=file.category,
        persons=persons,
        opened_on=file.opened_on,
        closed=file.state == CaseFile.State.CLOSED,
    )


def _person(member: Member) -> PersonSide:
    return PersonSide(masked_name(member.name), member.relation, member.is_head, masked_number(member.number_last_four))


def _record(actor: Actor, found: list[Duplicate], page: str) -> None:
    ids = {file for row in found for file in (row.one_id, row.other_id)}
    seen = list(CaseFile.objects.filter(pk__in=ids).values_list("org", "household_id"))
    if seen:
        record_looks(actor, page=page, seen=seen, fields=_SHOWN)
