"""The run itself: clients that act, a hammer that kills, until the time is over. One thread: what forks must be alone."""

import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError

from bangfu.ground.acts.actor import Actor, Purpose
from tests.faults import parts
from tests.faults.plan import Plan, Stop
from tests.faults.world import COUNTIES, HANDS, WALKERS, WEB

_LOOKS_EVERY = 0.02
_ENDS_WITHIN = 60.0
_TELLS_EVERY = 20.0


@dataclass(frozen=True)
class Rhythm:
    """Seconds between two kills of a kind, on average; 0: never."""

    client: float = 1.0
    database: float = 15.0
    backend: float = 30.0
    web: float = 25.0
    worker: float = 25.0


@dataclass
class Hammer:
    """Starts the clients, kills what the rhythm says, starts it again; counts the kills by kind."""

    home: Path
    plan: Plan
    rhythm: Rhythm
    roles: dict[int, Callable[[], None]]
    web: parts.Part | None = None
    worker: parts.Part | None = None
    crashes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def run(self, seconds: float) -> None:
        """Hammer for so long, then let everybody finish."""
        self.begin()
        due = {kind: self._next(kind) for kind in ("client", "database", "backend", "web", "worker")}
        until, tell = time.monotonic() + seconds, time.monotonic() + _TELLS_EVERY
        while time.monotonic() < until:
            self._bury(again=True)
            for kind, when in due.items():
                if when <= time.monotonic():
                    self._strike(kind)
                    due[kind] = self._next(kind)
            if time.monotonic() > tell:
                self._tell()
                tell += _TELLS_EVERY
            time.sleep(_LOOKS_EVERY)
        self.finish()

    def begin(self) -> None:
        """Start the clients."""
        self._dice = random.Random(self.plan.seed)
        self._children = {self._fork(number): number for number in self.roles}

    def _next(self, kind: str) -> float:
        mean = getattr(self.rhythm, kind)
        return time.monotonic() + (mean * self._dice.uniform(0.5, 1.5) if mean else float("inf"))

    def _strike(self, kind: str) -> None:
        if kind == "client":
            os.kill(self._dice.choice(sorted(self._children)), signal.SIGKILL)
            return
        if kind in ("web", "worker"):
            part = self.web if kind == "web" else self.worker
            if part is not None:
                part.kill()
                part.start(self._some_fault(kind))
                self.crashes[kind] += 1
            return
        if kind == "database":
            parts.kill_database(self.home)
        else:
            parts.kill_a_backend(self.home, self._dice)
        self.crashes[kind] += 1
        parts.start_database(self.home)

    def _some_fault(self, kind: str) -> str:
        """What a web server or worker meets in its next life, beside being killed at random."""
        verbs = {"web": ["identification.settled", "registry.archive_received"], "worker": ["registry.chunk_brought"]}
        where = self._dice.choice(["opened", "done", "before_commit", "after_commit"])
        how = self._dice.choice(["raise", "cut", "kill"])
        return f"{self._dice.choice(verbs[kind])}.{where}={how}@{self._dice.randrange(1, 6)}"

    def _fork(self, number: int) -> int:
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            self._play(number)
            code = 0
        except Stop:
            code = 0
        except BaseException:
            with (self.plan.folder / "broken.log").open("a") as out:
                out.write(f"client {number}\n{traceback.format_exc()}\n")
        finally:
            os._exit(code)

    def _play(self, number: int) -> None:
        while True:
            try:
                self.roles[number]()
            except DatabaseError:
                # Met while reading, between two acts: as after a kill, from the journal on.
                continue
            return

    def _bury(self, *, again: bool) -> None:
        for pid, number in list(self._children.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done:
                continue
            del self._children[pid]
            if os.WIFSIGNALED(status):
                self.crashes["client"] += 1
            elif status:
                self.broken.append(f"client {number} ended with {os.waitstatus_to_exitcode(status)}")
                if len(self.broken) > 20:
                    raise RuntimeError(f"clients break: see {self.plan.folder / 'broken.log'}")
            if again:
                self._children[self._fork(number)] = number
        for part in (self.web, self.worker):
            if again and part is not None and part.has_ended():
                self.crashes[part.name] += 1
                part.kill()
                part.start()

    def finish(self) -> None:
        """Let everybody end the act they are at, and end."""
        if not self.plan.is_over():
            self.plan.ask_to_end()
        deadline = time.monotonic() + _ENDS_WITHIN
        while self._children and time.monotonic() < deadline:
            self._bury(again=False)
            for part in (self.web, self.worker):
                if part is not None and part.has_ended():
                    part.start()
            time.sleep(_LOOKS_EVERY)
        self.plan.abandon()
        for pid in self._children:
            self.broken.append(f"client {self._children[pid]} did not end")
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _tell(self) -> None:
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(self.crashes.items()))
        sys.stderr.write(f"  {self.plan.acknowledged:,} acknowledged; kills: {told}\n")


