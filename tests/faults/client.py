"""One who acts: sends an act until it is answered, whatever happens to the database or to its own process in between."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_type_hints
from uuid import UUID, uuid4

from django.db import DatabaseError, connection
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from bangfu.core.problems import Problem
from bangfu.decide.comparison import services as comparison
from bangfu.decide.comparison.services_stopping import cancel_run, go_on_run, take_up_run
from bangfu.decide.identification import services as identification
from bangfu.decide.identification.services.exported import record_export
from bangfu.ground.access import services as access
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.faults import Fault
from bangfu.record.registry import services as registry
from bangfu.record.registry.services_errors import take_errors
from bangfu.record.registry.services_resume import resume_batch
from bangfu.record.registry.services_retention import drop_upload
from bangfu.record.registry.services_unmask import show_number
from bangfu.record.sources import services as sources
from bangfu.record.sources.services_retention import drop_raw
from tests.faults.journal import Journal, Sent, unanswered
from tests.faults.plan import Plan, Stop

# Not the act's last word: the database was slow or away.
_PASSING = frozenset({"act.busy"})
_PATIENCE = 0.03  # seconds between two tries

ACTS: dict[str, Callable[..., Any]] = {
    "settle": identification.settle,
    "answer": identification.record_answer,
    "undo": identification.undo_settlement,
    "accept_clean": identification.accept_clean,
    "show_number": show_number,
    "change_password": access.change_password,
    "sign_in": access.record_sign_in,
    "sign_out": access.record_sign_out,
    "appoint": access.appoint,
    "found": access.found_organisations,
    "receive_archive": registry.receive_archive,
    "archive_columns": registry.choose_columns,
    "start_commit": registry.start_commit,
    "resume": resume_batch,
    "take_errors": take_errors,
    "drop_upload": drop_upload,
    "receive_delivery": sources.receive_delivery,
    "delivery_columns": sources.choose_columns,
    "activate": sources.activate_delivery,
    "refuse_delivery": sources.refuse_delivery,
    "take_quarantine": sources.take_quarantine,
    "drop_raw": drop_raw,
    "start_run": comparison.start_run,
    "fail_run": comparison.fail_run,
    "cancel_run": cancel_run,
    "take_up_run": take_up_run,
    "go_on_run": go_on_run,
    "export_findings": comparison.record_export,
    "export_determinations": record_export,
}


class Refused(Exception):
    """The act was answered with a problem, and nothing was done."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Client:
    """``number`` is its place among the clients; ``actors`` whom it acts as, by a name of its own."""

    number: int
    actors: Mapping[str, Actor]
    plan: Plan
    journal: Journal
    recent: list[tuple[Sent, Any]] = field(default_factory=list)

    def recover(self) -> None:
        """After a kill: the act under way, again."""
        left = unanswered(self.plan.journal(self.number))
        if left is not None:
            with suppress(Refused):
                self.until_answered(left)

    def do(self, name: str, *, who: str = "self", act_id: UUID | None = None, **given: Any) -> Any:
        """A new act; gives its answer. Raises Refused."""
        sent = Sent(act_id or uuid4(), name, who, to_jsonable_python(given))
        self.journal.sent(sent)
        answer = self.until_answered(sent)
        self.recent = [*self.recent[-30:], (sent, to_jsonable_python(answer))]
        return answer

    def until_answered(self, sent: Sent) -> Any:
        """The same act with the same content, as often as it takes."""
        while True:
            try:
                answer = call(self.actors[sent.who], sent)
            except Problem as problem:
                if problem.code in _PASSING:
                    continue
                self.journal.refused(sent.act_id, problem.code)
                raise Refused(problem.code) from problem
            except (Fault, DatabaseError):
                self.plan.count_disturbed(self.number)
                wait_for_database(self.plan)
                continue
            self.journal.acknowledged(sent.act_id, answer)
            self.plan.count(self.number)
            return answer

    def persistently(self, step: Callable[[], Any], acts: Callable[[], list[UUID]]) -> Any:
        """Work of a job, in which acts have ids of their own: tried until it is done, as the worker would. ``acts``: which were done."""
        while True:
            try:
                done = step()
            except (Fault, DatabaseError):
                self.plan.count_disturbed(self.number)
                wait_for_database(self.plan)
                continue
            except Problem:
                # The worker was at the same thing.
                return None
            for act_id in acts():
                self.journal.done_by_job(act_id)
                self.plan.count(self.number)
            return done


def call(actor: Actor, sent: Sent) -> Any:
    """Call the act with its values made of what JSON keeps."""
    function = ACTS[sent.name]
    values = {name: _reader(function, name).validate_python(value) for name, value in sent.given.items()}
    return function(actor=actor, act_id=sent.act_id, **values)


def wait_for_database(plan: Plan) -> None:
    """A new connection; returns when it answers. Raises Stop when the run is broken off meanwhile."""
    while True:
        try:
            connection.close()
            connection.ensure_connection()
        except DatabaseError:
            if plan.is_abandoned():
                raise Stop from None
            time.sleep(_PATIENCE)
        else:
            return


@cache
def _reader(function: Callable[..., Any], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(function)[name])
