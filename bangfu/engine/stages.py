"""How far a piece of work is, and how it is stopped: who runs the engine hears of each stage, and may end it within a moment."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

# A query that begins just when it is to be stopped does not hear of it: it is told again.
_AGAIN = 0.1


class Stopped(Exception):
    """It was asked to stop, and has; what was begun is gone."""


class Stop:
    """Handed to the work by whoever may want to end it, from another thread or from a signal."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._at_work: list[Callable[[], None]] = []
        self._insisting = False

    @property
    def asked(self) -> bool:
        """Has anybody asked?"""
        return self._asked.is_set()

    def ask(self) -> None:
        """End the work; what runs now is interrupted until it has ended."""
        self._asked.set()
        with self._lock:
            begun, self._insisting = self._insisting, True
        if not begun:
            threading.Thread(target=self._insist, name="stop", daemon=True).start()

    def check(self) -> None:
        """Raises Stopped where somebody has asked."""
        if self.asked:
            raise Stopped

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """While this lasts, asking calls ``interrupt``. Whatever then goes wrong is told as Stopped."""
        with self._lock:
            self._at_work.append(interrupt)
        try:
            self.check()
            yield
        except Exception as error:
            if self.asked and not isinstance(error, Stopped):
                raise Stopped from error
            raise
        finally:
            with self._lock:
                self._at_work.remove(interrupt)

    def _insist(self) -> None:
        while True:
            with self._lock:
                at_work = list(self._at_work)
                for interrupt in at_work:
                    interrupt()
                if not at_work:
                    self._insisting = False
                    return
            time.sleep(_AGAIN)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a comparison. ``dataset`` where it is about one; ``rows`` it took; ``seconds`` None: it has just begun."""

    name: str
    dataset: str = ""
    rows: int | None = None
    seconds: float | None = None


class Stages:
    """Says what begins and what has ended; each beginning ends what went before, and is where the work can be stopped."""

    def __init__(self, told: Callable[[Stage], None], stop: Stop | None = None) -> None:
        self._told, self._stop = told, stop
        self._now: Stage | None = None
        self._since = 0.0

    def begin(self, name: str, dataset: str = "", rows: int | None = None) -> None:
        """Raises Stopped where it is to be stopped."""
        self.end()
        if self._stop is not None:
            self._stop.check()
        self._now, self._since = Stage(name, dataset, rows), time.monotonic()
        self._told(self._now)

    def end(self, rows: int | None = None) -> None:
        """What is at work has ended; ``rows`` where they are known only now."""
        if self._now is None:
            return
        seconds = round(time.monotonic() - self._since, 3)
        self._told(replace(self._now, rows=self._now.rows if rows is None else rows, seconds=seconds))
        self._now = None
