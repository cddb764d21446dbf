"""Reads of identification: the queue, one case, what waits. Every one takes the actor first, inside a door."""

from bangfu.decide.identification.selectors.case import ReviewCase, determination_of, last_settlement, review_case
from bangfu.decide.identification.selectors.desk import Waiting, desk_counts
from bangfu.decide.identification.selectors.history import decided_acts
from bangfu.decide.identification.selectors.meanwhile import clean_answer, what_changed
from bangfu.decide.identification.selectors.progress import Progress, progress
from bangfu.decide.identification.selectors.queue import (
    QueueCounts,
    QueueFilters,
    QueueItem,
    QueuePage,
    Tag,
    View,
    queue_counts,
    refusals_sent_back,
    review_queue,
    waiting_now,
)

__all__ = [
    "Progress",
    "QueueCounts",
    "QueueFilters",
    "QueueItem",
    "QueuePage",
    "ReviewCase",
    "Tag",
    "View",
    "Waiting",
    "clean_answer",
    "decided_acts",
    "desk_counts",
    "determination_of",
    "last_settlement",
    "progress",
    "queue_counts",
    "refusals_sent_back",
    "review_case",
    "review_queue",
    "waiting_now",
    "what_changed",
]
