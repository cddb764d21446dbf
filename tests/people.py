"""One cast for every permission test: who they are, where they stand. All invented."""

from dataclasses import dataclass, replace

from argon2 import PasswordHasher

from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import actor_of
from bangfu.ground.acts.actor import Actor, Purpose, Role

PASSWORD = "synthetic-cast-2026"
# Checked in no time: a real hash is made to take long, and the tests sign in again and again (tests/conftest.py).
QUICK_HASH = f"argon2{PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)}"


@dataclass(frozen=True)
class Someone:
    """A person of the cast."""

    username: str
    full_name: str
    role: Role
    organisation: str


XIANGYUN, BINCHUAN, DALI = "532923", "532924", "5329"
TOWNSHIP = "532923100"
CLERK = Someone("clerk", "经小云", Role.CLERK, XIANGYUN)
REVIEWER = Someone("reviewer", "傅小核", Role.REVIEWER, XIANGYUN)
APPROVER = Someone("approver", "申小批", Role.APPROVER, XIANGYUN)
FINANCE = Someone("finance", "蔡小务", Role.FINANCE, XIANGYUN)
CHAIR = Someone("chair", "祝小席", Role.CHAIR, TOWNSHIP)
NEIGHBOUR = Someone("neighbour", "林小县", Role.CLERK, BINCHUAN)
DATA_OFFICER = Someone("data", "舒小居", Role.DATA_OFFICER, DALI)
PREFECTURE_CLERK = Someone("prefecture", "周小州", Role.CLERK, DALI)
LEADER = Someone("leader", "凌小导", Role.LEADER, DALI)
AUDITOR = Someone("auditor", "沈小计", Role.AUDITOR, DALI)
SYSTEM_ADMIN = Someone("system", "席小统", Role.SYSTEM_ADMIN, DALI)
SECURITY_ADMIN = Someone("security", "安小全", Role.SECURITY_ADMIN, DALI)
AUDIT_ADMIN = Someone("audit", "辛小审", Role.AUDIT_ADMIN, DALI)
CAST = (
    *(CLERK, REVIEWER, APPROVER, FINANCE, CHAIR, NEIGHBOUR, DATA_OFFICER, PREFECTURE_CLERK, LEADER, AUDITOR),
    *(SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN),
)


def actor(someone: Someone, purpose: Purpose = Purpose.IDENTIFICATION) -> Actor:
    """The person as an actor; needs the database."""
    from bangfu.core.clock import MachineClock, today  # noqa: PLC0415

    account = Account.objects.get(username=someone.username)
    return actor_of(account, today(MachineClock()), purpose)


def stranger(someone: Someone) -> Actor:
    """The same role at a county that has no files."""
    return replace(actor(someone), organisation="532932", scope="/53/5329/532932/")
