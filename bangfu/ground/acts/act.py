"""The decorator of every act."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar, get_args, get_type_hints
from uuid import UUID

from django.db import IntegrityError, ProgrammingError, connection
from psycopg.errors import InsufficientPrivilege
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from bangfu.ground.acts import problems
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.bulk import Row, insert_rows
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.faults import fault_point
from bangfu.ground.acts.models import Entry
from bangfu.ground.acts.room import require_room
from bangfu.ground.acts.verbs import Verb

Answer = TypeVar("Answer")
Given = ParamSpec("Given")
_ACTS: dict[str, "Declared"] = {}


@dataclass(frozen=True, slots=True)
class Done(Generic[Answer]):
    """What an act came to: its answer (anything pydantic can write as JSON), and what the trail tells of it.

    ``org`` is the path of the organisation that the subject belongs to; ``values`` are for the verb's sentence.
    """

    answer: Answer
    org: str
    subject_type: str = ""
    subject_id: UUID | None = None
    household_id: UUID | None = None
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declared:
    """An act as it was declared, for the tests about the project."""

    verb: Verb
    right: Right
    function: Callable[..., object]


def act(
    verb: Verb, *, right: Right, looking: bool = False
) -> Callable[[Callable[Given, Done[Answer]]], Callable[Given, Answer]]:
    """Make a function an act: access checked, one transaction of state and trail entry, safe to send twice.

    The function takes keywords only, ``actor`` and ``act_id`` among them; the others are plain values, by which a second sending is
    known to be the same. It returns Done; the caller gets the answer. Raises NOT_ALLOWED, NO_ROOM, ACT_ID_USED, BUSY, and what the act
    raises. ``looking``: an act without which nobody could look at anything; it goes on when the disk is nearly full.
    """

    def decorate(function: Callable[Given, Done[Answer]]) -> Callable[Given, Answer]:
        _ACTS[verb.code] = Declared(verb, right, function)

        @wraps(function)
        def run(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
            if args:
                raise TypeError(f"{verb.code} takes keywords only")
            actor, act_id = _who(kwargs)
            actor.require(right)
            if not looking:
                require_room()
            content = _content_of(verb, kwargs)
            try:
                with acting(actor, act_id=act_id, durable=True):
                    fault_point(f"{verb.code}.opened")
                    earlier = _earlier(act_id)
                    if earlier is not None:
                        return _again(earlier, actor, content, function)
                    done = function(*args, **kwargs)
                    fault_point(f"{verb.code}.done")
                    _enter(verb, actor, act_id, content, done)
                    fault_point(f"{verb.code}.before_commit")
            except IntegrityError as error:
                raise _problem_of(error) from error
            except ProgrammingError as error:
                # What is seen from below, and belongs above: a row of the act lies outside of the scope.
                raise (problems.NOT_FOUND() if isinstance(error.__cause__, InsufficientPrivilege) else error) from error
            fault_point(f"{verb.code}.after_commit")
            return done.answer

        return run

    return decorate


def declared_acts() -> list[Declared]:
    """All acts of the modules imported so far, by verb."""
    return [_ACTS[code] for code in sorted(_ACTS)]


def _who(kwargs: Mapping[str, Any]) -> tuple[Actor, UUID]:
    actor, act_id = kwargs.get("actor"), kwargs.get("act_id")
    if not isinstance(actor, Actor) or not isinstance(act_id, UUID):
        raise TypeError("an act takes actor and act_id")
    return actor, act_id


def _content_of(verb: Verb, kwargs: Mapping[str, Any]) -> str:
    given = {name: value for name, value in kwargs.items() if name not in ("actor", "act_id")}
    text = json.dumps([verb.code, to_jsonable_python(given)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _earlier(act_id: UUID) -> tuple[str, UUID, str | None] | None:
    """Content, person and answer (JSON) of an act that was done before. By hand: asked of every act, and nearly always in vain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT content_sha256, person_id, answer::text FROM acts_entry WHERE act_id = %s ORDER BY id LIMIT 1",
            [act_id],
        )
        found: tuple[str, UUID, str | None] | None = cursor.fetchone()
    return found


def _again(
    earlier: tuple[str, UUID, str | None], actor: Actor, content: str, function: Callable[..., Done[Answer]]
) -> Answer:
    content_before, person_id, told = earlier
    if content_before != content or person_id != actor.person_id:
        raise problems.ACT_ID_USED()
    answer: Answer = _answers(function).validate_python(json.loads(told) if told is not None else None)
    return answer


def _answers(function: Callable[..., Done[Answer]]) -> TypeAdapter[Any]:
    (answer,) = get_args(get_type_hints(function)["return"])
    return TypeAdapter(answer)


def _enter(verb: Verb, actor: Actor, act_id: UUID, content: str, done: Done[Any]) -> None:
    entry: Row = {
        "act_id": act_id,
        "verb": verb.code,
        "person_id": actor.person_id,
        "person_name": actor.name,
        "role": actor.role.value,
        "organisation": actor.organisation,
        "purpose": actor.purpose.value,
        "stands_for_id": actor.stands_for_id,
        "stands_for_name": actor.stands_for_name,
        "glass_id": actor.glass_id,
        "org": done.org,
        "subject_type": done.subject_type,
        "subject_id": done.subject_id,
        "household_id": done.household_id,
        "values": to_jsonable_python(dict(done.values)),
        "content_sha256": content,
        "answer": to_jsonable_python(done.answer),
    }
    insert_rows(Entry, [entry])


def _problem_of(error: IntegrityError) -> Exception:
    diagnosis = getattr(error.__cause__, "diag", None)
    name = str(getattr(diagnosis, "constraint_name", "") or "")
    if name == "entry_act_id_once":
        return problems.ACT_ID_USED()
    known = problems.of_constraint(name)
    return known() if known else problems.AGAINST_RULES(rule=name or connection.vendor)
