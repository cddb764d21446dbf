"""Every path through the rules of approval, searched: ``python -m benchmarks.four_eyes``. Writes docs/figures/four_eyes.md.

Four persons; before each move anybody may take any role and act for anybody else: every change of role and delegation is free. A chain of
two steps; proposals, approvals, returns to the proposer and to a step, transfers, delegations of a step, countersignatures, withdrawals,
further rounds. The search walks ``rules.objection`` and ``rules.after`` themselves. A judge who knows nothing of ``parts`` keeps a book of
its own of who did what, and looks for a matter approved in which one person, or whom they act for, both proposed and decided, or decided
two different steps.

Paths are counted by layers: a state that several paths lead to is walked once and counts for all of them.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from bangfu.ground.approval import rules
from bangfu.ground.approval.rules import Move, Person, Standing, State, Step

FIGURES = Path(__file__).parents[1] / "docs" / "figures"
COMMAND = "python -m benchmarks.four_eyes"
PEOPLE = tuple(UUID(int=number) for number in range(1, 5))
CLERK, REVIEWER, APPROVER = "clerk", "reviewer", "approver"
ORG = "/53/5329/532923/"
CHAIN = (
    Step(place=100, code="review", roles=frozenset({REVIEWER}), organisation=ORG),
    Step(place=200, code="approve", roles=frozenset({APPROVER}), organisation=ORG),
)
DEPTH = 7
HANDED = (Move.TRANSFER, Move.DELEGATE, Move.COUNTERSIGN)
# Who did what in a matter: (person, "propose" or the place of the step that they approved).
Book = frozenset[tuple[UUID, str]]


@dataclass(frozen=True)
class World:
    """A matter on its way: the case (None before the first proposal), who has which capacity, and the judge's own book."""

    case: Standing | None
    parts: frozenset[tuple[UUID, str]]
    book: Book

    @property
    def key(self) -> tuple[object, ...]:
        """States with the same key have the same future. Whatever tells nothing of it any more is left out."""
        case = self.case
        open_case = case is not None and case.state in (State.DECIDING, State.APPROVED)
        return (case.proposer, case.steps, case.state) if case and open_case else (), self.parts, self.book


@dataclass(frozen=True)
class Found:
    """What a search came to. ``paths``: action sequences of up to ``depth`` moves; ``guilty``: those that end in one person twice."""

    depth: int
    states: int
    paths: int
    approved: int
    refused: int
    guilty: int
    example: str
    seconds: float


def search(depth: int = DEPTH, people: tuple[UUID, ...] = PEOPLE) -> Found:
    """Walk everything that can happen in ``depth`` moves."""
    began = time.perf_counter()
    layer: dict[object, tuple[World, int, str]] = {}
    start = World(None, frozenset(), frozenset())
    layer[start.key] = (start, 1, "")
    tally: Counter[str] = Counter()
    example = ""
    for _ in range(depth):
        following: dict[object, tuple[World, int, str]] = {}
        for world, ways, told in layer.values():
            tally["states"] += 1
            for said, then in moves(world, people, tally):
                tally["paths"] += ways
                if then.case is not None and then.case.state is State.APPROVED:
                    tally["approved"] += ways
                    if guilty(then.book):
                        tally["guilty"] += ways
                        example = example or f"{told} → {said}".removeprefix(" → ")
                    continue
                before = following.get(then.key)
                more = before[1] if before else 0
                following[then.key] = (then, ways + more, before[2] if before else f"{told} → {said}")
        layer = following
    seconds = round(time.perf_counter() - began, 1)
    return Found(
        depth=depth,
        states=tally["states"],
        paths=tally["paths"],
        approved=tally["approved"],
        refused=tally["refused"],
        guilty=tally["guilty"],
        example=example,
        seconds=seconds,
    )


def guilty(book: Book) -> bool:
    """Has one person two capacities in what was approved?"""
    return any(count > 1 for count in Counter(person for person, _ in book).values())


def moves(world: World, people: tuple[UUID, ...], tally: Counter[str]) -> Iterator[tuple[str, World]]:
    """Everything that somebody may do now, with what then is; what the rules object to is counted."""
    case = world.case
    if case is None or case.state is not State.DECIDING:
        yield from _proposals(world, people, tally)
        return
    for who in _everybody(people, _roles_that_matter(case)):
        for move, given in _tries(case, who, people):
            if rules.objection(case, who, move, **given) is not None:
                tally["refused"] += 1
                continue
            yield _said(who, move, given), _after(world, case, who, move, given)


def _proposals(world: World, people: tuple[UUID, ...], tally: Counter[str]) -> Iterator[tuple[str, World]]:
    parts = dict(world.parts)
    for who in _everybody(people, (CLERK,)):
        if rules.not_to_propose(parts, who) is not None:
            tally["refused"] += 1
            continue
        case = rules.proposed(parts, who, CHAIN)
        book = world.book | {(one, "propose") for one in who.both}
        yield f"{_name(who)} proposes", World(case, frozenset(case.parts.items()), book)


def _everybody(people: tuple[UUID, ...], roles: tuple[str, ...]) -> Iterator[Person]:
    """Everybody in every role, for themselves and for every other."""
    for person in people:
        for role in roles:
            yield Person(person, role, ORG)
            yield from (Person(person, role, ORG, stands_for=other) for other in people if other != person)


def _roles_that_matter(case: Standing) -> tuple[str, ...]:
    """A role that the step does not ask for is refused whoever holds it: one of those stands for them all."""
    step = case.current
    return (*(step.roles if step else ()), CLERK)


