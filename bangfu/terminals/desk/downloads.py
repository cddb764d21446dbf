"""Files that are written for one answer and are gone with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def temporary(home: str, name: str) -> Iterator[Path]:
    """A place to write to, closed to others; what was opened from it before the end can still be read after."""
    Path(home).mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".download-", dir=home) as folder:
        yield Path(folder) / name
