"""How far a run is, told while it runs; and how it hears that somebody has cancelled it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.rules import going_on
from bangfu.engine.stages import Stage, Stop
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting

_LOOKS_EVERY = 1.0


class Progress:
    """The stages of a run as it keeps them. Telling is no act: nothing is decided by it, and nothing is lost where it is lost."""

    def __init__(self, actor: Actor, run: Run, beside: Callable[[Stage], None]) -> None:
        self._actor, self._run_id, self._beside = actor, run.pk, beside
        self._stages: list[Mapping[str, Any]] = going_on(run.stages)

    def begin_again(self) -> None:
        """Nothing of a former attempt counts."""
        self._stages = []

    def tell(self, stage: Stage) -> None:
        """A stage has begun, or has ended; kept when it has begun, with what ended before."""
        self._beside(stage)
        if self._stages and self._stages[-1]["seconds"] is None:
            self._stages.pop()
        began = timezone.now().isoformat()
        told = {"name": stage.name, "dataset": stage.dataset, "rows": stage.rows, "seconds": stage.seconds}
        self._stages.append(told | ({"began": began} if stage.seconds is None else {}))
        if stage.seconds is None:
            self.keep()

    def keep(self) -> None:
        """Write down what was told."""
        with acting(self._actor):
            Run.objects.filter(pk=self._run_id).update(stages=self._stages)


@contextmanager
def heeding(actor: Actor, run_id: UUID, stop: Stop) -> Iterator[None]:
    """While this lasts, a run that somebody cancels stops its engine."""
    over = threading.Event()
    watching = threading.Thread(target=_watch, args=(actor, run_id, stop, over), name="heeding", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _watch(actor: Actor, run_id: UUID, stop: Stop, over: threading.Event) -> None:
    begun = False
    try:
        while not over.wait(_LOOKS_EVERY):
            state = _state(actor, run_id)
            begun = begun or state == Run.State.RUNNING
            # One that was cancelled may wait to be taken up by now.
            if state == Run.State.CANCELLED or (begun and state == Run.State.QUEUED):
                stop.ask()
                return
    finally:
        connection.close()


def _state(actor: Actor, run_id: UUID) -> str | None:
    """None where the database does not answer: the work itself will notice."""
    try:
        with acting(actor):
            return Run.objects.filter(pk=run_id).values_list("state", flat=True).first()
    except (InterfaceError, OperationalError):
        connection.close()
        return None
