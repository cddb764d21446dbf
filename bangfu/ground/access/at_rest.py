"""The instance's protection of files at rest: its key, its switch, and the folder in which protected files lie open.

The key for files comes from the one for values, in the same key file: who has that file reads both. Keep it apart from the files
(``BANGFU_KEYS``), or protection is only against whoever gets the files without it.
"""

from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from bangfu.engine.protection.files import Protection
from bangfu.engine.protection.private import on_disk, private_folder, remove_private_leftovers
from bangfu.ground.access.sealing import derived_key


def protection() -> Protection:
    """What new files are protected with (on: unless BANGFU_PROTECT=off) and old ones are opened with."""
    return _protection(derived_key("files at rest"), on=settings.BANGFU_PROTECT)


def opening_folder(room: int) -> AbstractContextManager[Path]:
    """A folder for plain files of one piece of work, ``room`` bytes about, gone afterwards: in memory if it can be.

    With protection off nothing is gained by that: on disk.
    """
    home = _open_home()
    return private_folder(home, room=room) if settings.BANGFU_PROTECT else on_disk(home)


def remove_open_leftovers() -> int:
    """Remove what killed work left open; gives how many folders."""
    return remove_private_leftovers(_open_home())


def _open_home() -> Path:
    return Path(settings.BANGFU_OPEN or Path(settings.BANGFU_HOME) / "open")


@lru_cache(maxsize=4)
def _protection(key: bytes, *, on: bool) -> Protection:
    return Protection(key, on)
