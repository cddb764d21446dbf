"""The folder of a run: closed to other users, and locked against a second process.

A run whose process is gone leaves it behind. Once the engine has found everything, the plan says so and the folder holds no ID number:
then it stays a while for the run to be taken up again. Before that it is of no use, and is removed.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

PLAN = "plan.json"
# Longer than a weekend with holidays around it; what was found about people does not lie there for ever.
_KEPT_DAYS = 14
_LOCK = ".lock"


def remove_leftovers() -> int:
    """Remove folders of runs whose process is gone and that cannot be taken up again, or were not for long; gives how many."""
    removed = 0
    for folder in _home().iterdir() if _home().is_dir() else ():
        with _locked(folder) as mine:
            if mine and not _kept(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return removed


def _kept(folder: Path) -> bool:
    try:
        planned = (folder / PLAN).stat().st_mtime
    except FileNotFoundError:
        return False
    return time.time() - planned < _KEPT_DAYS * 86_400


def _home() -> Path:
    return Path(settings.BANGFU_HOME) / "comparison"


@contextmanager
def own_folder(run_id: UUID) -> Iterator[Path]:
    """The run's folder, closed to other users and locked against a second process; what killed runs left and cannot use is removed."""
    folder = _home() / str(run_id)
    while True:
        for made in (_home(), folder):
            made.mkdir(parents=True, exist_ok=True, mode=0o700)
            made.chmod(0o700)
        with _locked(folder, wait=True) as mine:
            # Whoever held it may have ended the run and removed the folder: then there is a new one to be made.
            if not mine:
                continue
            remove_leftovers()
            yield folder
            return


@contextmanager
def _locked(folder: Path, *, wait: bool = False) -> Iterator[bool]:
    """Is the folder ours? Held until the end; False where another process works in it, or where it is gone."""
    path = folder / _LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino
        except BlockingIOError:
            mine = False
        yield mine
    finally:
        os.close(descriptor)
