"""What the steps of bringing a workbook in show beside the batch itself: its columns, and how fast it comes in."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Min, Sum

from bangfu.core.clock import MachineClock, today
from bangfu.engine.intake.archive_columns import SheetColumns, columns_of
from bangfu.ground.acts.actor import Actor, Right
from bangfu.record.registry.models import Chunk
from bangfu.record.registry.selectors.batches import batch
from bangfu.record.registry.uploads import opened_upload


@dataclass(frozen=True, slots=True)
class Pace:
    """When the first and the last chunk came in, and the rows of all chunks but the first: what came between the two moments."""

    first: datetime | None
    last: datetime | None
    rows: int


def workbook_columns(actor: Actor, batch_id: UUID) -> list[SheetColumns]:
    """The headings of an uploaded workbook and what each was taken for, with the mapping chosen so far. Samples are not masked."""
    actor.require(Right.BRING_ARCHIVE)
    found = batch(actor, batch_id).batch
    with opened_upload(Path(settings.BANGFU_HOME), found.pk, found.file_name) as path:
        return columns_of(path, today(MachineClock()), found.columns or None)


def pace_of(actor: Actor, batch_id: UUID) -> Pace:
    """How fast a batch comes in."""
    actor.require(Right.SEE_FILES)
    chunks = Chunk.objects.filter(batch_id=batch_id)
    first = chunks.order_by("at", "number").first()
    found = chunks.aggregate(first=Min("at"), last=Max("at"), rows=Sum("rows"))
    return Pace(found["first"], found["last"], (found["rows"] or 0) - (first.rows if first else 0))
