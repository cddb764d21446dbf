"""Reads of cases: what waits for me, one case as it is signed. Every one takes the actor first, inside a door."""

from bangfu.ground.approval.selectors.case import CaseView, approval_case, last_case_of
from bangfu.ground.approval.selectors.inbox import Inbox, InboxItem, InboxView, inbox, waiting_for_me

__all__ = [
    "CaseView",
    "Inbox",
    "InboxItem",
    "InboxView",
    "approval_case",
    "inbox",
    "last_case_of",
    "waiting_for_me",
]
