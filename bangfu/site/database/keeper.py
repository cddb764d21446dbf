"""A part under the supervisor: starts the embedded server again when it was killed. ``python -m bangfu.site.database.keeper HOME``."""

import signal
import sys
import threading
from pathlib import Path

from bangfu.core.problems import Problem
from bangfu.site.database.cluster import start
from bangfu.site.database.places import known_place

_LOOKS_EVERY = 1.0  # seconds; a look takes two milliseconds


def main(home: Path) -> int:
    """Look after the server until asked to end; the server itself is left running."""
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    while not asked.wait(_LOOKS_EVERY):
        # A home that was removed under us must not come back to life, empty.
        if known_place(home) is None:
            return 1
        try:
            start(home)
        except Problem as problem:
            sys.stderr.write(f"{problem}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
