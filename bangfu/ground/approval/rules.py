"""Who may do what with a case, why not, and what then follows (docs/decisions/0020): pure, on plain values.

One person has one capacity in a matter, for good: proposer, or the one who decides this step, whoever else they are appointed to be later.
Whoever is acted for by delegation takes part in the same capacity. ``benchmarks/four_eyes.py`` walks every path through these functions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bangfu.core.problems import Problem
from bangfu.ground.approval import problems

PROPOSE, COUNTERSIGN = "propose", "countersign"
# Between two steps of a chain there is room for this many that are added.
STEP_APART, MOST_ADDED = 100, 5


class State(StrEnum):
    """Of a case; all but the first are final."""

    DECIDING = "deciding"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


class Move(StrEnum):
    """What can be done with a case."""

    APPROVE = "approve"
    RETURN = "return"
    TRANSFER = "transfer"
    COUNTERSIGN = "countersign"
    DELEGATE = "delegate"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in one appointment; ``organisation`` is its path. ``stands_for``: whom they act for by delegation."""

    id: UUID
    role: str
    organisation: str
    name: str = ""
    stands_for: UUID | None = None

    @property
    def both(self) -> tuple[UUID, ...]:
        """The person, and whom they act for."""
        return (self.id, self.stands_for) if self.stands_for else (self.id,)


