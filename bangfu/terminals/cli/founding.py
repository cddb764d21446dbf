"""Founding an instance, in a database that is ready: organisations, policy, three administrators. A second time changes nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import connection

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import kind
from bangfu.ground.access.models import Account, Appointment, Organisation
from bangfu.ground.access.services import (
    OrganisationRow,
    appoint,
    found_organisations,
    founder,
    one_time_password,
    read_organisations,
    shipped_organisations,
)
from bangfu.ground.acts.actor import Role
from bangfu.ground.policy.services import keep_policy_current

CANNOT_READ = kind(
    "call.organisations_cannot_be_read",
    zh="组织机构文件“{file}”读不了（{why}）。",
    en="The organisations file “{file}” cannot be read ({why}).",
    do_zh="请检查文件名和编码（UTF-8）。",
    do_en="Check its name, and that it is UTF-8.",
)
NO_PREFECTURE = kind(
    "call.no_such_prefecture",
    zh="没有代码为“{code}”的州（市）。",
    en="There is no prefecture with the code “{code}”.",
    do_zh="请写四位代码，如大理州 5329；其他地方另用 --organisations 给出组织机构文件，其中要有这个代码。",
    do_en="Give its four digits, such as 5329 for Dali; elsewhere also give --organisations, a file in which this code stands.",
)
_PREFECTURE = re.compile("[1-9][0-9]{3}")
_LOCK = 0x666F756E
_ADMINISTRATORS = (
    ("system", "系统管理员", Role.SYSTEM_ADMIN),
    ("security", "安全管理员", Role.SECURITY_ADMIN),
    ("audit", "审计管理员", Role.AUDIT_ADMIN),
)


@dataclass(frozen=True, slots=True)
class Administrator:
    """A new account. The password is nowhere else."""

    username: str
    full_name: str
    role: Role
    password: str


@dataclass(frozen=True, slots=True)
class Founded:
    """What was new."""

    organisations: int
    policy: int
    administrators: tuple[Administrator, ...]

    @property
    def anything(self) -> bool:
        """Was anything missing?"""
        return bool(self.organisations or self.policy or self.administrators)


def found(prefecture: str, organisations: Path | None) -> Founded:
    """Enter what is missing of a prefecture (four digits), by a file of organisations or those that ship.

    Raises:
        Problem: no such prefecture, or a file that cannot be used; nothing is entered then.
    """
    with _alone():
        made, policy = found_places(prefecture, organisations)
        return Founded(made, policy, _administrators(prefecture))


def found_places(prefecture: str, organisations: Path | None) -> tuple[int, int]:
    """As ``found``, without administrators; gives how many organisations and how many values of policy were new."""
    rows = _rows(prefecture, organisations)
    made = _found_organisations(prefecture, rows)
    loaded = keep_policy_current(actor=founder(prefecture))
    return made, loaded.added + loaded.changed + loaded.removed


@contextmanager
def _alone() -> Iterator[None]:
    """Two who found at once: the second waits, and finds everything there. Several acts, so that no act's own lock would do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _rows(prefecture: str, organisations: Path | None) -> list[OrganisationRow]:
    try:
        rows = read_organisations(organisations) if organisations else shipped_organisations(prefecture)
    except (OSError, UnicodeDecodeError) as error:
        name = organisations.name if organisations else ""
        raise CANNOT_READ(file=name, why=getattr(error, "strerror", None) or "UTF-8") from error
    known = {code for code, _, level, _ in rows if level == "prefecture"}
    if not _PREFECTURE.fullmatch(prefecture) or prefecture not in known:
        raise NO_PREFECTURE(code=prefecture[:20])
    return rows


def _found_organisations(prefecture: str, rows: list[OrganisationRow]) -> int:
    known = set(Organisation.objects.values_list("code", flat=True))
    if known.issuperset(code for code, *_ in rows):
        return 0  # an act without effect would still be told in the trail
    return found_organisations(actor=founder(prefecture), act_id=uuid4(), rows=rows)


def _administrators(prefecture: str) -> tuple[Administrator, ...]:
    held = set(Appointment.objects.filter(organisation__code=prefecture).values_list("role", flat=True))
    missing = [one for one in _ADMINISTRATORS if one[2].value not in held]
    made = [
        Administrator(_free(username, prefecture), name, role, one_time_password()) for username, name, role in missing
    ]
    for one in made:
        appoint(
            actor=founder(prefecture),
            act_id=uuid4(),
            username=one.username,
            full_name=one.full_name,
            role=one.role,
            organisation_code=prefecture,
            since=today(MachineClock()),
            password_hash=make_password(one.password),
        )
    return tuple(made)


def _free(username: str, prefecture: str) -> str:
    """Another prefecture's administrators are other people, with accounts of their own."""
    return f"{username}{prefecture}" if Account.objects.filter(username=username).exists() else username
