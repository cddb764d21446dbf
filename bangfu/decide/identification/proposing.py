"""Proposing for a whole area, chunk by chunk; and following what happened below: a comparison that is done, a workbook that is in."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.utils import timezone

from bangfu.core.clock import MachineClock, today
from bangfu.decide.comparison.services import FINISHED as COMPARED
from bangfu.decide.comparison.services_stopping import CANCELLED_RUN
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.services.propose import (
    UNDECIDED,
    Changed,
    finish_proposals,
    propose_determinations,
    retire,
)
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import operator, organisation_at
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.record.registry.models import CaseFile
from bangfu.record.registry.services import FINISHED as BROUGHT

Told = Callable[[int, int], None]
# As many files as hold about a thousand rows.
_FILES = 300
_FOLLOWED = (COMPARED.code, CANCELLED_RUN.code, BROUGHT.code)
# Older entries have been followed, or never will be: a job that was off for longer begins with the next comparison.
_BACK = timedelta(days=30)


def propose_now(actor: Actor, on: date, key: UUID, told: Told = lambda _done, _total: None) -> Changed:
    """Propose for every open file of the actor's area as of a day. ``key`` tells what it follows from: again with it is safe."""
    with acting(actor):
        files = list(
            _inside(actor).filter(state=CaseFile.State.ON_FILE).order_by("number").values_list("pk", flat=True)
        )
    total = Changed(0, 0, 0, 0, 0)
    for begin in range(0, len(files), _FILES):
        chunk = files[begin : begin + _FILES]
        changed = propose_determinations(actor=actor, act_id=_step(key, on, chunk), on=on, files=chunk)
        total = _sum(total, changed)
        told(min(begin + _FILES, len(files)), len(files))
    for departed in _departed(actor):
        retire(actor=actor, act_id=_step(key, on, departed), determinations=departed)
    finish_proposals(actor=actor, act_id=key, changed=total)
    return total


def follow() -> int:
    """Propose anew wherever something happened that determinations follow from; gives how many areas. Read from the trail."""
    areas = 0
    for code in Organisation.objects.filter(above=None).values_list("code", flat=True):
        with acting(operator(Purpose.IDENTIFICATION, code=code)):
            waiting = pending()
        for org, keys in waiting.items():
            place = organisation_at(org)
            if place is None:
                continue
            actor = operator(Purpose.IDENTIFICATION, code=place.code)
            changed = propose_now(actor, today(MachineClock()), keys[0])
            for key in keys[1:]:
                finish_proposals(actor=actor, act_id=key, changed=changed)
            areas += 1
    return areas


def pending() -> dict[str, list[UUID]]:
    """Organisation → keys of acts that nothing followed yet, inside a door. One look serves for all of them (``finish_proposals``)."""
    since = timezone.now() - _BACK
    happened = Entry.objects.filter(verb__in=_FOLLOWED, at__gte=since).order_by("id").values_list("org", "act_id")
    keys = {uuid5(act_id, "identification"): org for org, act_id in happened}
    done = set(Entry.objects.filter(act_id__in=keys).values_list("act_id", flat=True))
    waiting: dict[str, list[UUID]] = {}
    for key, org in keys.items():
        if key not in done:
            waiting.setdefault(org, []).append(key)
    return waiting


def _departed(actor: Actor) -> Iterator[list[UUID]]:
    """Determinations that wait though their files are closed."""
    with acting(actor):
        waiting = Determination.objects.filter(
            state__in=UNDECIDED,
            case_file__in=_inside(actor).filter(state=CaseFile.State.CLOSED),
        )
        found = sorted(waiting.values_list("pk", flat=True))
    for begin in range(0, len(found), 1_000):
        yield found[begin : begin + 1_000]


def _inside(actor: Actor) -> QuerySet[CaseFile]:
    return CaseFile.objects.filter(org__gte=actor.scope, org__lt=f"{actor.scope[:-1]}0")


def _step(key: UUID, on: date, chunk: list[UUID]) -> UUID:
    """The same for the same files: what was done before a kill is not done again."""
    return uuid5(key, hashlib.sha256(f"{on} {chunk}".encode()).hexdigest())


def _sum(one: Changed, other: Changed) -> Changed:
    return Changed(
        one.opened + other.opened,
        one.changed + other.changed,
        one.reopened + other.reopened,
        one.same + other.same,
        one.left + other.left,
        one.why or other.why,
    )