def _tries(case: Standing, who: Person, people: tuple[UUID, ...]) -> Iterator[tuple[Move, dict[str, Any]]]:
    yield Move.APPROVE, {}
    yield Move.WITHDRAW, {}
    yield from ((Move.RETURN, {"back_to": place}) for place in (None, *rules.places_before(case)))
    step = case.current
    role = next(iter(step.roles), REVIEWER) if step else REVIEWER
    for other in people:
        if other != who.id:
            yield from ((move, {"to": Person(other, role, ORG)}) for move in HANDED)


def _after(world: World, case: Standing, who: Person, move: Move, given: dict[str, Any]) -> World:
    step = case.current
    then = rules.after(case, who, move, **given)
    book = world.book
    if move is Move.APPROVE and step is not None:
        behind = {who.id, who.stands_for, step.in_name_of} - {None}
        book |= {(one, str(step.place) if not step.added else "countersign") for one in behind if one is not None}
    return World(then, frozenset(then.parts.items()), book)


def _name(who: Person) -> str:
    behalf = f" for {who.stands_for.int}" if who.stands_for else ""
    return f"{who.id.int} as {who.role}{behalf}"


def _said(who: Person, move: Move, given: dict[str, Any]) -> str:
    to = f" to {given['to'].id.int}" if "to" in given else ""
    back = f" to {given['back_to'] or 'the proposer'}" if "back_to" in given else ""
    return f"{_name(who)}: {move.value}{to}{back}"


# --- Negative controls: a rule is taken out, and the search must find what it was for. ---


def _no_proposer_rule(case: Standing, step: Step, who: Person) -> object:
    cleared = {one: part for one, part in case.parts.items() if part != rules.PROPOSE}
    return _ORIGINAL(replace(case, parts=cleared), step, who)


def _no_parts(case: Standing, step: Step, who: Person) -> object:
    return _ORIGINAL(replace(case, parts={}), step, who)


def _only_oneself(_step: Step, who: Person) -> tuple[UUID, ...]:
    return (who.id,)


def _forgets_rounds(
    _parts: dict[UUID, str], who: Person, steps: tuple[Step, ...], amount_fen: int | None = None
) -> Standing:
    return Standing(who.id, tuple(steps), dict.fromkeys(who.both, rules.PROPOSE), amount_fen=amount_fen)


_ORIGINAL = rules.not_to_decide
CONTROLS: dict[str, tuple[str, Callable[..., object]]] = {
    "the proposer may decide": ("not_to_decide", _no_proposer_rule),
    "one person may have two capacities": ("not_to_decide", _no_parts),
    "whoever is acted for is not counted": ("_behind", _only_oneself),
    "a new round forgets the former": ("proposed", _forgets_rounds),
}
CONTROL_DEPTH = 5


@contextmanager
def without(name: str) -> Iterator[None]:
    """Inside, a rule is out of force."""
    place, instead = CONTROLS[name]
    with patch.object(rules, place, instead):
        yield


def controls(depth: int = CONTROL_DEPTH, people: tuple[UUID, ...] = PEOPLE[:3]) -> dict[str, Found]:
    """The search with each rule taken out in turn."""
    found = {}
    for name in CONTROLS:
        with without(name):
            found[name] = search(depth, people)
    return found


def main() -> None:
    """Search, with controls, and write the figures."""
    depth = int(sys.argv[1]) if len(sys.argv) > 1 else DEPTH
    result = search(depth)
    caught = controls()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True, cwd=FIGURES.parent
    ).stdout.strip()
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "four_eyes.md").write_text(report(result, caught, commit), "utf-8")
    print(
        json.dumps(
            {"paths": result.paths, "guilty": result.guilty, "controls_caught": sum(map(_caught, caught.values()))}
        )
    )


def _caught(found: Found) -> bool:
    return found.guilty > 0


def report(result: Found, caught: dict[str, Found], commit: str) -> str:
    """The page of figures."""
    rows = "\n".join(
        f"| {name} | {found.paths:,} | {found.guilty:,} | {found.example} |" for name, found in caught.items()
    )
    return f"""# Four eyes: every path searched

Four persons; before each move anybody may take any role and act for anybody else, so that every change of role and
delegation is among the paths. A chain of two steps (review, approve), proposals in any number of rounds, approvals, returns to the
proposer and to an earlier step, transfers, delegations of a step, countersignatures, withdrawals. The search calls the rules that
the acts call (`bangfu/ground/approval/rules.py`); the judge keeps a book of its own. *Guilty* is a path at whose end a matter is
approved in which one person, or somebody they acted for, has two capacities.

Repeat: `{COMMAND}` (no randomness, no seed; measured at commit {commit}).

| | |
| --- | --: |
| moves in a path, at most | {result.depth} |
| states walked | {result.states:,} |
| paths | {result.paths:,} |
| of them at whose end something is approved | {result.approved:,} |
| moves that the rules refused on the way | {result.refused:,} |
| **guilty paths** | **{result.guilty}** |
| seconds | {result.seconds} |

## Controls: a rule taken out must be found (three persons, ≤ {CONTROL_DEPTH} moves)

| taken out | paths | guilty paths | the first found (persons by number) |
| --- | --: | --: | --- |
{rows}

`tests/ground/approval/test_every_path.py` runs a shorter search and the controls, and replays random sequences, refused moves
among them, as acts on a real database: each must be allowed or refused as the rules say, and a query over all matters must find
nobody twice.
`tests/ground/approval/test_database.py` takes the rules out and leaves the database alone with raw SQL.
"""


if __name__ == "__main__":
    main()
