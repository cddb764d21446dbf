"""``python -m tests.faults --minutes 60``, which is ``make faults``: real acts under kill -9, and what became of them.

Ends with one line of JSON: acts acknowledged, crashes, acts lost, doubled, half-done, and how many of the four controls were caught.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "bangfu.site.settings"
for _name in ("DATABASE_URL", "DATABASE_OWNER_URL", "BANGFU_DATABASE_URL", "BANGFU_FAULTS", "BANGFU_DATABASE_FAST"):
    os.environ.pop(_name, None)


def main() -> int:
    """Make the world, hammer it, judge it; then the controls. 0: nothing lost, doubled or half-done, and all controls caught."""
    words = argparse.ArgumentParser(prog="python -m tests.faults")
    words.add_argument("--minutes", type=float, default=60.0, help="how long is hammered")
    words.add_argument("--households", type=int, default=200)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument(
        "--short", action="store_true", help="a small world, for the tests: no web server, no clocks, no full disk"
    )
    words.add_argument("--figures", type=Path, help="write what was found there, too")
    words.add_argument("--keep", action="store_true", help="leave the folder behind")
    said = words.parse_args()
    home = Path(tempfile.mkdtemp(prefix="bangfu-faults-"))
    os.environ["BANGFU_HOME"] = str(home)
    if said.short:
        # A killed process loses nothing without fsync either; only a power cut would.
        os.environ["BANGFU_DATABASE_FAST"] = "1"

    from bangfu.site.database import cluster  # noqa: PLC0415, after the environment is set
    from bangfu.site.database.places import SHELF, known_place  # noqa: PLC0415
    from tests.faults.figures import page  # noqa: PLC0415
    from tests.faults.session import Session  # noqa: PLC0415

    started = time.monotonic()
    try:
        result = Session(home, said.seed, short=said.short).run(said.minutes * 60, said.households)
    finally:
        place = known_place(home)
        cluster.stop(home)
        if not said.keep:
            # Under root the database lies elsewhere, behind a wall.
            walled = [place.folder, place.run.parent] if place and SHELF in place.folder.parents else []
            for folder in (*walled, home):
                shutil.rmtree(folder, ignore_errors=True)
    sys.stderr.write(f"{time.monotonic() - started:.0f} s\n")
    if said.figures is not None:
        said.figures.write_text(page(result, minutes=said.minutes, households=said.households, seed=said.seed), "utf-8")
    print(json.dumps(result))  # noqa: T201
    clean = not (result["lost"] or result["doubled"] or result["half"])
    return 0 if clean and result["controls_caught"] == 4 else 1


if __name__ == "__main__":
    sys.exit(main())
