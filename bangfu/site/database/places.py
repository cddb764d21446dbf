"""Where the server keeps its data and its socket. Decided once per home, then read."""

import os
import secrets
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bangfu.site.database.accounts import Account, account_for
from bangfu.site.problems import CLOSED_FOLDER, NO_ROOM, NOT_OURS

PORT = 5432  # of the socket's name only: nothing listens on the network
SHELF = Path("/var/lib/bangfu")  # under root, for what must lie outside closed folders
# Fixed, not TMPDIR: every process of the instance must find the same one.
_SHORT = Path("/tmp")  # noqa: S108  the folder below it is made closed, and its owner is checked
_LONGEST_SOCKET = 100  # bytes; the kernels' limit is 104 or 108 with the end mark


@dataclass(frozen=True, slots=True)
class Place:
    """Folders of one server."""

    account: Account
    folder: Path
    run: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says: starts, stops and failures, never a statement or a value."""
        return self.data / "server.log"

    @property
    def socket(self) -> Path:
        """Where the server listens."""
        return self.run / f".s.PGSQL.{PORT}"


def database_folder(home: Path) -> Path | None:
    """Where this home's database lies; None when it has none yet, or we may not look."""
    try:
        found = known_place(home)
    except OSError:
        return None
    return found.folder if found else None


def known_place(home: Path) -> Place | None:
    """The place that was chosen, if one was. Changes nothing."""
    inside = home / "database"
    if not inside.is_dir():
        return None
    account = account_for(home)
    folder = elsewhere(inside) or inside
    if not (folder / "data").exists():
        return None
    return Place(account, folder, run_folder(folder, account))


def choose_place(home: Path) -> Place:
    """The known place, or a new one; its folders exist afterwards. Call under the home's lock.

    Raises:
        Problem: a folder cannot be made, is closed to the server, or belongs to somebody else.
    """
    place = known_place(home) or _new_place(home)
    try:
        _make_folders(place)
    except OSError as error:
        raise NO_ROOM(folder=place.folder, why=error.strerror) from error
    if not place.account.reaches(place.folder):
        raise CLOSED_FOLDER(folder=place.folder)
    return place


def lock_file(home: Path) -> Path:
    """The file that is locked while this home's server is started or stopped; its folder exists afterwards."""
    inside = home / "database"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not inside.exists():
            inside.mkdir(mode=0o700, exist_ok=True)
            account = account_for(home)
            if not account.walled:
                account.own(inside)
    except OSError as error:
        raise NO_ROOM(folder=home, why=error.strerror) from error
    return inside / "start.lock"


def elsewhere(inside: Path) -> Path | None:
    """Where root put the data, when it could not lie in the home."""
    note = inside / "elsewhere"
    try:
        # Followed only where root itself wrote it: it decides which folder root will hand to the server's account.
        if os.geteuid() == 0 and note.lstat().st_uid == 0:
            folder = Path(note.read_text("utf-8").strip())
            return folder if folder.parent == SHELF else None
    except FileNotFoundError:
        pass
    return None


def _new_place(home: Path) -> Place:
    inside, account = home / "database", account_for(home)
    folder = inside
    if account.walled and not account.reaches(home):
        # The server cannot come here, and opening folders that somebody closed is not ours to do. A home that is removed and made again
        # gets a new folder: old rows beside new keys would be unreadable.
        folder = elsewhere(inside) or SHELF / f"{_short_name(home)}-{secrets.token_hex(3)}"
        (inside / "elsewhere").write_text(f"{folder}\n", "utf-8")
    return Place(account, folder, run_folder(folder, account))


def run_folder(folder: Path, account: Account) -> Path:
    """Where the socket of a server with this folder lies: in it, unless the name is too long or odd for a socket."""
    run = folder / "run"
    # libpq reads a comma as the border between two hosts.
    if len(os.fsencode(run)) + len(f"/.s.PGSQL.{PORT}") < _LONGEST_SOCKET and "," not in str(run):
        return run
    if account.walled:
        return SHELF / f"run-{_short_name(folder)}" / "run"
    return _SHORT / f"bangfu-{account.uid}-{_short_name(folder)}"


def _make_folders(place: Place) -> None:
    account = place.account
    if account.walled:
        for parent in {place.folder, place.run.parent}:
            if parent.parent == SHELF:
                SHELF.mkdir(parents=True, exist_ok=True)
                SHELF.chmod(0o711)
            parent.mkdir(exist_ok=True)
            os.chown(parent, 0, account.gid)
            parent.chmod(0o710)
    # Whoever reaches the socket is let in (pg_hba: trust): this closed folder is the lock on the door, and for root's server the wall
    # around it. Through it come the account itself and root. A password would add nothing: it would lie readable beside it.
    place.run.mkdir(mode=0o700, exist_ok=True)
    found = place.run.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
        raise NOT_OURS(folder=place.run)
    account.own(place.run)
    place.run.chmod(0o700)


def _short_name(path: Path) -> str:
    return sha256(os.fsencode(path)).hexdigest()[:10]
