"""The folder of a comparison on Spark, on storage that all its processes share."""

from contextlib import AbstractContextManager
from pathlib import Path

from bangfu.engine import own_folders

_PREFIX = "bangfu-spark-"


def run_folder(parent: Path | None) -> AbstractContextManager[Path]:
    """A new folder in ``parent``, gone afterwards; what a killed run left there is removed first."""
    return own_folders.own_folder(parent, _PREFIX)


def remove_leftovers(home: Path) -> int:
    """Remove folders of runs whose process is gone, of this user; gives how many."""
    return own_folders.remove_leftovers(home, _PREFIX)
