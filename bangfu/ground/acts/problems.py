"""What can go wrong at the door."""

from bangfu.core.problems import ProblemKind, kind

NOT_ALLOWED = kind(
    "access.not_allowed",
    zh="您的岗位“{role}”不能做这件事。",
    en="Your role, {role}, may not do this.",
    do_zh="请由有此职责的同事办理，或请管理员调整岗位。",
    do_en="Ask a colleague who has this duty, or ask an administrator to change your appointment.",
)
NOT_FOUND = kind(
    "access.not_found",
    zh="没有找到，或不在您的管辖范围内。",
    en="This does not exist, or lies outside your area.",
    do_zh="请从列表重新打开。",
    do_en="Open it again from the list.",
)
ACT_ID_USED = kind(
    "act.id_used",
    zh="这次提交的编号已经用于另一项操作，没有执行。",
    en="The number of this submission already belongs to another act; nothing was done.",
    do_zh="请刷新页面后重新提交。",
    do_en="Reload the page and submit again.",
)
CHANGED_MEANWHILE = kind(
    "act.changed_meanwhile",
    zh="您打开之后，这条记录已被改动（您看到的是第 {seen} 版，现在是第 {now} 版），没有覆盖。",
    en="This record was changed after you opened it (you saw version {seen}, it is now {now}); nothing was overwritten.",
    do_zh="请刷新查看新的内容，再决定。",
    do_en="Reload, look at what is new, then decide.",
)
BUSY = kind(
    "act.busy",
    zh="另一项操作正在处理同一内容，等了 {seconds} 秒仍未结束。",
    en="Another act is working on the same thing and had not ended after {seconds} seconds.",
    do_zh="请稍后重试。",
    do_en="Try again in a moment.",
)
NO_ROOM = kind(
    "act.no_room",
    zh="磁盘快满了（剩 {left} MB，至少要留 {least} MB），没有保存；查看不受影响。",
    en="The disk is nearly full ({left} MB left, {least} MB must stay free); nothing was saved. Looking goes on.",
    do_zh="请告诉系统管理员腾出空间，再办一次。",
    do_en="Ask the system administrator to make room, then do it again.",
)
AGAINST_RULES = kind(
    "act.against_rules",
    zh="数据库不接受这项改动（规则 {rule}），没有保存。",
    en="The database does not accept this change (rule {rule}); nothing was saved.",
    do_zh="请刷新后重试；如仍出现，请告诉管理员。",
    do_en="Reload and try again; if it stays, tell an administrator.",
)

_BY_CONSTRAINT: dict[str, ProblemKind] = {}


def for_constraint(name: str, problem: ProblemKind) -> None:
    """Say what a broken database constraint means to people; ``problem`` takes no values."""
    _BY_CONSTRAINT[name] = problem


def of_constraint(name: str) -> ProblemKind | None:
    """The problem entered for a constraint, or None."""
    return _BY_CONSTRAINT.get(name)
