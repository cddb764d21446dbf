"""Web server and worker of an instance, under the supervisor; and whether they answer."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from bangfu.core.whole_files import replacing
from bangfu.site import supervisor
from bangfu.site.problems import ALREADY_SERVING, NO_ANSWER, PORT_TAKEN
from bangfu.site.process_list import read_list
from bangfu.site.supervisor import Child
from bangfu.terminals.cli.running import Address

ADDRESS_FILE = "address.json"
_WEB_PROCESSES, _WEB_THREADS = 2, 4
_ANSWERS_WITHIN = 60.0
_LOOKS_EVERY = 0.1


def serve(home: Path, address: Address, ready: Callable[[], None]) -> None:
    """Run the parts until SIGINT, SIGTERM or SIGHUP; the instance has been started before, in this process.

    ``ready`` is called once, from another thread, when the pages answer and the worker is alive.

    Raises:
        Problem: the port is taken, the home is served already, or a part ends again and again.
    """
    if address_of(home):
        raise ALREADY_SERVING(home=home)
    _check_port(address)
    note = home / ADDRESS_FILE

    def started() -> None:
        with replacing(note) as draft:
            draft.write_text(json.dumps([address.host, address.port]), "utf-8")
        threading.Thread(target=_tell_when_healthy, args=(home, address, ready), daemon=True).start()

    try:
        supervisor.serve(_parts(home, address), home, started=started)
    finally:
        # Nobody else serves: the supervisor is alone in its home.
        if not address_of(home):
            note.unlink(missing_ok=True)


def serve_apart(home: Path, address: Address) -> None:
    """Serve in a process that outlives this one and its terminal; returns when the pages answer.

    Raises:
        Problem: the port is taken, the home is served already, or nothing answers in time.
    """
    if address_of(home):
        raise ALREADY_SERVING(home=home)
    _check_port(address)
    logs = home / "logs"
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    call = [sys.executable, "-c", "from bangfu.site.command import run; run()", "serve"]
    with (logs / "serve.log").open("ab") as out:
        apart = subprocess.Popen(  # noqa: S603
            [*call, "--host", address.host, "--port", str(address.port)],
            env={**os.environ, "BANGFU_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    if not wait_until_healthy(address, lambda: apart.poll() is not None):
        raise NO_ANSWER(seconds=int(_ANSWERS_WITHIN), logs=logs)


def address_of(home: Path) -> Address | None:
    """Where the home is served; None when it is not."""
    listed = read_list(home)
    if not listed or not listed[0].is_alive():
        return None
    try:
        host, port = json.loads((home / ADDRESS_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return Address(str(host), int(port))


def wait_until_healthy(address: Address, over: Callable[[], bool] = lambda: False) -> bool:
    """True once the pages answer and the worker is alive; False when that takes too long, or ``over`` says it is in vain."""
    deadline = time.monotonic() + _ANSWERS_WITHIN
    while time.monotonic() < deadline and not over():
        try:
            with urllib.request.urlopen(f"{address.url}healthz", timeout=5):  # noqa: S310, our own http address
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(_LOOKS_EVERY)
    return False


def _tell_when_healthy(home: Path, address: Address, ready: Callable[[], None]) -> None:
    if wait_until_healthy(address):
        ready()
    else:
        # It is not ended: what is slow may still come.
        sys.stderr.write(f"{NO_ANSWER(seconds=int(_ANSWERS_WITHIN), logs=home / 'logs')}\n")


def _parts(home: Path, address: Address) -> list[Child]:
    web = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", address.host, "--port", str(address.port)),
        *("--workers", str(_WEB_PROCESSES), "--blocking-threads", str(_WEB_THREADS)),
        *("--respawn-failed-workers", "--log-level", "warning", "bangfu.site.wsgi:application"),
    )
    parts = [Child("web", web), Child("worker", (sys.executable, "-c", "from bangfu.site.worker import run; run()"))]
    if not os.environ.get("DATABASE_URL"):
        parts.insert(0, Child("database", (sys.executable, "-m", "bangfu.site.database.keeper", str(home))))
    return parts


def _check_port(address: Address) -> None:
    # The web server's processes share the port in a way that would let it share one with another program too, unnoticed.
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((address.host, address.port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise PORT_TAKEN(host=address.host, port=address.port, why=why) from error
