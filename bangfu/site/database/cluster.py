"""One PostgreSQL server per home: made, started, stopped. Safe for any number of processes at once."""

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bangfu.site.database.binaries import major_version, programs
from bangfu.site.database.places import PORT, Place, choose_place, known_place, lock_file
from bangfu.site.database.roles import OWNER, can_sign_in, make_roles
from bangfu.site.problems import CANNOT_START, CANNOT_STOP, NO_ROOM, NOT_ALLOWED_TO_STOP, OTHER_VERSION
from bangfu.site.processes import birth, working_in

# Written once, when the cluster is made: an operator may change them there.
_SETTINGS = """
# Bangfu
shared_buffers = '256MB'
max_connections = 60
max_locks_per_transaction = 256
synchronous_commit = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
# Errors and statements quote rows, that is, persons: only starts, stops and failures of the server itself are logged, without detail.
# The order of these levels is: warning, error, log, fatal, panic.
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
"""
_LONGEST_LOG = 10_000_000  # bytes
_STARTS_WITHIN = 30.0  # seconds until it listens
_RECOVERS_WITHIN = 600.0  # seconds until it answers: after a crash the write-ahead log is replayed first
_STOPS_WITHIN = 60.0


def alive(home: Path) -> bool:
    """True when this home's server accepts connections. Starts nothing."""
    try:
        place = known_place(home.resolve())
    except OSError:
        return False
    return place is not None and _listens(place)


def start(home: Path) -> Place:
    """The home's server, answering; made and started if need be. Two milliseconds of asking when it runs already.

    Raises:
        Problem: it cannot be found, placed or started.
    """
    home = home.resolve()
    try:
        place = known_place(home)
        if place and _listens(place) and can_sign_in(str(place.run), PORT):
            return place
    except OSError as error:
        raise NO_ROOM(folder=home, why=error.strerror) from error
    with _locked(home):
        place = choose_place(home)
        if not _listens(place):
            _launch(place)
        _wait(lambda: can_sign_in(str(place.run), PORT, OWNER, "postgres") or not _listens(place), _RECOVERS_WITHIN)
        if not _listens(place):
            raise _cannot_start(place)
        make_roles(str(place.run), PORT)
    return place


def stop(home: Path) -> bool:
    """End the home's server and wait until it is gone; False when none was running. What was committed stays.

    Raises:
        Problem: it belongs to another account, or does not end.
    """
    home = home.resolve()
    try:
        if not known_place(home):
            return False
    except OSError as error:
        raise NO_ROOM(folder=home, why=error.strerror) from error
    with _locked(home):
        place = choose_place(home)
        pid = _postmaster(place)
        if pid is None:
            return False
        # Fast: sessions are broken off and their transactions rolled back. Immediate: as after a crash; the next start recovers.
        for how, patience in ((signal.SIGINT, _STOPS_WITHIN), (signal.SIGQUIT, 10.0)):
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                return True
            except PermissionError as error:
                raise NOT_ALLOWED_TO_STOP(pid=pid) from error
            if _wait(lambda: birth(pid) is None and not working_in(place.data), patience):
                return True
    raise CANNOT_STOP(pid=pid)


def _listens(place: Place) -> bool:
    # Not ``pg_ctl status``: that believes in a dead process until somebody clears it away.
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(5)
        try:
            caller.connect(str(place.socket))
        except OSError:
            return False
        return True


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """One process at a time; the kernel lets go if it dies. Not inherited by the server."""
    path = lock_file(home)
    try:
        # A home may belong to another account: never follow a link it planted.
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NO_ROOM(folder=home, why=error.strerror) from error
    try:
        if os.geteuid() == 0:
            owner = path.parent.stat()
            os.fchown(held, owner.st_uid, owner.st_gid)
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _launch(place: Place) -> None:
    bin_folder = programs(place.account, place.folder)
    version = major_version(bin_folder)
    if not place.data.exists():
        _make_cluster(place, bin_folder, version)
    found = (place.data / "PG_VERSION").read_text().strip()
    if found != str(version):
        raise OTHER_VERSION(folder=place.data, found=found, have=version)
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        if _clear_what_was_killed(place) or _comes_up(place, _spawn(place, bin_folder)):
            return
        # Sessions of a server that was killed may hold its memory for a moment longer.
        passing = re.search("shared memory block|lock file", _end_of_log(place))
        if not passing or time.monotonic() > deadline:
            raise _cannot_start(place)
        time.sleep(0.25)


