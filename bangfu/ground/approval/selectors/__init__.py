"""Reads of cases: what waits for me, one case as it is signed. Every one takes the actor first, inside a door."""

from bangfu.ground.approval.selectors.case import CaseView, approval_case, last_case_of
from bangfu.ground.approval.selectors.inbox import (
    Inbox,
    InboxItem,
    InboxView,
    batch_answer,
    inbox,
    late_for_me,
    waiting_for_me,
)

__all__ = [
    "CaseView",
    "Inbox",
    "InboxItem",
    "InboxView",
    "approval_case",
    "batch_answer",
    "inbox",
    "last_case_of",
    "late_for_me",
    "waiting_for_me",
]
