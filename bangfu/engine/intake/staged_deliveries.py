"""Deliveries that were taken in before: opened again from their folder, after making sure that nothing in it has changed."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.core.problems import Problem
from bangfu.engine import problems
from bangfu.engine.datasets import Dataset, declared_datasets
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.intake import problems as file_problems
from bangfu.engine.intake.deliveries import Manifest, staged_columns
from bangfu.engine.intake.files import MANIFEST_FILE, sha256_of

_TUPLES = ("missing", "unknown", "staged")


def staged_delivery(folder: Path, *, as_of: date | None = None, coverage: Sequence[str] | None = None) -> Delivery:
    """A delivery from the folder that stage_delivery wrote, ready for compare_staged.

    ``as_of`` and ``coverage`` (division prefixes; None: every place) are what the department said. Raises a Problem where a file is
    missing, is no longer what was staged, or was staged by an older declaration of the dataset.
    """
    manifest = read_manifest(folder)
    for written in (*manifest.staged, manifest.quarantine):
        if not (folder / written).is_file():
            raise file_problems.NOT_STAGED(file=written)
        if sha256_of(folder / written) != manifest.hashes[written]:
            raise file_problems.STAGED_CHANGED(file=written)
    delivery = delivery_of(manifest, folder, as_of=as_of, coverage=coverage)
    check_columns(delivery)
    return delivery


def check_columns(delivery: Delivery) -> None:
    """Raises a Problem where the files were staged by an older declaration of the dataset."""
    if any(_lacks(path, delivery.dataset) for path in delivery.staged):
        raise file_problems.STAGED_OLD(file=delivery.file)


def delivery_of(
    manifest: Manifest, folder: Path, *, as_of: date | None = None, coverage: Sequence[str] | None = None
) -> Delivery:
    """The same for files that were staged a moment ago: nothing is checked."""
    files = tuple(folder / written for written in manifest.staged)
    covered = tuple(coverage) if coverage is not None else None
    return Delivery(declared_datasets()[manifest.dataset], manifest.file, files, as_of, covered, manifest.sealed)


def read_manifest(folder: Path) -> Manifest:
    """What stage_delivery said of a folder. Raises a Problem where staging was interrupted, or where it is no such manifest."""
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise file_problems.NOT_STAGED(file=MANIFEST_FILE)
    try:
        found = json.loads(path.read_text("utf-8"))
        kept: dict[str, Any] = {
            field.name: found[field.name] for field in fields(Manifest) if field.name in found or field.name != "sealed"
        }
        manifest = Manifest(**kept | {name: tuple(found[name]) for name in _TUPLES})
        known = manifest.hashes.keys() >= {*manifest.staged, manifest.quarantine}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise file_problems.STAGED_CHANGED(file=MANIFEST_FILE) from error
    if manifest.dataset not in declared_datasets():
        raise problems.UNKNOWN_DATASET(name=manifest.dataset, known="、".join(declared_datasets()))
    # The names lead out of the folder only where somebody put others in.
    if not known or any(Path(name).name != name for name in (*manifest.staged, manifest.quarantine)):
        raise file_problems.STAGED_CHANGED(file=MANIFEST_FILE)
    return manifest


def check_totals(manifest: Manifest, *, rows: int | None) -> Problem | None:
    """The control total of a delivery: a Problem where the department said another number of ``rows``; None where it said none."""
    if rows is None or rows == manifest.rows:
        return None
    return problems.CONTROL_TOTAL(dataset=manifest.dataset, expected=rows, found=manifest.rows)


def _lacks(path: Path, dataset: Dataset) -> bool:
    try:
        names = set(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise file_problems.STAGED_CHANGED(file=path.name) from error
    return not names >= {"row", "key", "written", "broken", "name", "folded", *staged_columns(dataset)}
