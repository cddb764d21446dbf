"""Who acts, in which role, for which purpose, and how far they see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from bangfu.ground.acts import problems


class Role(StrEnum):
    """Roles that people hold by appointment (DOMAIN 12); those whose work is not built yet are not there yet."""

    CHAIR = "chair"
    CLERK = "clerk"
    REVIEWER = "reviewer"
    DATA_OFFICER = "data_officer"
    LEADER = "leader"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    OPERATOR = "operator"


class Right(StrEnum):
    """What a role may do. Everything that is asked of access is one of these."""

    SEE_FILES = "see_files"
    SEE_SENSITIVE = "see_sensitive"
    BRING_ARCHIVE = "bring_archive"
    SEE_DELIVERIES = "see_deliveries"
    BRING_DATA = "bring_data"
    COMPARE = "compare"
    SETTLE = "settle"
    SEE_POLICY = "see_policy"
    SEE_TRAIL = "see_trail"
    EXPORT = "export"
    RUN = "run"


class Purpose(StrEnum):
    """What personal data are looked at or changed for (PIPL articles 6 and 28)."""

    FILING = "filing"
    COMPARISON = "comparison"
    IDENTIFICATION = "identification"
    SUPERVISION = "supervision"
    OPERATIONS = "operations"


ROLE_WORDS: Mapping[Role, tuple[str, str]] = MappingProxyType(
    {
        Role.CHAIR: ("基层工会主席", "grassroots union chair"),
        Role.CLERK: ("经办", "clerk"),
        Role.REVIEWER: ("复核", "reviewer"),
        Role.DATA_OFFICER: ("数据管理", "data officer"),
        Role.LEADER: ("领导", "leader"),
        Role.AUDITOR: ("审计", "auditor"),
        Role.SYSTEM_ADMIN: ("系统管理员", "system administrator"),
        Role.SECURITY_ADMIN: ("安全管理员", "security administrator"),
        Role.AUDIT_ADMIN: ("审计管理员", "audit administrator"),
        Role.OPERATOR: ("本机操作员", "operator of this machine"),
    }
)
PURPOSE_WORDS: Mapping[Purpose, tuple[str, str]] = MappingProxyType(
    {
        Purpose.FILING: ("建档", "filing"),
        Purpose.COMPARISON: ("信息比对", "comparison"),
        Purpose.IDENTIFICATION: ("认定核实", "identification"),
        Purpose.SUPERVISION: ("监督检查", "supervision"),
        Purpose.OPERATIONS: ("系统运行", "operations"),
    }
)
_EVERYBODY = frozenset({Right.SEE_POLICY})
_RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.CHAIR: frozenset({Right.SEE_FILES, Right.SEE_SENSITIVE, Right.BRING_ARCHIVE}),
    Role.CLERK: frozenset(
        {
            *(Right.SEE_FILES, Right.SEE_SENSITIVE, Right.BRING_ARCHIVE, Right.SEE_DELIVERIES),
            *(Right.COMPARE, Right.SETTLE, Right.SEE_TRAIL, Right.EXPORT),
        }
    ),
    Role.REVIEWER: frozenset({Right.SEE_FILES, Right.SEE_SENSITIVE, Right.SEE_DELIVERIES, Right.SEE_TRAIL}),
    Role.DATA_OFFICER: frozenset({Right.SEE_DELIVERIES, Right.BRING_DATA, Right.COMPARE}),
    Role.LEADER: frozenset({Right.SEE_FILES, Right.SEE_DELIVERIES}),
    Role.AUDITOR: frozenset({Right.SEE_FILES, Right.SEE_DELIVERIES, Right.SEE_TRAIL}),
    Role.SYSTEM_ADMIN: frozenset(),
    Role.SECURITY_ADMIN: frozenset(),
    Role.AUDIT_ADMIN: frozenset({Right.SEE_TRAIL}),
    Role.OPERATOR: frozenset(Right),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in one appointment, for one purpose. ``scope`` is the path of the organisation: what is below it is seen."""

    person_id: UUID
    name: str
    role: Role
    organisation: str
    organisation_name: str
    scope: str
    purpose: Purpose

    def may(self, right: Right) -> bool:
        """Does the role carry this right?"""
        return right in _EVERYBODY or right in _RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raise NOT_ALLOWED unless the role carries this right."""
        if not self.may(right):
            zh, en = ROLE_WORDS[self.role]
            raise problems.NOT_ALLOWED(role=f"{zh} ({en})")

    def for_purpose(self, purpose: Purpose) -> "Actor":
        """The same person, for another purpose."""
        return replace(self, purpose=purpose)


def roles_with(right: Right) -> frozenset[Role]:
    """The roles that carry a right."""
    return (
        frozenset(Role) if right in _EVERYBODY else frozenset(role for role, held in _RIGHTS.items() if right in held)
    )
