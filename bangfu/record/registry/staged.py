"""A batch's rows on disk, and what they would change: what check, look and commit have in common."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from bangfu.core.clock import MachineClock, today
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.engine.intake.staged_archive import ROWS_FILE, StagedArchive, stage_archive, staged_archive
from bangfu.engine.protection.staged import lay_down
from bangfu.ground.access.at_rest import opening_folder, protection
from bangfu.ground.acts.bulk import bytea_array
from bangfu.record.registry.apply import elsewhere, hashes_of
from bangfu.record.registry.models import Batch, CaseFile
from bangfu.record.registry.reading import bundles
from bangfu.record.registry.reconcile import Columns, Known, Plan, reconcile
from bangfu.record.registry.uploads import opened_upload, upload_folder

# A workbook's rows, written out for the sorting, beside the workbook: it is packed.
_UNPACKED = 20

# Not joined with the files: while a young table has no statistics, PostgreSQL walks through all files of the scope for each person.
_PLACED = """
    SELECT number_hash, case_file_id, is_head FROM registry_member
    WHERE number_hash = ANY (%s::bytea[]) AND open_file AND left_on IS NULL
"""


def staged_folder(batch: Batch) -> Path:
    """Where a batch's rows are laid down."""
    return upload_folder(Path(settings.BANGFU_HOME), batch.pk) / "staged"


def stage(batch: Batch) -> StagedArchive:
    """Read the uploaded workbook once and lay its rows down."""
    with (
        opened_upload(Path(settings.BANGFU_HOME), batch.pk, batch.file_name) as path,
        opening_folder(_UNPACKED * path.stat().st_size) as made,
    ):
        stage_archive(path, made / "staged", today(MachineClock()), columns=batch.columns or None)
        lay_down(made / "staged", staged_folder(batch), protection(), _label(batch))
    return opened(batch)


def opened(batch: Batch) -> StagedArchive:
    """The rows that were laid down; raises a Problem where they are gone or altered."""
    folder = staged_folder(batch)
    modified = (folder / ROWS_FILE).stat().st_mtime_ns if (folder / ROWS_FILE).exists() else 0
    return _opened(folder, _label(batch), modified)


@lru_cache(maxsize=4)
def _opened(folder: Path, label: str, _modified: int) -> StagedArchive:
    """Hashed once, not again for each of a thousand chunks."""
    return staged_archive(folder, protection(), label)


def _label(batch: Batch) -> str:
    return f"uploads/{batch.pk}/staged"


def known_of(rows: Iterable[ArchiveRow]) -> Known:
    """What the registry knows of a chunk's persons. Inside a door."""
    hashes = hashes_of(rows)
    with connection.cursor() as cursor:
        cursor.execute(_PLACED, [bytea_array(hashes)])
        found = [(bytes(hashed), file, is_head) for hashed, file, is_head in cursor.fetchall()]
    files = CaseFile.objects.in_bulk({file for _, file, _ in found})
    heads = {file: hashed for hashed, file, is_head in found if is_head}
    by_head = {heads[bundle.case_file.pk]: bundle for bundle in bundles(files[file] for file in heads)}
    placed = {hashed: (file, files[file].number) for hashed, file, _ in found}
    return Known(by_head, placed, elsewhere(hashes))


def plan_of(batch: Batch, rows: Iterable[ArchiveRow], known: Known) -> Plan:
    """What the rows would change, as the workbook's columns allow."""
    fields = batch.fields or {}
    columns = Columns(
        frozenset(fields.get("worker", ())),
        frozenset(fields.get("member", ())),
        bool(fields.get("member", True)),
    )
    return reconcile(rows, known, columns)
