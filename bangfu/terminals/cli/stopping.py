"""Ctrl-C ends a comparison within a moment and leaves nothing half done; a second one ends the program as usual."""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from bangfu.engine.stages import Stop


@contextmanager
def stopped_by_hand() -> Iterator[Stop]:
    """The work to be ended by Ctrl-C, or by SIGTERM. While a query runs Python hears no signal: the number comes through a socket."""
    stop = Stop()
    heard, told = socket.socketpair()
    told.setblocking(False)
    ours = (signal.SIGINT, signal.SIGTERM)

    def note(number: int, _: FrameType | None) -> None:
        stop.ask()
        signal.signal(number, before[signal.Signals(number)])

    def listen() -> None:
        while number := heard.recv(1):
            if number[0] in ours:
                stop.ask()

    before = {number: signal.signal(number, note) for number in ours}
    former = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    listening = threading.Thread(target=listen, name="listening", daemon=True)
    listening.start()
    try:
        yield stop
    finally:
        signal.set_wakeup_fd(former)
        for number, handler in before.items():
            signal.signal(number, handler)
        told.close()
        listening.join()
        heard.close()
