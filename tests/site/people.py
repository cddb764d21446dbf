"""Who starts an instance: under root, root and an ordinary account; otherwise whoever runs the tests. Nothing is skipped either way."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bangfu.site.database import cluster
from bangfu.site.database.accounts import Account, account_for
from bangfu.site.database.binaries import programs
from bangfu.site.database.places import SHELF, elsewhere, run_folder

ROOT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0


@dataclass(frozen=True)
class Person:
    """Someone with an account, who acts through processes of their own."""

    name: str
    account: str  # "-": the account that runs the tests

    @property
    def uid(self) -> int:
        return os.geteuid() if self.account == "-" else pwd.getpwnam(self.account).pw_uid

    def begins(self, action: str, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.site.person", self.account, action, *arguments],
            cwd=ROOT,
            env=environment() | ({"BANGFU_PG_PREFIX": reachable_programs()} if self.account != "-" else {}) | variables,
            stdout=subprocess.PIPE,
            text=True,
        )

    def does(self, action: str, *arguments: str, **variables: str) -> Any:
        return answer(self.begins(action, *arguments, **variables))

    def starts(self, home: Path, **variables: str) -> dict[str, Any]:
        found: dict[str, Any] = self.does("urls", str(home), **variables)
        assert "problem" not in found, found
        return found


def answer(process: "subprocess.Popen[str]") -> Any:
    said, _ = process.communicate(timeout=60)
    return json.loads(said.splitlines()[-1])


ME = Person("me", "-")
PEOPLE = [Person("root", "-"), Person("ordinary", "nobody")] if AS_ROOT else [ME]


def environment() -> dict[str, str]:
    """Ours without what would decide for the program; tests need not survive a power cut."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "BANGFU_", "DATABASE_"))}
    return kept | {"BANGFU_DATABASE_FAST": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def reachable_programs() -> str:
    """Programs that the ordinary account can run, wherever the tests' own environment lies."""
    nobody = pwd.getpwnam("nobody")
    return str(programs(Account(nobody.pw_uid, nobody.pw_gid), Path("/nonexistent")).parent)


@contextmanager
def home_of(person: Person, name: str = "home", closed: bool = False) -> Iterator[Path]:
    """A home in a folder of the person's own, gone afterwards with all that ran in it."""
    top = Path(tempfile.mkdtemp(prefix="bangfu-test-")).resolve()
    top.chmod(0o700 if closed else 0o755)
    os.chown(top, person.uid, -1)
    home = top / name
    try:
        yield home
    finally:
        cluster.stop(home)
        _remove_what_lies_elsewhere(home)
        shutil.rmtree(top)


def _remove_what_lies_elsewhere(home: Path) -> None:
    """The data that root put aside, and a socket folder outside the home: by their exact names, since other instances have theirs there."""
    inside = home / "database"
    if not inside.is_dir():
        return
    account = account_for(home)
    folder = elsewhere(inside) or inside
    run = run_folder(folder, account)
    outside = [run.parent] if run.parent.parent == SHELF else [run]
    for left in [folder, *outside]:
        if not left.is_relative_to(home):
            shutil.rmtree(left, ignore_errors=True)


def until(happened: Callable[[], object], seconds: float = 20) -> None:
    """Return when it has happened; fail when it has not in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
