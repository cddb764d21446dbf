"""Reading a delivery: staged outside of any transaction, compared with the one in use, and what was found recorded by one act.

The staged files are personal data at rest: closed to everybody but the account that runs Bangfu (0700, 0600), and encrypted
(``ground/access/at_rest``). They lie open only for as long as they are read, in a folder of that work.
"""

import errno
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
from django.conf import settings

from bangfu.core.problems import Problem
from bangfu.engine.duckdb_.difference import difference
from bangfu.engine.duckdb_.session import Limits, memory_limit
from bangfu.engine.intake.deliveries import Manifest, stage_delivery
from bangfu.engine.intake.error_workbook import write_quarantine
from bangfu.engine.intake.staged_deliveries import read_manifest
from bangfu.engine.protection.staged import lay_down, opened_files
from bangfu.engine.sealing.opening import require_key
from bangfu.ground.access.at_rest import opening_folder, protection
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.faults import fault_point
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.record.registry import upload_problems, uploads
from bangfu.record.registry.models import Batch
from bangfu.record.sources import services
from bangfu.record.sources.about import STAGED, label_of, seal_keys, staged_folder
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.services import Found, in_use_beside

# What the reader lays down beside the upload while it works, in sizes of the upload, packed workbooks left aside.
_UNPACKED = 4


def check_delivery(actor: Actor, delivery_id: UUID, version: int | None = None) -> Problem | None:
    """Read the file and record what was found, or why it cannot be read, and give that. Does nothing where that is done already.

    ``version``: the delivery as it was when the work was asked for; another one since then has work of its own.
    """
    with acting(actor):
        delivery = _delivery(delivery_id)
        former = in_use_beside(delivery)
    if delivery.state != Delivery.State.UPLOADED or version not in (None, delivery.version):
        return None
    step = services.step_id(delivery_id, f"check {delivery.version}")
    about: dict[str, Any] = {"delivery_id": delivery_id, "seen_version": delivery.version}
    try:
        found = _read(delivery, former)
    except Problem as problem:
        about |= {"code": problem.code, "zh": problem.zh, "en": problem.en}
        services.record_failure(actor=actor, act_id=step, **about)
        return problem
    fault_point("sources.staged")
    services.record_check(actor=actor, act_id=step, **about, found=found)
    return None


def write_error_workbook(actor: Actor, delivery_id: UUID, path: Path) -> None:
    """The rows that were set aside, with their reasons, as a workbook; who takes it out was recorded before (take_quarantine)."""
    with acting(actor):
        delivery = _delivery(delivery_id)
    folder = staged_folder(delivery_id)
    name = read_manifest(folder).quarantine
    with opening_folder((folder / name).stat().st_size) as own:
        (quarantine,) = opened_files(folder, [name], own / "quarantine", protection(), label_of(delivery_id))
        write_quarantine(quarantine, delivery.file_name, path)


def clear_delivery(actor: Actor, delivery_id: UUID) -> None:
    """Remove the files of a refused delivery. Its row stays, and says who refused it and why."""
    with acting(actor):
        delivery = _delivery(delivery_id)
    if delivery.state == Delivery.State.REFUSED:
        uploads.discard(Path(settings.BANGFU_HOME), delivery_id)
        shutil.rmtree(staged_folder(delivery_id), ignore_errors=True)


def clear_orphans(now: datetime) -> int:
    """Remove uploads and staged files that no row of any union knows; gives how many folders went."""
    known: set[UUID] = set()
    for code in Organisation.objects.filter(above=None).values_list("code", flat=True):
        with acting(operator(code=code)):
            known |= set(Delivery.objects.exclude(state=Delivery.State.REFUSED).values_list("id", flat=True))
            known |= set(Batch.objects.values_list("id", flat=True))
    home = Path(settings.BANGFU_HOME)
    return uploads.remove_orphans(home, known, now) + uploads.remove_orphans(home, known, now, folder=STAGED)


def _read(delivery: Delivery, former: Delivery | None) -> Found:
    """Stage, count beside the former one, and at last put to rest, in place of what an earlier check left."""
    options: dict[str, Any] = {
        "columns": delivery.columns or None,
        "widths": delivery.widths or None,
        "limits": _limits(),
    }
    sent = uploads.opened_upload(Path(settings.BANGFU_HOME), delivery.pk, delivery.file_name)
    try:
        with sent as path, opening_folder(_UNPACKED * path.stat().st_size) as own:
            made = own / "staged"
            manifest = stage_delivery(delivery.dataset, path, made, today=delivery.as_of, **options)
            require_key(manifest.sealed, delivery.dataset, seal_keys())
            found = _found(manifest, made, former, own / "former")
            fault_point("sources.staging")
            lay_down(made, staged_folder(delivery.pk), protection(), label_of(delivery.pk))
    except (OSError, duckdb.Error) as error:
        if _no_room(error):
            raise upload_problems.NO_ROOM(file=delivery.file_name) from error
        raise
    return found


def _limits() -> Limits:
    return Limits(memory=memory_limit(settings.BANGFU_MEMORY))


def _found(manifest: Manifest, made: Path, former: Delivery | None, own: Path) -> Found:
    staged = [made / name for name in manifest.staged]
    beside = difference(staged, _files_of_former(former, own), limits=_limits())
    return Found(
        rows=manifest.rows,
        keyed=manifest.keyed,
        wrong=manifest.wrong,
        new=beside.new,
        changed=beside.changed,
        same=beside.same,
        gone=beside.gone,
        against=former.pk if former else None,
        quarantined=manifest.quarantined,
        unreadable=manifest.unreadable,
        missing=manifest.missing,
        unknown=manifest.unknown,
    )


def _files_of_former(former: Delivery | None, own: Path) -> list[Path]:
    """None where there is no former, or its files are lost: then every row counts as new, and the new one can still come in."""
    if former is None:
        return []
    folder = staged_folder(former.pk)
    try:
        return opened_files(folder, read_manifest(folder).staged, own, protection(), label_of(former.pk))
    except Problem:
        return []


def _no_room(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "No space left" in str(error)


def _delivery(delivery_id: UUID) -> Delivery:
    delivery = Delivery.objects.filter(pk=delivery_id).first()
    if delivery is None:
        raise NOT_FOUND()
    return delivery
