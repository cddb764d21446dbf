"""Folders of one piece of work: closed to other users, locked while its process lives; the next removes what a killed one left."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_FILE = ".lock"


@contextmanager
def own_folder(parent: Path | None, prefix: str) -> Iterator[Path]:
    """A new folder in ``parent`` (the system's place for temporary files where None), gone afterwards. It will hold ID numbers.

    What killed work with the same prefix left there is removed first.
    """
    home = parent or Path(tempfile.gettempdir())
    remove_leftovers(home, prefix)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
        with _locked(folder) as mine:
            # Another process may have taken a folder without a lock for a leftover.
            if not mine:
                continue
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return


def remove_leftovers(home: Path, prefix: str) -> int:
    """Remove folders of work whose process is gone, of this user; gives how many."""
    removed = 0
    for folder in home.glob(f"{prefix}*"):
        if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.geteuid():
            continue
        with _locked(folder) as mine:
            if mine:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return removed


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    path = folder / LOCK_FILE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino
        except OSError:
            mine = False
        yield mine
    finally:
        os.close(descriptor)
