"""A workbook from file to registry in one go, as the command line does it: the same acts as on the pages, one after the other."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from bangfu.core.clock import MachineClock, today
from bangfu.engine.intake import problems as file_problems
from bangfu.engine.intake.archive import read_archive
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.engine.intake.error_workbook import problems_by_row
from bangfu.engine.intake.error_workbook import write_error_workbook as write_workbook
from bangfu.ground.access.selectors import organisation
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.record.registry import services, work
from bangfu.record.registry.models import Batch, Consent
from bangfu.record.registry.selectors.batches import unfinished
from bangfu.record.registry.staged import known_of, opened, plan_of
from bangfu.record.registry.uploads import chunks_of, keep, opened_upload

# (step, done, total): check or commit, in chunks.
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a workbook: see ``services.receive_archive``. ``reason``: why it is right although control totals differ."""

    organisation: str
    basis: str = Consent.Basis.AUTHORISATION.value
    document: str = ""
    source: str = ""
    control_rows: int | None = None
    control_households: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of it. ``went_on``: an earlier call with the same file had been interrupted, and was carried on."""

    batch: Batch
    counts: dict[str, int]
    went_on: bool


def bring_archive(
    actor: Actor,
    path: Path,
    about: About,
    *,
    told: Told = lambda _step, _done, _total: None,
    checked: Callable[[Batch], None] = lambda _: None,
) -> Brought:
    """Keep a copy of the file, check it, bring it in chunk by chunk. Raises a Problem where nothing of it can come in.

    Interrupted, the same call goes on from the last chunk that is in. ``checked`` hears the batch before the first (next) chunk.
    """
    if not path.is_file():
        raise file_problems.NO_SUCH_FILE(file=path.name)
    batch = _interrupted(actor, path, organisation(about.organisation).path)
    went_on = batch is not None
    if batch is None:
        batch = _checked(actor, path, about, told)
        checked(batch)
        services.start_commit(
            actor=actor,
            act_id=services.step_id(batch.pk, f"start {batch.version}"),
            batch_id=batch.pk,
            seen_version=batch.version,
            reason=about.reason,
            in_background=False,
        )
    else:
        checked(batch)
    counts = work.commit(actor, batch.pk, lambda done, total: told("commit", done, total))
    return Brought(_batch(actor, batch.pk), counts, went_on)


def write_error_workbook(actor: Actor, batch: Batch, path: Path) -> None:
    """The sender's own file with what to mend beside each row: what the reader found, and what the registry refuses."""
    said = problems_by_row(_rows_as_judged(actor, batch))
    with opened_upload(Path(settings.BANGFU_HOME), batch.pk, batch.file_name) as uploaded:
        write_workbook(read_archive(uploaded, today(MachineClock()), batch.columns or None), said, path)


def _interrupted(actor: Actor, path: Path, org: str) -> Batch | None:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with acting(actor):
        batch = unfinished(actor, sha256=sha256, org=org)
    # Somebody else's is theirs to finish: their chunks carry their name.
    return batch if batch is not None and batch.created_by == actor.person_id else None


def _checked(actor: Actor, path: Path, about: About, told: Told) -> Batch:
    act_id = uuid4()
    with path.open("rb") as file:
        stored = keep(
            chunks_of(file),
            path.name,
            upload_id=act_id,
            home=Path(settings.BANGFU_HOME),
            largest=settings.BANGFU_LARGEST_UPLOAD,
        )
    batch_id = services.receive_archive(
        actor=actor,
        act_id=act_id,
        stored=stored,
        organisation_code=about.organisation,
        basis=about.basis,
        document=about.document,
        source=about.source,
        control_rows=about.control_rows,
        control_households=about.control_households,
    )
    received = _batch(actor, batch_id)
    services.choose_columns(
        actor=actor,
        act_id=services.step_id(batch_id, "columns"),
        batch_id=batch_id,
        seen_version=received.version,
        columns=received.columns,
        in_background=False,
    )
    refused = work.check(actor, batch_id, received.version + 1, lambda done, total: told("check", done, total))
    if refused is not None:
        raise refused
    return _batch(actor, batch_id)


def _rows_as_judged(actor: Actor, batch: Batch) -> Iterator[ArchiveRow]:
    for rows in opened(batch).chunks():
        with acting(actor):
            refused = {id(row): why for row, why in plan_of(batch, rows, known_of(rows)).wrong}
        for row in rows:
            why = refused.get(id(row))
            yield replace(row, outcome=Outcome.WRONG, wrong=why) if why else row


def _batch(actor: Actor, batch_id: UUID) -> Batch:
    with acting(actor):
        return Batch.objects.get(pk=batch_id)
