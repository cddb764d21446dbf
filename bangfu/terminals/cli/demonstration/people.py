"""The demo's people: one per role. All invented. Their passwords are made per instance and kept in a closed file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.contrib.auth.hashers import make_password

from bangfu.core.clock import MachineClock, today
from bangfu.core.whole_files import replacing
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import actor_of
from bangfu.ground.access.services import appoint, change_password, founder, one_time_password
from bangfu.ground.acts.actor import ROLE_WORDS, Actor, Purpose, Role
from bangfu.synthetic.places import COUNTIES, PREFECTURE

XIANGYUN, BINCHUAN = "532923", "532924"
# 云南驿镇, with the most households of Xiangyun's townships (synthetic/places.py numbers them from 100).
_THIRD = 2
TOWNSHIP = f"{XIANGYUN}{100 + _THIRD}"
TOWNSHIP_NAME = next(county.townships[_THIRD] for county in COUNTIES if county.code == XIANGYUN)
# Appointed some while ago, so that earlier days of the demo have somebody to act.
_SINCE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to sign in as."""

    username: str
    full_name: str
    role: Role
    organisation: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person with their password."""

    person: Person
    password: str

    @property
    def role(self) -> tuple[str, str]:
        """The role in both languages."""
        return ROLE_WORDS[self.person.role]


CLERK = Person("clerk", "经小云", Role.CLERK, XIANGYUN)
CHAIR = Person("chair", "祝小席", Role.CHAIR, TOWNSHIP)
NEIGHBOUR = Person("neighbour", "林小县", Role.CLERK, BINCHUAN)
PREFECTURE_CLERK = Person("prefecture", "周小州", Role.CLERK, PREFECTURE)
DATA_OFFICER = Person("data", "舒小居", Role.DATA_OFFICER, PREFECTURE)
PEOPLE = (
    CLERK,
    Person("reviewer", "傅小核", Role.REVIEWER, XIANGYUN),
    Person("approver", "申小批", Role.APPROVER, XIANGYUN),
    Person("finance", "蔡小务", Role.FINANCE, XIANGYUN),
    CHAIR,
    NEIGHBOUR,
    PREFECTURE_CLERK,
    DATA_OFFICER,
    Person("leader", "凌小导", Role.LEADER, PREFECTURE),
    Person("auditor", "沈小计", Role.AUDITOR, PREFECTURE),
    Person("system", "席小统", Role.SYSTEM_ADMIN, PREFECTURE),
    Person("security", "安小全", Role.SECURITY_ADMIN, PREFECTURE),
    Person("audit", "辛小审", Role.AUDIT_ADMIN, PREFECTURE),
)


def sign_ins(path: Path) -> list[SignIn]:
    """Everybody's sign-in: those of the file, made first where there is none. Only its owner can read it."""
    if not path.is_file():
        # Before any account: whatever is interrupted afterwards, the passwords are known.
        _write(path, {person.username: one_time_password() for person in PEOPLE})
    known = dict(line.split()[:2] for line in path.read_text("utf-8").splitlines() if line.strip())
    return [SignIn(person, known[person.username]) for person in PEOPLE]


def open_accounts(entries: list[SignIn]) -> int:
    """Accounts and appointments for those who have none; gives how many were new."""
    there = set(Account.objects.values_list("username", flat=True))
    missing = [entry for entry in entries if entry.person.username not in there]
    for entry in missing:
        _open_account(entry)
    return len(missing)


def actor(person: Person, purpose: Purpose) -> Actor:
    """The person at work."""
    return actor_of(Account.objects.get(username=person.username), today(MachineClock()), purpose)


def _open_account(entry: SignIn) -> None:
    person, password = entry.person, make_password(entry.password)
    appoint(
        actor=founder(PREFECTURE),
        act_id=uuid4(),
        username=person.username,
        full_name=person.full_name,
        role=person.role,
        organisation_code=person.organisation,
        since=today(MachineClock()) - _SINCE,
        password_hash=password,
    )
    # As if its owner had signed in and kept it: a demo asks nobody to think of a new one.
    change_password(actor=actor(person, Purpose.OPERATIONS), act_id=uuid4(), password_hash=password)


def _write(path: Path, passwords: Mapping[str, str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(path) as draft:
        draft.write_text("".join(f"{name:<12}{password}\n" for name, password in passwords.items()), "utf-8")
