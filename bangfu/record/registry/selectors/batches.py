"""Batches: what was brought in, how far it has come, and what a commit would change."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Sum

from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.ground.access.masking import masked_name
from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.trail.services import record_looks
from bangfu.record.registry.models import Batch
from bangfu.record.registry.reconcile import HouseholdPlan
from bangfu.record.registry.shape import looked_at
from bangfu.record.registry.staged import known_of, opened, plan_of

_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch and how far it has come: ``done`` of ``chunks``, ``rows_in`` rows committed so far."""

    batch: Batch
    organisation: str
    done: int
    rows_in: int


@dataclass(frozen=True, slots=True)
class ChangeSample:
    """A household that a commit would change: who, which fields, and its rows before and after (for working out its class)."""

    name: str
    number: str
    fields: tuple[str, ...]
    added: int
    departed: int
    before: tuple[ArchiveRow, ...]
    after: tuple[ArchiveRow, ...]


def batches(actor: Actor, *, limit: int = 50) -> list[BatchView]:
    """The newest batches in scope."""
    actor.require(Right.SEE_FILES)
    return _views(list(Batch.objects.order_by("-created_at")[:limit]))


def batch(actor: Actor, batch_id: UUID) -> BatchView:
    """One batch in scope; raises NOT_FOUND for any other."""
    actor.require(Right.SEE_FILES)
    found = Batch.objects.filter(pk=batch_id).first()
    if found is None:
        raise NOT_FOUND()
    return _views([found])[0]


def unfinished(actor: Actor, *, sha256: str, org: str) -> Batch | None:
    """A batch of the same file for the same union that was interrupted while it was committed."""
    actor.require(Right.BRING_ARCHIVE)
    waiting = Batch.objects.filter(sha256=sha256, org=org, state=Batch.State.COMMITTING)
    return waiting.order_by("-created_at").first()


def preview(actor: Actor, batch_id: UUID, *, limit: int = _LOOKED_AT) -> list[ChangeSample]:
    """Households that a commit would change, first those of the file; worked out now, from the rows that were checked.

    What they hold before and after is given with them, so that somebody looked is recorded.
    """
    actor.require(Right.BRING_ARCHIVE)
    found = batch(actor, batch_id).batch
    samples: list[ChangeSample] = []
    for rows in opened(found).chunks():
        plan = plan_of(found, rows, known_of(rows))
        touched = [household for household in plan.households if household.bundle and household.touches]
        shown = touched[: limit - len(samples)]
        samples += [_sample(household) for household in shown]
        files = [household.bundle.case_file for household in shown if household.bundle]
        seen = [(file.org, file.household_id) for file in files]
        record_looks(actor, page="import_preview", seen=seen, fields=looked_at())
        if len(samples) >= limit:
            break
    return samples


def _sample(plan: HouseholdPlan) -> ChangeSample:
    before = {change.member.pk: change for change in plan.changes}
    fields = tuple(dict.fromkeys(name for change in plan.changes for name in change.fields))
    changed = list(before.values())
    assert plan.bundle is not None  # noqa: S101, only households that are on file are sampled
    return ChangeSample(
        name=masked_name(plan.bundle.case_file.head_name),
        number=plan.bundle.case_file.number,
        fields=fields,
        added=len(plan.added),
        departed=len(plan.departed),
        before=tuple(change.before for change in changed),
        after=tuple(change.after for change in changed),
    )


def _views(found: list[Batch]) -> list[BatchView]:
    names = names_of_organisations({batch.org for batch in found})
    sums = Batch.objects.filter(pk__in=[batch.pk for batch in found]).values_list("pk")
    progress = {pk: (done, rows or 0) for pk, done, rows in sums.annotate(Count("chunks_in"), Sum("chunks_in__rows"))}
    return [BatchView(batch, names.get(batch.org, ""), *progress[batch.pk]) for batch in found]