@dataclass(frozen=True, slots=True)
class Step:
    """``place`` orders the steps; ``code`` is the capacity of whoever decides it; ``assigned``: of those who could, this person alone.

    ``in_name_of``: the assigned person decides for this one. ``added``: asked for by countersigning.
    """

    place: int
    code: str
    roles: frozenset[str]
    organisation: str
    done: bool = False
    assigned: UUID | None = None
    assigned_name: str = ""
    in_name_of: UUID | None = None
    added: bool = False
    # Fen; None: never. The step is signed with fresh proof of who it is where the amount is above; 0: always.
    proof_above_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it stands. ``parts``: who has had which capacity in this matter, former rounds included."""

    proposer: UUID
    steps: tuple[Step, ...]
    parts: Mapping[UUID, str] = field(default_factory=dict)
    state: State = State.DECIDING
    amount_fen: int | None = None

    @property
    def current(self) -> Step | None:
        """The step whose turn it is."""
        return next((step for step in self.steps if not step.done), None) if self.state is State.DECIDING else None


@dataclass(frozen=True, slots=True)
class Signing:
    """What is about to be signed: hashes of what was seen, proposed, and is now; ``changed``: what is otherwise now, in words.

    ``proved_at``: when whoever signs last proved who they are; ``proof_minutes``: how long that holds.
    """

    seen: str
    proposed: str
    now: str
    at: datetime
    proved_at: datetime | None = None
    proof_minutes: int = 10
    changed: str = "—"


def not_to_propose(parts: Mapping[UUID, str], who: Person) -> Problem | None:
    """Why this person cannot propose in a matter in which these have taken part, or None."""
    if any(parts.get(one, PROPOSE) != PROPOSE for one in who.both):
        return problems.DECIDER_PROPOSES()
    return None


def proposed(parts: Mapping[UUID, str], who: Person, steps: Iterable[Step], amount_fen: int | None = None) -> Standing:
    """The case of a proposal that ``not_to_propose`` has nothing against."""
    return Standing(who.id, tuple(steps), {**parts, **dict.fromkeys(who.both, PROPOSE)}, amount_fen=amount_fen)


def objection(
    case: Standing, who: Person, move: Move, *, to: Person | None = None, back_to: int | None = None
) -> Problem | None:
    """Why this person cannot do this now, or None. ``to``: to whom it is handed; ``back_to``: the earlier step; None: the proposer."""
    step = case.current
    if step is None:
        return problems.CLOSED()
    if move is Move.WITHDRAW:
        return None if who.id == case.proposer else problems.NOT_YOURS_TO_WITHDRAW()
    against = not_to_decide(case, step, who)
    if against is not None:
        return against
    if move is Move.RETURN and back_to is not None and back_to not in places_before(case):
        return problems.NO_SUCH_STEP()
    if move in (Move.TRANSFER, Move.COUNTERSIGN, Move.DELEGATE):
        return problems.NOBODY_NAMED() if to is None else _objection_to_handing(case, step, who, move, to)
    return None


def not_to_decide(case: Standing, step: Step, who: Person) -> Problem | None:
    """Why a person cannot decide a step, or None: not their turn, or a capacity that they have already."""
    if step.assigned is not None:
        if who.id != step.assigned:
            return problems.ASSIGNED(name=step.assigned_name or "—")
    elif who.role not in step.roles or who.organisation != step.organisation:
        return problems.NOT_YOUR_STEP()
    if PROPOSE in {case.parts.get(one) for one in _behind(step, who)}:
        return problems.PROPOSER_DECIDES()
    if any(case.parts.get(one, step.code) != step.code for one in _behind(step, who)):
        return problems.DECIDED_ALREADY()
    return None


def unsigned(case: Standing, signing: Signing) -> Problem | None:
    """Why this cannot be signed, or None: it is not what was proposed, or fresh proof of the person is wanted."""
    if signing.now != signing.proposed:
        return problems.SUBJECT_CHANGED(lines=signing.changed)
    if signing.seen != signing.proposed:
        return problems.NOT_WHAT_WAS_SEEN()
    if proof_wanted(case):
        held = signing.proved_at is not None and (
            timedelta() <= signing.at - signing.proved_at <= timedelta(minutes=signing.proof_minutes)
        )
        return None if held else problems.PROOF_WANTED(minutes=signing.proof_minutes)
    return None


def proof_wanted(case: Standing) -> bool:
    """Does the step whose turn it is want fresh proof of who signs?"""
    limit = case.current.proof_above_fen if case.current else None
    return limit is not None and (limit == 0 or (case.amount_fen or 0) > limit)


def places_before(case: Standing) -> tuple[int, ...]:
    """Steps that the case can be returned to."""
    step = case.current
    return tuple(one.place for one in case.steps if step is not None and one.place < step.place)


def after(case: Standing, who: Person, move: Move, *, to: Person | None = None, back_to: int | None = None) -> Standing:
    """What follows from a move that ``objection`` has nothing against. ValueError where there is no step to decide."""
    step = case.current
    if step is None:
        raise ValueError("nothing is to be decided")
    if move is Move.WITHDRAW:
        return replace(case, state=State.WITHDRAWN)
    if move is Move.APPROVE:
        steps = _with(case.steps, replace(step, done=True))
        done = all(one.done for one in steps)
        state = State.APPROVED if done else State.DECIDING
        return replace(case, steps=steps, state=state, parts=_parts(case, step, who))
    if move is Move.RETURN:
        return _returned(case, step, who, back_to)
    if to is None:
        raise ValueError("nobody is named")
    if move is Move.COUNTERSIGN:
        added = Step(
            place=free_place(case),
            code=COUNTERSIGN,
            roles=frozenset(),
            organisation=to.organisation,
            assigned=to.id,
            assigned_name=to.name,
            added=True,
        )
        return replace(case, steps=tuple(sorted((*case.steps, added), key=lambda one: one.place)))
    behind = (step.in_name_of or who.stands_for or who.id) if move is Move.DELEGATE else None
    return replace(
        case,
        steps=_with(case.steps, replace(step, assigned=to.id, assigned_name=to.name, in_name_of=behind)),
    )


def free_place(case: Standing) -> int:
    """Where a step goes that comes just before the one whose turn it is."""
    step = case.current
    if step is None:
        raise ValueError("nothing is to be decided")
    return max((one.place for one in case.steps if one.place < step.place), default=step.place - STEP_APART) + 1


def _objection_to_handing(case: Standing, step: Step, who: Person, move: Move, to: Person) -> Problem | None:
    if to.id in who.both:
        return problems.TO_ONESELF()
    if move is Move.COUNTERSIGN:
        return _objection_to_asking(case, step, to)
    if step.added:
        return problems.ASKED_OF_YOU()
    suits = to.organisation == step.organisation and (move is Move.DELEGATE or to.role in step.roles)
    if not suits:
        return problems.NOT_SUITED(name=to.name or "—")
    return _taken_part(case, to, step.code)


def _objection_to_asking(case: Standing, step: Step, to: Person) -> Problem | None:
    if step.added or sum(one.added for one in case.steps) >= MOST_ADDED:
        return problems.ADDED_ENOUGH()
    if any(one.added and one.assigned == to.id for one in case.steps):
        return problems.HAS_TAKEN_PART(name=to.name or "—")
    return _taken_part(case, to, COUNTERSIGN)


def _taken_part(case: Standing, to: Person, code: str) -> Problem | None:
    taken = any(case.parts.get(one, code) != code for one in to.both)
    return problems.HAS_TAKEN_PART(name=to.name or "—") if taken else None


def _returned(case: Standing, step: Step, who: Person, back_to: int | None) -> Standing:
    parts = _parts(case, step, who)
    if back_to is None:
        return replace(case, state=State.RETURNED, parts=parts)
    again = tuple(replace(one, done=False) if one.place >= back_to else one for one in case.steps)
    return replace(case, steps=again, parts=parts)


def _parts(case: Standing, step: Step, who: Person) -> Mapping[UUID, str]:
    return {**case.parts, **dict.fromkeys(_behind(step, who), step.code)}


def _behind(step: Step, who: Person) -> tuple[UUID, ...]:
    """Whose decision it would be: the person's, and of whoever they decide for."""
    return tuple(dict.fromkeys((*who.both, *((step.in_name_of,) if step.in_name_of else ()))))


def _with(steps: tuple[Step, ...], changed: Step) -> tuple[Step, ...]:
    return tuple(changed if one.place == changed.place else one for one in steps)
