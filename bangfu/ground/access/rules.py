"""Which roles one person may not hold at the same time, wherever: duties apart (DESIGN 2; GB/T 22239-2019, three administrators).

A reviewer (复核) may also be a clerk or an approver: in a small union the reviewer of one case proposes another, and the approval of
each case keeps its persons apart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product

from bangfu.ground.acts.actor import Role

_PROPOSERS = (Role.CHAIR, Role.CLERK)
_WORKERS = (
    *_PROPOSERS,
    *(Role.REVIEWER, Role.APPROVER, Role.FINANCE, Role.DATA_OFFICER, Role.HELPER, Role.GRID_MEMBER, Role.LIAISON),
)
_OVERSEERS = (Role.AUDITOR, Role.EVALUATOR)
_ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


@dataclass(frozen=True, slots=True)
class Why:
    """The reason for which two roles are kept apart."""

    zh: str
    en: str


_DECIDES = Why("提议和审批要分开", "whoever proposes does not decide")
_PAYS = Why("提议、复核、审批和付款要分开", "whoever proposes, reviews or decides does not pay")
_OVERSEES = Why("监督的人不能同时经办", "whoever oversees does none of the work")
_THREE = Why("系统、安全、审计三个管理员要由三个人担任", "system, security and audit administrators are three people")
_ADMINISTERS = Why("管理员不经办业务", "administrators do none of the union's work")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two roles that one person must not hold on the same day; ``number`` is stable within one version of the tables."""

    number: int
    one: Role
    other: Role
    why: Why


@dataclass(frozen=True, slots=True)
class Apart:
    """Any of ``ones`` and any of ``others``, for one reason."""

    ones: tuple[Role, ...]
    others: tuple[Role, ...]
    why: Why

    def pairs(self) -> Iterator[tuple[Role, Role]]:
        """Each two, once."""
        return combinations(self.ones, 2) if self.ones == self.others else product(self.ones, self.others)


GROUPS = (
    Apart(_PROPOSERS, (Role.APPROVER,), _DECIDES),
    Apart((*_PROPOSERS, Role.REVIEWER, Role.APPROVER), (Role.FINANCE,), _PAYS),
    Apart(_WORKERS, _OVERSEERS, _OVERSEES),
    Apart(_ADMINISTRATORS, _ADMINISTRATORS, _THREE),
    # Leaders and volunteers do no work on files; an evaluator who administers would judge their own machine.
    Apart((*_WORKERS, Role.EVALUATOR), _ADMINISTRATORS, _ADMINISTERS),
    Apart((Role.AUDITOR,), (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), _ADMINISTERS),
)
INCOMPATIBLE: tuple[Pair, ...] = tuple(
    Pair(number, one, other, why)
    for number, (one, other, why) in enumerate(
        ((one, other, group.why) for group in GROUPS for one, other in group.pairs()), 1
    )
)


def apart(held: Iterable[Role], wanted: Role) -> Pair | None:
    """The first pair that ``wanted`` would make with a role that is held; None if they may be held together."""
    roles = set(held)
    return next((p for p in INCOMPATIBLE if wanted in (p.one, p.other) and roles & ({p.one, p.other} - {wanted})), None)
