"""Acts on cases; and what an act of a higher room calls inside of itself to submit something, or to take it back."""

from bangfu.ground.approval.services.batch import BatchAnswer, Skipped, approve_cases
from bangfu.ground.approval.services.decide import Decided, approve_case, return_case
from bangfu.ground.approval.services.hand import countersign_step, delegate_step, transfer_step
from bangfu.ground.approval.services.submit import overtake, submit, withdraw_case, withdraw_open

__all__ = [
    "BatchAnswer",
    "Decided",
    "Skipped",
    "approve_case",
    "approve_cases",
    "countersign_step",
    "delegate_step",
    "overtake",
    "return_case",
    "submit",
    "transfer_step",
    "withdraw_case",
    "withdraw_open",
]
