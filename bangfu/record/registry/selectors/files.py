"""The list of files: query form, and search by name, pinyin, initials, last four or number.

Paged by key, so that page 2,000 is as fast as page 2.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bangfu.ground.access.masking import masked_name
from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.trail.services import record_looks
from bangfu.record.registry.models import CaseFile, Member

PAGE = 50
_BEYOND = "\U0010ffff"
_LAST_FOUR = re.compile("[0-9]{3}[0-9Xx]")
_NUMBER = re.compile("[0-9]{6}-.*")
_NUMBER_PART = re.compile("[0-9]{4}-[0-9]{1,5}|[0-9]{5}")
_LATIN = re.compile("[a-z ]+")
# Short Latin input is tried as initials as well.
_MOST_INITIALS = 4
_MOST_INSIDE = 2_000


@dataclass(frozen=True, slots=True)
class FileQuery:
    """The query form. ``text``: name, pinyin, initials, last four of any member's number, or the file's number.

    ``among``: a query of the ids of files that a higher room asks about; whoever may not see sensitive fields is not told.
    """

    text: str = ""
    organisation: str = ""
    state: str = ""
    category: str = ""
    cause: str = ""
    unverified: bool = False
    after: str = ""
    among: QuerySet[Any, Any] | None = None


@dataclass(frozen=True, slots=True)
class FileRow:
    """One line of the list; the name masked unless the list is of one family's own union."""

    id: UUID
    household: UUID
    number: str
    name: str
    persons: int
    organisation: str
    org: str
    category: str
    cause: str
    state: str
    incomplete: bool


@dataclass(frozen=True, slots=True)
class FilePage:
    """A page: its lines, how many files the query finds in all, and the number of the last file on it ("" on the last page).

    The number goes into an address as the next page's ``after``: a name, or its pinyin, must not.
    """

    rows: tuple[FileRow, ...]
    total: int
    following: str


def files(actor: Actor, query: FileQuery, *, size: int = PAGE) -> FilePage:
    """Files in scope that the query finds, in the order of pinyin. Where main causes are shown, that somebody looked is recorded."""
    actor.require(Right.SEE_FILES)
    found = _found(actor, query)
    total = found.count()
    if query.after:
        last = CaseFile.objects.filter(number=query.after).values_list("head_pinyin", flat=True).first()
        if last is not None:
            # The first condition is what the index can begin at.
            found = found.filter(Q(head_pinyin__gte=last), Q(head_pinyin__gt=last) | Q(number__gt=query.after))
    page = list(found.order_by("head_pinyin", "number")[: size + 1])
    following = page[size - 1].number if len(page) > size else ""
    rows = tuple(_rows(actor, page[:size]))
    _record(actor, query, rows)
    return FilePage(rows, total, following)


def count_files(actor: Actor) -> int:
    """How many open files there are in scope."""
    actor.require(Right.SEE_FILES)
    return CaseFile.objects.filter(state=CaseFile.State.ON_FILE).count()


def rows_for(actor: Actor, case_files: Iterable[UUID]) -> dict[UUID, FileRow]:
    """Lines of the list for files that are known already."""
    actor.require(Right.SEE_FILES)
    return {row.id: row for row in _rows(actor, list(CaseFile.objects.filter(pk__in=list(case_files))))}


def _record(actor: Actor, query: FileQuery, rows: tuple[FileRow, ...]) -> None:
    """To be shown a main cause is a look, and so is to be told whose number ends in four digits."""
    fields = ["main_cause"] if actor.may(Right.SEE_SENSITIVE) else []
    if query.among is not None:
        fields.append("says_zh")
    if _LAST_FOUR.fullmatch(query.text.strip()):
        fields.append("id_number")
    if fields:
        record_looks(actor, page="files", seen=[(row.org, row.household) for row in rows], fields=fields)


def _found(actor: Actor, query: FileQuery) -> QuerySet[CaseFile]:
    found = CaseFile.objects.filter(state=query.state or CaseFile.State.ON_FILE)
    if query.organisation:
        found = found.filter(org__gte=query.organisation, org__lt=f"{query.organisation[:-1]}0")
    if query.category:
        found = found.filter(category=query.category)
    # To look for a cause is to be told it.
    if query.cause and actor.may(Right.SEE_SENSITIVE):
        found = found.filter(main_cause=query.cause)
    if query.among is not None:
        actor.require(Right.SEE_SENSITIVE)
        found = found.filter(pk__in=query.among)
    if query.unverified:
        unverified = Member.objects.filter(left_on__isnull=True).exclude(number_state=Member.NumberState.VALID)
        found = found.filter(pk__in=unverified.values("case_file"))
    text = query.text.strip()
    return _matching(found, text) if text else found


def _matching(found: QuerySet[CaseFile], text: str) -> QuerySet[CaseFile]:
    if _NUMBER.fullmatch(text):
        return found.filter(number__gte=text, number__lt=text + _BEYOND)
    if _NUMBER_PART.fullmatch(text):
        return found.filter(number__endswith=text)
    if _LAST_FOUR.fullmatch(text):
        people = Member.objects.filter(number_last_four=text.upper())
    elif _LATIN.fullmatch(text.lower()):
        people = _by_pinyin(text.lower().replace(" ", ""))
    else:
        people = Member.objects.filter(folded__gte=text, folded__lt=text + _BEYOND)
        if not people.exists():
            # In the middle of a name: no index helps, so that it is looked for once, and not for the count and the page.
            inside = Member.objects.filter(folded__contains=text, left_on__isnull=True)
            return found.filter(pk__in=list(inside.values_list("case_file", flat=True)[:_MOST_INSIDE]))
    return found.filter(pk__in=people.filter(left_on__isnull=True).values("case_file"))


def _by_pinyin(text: str) -> QuerySet[Member]:
    # Ranges and not LIKE: only comparisons may use an index behind row-level security (STACK 3, trap 3).
    wanted = Q(pinyin_joined__gte=text, pinyin_joined__lt=text + _BEYOND)
    if len(text) <= _MOST_INITIALS:
        wanted |= Q(initials=text)
    return Member.objects.filter(wanted)


def _rows(actor: Actor, page: list[CaseFile]) -> Iterable[FileRow]:
    sensitive = actor.may(Right.SEE_SENSITIVE)
    ids = [file.pk for file in page]
    counted = Member.objects.filter(case_file__in=ids, left_on__isnull=True).values_list("case_file")
    unverified = Count("pk", filter=~Q(number_state=Member.NumberState.VALID))
    both = counted.annotate(persons=Count("pk"), unverified=unverified)
    persons = {file: (count, wrong) for file, count, wrong in both}
    names = names_of_organisations({file.org for file in page})
    for file in page:
        count, wrong = persons.get(file.pk, (0, 0))
        yield FileRow(
            id=file.pk,
            household=file.household_id,
            number=file.number,
            name=masked_name(file.head_name),
            persons=count,
            organisation=names.get(file.org, ""),
            org=file.org,
            category=file.category,
            cause=file.main_cause if sensitive else "",
            state=file.state,
            incomplete=bool(wrong),
        )
