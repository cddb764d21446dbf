"""Handing a step on: to a colleague for good, to one who decides in one's name, to one whose word is wanted first."""

from uuid import UUID

from bangfu.core.clock import MachineClock, today
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import locked_row
from bangfu.ground.acts.verbs import verb
from bangfu.ground.approval import rules
from bangfu.ground.approval.models import Case, Step
from bangfu.ground.approval.people import person_for
from bangfu.ground.approval.problems import NOBODY_NAMED
from bangfu.ground.approval.rules import Move
from bangfu.ground.approval.services.decide import Decided, close
from bangfu.ground.approval.standing import person_of, standing_of, steps_of, write_steps

TRANSFERRED = verb("approval.transferred", zh="{step_zh}：转给{name}办理", en="{step_en}: handed to {name}")
DELEGATED = verb("approval.delegated", zh="{step_zh}：委托{name}代为办理", en="{step_en}: {name} decides in one's name")
COUNTERSIGNED = verb(
    "approval.countersigned", zh="{step_zh}：请{name}加签", en="{step_en}: {name} was asked to countersign"
)


@act(TRANSFERRED, right=Right.APPROVE)
def transfer_step(*, actor: Actor, act_id: UUID, case_id: UUID, seen_version: int, to_person: UUID) -> Done[Decided]:
    """Hand the step to a colleague in the same role and union; from now on it is theirs alone."""
    return _hand(actor, case_id, seen_version, Move.TRANSFER, to_person)


@act(DELEGATED, right=Right.APPROVE)
def delegate_step(*, actor: Actor, act_id: UUID, case_id: UUID, seen_version: int, to_person: UUID) -> Done[Decided]:
    """Let a colleague of the same union decide the step in one's name; both then have the same capacity."""
    return _hand(actor, case_id, seen_version, Move.DELEGATE, to_person)


@act(COUNTERSIGNED, right=Right.APPROVE)
def countersign_step(
    *, actor: Actor, act_id: UUID, case_id: UUID, seen_version: int, to_person: UUID, word: str = ""
) -> Done[Decided]:
    """Ask for somebody's opinion first (加签): a step of theirs comes before this one, and must be agreed like any other."""
    return _hand(actor, case_id, seen_version, Move.COUNTERSIGN, to_person, word)


def _hand(actor: Actor, case_id: UUID, seen_version: int, move: Move, to_person: UUID, word: str = "") -> Done[Decided]:
    case = locked_row(Case, case_id, seen_version)
    steps = steps_of(case)
    standing, who = standing_of(case, steps), person_of(actor)
    to = person_for(standing, case.org, move, to_person)
    against = rules.objection(standing, who, move, to=to)
    if against is not None or to is None:
        raise against or NOBODY_NAMED()
    after = rules.after(standing, who, move, to=to)
    on, turn = today(MachineClock()), next(step for step in steps if step.turn)
    if move is Move.COUNTERSIGN:
        steps.append(_added(actor, case, to, rules.free_place(standing), word))
    if move is Move.DELEGATE:
        turn.behalf_name = turn.behalf_name or actor.stands_for_name or actor.name
    write_steps(case, steps, after, None, on)
    close(case, after.state)
    told = {"step_zh": turn.title_zh, "step_en": turn.title_en, "name": to.name}
    answer = Decided(case.pk, case.version, case.state)
    return Done(answer, case.org, case.subject_type, case.subject_id, case.household_id, told)


def _added(actor: Actor, case: Case, to: rules.Person, place: int, word: str) -> Step:
    step = Step(
        case=case,
        org=case.org,
        place=place,
        code=rules.COUNTERSIGN,
        title_zh="加签",
        title_en="Countersignature",
        roles=[],
        organisation=to.organisation,
        added=True,
        assigned_id=to.id,
        assigned_name=to.name,
        asked_by_id=actor.person_id,
        asked_by_name=actor.name,
        asked_word=word.strip(),
    )
    step.save(force_insert=True)
    return step
