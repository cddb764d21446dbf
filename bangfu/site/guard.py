"""Runs one child and outlives nobody: when the supervisor is gone, however it went, the child and all it started are ended.

Run as a script, ``guard.py LIFELINE GRACE COMMAND...``: LIFELINE is the reading end of a pipe whose other end only the supervisor
holds. The guard leads a process group of its own, so that what the child starts can be ended with it. Standard library only: it starts
in milliseconds.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time


def main(lifeline: int, grace: float, command: list[str]) -> int:
    """Run the command to its end and return its exit code; 128 + number for a signal, as shells do."""
    # Signals go to the whole group: the child answers them, and the guard waits for it. A handler, since the child would inherit SIG_IGN.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
    threading.Thread(target=_watch, args=(lifeline, grace), daemon=True).start()
    code = child.wait()
    if select.select([lifeline], [], [], 0)[0]:
        _end_group(signal.SIGKILL)  # nobody is left to clear away what the child may have left
    return code if code >= 0 else 128 - code


def _watch(lifeline: int, grace: float) -> None:
    os.read(lifeline, 1)  # nobody writes: it returns when the supervisor is gone
    _end_group(signal.SIGTERM)
    time.sleep(grace)
    _end_group(signal.SIGKILL)


def _end_group(how: signal.Signals) -> None:
    os.killpg(0, how)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
