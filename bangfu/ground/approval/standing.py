"""From rows to what the rules decide on, and back."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from bangfu.core.working_days import add_working_days
from bangfu.ground.acts.actor import Actor
from bangfu.ground.approval import rules
from bangfu.ground.approval.models import Case, Opinion, Part, Step
from bangfu.ground.policy.calendars import working_calendar

# Whoever is asked to countersign, or has a step from a chain that no longer says, has this long.
_COUNTERSIGN_DAYS = 3


def person_of(actor: Actor) -> rules.Person:
    """Whoever acts, for the rules."""
    return rules.Person(actor.person_id, actor.role.value, actor.scope, actor.name, actor.stands_for_id)


def parts_of(subject_type: str, subject_id: UUID) -> dict[UUID, str]:
    """Who has had which capacity in a matter."""
    found = Part.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return dict(found.values_list("person_id", "capacity"))


def steps_of(case: Case) -> list[Step]:
    """The steps of a case, in their order."""
    return list(case.steps.select_related("opinion").order_by("place"))


def standing_of(case: Case, steps: list[Step], parts: Mapping[UUID, str] | None = None) -> rules.Standing:
    """A case for the rules. ``parts``: where they are known already."""
    return rules.Standing(
        proposer=case.proposer_id,
        steps=tuple(_step(step) for step in steps),
        parts=parts_of(case.subject_type, case.subject_id) if parts is None else parts,
        state=rules.State(case.state),
        amount_fen=case.amount_fen,
    )


def write_parts(case_org: str, subject_type: str, subject_id: UUID, parts: Mapping[UUID, str]) -> None:
    """Keep capacities that are new. What a person has is never exchanged: another one breaks the key, and with it the act."""
    known = parts_of(subject_type, subject_id)
    Part.objects.bulk_create(
        Part(subject_type=subject_type, subject_id=subject_id, person_id=person, capacity=capacity, org=case_org)
        for person, capacity in parts.items()
        if known.get(person) != capacity
    )


def write_steps(case: Case, steps: list[Step], after: rules.Standing, opinion: Opinion | None, on: date) -> None:
    """Make the rows say what follows. The step whose turn it becomes gets its day; the one before loses the turn first."""
    rows = {step.place: step for step in steps}
    current = after.current
    for wanted in after.steps:
        row = rows.get(wanted.place)
        if row is None:
            continue
        row.turn = row.turn and current is not None and current.place == wanted.place
        if row.done != wanted.done:
            row.done, row.opinion = wanted.done, opinion if wanted.done else None
        row.assigned_id, row.assigned_name, row.behalf_id = wanted.assigned, wanted.assigned_name, wanted.in_name_of
        row.behalf_name = row.behalf_name if wanted.in_name_of else ""
        row.save(update_fields=["turn", "done", "opinion", "assigned_id", "assigned_name", "behalf_id", "behalf_name"])
    turn = rows.get(current.place) if current else None
    if turn is not None and not turn.turn:
        turn.turn, turn.due_on = True, due_day(case, turn.code, on)
        turn.save(update_fields=["turn", "due_on"])


def due_day(case: Case, code: str, on: date) -> date:
    """By when a step that begins on this day should be decided."""
    days = {step["code"]: int(step["working_days"]) for step in case.chain_content["steps"]}
    return add_working_days(on, days.get(code, _COUNTERSIGN_DAYS), working_calendar())


def _step(row: Step) -> rules.Step:
    return rules.Step(
        place=row.place,
        code=row.code,
        roles=frozenset(row.roles),
        organisation=row.organisation,
        done=row.done,
        assigned=row.assigned_id,
        assigned_name=row.assigned_name,
        in_name_of=row.behalf_id,
        added=row.added,
        proof_above_fen=row.proof_above_fen,
    )
