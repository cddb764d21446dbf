"""Named places where a test may stop an act: off unless BANGFU_FAULTS says otherwise, and never read from a request.

``BANGFU_FAULTS="registry.chunk_brought.before_commit=kill@3"`` ends the process at the third time this place is passed; ``=raise``
raises instead, ``=cut`` breaks the connection to the database under the act's feet. Several are separated by commas.
"""

import os
import signal
import socket
from collections import Counter

from django.db import connection


class Fault(Exception):
    """Raised by a fault point that a test switched on."""


def _read(text: str) -> dict[str, tuple[str, int]]:
    wanted = {}
    for entry in filter(None, text.split(",")):
        name, _, how = entry.partition("=")
        kind, _, turn = how.partition("@")
        wanted[name] = (kind, int(turn or 1))
    return wanted


_wanted = _read(os.environ.get("BANGFU_FAULTS", ""))
_passed: Counter[str] = Counter()


def fault_point(name: str) -> None:
    """Do nothing, or what a test asked for."""
    if not _wanted or name not in _wanted:
        return
    kind, turn = _wanted[name]
    _passed[name] += 1
    if _passed[name] != turn:
        return
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "cut":
        _cut()
        return
    raise Fault(name)


def switch_on(text: str) -> None:
    """For tests in this process: set the wanted faults anew ("" switches all off)."""
    _wanted.clear()
    _wanted.update(_read(text))
    _passed.clear()


def struck(name: str) -> bool:
    """Has the fault wanted at this place happened?"""
    return name in _wanted and _passed[name] >= _wanted[name][1]


def _cut() -> None:
    """Both ends lose the other without a word, as when a cable is pulled; the act goes on and finds out at its next statement."""
    held = connection.connection
    if held is not None and not held.closed:
        with socket.socket(fileno=os.dup(held.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
