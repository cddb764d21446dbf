"""The timeline of a file: what was done, by whom, when and why; who looked; and how far the trail is sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from bangfu.core.checkpoints import fingerprint, read_checkpoint
from bangfu.core.problems import Problem
from bangfu.ground.acts.actor import PURPOSE_WORDS, ROLE_WORDS, Actor, Purpose, Right, Role
from bangfu.ground.acts.models import Entry
from bangfu.ground.acts.verbs import verb_of
from bangfu.ground.trail import kept
from bangfu.ground.trail.models import Checkpoint, Erasure, Look, Received
from bangfu.ground.trail.seals import check_against_home, count_unsealed
from bangfu.ground.trail.verifying import Finding


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


@dataclass(frozen=True, slots=True)
class Verified:
    """What the last verification came to: ``wrong`` things, of which kinds; ``at`` when it began."""

    at: datetime
    sealed: int
    wrong: int
    by_kind: dict[str, int]
    findings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Handed:
    """A checkpoint that was received from a union below."""

    organisation: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SealingState:
    """How far the trail is sealed. ``unsealed`` entries lie in the actor's scope; ``trouble`` is why sealing has stopped, if it has.

    ``root`` and ``key`` are in hexadecimal, "" before the first sealing; ``handed_over`` is the size that the level above was given.
    """

    sealed: int
    sealed_at: datetime | None
    unsealed: int
    erased: int
    root: str
    key: str
    handed_over: int
    handed_at: datetime | None
    verified: Verified | None
    trouble: Problem | None
    received: tuple[Handed, ...]


def sealing_state(actor: Actor) -> SealingState:
    """How far the trail is sealed, when it was verified last, what was handed over and received. Inside a door."""
    actor.require(Right.AUDIT)
    home = Path(settings.BANGFU_HOME)
    newest = Checkpoint.objects.order_by("-size").first()
    signed = read_checkpoint(newest.text, kept.LATEST) if newest else None
    files = kept.outbox(home)
    given = read_checkpoint(files[-1].read_text("utf-8"), files[-1].name) if files else None
    return SealingState(
        sealed=newest.size if newest else 0,
        sealed_at=newest.at if newest else None,
        unsealed=count_unsealed(newest),
        erased=Erasure.objects.count(),
        root=signed.root.hex() if signed else "",
        key=fingerprint(signed.key) if signed else "",
        handed_over=given.size if given else 0,
        handed_at=given.at if given else None,
        verified=_verified(kept.last_result(home)),
        trouble=_trouble(newest),
        received=tuple(_newest_received()),
    )


def newest_checkpoint(actor: Actor) -> str | None:
    """The newest checkpoint as it is handed to others; None before the first sealing."""
    actor.require(Right.AUDIT)
    newest = Checkpoint.objects.order_by("-size").first()
    return newest.text if newest else None


def _newest_received() -> list[Handed]:
    newest = Received.objects.order_by("organisation", "-size").distinct("organisation")
    return [Handed(one.organisation, one.size, one.received_at) for one in newest]


def _trouble(newest: Checkpoint | None) -> Problem | None:
    try:
        check_against_home(newest)
    except Problem as problem:
        return problem
    return None


def _verified(result: dict[str, Any] | None) -> Verified | None:
    if result is None:
        return None
    findings = [Finding(**finding) for finding in result["findings"]]
    return Verified(
        at=datetime.fromisoformat(result["at"]),
        sealed=result["sealed"],
        wrong=result["wrong"],
        by_kind=result["by_kind"],
        findings=tuple(finding.sentences() for finding in findings),
    )


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
