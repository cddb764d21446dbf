"""The account that the server runs as: PostgreSQL refuses root."""

import grp
import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from bangfu.site.problems import NO_ACCOUNT

NOBODY = "nobody"
# Reserved on Debian, outside the numbers that systemd hands out, and inside what an unprivileged container can map.
_WALL_GROUPS = range(65531, 65519, -1)


class RunAs(TypedDict, total=False):
    """What ``subprocess`` needs to run something as an account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as. ``walled``: root chose ``nobody`` and shut its folder to everyone but ``gid``."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()
    other: bool = False
    walled: bool = False

    def reaches(self, path: Path) -> bool:
        """True when the account may enter every folder on the way, and ``path`` itself."""
        return all(self._enters(place) for place in [path, *path.parents])

    def _enters(self, path: Path) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & 0o100)
        if found.st_gid == self.gid or found.st_gid in self.groups:
            return bool(found.st_mode & 0o010)
        return bool(found.st_mode & 0o001)

    def own(self, path: Path) -> None:
        """Make the account owner of what root made for it."""
        if self.other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    @property
    def run_as(self) -> RunAs:
        """Empty when the account is ours already."""
        return RunAs(user=self.uid, group=self.gid, extra_groups=list(self.groups)) if self.other else RunAs()


def account_for(home: Path) -> Account:
    """Ourselves; under root, the ordinary user whose home it is (so that both can run it), else ``nobody`` behind a wall."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), tuple(os.getgroups()))
    return _user_of(home) or _walled_nobody()


def _user_of(home: Path) -> Account | None:
    uid = home.stat().st_uid
    if uid == 0:
        return None
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # initdb refuses a number without a name
        return None
    account = Account(uid, entry.pw_gid, tuple(os.getgrouplist(entry.pw_name, entry.pw_gid)), other=True)
    return account if account.reaches(home) else None


def _walled_nobody() -> Account:
    # Other services run as ``nobody`` too, and must not read our data or connect. So the server gets a group that nobody else has, and
    # its folders lie in one that only root and this group may enter. Nor may a process look into another of a different group.
    try:
        uid = pwd.getpwnam(NOBODY).pw_uid
    except KeyError as error:
        raise NO_ACCOUNT(name=NOBODY) from error
    return Account(uid, next(gid for gid in _WALL_GROUPS if not _has_name(gid)), other=True, walled=True)


def _has_name(gid: int) -> bool:
    try:
        grp.getgrgid(gid)
    except KeyError:
        return False
    return True
