"""What can go wrong with a comparison."""

from bangfu.core.problems import kind

STOPPED = kind(
    "comparison.stopped",
    zh="比对中断（{why}），此前已记下的结果仍然有效。",
    en="The comparison stopped ({why}); what was recorded before stands.",
    do_zh="请重新比对；如再次中断，请告诉管理员。",
    do_en="Compare again; if it stops again, tell an administrator.",
)
NO_SUCH_RUN = kind(
    "comparison.no_such_run",
    zh="没有这次比对，或不在您的管辖范围内。",
    en="There is no such comparison, or it lies outside your area.",
    do_zh="请从列表重新打开。",
    do_en="Open it again from the list.",
)
