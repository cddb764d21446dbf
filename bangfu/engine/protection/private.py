"""Where protected files lie open while they are read: in memory where the machine has room, else in a closed folder on disk."""

import os
from contextlib import AbstractContextManager
from pathlib import Path

from bangfu.engine.own_folders import own_folder, remove_leftovers

RAM = Path("/dev/shm")  # noqa: S108, everything in it lies in a folder that mkdtemp makes
PREFIX = "bangfu-open-"


def private_folder(home: Path, *, room: int) -> AbstractContextManager[Path]:
    """A folder that only this user can open, gone with its work; what killed work left is removed now.

    ``room``: bytes that it will hold, about. In memory (a tmpfs) where twice that is free there and left over; else in ``home``, from
    where it reaches the disk: put that on an encrypted volume where it matters (docs/security/files-at-rest.md).
    """
    remove_private_leftovers(home)
    return own_folder(RAM, PREFIX) if in_memory(room) else on_disk(home)


def on_disk(home: Path) -> AbstractContextManager[Path]:
    """The same in ``home``, which is made."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return own_folder(home, PREFIX)


def remove_private_leftovers(home: Path) -> int:
    """Remove what killed work left open; gives how many folders."""
    return sum(remove_leftovers(place, PREFIX) for place in (RAM, home) if place.is_dir())


def in_memory(room: int) -> bool:
    """Has the memory file system twice the room, and the machine the memory?"""
    if not os.access(RAM, os.W_OK | os.X_OK) or not _is_tmpfs(RAM):
        return False
    disk = os.statvfs(RAM)
    return 2 * room < min(disk.f_bavail * disk.f_frsize, _memory_left())


def _is_tmpfs(path: Path) -> bool:
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    except OSError:
        return False
    return any(line.split()[1:3] == [str(path), "tmpfs"] for line in mounts)


def _memory_left() -> int:
    """What the machine, and the group of processes that we may be in, have left; a tmpfs counts as memory in both."""
    try:
        lines = Path("/proc/meminfo").read_text("utf-8").splitlines()
        left = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) * 1024
    except (OSError, StopIteration):
        return 0
    group = Path("/sys/fs/cgroup")
    try:
        most, used = ((group / name).read_text("utf-8").strip() for name in ("memory.max", "memory.current"))
    except OSError:
        return left
    return left if most == "max" else min(left, int(most) - int(used))