def roles(
    plan: Plan, port: int, *, hands: int = HANDS, walkers: int = WALKERS, web: int = WEB
) -> dict[int, Callable[[], None]]:
    """What each client does, in a process of its own; read there, where a connection may be opened."""
    found: dict[int, Callable[[], None]] = {}
    of = hands + walkers + web
    for number in range(hands):
        found[number] = lambda number=number: _hand(plan, number, of)  # type: ignore[misc]
    for place in range(walkers):
        found[hands + place] = lambda place=place: _walker(plan, hands + place, place, of, walkers)  # type: ignore[misc]
    for place in range(web):
        found[hands + walkers + place] = lambda place=place: _visitor(plan, hands + walkers + place, place, of, port)  # type: ignore[misc]
    return found


def _hand(plan: Plan, number: int, of: int) -> None:
    from tests.faults.hand import Hand  # noqa: PLC0415
    from tests.faults.journal import Journal  # noqa: PLC0415

    Hand(number, _actors(plan, {"self": f"hand{number}"}), plan, Journal(plan.journal(number)), of=of).work()


def _walker(plan: Plan, number: int, place: int, of: int, walkers: int) -> None:
    from tests.faults.journal import Journal  # noqa: PLC0415
    from tests.faults.matrix import Matrix, all_points  # noqa: PLC0415
    from tests.faults.walker import Walker  # noqa: PLC0415

    matrix = Matrix(plan.folder / f"matrix-{place}.jsonl", all_points()[place::walkers])
    actors = _actors(plan, {"self": f"walker{place}", "officer": f"officer{place}", "operator": ""})
    journal = Journal(plan.journal(number))
    Walker(number, actors, plan, journal, of=of, county=COUNTIES[place], matrix=matrix).work()


def _visitor(plan: Plan, number: int, place: int, of: int, port: int) -> None:
    from tests.faults.journal import Journal  # noqa: PLC0415
    from tests.faults.web import Bringer, Settler  # noqa: PLC0415

    actors, journal = _actors(plan, {"self": f"web{place}"}), Journal(plan.journal(number))
    if place % 2:
        Bringer(number, actors, plan, journal, port=port, name=f"web{place}", county="532930").work()
    else:
        Settler(number, actors, plan, journal, port=port, name=f"web{place}", of=of).work()


def _actors(plan: Plan, names: dict[str, str]) -> dict[str, Actor]:
    from bangfu.core.clock import MachineClock, today  # noqa: PLC0415
    from bangfu.ground.access.models import Account  # noqa: PLC0415
    from bangfu.ground.access.selectors import actor_of, operator  # noqa: PLC0415
    from tests.faults.client import wait_for_database  # noqa: PLC0415

    while True:
        try:
            wait_for_database(plan)
            return {
                who: actor_of(Account.objects.get(username=name), today(MachineClock()), Purpose.IDENTIFICATION)
                if name
                else operator()
                for who, name in names.items()
            }
        except DatabaseError:
            continue
