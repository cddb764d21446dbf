"""Who acts, in which role, for which purpose, and how far they see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from bangfu.ground.acts import problems


class Role(StrEnum):
    """Roles that people hold by appointment (DOMAIN 12).

    The work of finance, grid members, helpers, volunteers, evaluators and liaisons is not built yet: they may only what everybody may.
    """

    CHAIR = "chair"
    CLERK = "clerk"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    FINANCE = "finance"
    DATA_OFFICER = "data_officer"
    HELPER = "helper"
    GRID_MEMBER = "grid_member"
    VOLUNTEER = "volunteer"
    EVALUATOR = "evaluator"
    LIAISON = "liaison"
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
    SEE_APPROVALS = "see_approvals"
    APPROVE = "approve"
    SEE_POLICY = "see_policy"
    SEE_TRAIL = "see_trail"
    EXPORT = "export"
    AUDIT = "audit"
    BREAK_GLASS = "break_glass"
    MANAGE_ACCESS = "manage_access"
    RUN = "run"


class Purpose(StrEnum):
    """What personal data are looked at or changed for (PIPL articles 6 and 28)."""

    FILING = "filing"
    COMPARISON = "comparison"
    IDENTIFICATION = "identification"
    SUPERVISION = "supervision"
    OPERATIONS = "operations"
    EMERGENCY = "emergency"


ROLE_WORDS: Mapping[Role, tuple[str, str]] = MappingProxyType(
    {
        Role.CHAIR: ("基层工会主席", "grassroots union chair"),
        Role.CLERK: ("经办", "clerk"),
        Role.REVIEWER: ("复核", "reviewer"),
        Role.APPROVER: ("审批（主席会议）", "approver (chair's meeting)"),
        Role.FINANCE: ("财务", "finance"),
        Role.DATA_OFFICER: ("数据管理", "data officer"),
        Role.HELPER: ("联系人", "helper"),
        Role.GRID_MEMBER: ("网格员", "grid member"),
        Role.VOLUNTEER: ("志愿者", "volunteer"),
        Role.EVALUATOR: ("第三方评估", "third-party evaluator"),
        Role.LIAISON: ("部门数据联络", "department data liaison"),
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
        Purpose.EMERGENCY: ("应急查看", "break-glass"),
    }
)
RIGHT_WORDS: Mapping[Right, tuple[str, str]] = MappingProxyType(
    {
        Right.SEE_FILES: ("查看档案", "see files"),
        Right.SEE_SENSITIVE: ("查看敏感内容（健康、收入、号码）", "see sensitive contents (health, income, numbers)"),
        Right.BRING_ARCHIVE: ("导入档案工作簿", "bring in archive workbooks"),
        Right.SEE_DELIVERIES: ("查看部门数据的情况", "see what departments delivered"),
        Right.BRING_DATA: ("收部门数据", "take in department data"),
        Right.COMPARE: ("比对", "compare"),
        Right.SETTLE: ("核实认定建议", "settle determinations"),
        Right.SEE_APPROVALS: ("查看审批事项", "see what is to be approved"),
        Right.APPROVE: ("审批别人提出的事项", "decide on what others propose"),
        Right.SEE_POLICY: ("查看政策", "see policy"),
        Right.SEE_TRAIL: ("查看最近的操作", "see what was last done"),
        Right.EXPORT: ("导出", "export"),
        Right.AUDIT: ("审计：按户、按人、按批查留痕", "audit the trail by case, person and batch"),
        Right.BREAK_GLASS: ("应急查看（30 分钟，告知上级）", "break glass (30 minutes, the superior is told)"),
        Right.MANAGE_ACCESS: ("管理账号和岗位", "manage accounts and appointments"),
        Right.RUN: ("本机运行操作", "operate this machine"),
    }
)
_EVERYBODY = frozenset({Right.SEE_POLICY})
_DECIDERS = frozenset(
    {
        *(Right.SEE_FILES, Right.SEE_SENSITIVE, Right.SEE_DELIVERIES, Right.SEE_TRAIL),
        *(Right.SEE_APPROVALS, Right.APPROVE),
    }
)
_RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.CHAIR: frozenset({Right.SEE_FILES, Right.SEE_SENSITIVE, Right.BRING_ARCHIVE}),
    Role.CLERK: frozenset(
        {
            *(Right.SEE_FILES, Right.SEE_SENSITIVE, Right.BRING_ARCHIVE, Right.SEE_DELIVERIES),
            *(Right.COMPARE, Right.SETTLE, Right.SEE_APPROVALS, Right.SEE_TRAIL, Right.EXPORT),
        }
    ),
    Role.REVIEWER: _DECIDERS,
    Role.APPROVER: _DECIDERS,
    Role.FINANCE: frozenset({Right.BREAK_GLASS}),
    Role.DATA_OFFICER: frozenset({Right.SEE_DELIVERIES, Right.BRING_DATA, Right.COMPARE, Right.BREAK_GLASS}),
    Role.HELPER: frozenset({Right.BREAK_GLASS}),
    Role.GRID_MEMBER: frozenset({Right.BREAK_GLASS}),
    Role.VOLUNTEER: frozenset(),
    Role.EVALUATOR: frozenset(),
    Role.LIAISON: frozenset(),
    Role.LEADER: frozenset({Right.SEE_FILES, Right.SEE_DELIVERIES, Right.BREAK_GLASS}),
    Role.AUDITOR: frozenset({Right.SEE_FILES, Right.SEE_DELIVERIES, Right.SEE_TRAIL, Right.AUDIT, Right.BREAK_GLASS}),
    Role.SYSTEM_ADMIN: frozenset(),
    Role.SECURITY_ADMIN: frozenset({Right.MANAGE_ACCESS}),
    Role.AUDIT_ADMIN: frozenset({Right.SEE_TRAIL, Right.AUDIT}),
    Role.OPERATOR: frozenset(Right),
}
# What a break-glass session opens beyond the role, inside the same scope: reading files, sensitive contents included. No other act.
OPENED_BY_GLASS = frozenset({Right.SEE_FILES, Right.SEE_SENSITIVE})


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in one appointment, for one purpose. ``scope`` is the path of the organisation: what is below it is seen.

    ``stands_for_id`` is whom this person stands in for by delegation; ``glass_id`` the break-glass session that is open. Both are told
    with every act and every look.
    """

    person_id: UUID
    name: str
    role: Role
    organisation: str
    organisation_name: str
    scope: str
    purpose: Purpose
    stands_for_id: UUID | None = None
    stands_for_name: str = ""
    glass_id: UUID | None = None

    def may(self, right: Right) -> bool:
        """Does the role, or an open break-glass session, carry this right?"""
        by_glass = self.glass_id is not None and right in OPENED_BY_GLASS
        return by_glass or right in _EVERYBODY or right in _RIGHTS[self.role]

    def require(self, *rights: Right) -> None:
        """Raise NOT_ALLOWED unless the role carries this right, or one of these."""
        if not any(self.may(right) for right in rights):
            zh, en = ROLE_WORDS[self.role]
            raise problems.NOT_ALLOWED(role=f"{zh} ({en})")

    def for_purpose(self, purpose: Purpose) -> "Actor":
        """The same person, for another purpose; behind broken glass there is only one."""
        return self if self.glass_id else replace(self, purpose=purpose)


def roles_with(right: Right) -> frozenset[Role]:
    """The roles that carry a right."""
    return (
        frozenset(Role) if right in _EVERYBODY else frozenset(role for role, held in _RIGHTS.items() if right in held)
    )


def rights_of(role: Role) -> frozenset[Right]:
    """All rights that a role carries."""
    return _EVERYBODY | _RIGHTS[role]
