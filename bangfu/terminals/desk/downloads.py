"""Files that are written for one answer and are gone with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bangfu.ground.access.at_rest import opening_folder

# More than any workbook that is written for one answer.
_ROOM = 200 << 20


@contextmanager
def temporary(name: str) -> Iterator[Path]:
    """A place to write to, closed to others; what was opened from it before the end can still be read after."""
    with opening_folder(_ROOM) as folder:
        yield folder / name
