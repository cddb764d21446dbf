"""The timeline of a file: what was done, by whom, when and why; and who looked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from bangfu.ground.acts.actor import PURPOSE_WORDS, ROLE_WORDS, Actor, Purpose, Right, Role
from bangfu.ground.acts.models import Entry
from bangfu.ground.acts.verbs import verb_of
from bangfu.ground.trail.models import Look


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a timeline, in both languages."""

    at: datetime
    who: str
    role: tuple[str, str]
    purpose: tuple[str, str]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Looked:
    """One reading of a household's sensitive data."""

    at: datetime
    who: str
    role: tuple[str, str]
    purpose: tuple[str, str]
    organisation: str
    page: str
    fields: tuple[str, ...]


def timeline(actor: Actor, household_id: UUID, *, act_ids: Iterable[UUID] = (), limit: int = 100) -> list[Line]:
    """Entries about a household, newest first; ``act_ids`` are acts on many households that changed rows of this one too."""
    actor.require(Right.SEE_FILES)
    mine = Q(household_id=household_id) | Q(act_id__in=list(act_ids))
    return [_line(entry) for entry in Entry.objects.filter(mine).order_by("-id")[:limit]]


def recent_entries(actor: Actor, *, without: Iterable[str] = (), limit: int = 50) -> list[Line]:
    """What was last done in the actor's scope, leaving these verbs out."""
    actor.require(Right.SEE_TRAIL)
    found = Entry.objects.exclude(verb__in=list(without)).order_by("-id")
    return [_line(entry) for entry in found[:limit]]


def who_looked(actor: Actor, household_id: UUID, *, limit: int = 100) -> list[Looked]:
    """Readings of a household's sensitive data, newest first."""
    actor.require(Right.SEE_FILES)
    looks = Look.objects.filter(household_id=household_id).order_by("-id")[:limit]
    return [
        Looked(
            look.at,
            look.person_name,
            _role(look.role),
            _purpose(look.purpose),
            look.organisation,
            look.page,
            tuple(look.fields),
        )
        for look in looks
    ]


def _line(entry: Entry) -> Line:
    zh, en = verb_of(entry.verb).sentences(entry.values)
    return Line(entry.at, _who(entry), _role(entry.role), _purpose(entry.purpose), zh, en)


def _who(entry: Entry) -> str:
    """The person; of a stand-in also whom they stood in for."""
    return f"{entry.person_name}（代{entry.stands_for_name}）" if entry.stands_for_id else entry.person_name


def _role(code: str) -> tuple[str, str]:
    return ROLE_WORDS[Role(code)] if code in Role.__members__.values() else (code, code)


def _purpose(code: str) -> tuple[str, str]:
    return PURPOSE_WORDS[Purpose(code)] if code in Purpose.__members__.values() else (code, code)
