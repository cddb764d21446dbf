"""Keeps the parts of an instance running (web server, worker): restarts one that dies, ends all together, leaves nothing behind."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bangfu.core.clock import MachineClock
from bangfu.site import guard
from bangfu.site.database import cluster
from bangfu.site.problems import ALREADY_SERVING, CANNOT_RUN, KEEPS_DYING, NO_ROOM, NOT_ALLOWED_TO_STOP
from bangfu.site.process_list import PROCESS_LIST, Entry, read_list, write_list
from bangfu.site.processes import birth

_LONGEST_LOG = 10_000_000  # bytes; a longer one is put aside when its part starts
_KEPT_LOGS = 3
_LOOKS_EVERY = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Child:
    """One part: its name (also its log's), what to run, and variables beside our own."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds."""

    first_delay: float = 0.5  # before a restart; doubled with each quick death
    longest_delay: float = 30.0
    quick: float = 20.0  # a shorter life is a quick death; a longer one starts the count anew
    quick_deaths: int = 5  # in a row, then no more
    grace: float = 10.0  # between asking to end and ending


class Stopped(NamedTuple):
    """What ``stop`` found running and ended."""

    supervisor: bool
    database: bool


def serve(
    commands: Sequence[Child],
    home: Path,
    *,
    patience: Patience = Patience(),
    started: Callable[[], None] | None = None,
) -> None:
    """Run the parts until SIGINT, SIGTERM or SIGHUP; all have ended when it returns. The database is left running: ``stop`` ends that too.

    Args:
        commands: names must differ.
        home: gets ``supervisor.pid``, ``logs/<name>.log`` and ``logs/supervisor.log``.
        patience: how long is waited.
        started: called once when every part has been started (which is not yet: answers).

    Raises:
        Problem: the home is being served already, or a part ends again and again.
    """
    home = home.resolve()
    with ExitStack() as stack:
        stack.enter_context(_alone(home))
        asked = stack.enter_context(_asked_to_end())
        # Nobody writes into it. The guards read: for them it ends when we do.
        lifeline, ours = os.pipe()
        stack.callback(os.close, ours)
        stack.callback(os.close, lifeline)
        parts = [_Part(command, home, lifeline, patience) for command in commands]
        stack.callback(_end_all, parts, home, patience)
        for part in parts:
            part.start()
        _write_list(home, parts)
        if started:
            started()
        while not asked():
            changed = [part.look_after() for part in parts]
            if any(changed):
                _write_list(home, parts)
            time.sleep(_LOOKS_EVERY)
        _note(home, "asked to end")


def stop(home: Path, *, grace: float = 15.0) -> Stopped:
    """End the home's supervisor and its parts, then the embedded database, and wait until they are gone.

    Raises:
        Problem: they belong to another account.
    """
    home = home.resolve()
    listed = read_list(home)
    found = bool(listed) and _end(listed[0], grace)
    for part in listed[1:]:
        # Usually gone by now. Otherwise the supervisor was killed, and the guard is about to end them.
        if not _wait_until_gone(part, grace) and part.is_alive():
            _kill_group(part.pid, signal.SIGKILL)
            _wait_until_gone(part, grace)
    (home / PROCESS_LIST).unlink(missing_ok=True)
    return Stopped(found, cluster.stop(home))


class _Part:
    """One child over its lives."""

    def __init__(self, command: Child, home: Path, lifeline: int, patience: Patience) -> None:
        self.command, self.home, self.lifeline, self.patience = command, home, lifeline, patience
        self.log = home / "logs" / f"{command.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.quick_deaths = 0
        self.due: float | None = None

    def start(self) -> None:
        _rotate(self.log)
        self.due, self.began = None, time.monotonic()
        script = [sys.executable, "-I", "-S", guard.__file__, str(self.lifeline), str(self.patience.grace)]
        with self.log.open("ab") as out:
            try:
                self.process = subprocess.Popen(  # noqa: S603
                    [*script, *self.command.argv],
                    env={**os.environ, **self.command.env},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    pass_fds=(self.lifeline,),
                    start_new_session=True,  # a terminal's Ctrl-C reaches us alone, and we end them in order
                )
            except OSError as error:
                raise CANNOT_RUN(name=self.command.name, why=error.strerror) from error
        _note(self.home, f"{self.command.name} started as {self.process.pid}")

    def look_after(self) -> bool:
        """Start it again if it died and its time has come; True when something changed."""
        if self.due is not None:
            if time.monotonic() < self.due:
                return False
            self.start()
            return True
        if not self.has_ended():
            return False
        code = self.bury()
        lived = time.monotonic() - self.began
        self.quick_deaths = self.quick_deaths + 1 if lived < self.patience.quick else 0
        if self.quick_deaths >= self.patience.quick_deaths:
            _note(self.home, f"{self.command.name} ended with {code}; given up")
            raise KEEPS_DYING(name=self.command.name, times=self.quick_deaths, code=code, log=self.log)
        doubled = self.patience.first_delay * 2 ** max(0, self.quick_deaths - 1)
        delay = min(doubled, self.patience.longest_delay)
        self.due = time.monotonic() + delay
        _note(self.home, f"{self.command.name} ended with {code} after {lived:.1f} s; again in {delay} s")
        return True

    def has_ended(self) -> bool:
        """True when its guard is dead, without burying it: its number must stay its own until its group is cleared."""
        if self.process is None or self.process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    def bury(self) -> int:
        """End what the dead part left behind, and say how it ended."""
        if self.process is None:
            return 0
        if self.process.returncode is None:
            _kill_group(self.process.pid, signal.SIGKILL)
        return self.process.wait()

    def ask_to_end(self) -> None:
        if self.process and not self.has_ended():
            _kill_group(self.process.pid, signal.SIGTERM)


def _end_all(parts: Sequence[_Part], home: Path, patience: Patience) -> None:
    for part in parts:
        part.ask_to_end()
    deadline = time.monotonic() + patience.grace
    while time.monotonic() < deadline and not all(part.has_ended() for part in parts):
        time.sleep(0.02)
    for part in parts:
        part.bury()
    (home / PROCESS_LIST).unlink(missing_ok=True)
    _note(home, "all ended")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One supervisor per home; the kernel lets go when it dies."""
    try:
        (home / "logs").mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(home / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NO_ROOM(folder=home, why=error.strerror) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ALREADY_SERVING(home=home) from error
    finally:
        os.close(held)


@contextmanager
def _asked_to_end() -> Iterator[Callable[[], bool]]:
    asked: list[int] = []
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda got, _: asked.append(got)) for number in signals}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write_list(home: Path, parts: Sequence[_Part]) -> None:
    pids = [os.getpid(), *(part.process.pid for part in parts if part.process)]
    write_list(home, [Entry(pid, began) for pid in pids if (began := birth(pid))])


def _end(entry: Entry, grace: float) -> bool:
    """Ask, wait, kill; False when it was gone already."""
    if not entry.is_alive():
        return False
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(entry.pid, how)
        except ProcessLookupError:
            return True
        except PermissionError as error:
            raise NOT_ALLOWED_TO_STOP(pid=entry.pid) from error
        if _wait_until_gone(entry, grace):
            break
    return True


def _wait_until_gone(entry: Entry, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while entry.is_alive():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _kill_group(pid: int, how: signal.Signals) -> None:
    # macOS answers "not permitted" for a group of which only a dead member is left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, how)


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LONGEST_LOG:
        for older in range(_KEPT_LOGS - 1, 0, -1):
            source = log.with_name(f"{log.name}.{older}")
            if source.exists():
                source.replace(log.with_name(f"{log.name}.{older + 1}"))
        log.replace(log.with_name(f"{log.name}.1"))


def _note(home: Path, text: str) -> None:
    log = home / "logs" / "supervisor.log"
    with (
        suppress(OSError),
        log.open("a", encoding="utf-8") as out,
    ):  # a full disk ends no service
        out.write(f"{MachineClock().now().isoformat(timespec='milliseconds')} {text}\n")