def _comes_up(place: Place, pid: int) -> bool:
    _wait(lambda: _listens(place) or birth(pid) is None, _STARTS_WITHIN)
    return _listens(place)


def _make_cluster(place: Place, bin_folder: Path, version: int) -> None:
    """In a folder of another name first: broken off half-way, it leaves nothing that looks like a cluster."""
    draft = place.folder / "data.new"
    if draft.exists():
        # Whoever made it was killed; what it had set to work goes on writing.
        for pid in working_in(draft) or []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _wait(lambda: not working_in(draft), _STARTS_WITHIN)
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    place.account.own(draft)
    locale = ["--locale=C.UTF-8"]
    if version >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["--auth-local=trust", "--auth-host=reject", "--no-instructions", *locale]
    if _fast():
        options.append("--no-sync")
    made = subprocess.run(  # noqa: S603
        [str(bin_folder / "initdb"), "-D", str(draft), "-U", OWNER, "-E", "UTF8", *options],
        cwd=draft,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        **place.account.run_as,
    )
    if made.returncode:
        raise CANNOT_START(why=_without_numbers(made.stderr[-1500:].strip()), log=place.log)
    with (draft / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS)
    draft.rename(place.data)


def _spawn(place: Place, bin_folder: Path) -> int:
    """Start the server apart from us: no terminal's Ctrl-C reaches it, and the system clears it away, not we. Returns its number."""
    if place.log.exists() and place.log.stat().st_size > _LONGEST_LOG:
        place.log.replace(place.log.with_suffix(".log.1"))
    options = ["-c", "listen_addresses=", "-c", f"port={PORT}", "-c", f"unix_socket_directories={_quoted(place.run)}"]
    if _fast():
        # For tests only: a power cut would lose the database. A killed process loses nothing.
        options += ["-c", "fsync=off", "-c", "full_page_writes=off"]
    server = [str(bin_folder / "postgres"), "-D", str(place.data), *options]
    started = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!', "sh", str(place.log), *server],
        cwd=place.data,
        env=_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        start_new_session=True,
        umask=0o077,
        **place.account.run_as,
    )
    return int(started.stdout)


def _quoted(path: Path) -> str:
    return '"' + str(path).replace('"', '""') + '"'


def _environment() -> dict[str, str]:
    # Nothing else of ours: PG* variables would change the server, and secrets are none of its business.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _fast() -> bool:
    return os.environ.get("BANGFU_DATABASE_FAST") == "1"


def _postmaster(place: Place) -> int | None:
    """The server's process, when it is this place's server and not a later process with the same number."""
    try:
        pid = int((place.data / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    users = working_in(place.data)
    ours = _listens(place) if users is None else pid in users
    return pid if ours and birth(pid) else None


def _clear_what_was_killed(place: Place) -> bool:
    """Remove the lock files of a killed server, where PostgreSQL would not dare to; True when a server came up while we looked.

    It refuses while any process has the number in these files: a dead one that nobody cleared away, or after a restart of a container
    somebody else. We know better: every process of a server works in its data folder, from before it is a server (a starter that is killed
    holds our lock until then). While one is left, it is waited for: it is either ending, or about to answer.
    """
    if _wait(lambda: _listens(place) or not working_in(place.data), _STARTS_WITHIN) and _listens(place):
        return True
    if working_in(place.data) == []:
        (place.data / "postmaster.pid").unlink(missing_ok=True)
        place.socket.with_name(f"{place.socket.name}.lock").unlink(missing_ok=True)
    return False


def _wait(happened: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _cannot_start(place: Place) -> Exception:
    return CANNOT_START(why=_without_numbers(_end_of_log(place)), log=place.log)


def _end_of_log(place: Place) -> str:
    try:
        return "\n".join(place.log.read_text("utf-8", "replace").splitlines()[-6:])
    except OSError as error:
        return error.strerror or ""


def _without_numbers(text: str) -> str:
    """The log holds no persons; should a number get there all the same, it is not shown."""
    return re.sub(r"\d{15,}[Xx]?", "…", text)
