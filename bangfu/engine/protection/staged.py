"""Folders of staged files at rest: laid down protected, and opened for one piece of work. The manifest says which it is.

A manifest holds counts and hashes and no person, and stays readable. A folder that an older version laid down, or that was laid down with
protection off, is read as it is.
"""

import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bangfu.core.whole_files import replacing
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.intake import problems
from bangfu.engine.intake.files import MANIFEST_FILE
from bangfu.engine.intake.staged_deliveries import check_columns, delivery_of, read_manifest, staged_delivery
from bangfu.engine.own_folders import LOCK_FILE, own_folder
from bangfu.engine.protection.files import Protection, protect, unprotect

UNFINISHED = ".unfinished-"
_SAYS = "protected"


def lay_down(made: Path, target: Path, protection: Protection, label: str) -> None:
    """Put what was staged in ``made`` (with its manifest) to rest as the folder ``target``, in place of a former one, all at once.

    What a killed attempt left beside it is removed; one that is still at work is not. ``made`` stays, or loses its files.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with own_folder(target.parent, f"{UNFINISHED}{target.name}-") as new:
        for path in sorted(made.glob("*.parquet")):
            if protection.on:
                protect(path, new / path.name, protection, f"{label}/{path.name}")
            else:
                shutil.move(path, new / path.name)
        said = json.loads((made / MANIFEST_FILE).read_text("utf-8"))
        with replacing(new / MANIFEST_FILE) as temporary:
            said[_SAYS] = protection.on
            temporary.write_text(json.dumps(said, ensure_ascii=False, indent=1), "utf-8")
        _take_the_place(new, target)
    # Under its new name nobody takes it for a leftover.
    (target / LOCK_FILE).unlink(missing_ok=True)


def _take_the_place(new: Path, target: Path) -> None:
    """Of two that finish at once, the last one's stays."""
    for last in (False, True):
        shutil.rmtree(target, ignore_errors=True)
        try:
            new.rename(target)
            return
        except OSError:
            if last or not target.exists():
                raise


def says_protected(folder: Path) -> bool:
    """What the manifest of a folder says; False where there is none."""
    try:
        said = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
        return said[_SAYS] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def opened_files(folder: Path, names: Sequence[str], into: Path, protection: Protection, label: str) -> list[Path]:
    """Files of a folder as plain files: opened in ``into``, a new folder, or where they lie if they are not protected."""
    for name in names:
        if not (folder / name).is_file():
            raise problems.NOT_STAGED(file=name)
    if not says_protected(folder):
        return [folder / name for name in names]
    into.mkdir(mode=0o700)
    for name in names:
        unprotect(folder / name, into / name, protection, f"{label}/{name}")
    return [into / name for name in names]


def opened_delivery(
    folder: Path,
    into: Path,
    protection: Protection,
    label: str,
    *,
    as_of: date | None = None,
    coverage: Sequence[str] | None = None,
) -> Delivery:
    """A delivery ready for compare_staged, as of staged_delivery: its files opened in ``into``, a new folder, if they are protected.

    What opens is what was laid down: no hash needs to be computed. Raises Problems as staged_delivery, ALTERED and OTHER_KEY.
    """
    if not says_protected(folder):
        return staged_delivery(folder, as_of=as_of, coverage=coverage)
    manifest = read_manifest(folder)
    opened_files(folder, manifest.staged, into, protection, label)
    delivery = delivery_of(manifest, into, as_of=as_of, coverage=coverage)
    check_columns(delivery)
    return delivery


def size_at_rest(folder: Path) -> int:
    """How many bytes a folder takes, protected or not: about what it takes when it is opened."""
    return sum(path.stat().st_size for path in folder.glob("*.parquet"))
