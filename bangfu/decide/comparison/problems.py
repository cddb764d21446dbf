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
CANCELLED = kind(
    "comparison.cancelled",
    zh="这次比对已被取消，此前已记下的结果仍然有效。",
    en="This comparison was cancelled; what was recorded before stands.",
    do_zh="需要时可以接着比对。",
    do_en="It can be taken up again.",
)
ALREADY_OVER = kind(
    "comparison.already_over",
    zh="这次比对已经结束，没有可取消的。",
    en="This comparison is over; there is nothing to cancel.",
    do_zh="请刷新页面看结果。",
    do_en="Reload the page to see the result.",
)
NOT_STOPPED = kind(
    "comparison.not_stopped",
    zh="这次比对没有停下，不用接着办。",
    en="This comparison has not stopped; it need not be taken up.",
    do_zh="请刷新页面看进度。",
    do_en="Reload the page to see how far it is.",
)
NEWER_RUN = kind(
    "comparison.newer_run",
    zh="之后已经有更新的比对（{on}），旧的不能再接着办，以免盖掉新结果。",
    en="A newer comparison has begun since (as of {on}); an older one would overwrite what it found.",
    do_zh="请重新比对。",
    do_en="Start a new comparison.",
)
REASON_MISSING = kind(
    "comparison.duplicate_reason",
    zh="没有写怎么核实的。",
    en="How it was verified is missing.",
    do_zh="请写明问了谁、看了什么。",
    do_en="Write whom you asked, or what you saw.",
)
CLOSE_ONE_OF_BOTH = kind(
    "comparison.duplicate_close",
    zh="是同一家时，要选建议撤销哪一份档案。",
    en="Where they are the same family, choose which of the two files should be closed.",
    do_zh="请在两份里选一份。这里只提建议，不会撤档。",
    do_en="Choose one of the two. It is proposed only; nothing is closed here.",
)
SETTLED_BEFORE = kind(
    "comparison.duplicate_settled",
    zh="这一对已经核实过，或已经不再相像。",
    en="This pair has been settled, or is no longer alike.",
    do_zh="请从列表看现在的情况。",
    do_en="See in the list how it stands now.",
)
