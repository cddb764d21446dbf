"""What waits, for the desk: how many, since when, what is due today."""

from dataclasses import dataclass
from datetime import date

from bangfu.decide.comparison.words import Words
from bangfu.decide.identification.selectors.queue import View, queue_counts
from bangfu.ground.acts.actor import Actor, Right


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of work. ``view`` is the part of the queue that it opens; ``due`` of ``count`` are due today or late."""

    view: View
    words: Words
    count: int
    due: int = 0
    longest_days: int = 0


def desk_counts(actor: Actor, on: date) -> list[Waiting]:
    """What waits for somebody who settles; nothing for others. Kinds with nothing waiting are left out."""
    if not actor.may(Right.SETTLE):
        return []
    counts = queue_counts(actor, on)
    every = [
        Waiting(
            View.OVERDUE, Words("家庭说明已逾期", "answers of families that are late"), counts.overdue, counts.overdue
        ),
        Waiting(
            View.ASKED,
            Words("等家庭说明", "families asked to explain"),
            counts.asked - counts.overdue,
            counts.due - counts.overdue,
        ),
        Waiting(View.ANSWERED, Words("家庭已说明，待核实", "families have answered"), counts.answered),
        Waiting(
            View.WAITING,
            Words("待核实", "to be settled"),
            counts.to_settle,
            longest_days=counts.longest_days,
        ),
        Waiting(View.CLEAN, Words("其中没有矛盾和疑点，可批量核实", "of these nothing speaks against"), counts.clean),
    ]
    return [entry for entry in every if entry.count]
