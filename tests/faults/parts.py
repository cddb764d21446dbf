"""What is killed: the database's processes, the web server's, the worker's; and how each is started again."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bangfu.site.database import cluster
from bangfu.site.database.places import known_place
from bangfu.site.processes import working_in

ROOT = Path(__file__).parents[2]
_WEB_THREADS = 4


@dataclass
class Part:
    """A program in a group of its own."""

    name: str
    command: list[str]
    logs: Path
    env: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, faults: str = "") -> None:
        """Start it; ``faults`` are switched on in it."""
        with (self.logs / f"{self.name}.log").open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, **self.env, "BANGFU_FAULTS": faults},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill -9 of the program and all that it started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def has_ended(self) -> bool:
        """Is it gone by itself, a fault point's victim?"""
        return self.process is not None and self.process.poll() is not None


def web(port: int, logs: Path) -> Part:
    """The web server as the product starts it, with one process, so that its fault kills it all."""
    command = [
        *(
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--no-ws",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ),
        *("--workers", "1", "--blocking-threads", str(_WEB_THREADS), "--log-level", "error"),
        "bangfu.site.wsgi:application",
    ]
    return Part("web", command, logs)


def worker(logs: Path) -> Part:
    """The worker as the product starts it."""
    return Part("worker", [sys.executable, "-c", "from bangfu.site.worker import run; run()"], logs)


def kill_database(home: Path) -> None:
    """Kill -9 of every process of the server at once: nothing is flushed, nobody says goodbye."""
    place = known_place(home.resolve())
    assert place is not None
    for pid in working_in(place.data) or []:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def kill_a_backend(home: Path, dice: random.Random) -> None:
    """Kill -9 of one of its processes: the server breaks everything off and recovers by itself."""
    place = known_place(home.resolve())
    assert place is not None
    first = int((place.data / "postmaster.pid").read_text().split()[0])
    others = [pid for pid in working_in(place.data) or [] if pid != first]
    if others:
        with suppress(ProcessLookupError):
            os.kill(dice.choice(others), signal.SIGKILL)


def start_database(home: Path) -> None:
    """By the product's own launcher; returns when it answers."""
    cluster.start(home)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_pages(port: int, seconds: float = 60) -> None:
    """Until the sign-in page comes."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    assert eventually(answers, seconds), "the pages do not answer"


def eventually(happened: Callable[[], bool], seconds: float) -> bool:
    """Wait for something."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
