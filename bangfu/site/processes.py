"""Processes of this machine, told apart from later ones that happen to get the same number."""

import os
import subprocess
from pathlib import Path

PROC = Path("/proc")


def birth(pid: int) -> str | None:
    """When the process began, as text to compare; None when there is none, or it is dead and only not yet cleared away."""
    if not (PROC / "self" / "stat").exists():
        return _birth_by_ps(pid)
    try:
        # The name in brackets may hold anything, brackets too: only what follows the last one is safe to split.
        fields = (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] in "ZX":
        return None
    # The time counts from the boot, so that the boot is part of it.
    return f"{(PROC / 'sys/kernel/random/boot_id').read_text().strip()}:{fields[19]}"


def _birth_by_ps(pid: int) -> str | None:
    call = ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)]
    asked = subprocess.run(call, capture_output=True, text=True, check=False)  # noqa: S603
    state, _, began = asked.stdout.strip().partition(" ")
    return began.strip() or None if not state.startswith("Z") else None


def working_in(folder: Path) -> list[int] | None:
    """Processes whose working folder is ``folder``, as far as we may see; None where the system does not say."""
    if not (PROC / "self" / "cwd").exists():
        return None
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                place = os.readlink(entry / "cwd")  # noqa: PTH115  Path.readlink would drop what the kernel appends
            except OSError:
                continue
            if place in (str(folder), f"{folder} (deleted)"):
                found.append(int(entry.name))
    return found
