"""The page of a run, docs/figures/faults.md."""

import os
import subprocess
from collections.abc import Mapping

_PAGE = """# Acts under kill -9

Real acts on a PostgreSQL of their own with fsync on: the database, one of its backends, the web server, the worker and the
clients are killed at random and at every fault point, connections are cut, exceptions raised; then whatever was sent is sent
again, and every act is looked for in the tables (decision 22).

Repeat: `make faults MINUTES={minutes:g}` (seed {seed}, {households} households; measured at commit {commit}, two cores, load
average {load:.1f} at the end).

| acts acknowledged | crashes | lost | doubled | half-done | controls caught |
| --: | --: | --: | --: | --: | --: |
| {acknowledged:,} | {crashes:,} | {lost} | {doubled} | {half} | {controls_caught} of 4 |

The aim is 500 crashes and 500,000 acknowledged acts in an hour of it.
"""


def page(found: Mapping[str, int], *, minutes: float, households: int, seed: int) -> str:
    """What a run found, in words."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    about = {"minutes": minutes, "households": households, "seed": seed, "commit": asked.stdout.strip()}
    return _PAGE.format(**about, load=os.getloadavg()[0], **found)
