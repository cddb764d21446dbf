"""Acts of identification: what the rules propose is kept; a person settles it, asks the family, takes it back."""

from bangfu.decide.identification.services.answers import record_answer
from bangfu.decide.identification.services.clean import CleanAnswer, Skipped, accept_clean
from bangfu.decide.identification.services.propose import Changed, finish_proposals, propose_determinations, retire
from bangfu.decide.identification.services.settle import Settled, settle
from bangfu.decide.identification.services.undo import undo_settlement

__all__ = [
    "Changed",
    "CleanAnswer",
    "Settled",
    "Skipped",
    "accept_clean",
    "finish_proposals",
    "propose_determinations",
    "record_answer",
    "retire",
    "settle",
    "undo_settlement",
]
