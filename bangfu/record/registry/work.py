"""Checking and committing a batch from beginning to end: what the job does in the background, and the command line at once."""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.utils import OperationalError

from bangfu.core.problems import Problem
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.record.registry import problems, services
from bangfu.record.registry.models import Batch, Chunk
from bangfu.record.registry.ready import made_ready
from bangfu.record.registry.reconcile import Plan
from bangfu.record.registry.staged import known_of, opened, plan_of, stage

Told = Callable[[int, int], None]
_TRIES = 3
# Some thirty rows make a thousand objects.
_OBJECTS_UNSEEN = 50_000


def check(actor: Actor, batch_id: UUID, version: int, told: Told = lambda _done, _total: None) -> Problem | None:
    """Read the workbook, lay its rows down, and work out what a commit would change; nothing of the registry is written.

    Gives why the file was refused, if it was; that is recorded too.
    """
    step = f"check-{version}"
    with acting(actor):
        batch = _batch(batch_id)
    try:
        with _collecting_rarely():
            staged = stage(batch)
    except Problem as problem:
        services.record_refusal(
            actor=actor,
            act_id=services.step_id(batch_id, step),
            batch_id=batch_id,
            code=problem.code,
            zh=problem.zh,
            en=problem.en,
        )
        return problem
    fields = staged.manifest.fields
    batch.fields = fields
    total = staged.chunk_count()
    tally = _Tally()
    with _collecting_rarely():
        for number, rows in enumerate(staged.chunks()):
            with acting(actor):
                tally.add(plan_of(batch, rows, known_of(rows)))
            told(number + 1, total)
    services.record_check(
        actor=actor,
        act_id=services.step_id(batch_id, step),
        batch_id=batch_id,
        chunks=total,
        fields=fields,
        expected=tally.counts,
        tally=tally.said(staged.manifest),
    )
    return None


def commit(actor: Actor, batch_id: UUID, told: Told = lambda _done, _total: None) -> dict[str, int]:
    """Bring in the chunks that are not in yet, then add up. Safe to call again after any interruption."""
    with acting(actor):
        batch = _batch(batch_id)
        done = set(Chunk.objects.filter(batch=batch).values_list("number", flat=True))
    opened(batch)
    total = batch.chunks or 0
    missing = [number for number in range(total) if number not in done]
    with _collecting_rarely(), made_ready(batch, missing) as begin_next:
        for number in range(total):
            if number not in done:
                begin_next()
                _bring(actor, batch_id, number)
            told(number + 1, total)
    return services.finish_batch(actor=actor, act_id=services.step_id(batch_id, "finish"), batch_id=batch_id)


def _bring(actor: Actor, batch_id: UUID, number: int) -> None:
    """Two importers that meet over one person: the database lets one in, and the other's chunk is worked out again."""
    for turn in range(_TRIES):
        try:
            services.bring_chunk(
                actor=actor, act_id=services.step_id(batch_id, f"chunk-{number}"), batch_id=batch_id, number=number
            )
            return
        except (Problem, OperationalError) as error:
            again = isinstance(error, OperationalError) or error.code == problems.IN_ANOTHER_FILE.code
            if not again or turn == _TRIES - 1:
                raise
            time.sleep(0.1 * (turn + 1))


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Rows are made by the hundred thousand and never in circles: looking for circles among them takes a twelfth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_UNSEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _batch(batch_id: UUID) -> Batch:
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NOT_FOUND()
    return batch


class _Tally:
    """What the check has to say, added up over the chunks."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = dict.fromkeys(("rows", "new", "changed", "same", "wrong"), 0)
        self._wrong: Counter[str] = Counter()
        self._first: dict[str, Problem] = {}
        self._changed: Counter[str] = Counter()
        self._departed = self._new_households = 0

    def add(self, plan: Plan) -> None:
        for name, count in plan.counts.items():
            self.counts[name] += count
        for _, why in plan.wrong:
            for problem in why:
                self._wrong[problem.code] += 1
                self._first.setdefault(problem.code, problem)
        for household in plan.households:
            self._new_households += household.bundle is None
            for change in household.changes:
                self._changed.update(change.fields)
        self._departed += plan.departed

    def said(self, manifest: Any) -> dict[str, Any]:
        return {
            "households": manifest.households,
            "new_households": self._new_households,
            "departed": self._departed,
            "wrong": [
                {"count": count, "code": code, "zh": _told(self._first[code])[0], "en": _told(self._first[code])[1]}
                for code, count in self._wrong.most_common()
            ],
            "changed_fields": dict(self._changed.most_common()),
            "doubts": manifest.problems,
            "unknown": list(manifest.unknown),
            "unread": list(manifest.unread),
            "formulas": manifest.formulas,
        }


def _told(problem: Problem) -> tuple[str, str]:
    """In a shifted column the value may be an illness: only their own error workbook shows it."""
    hidden = problem.kind(**{**problem.values, "value": "…"}) if "value" in problem.values else problem
    return hidden.zh, hidden.en
