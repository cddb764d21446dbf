"""Runs a command with the tests' home and temporary files in memory, where there is room: ``python -m tests.in_memory pytest …``.

Gone afterwards. Hundreds of databases are copied and dropped, a thousand files each, and tens of thousands of workbooks are written. ext4
hands out no inode that was deleted within five seconds and looks for others one by one: the database spends much of its time there.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from bangfu.engine.own_folders import own_folder

MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # noqa: S108, a closed folder of our own is made there
HOME = "BANGFU_TEST_HOME"


def run(command: list[str], memory: Path = MEMORY, room: int = ROOM) -> int:
    """Run it; gives its exit code. ``room``: bytes that must be free; a whole suite has never used the half of it."""
    if HOME in os.environ or not memory.is_dir() or shutil.disk_usage(memory).free < room:
        return _waited_for(command, {})
    with own_folder(memory, "bangfu-tests-") as folder:
        # Where root runs it, the database has an account of its own, which must come through; some tests have others.
        folder.chmod(0o711)
        temporary = folder / "tmp"
        temporary.mkdir()
        temporary.chmod(0o1777)
        return _waited_for(command, {HOME: str(folder / "home"), "TMPDIR": str(temporary)})


def _waited_for(command: list[str], variables: dict[str, str]) -> int:
    with subprocess.Popen(command, env={**os.environ, **variables}) as process:
        # Ctrl-C reaches the command as well, and it tidies up before it ends.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
