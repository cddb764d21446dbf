"""A person settles a determination: accepts it, asks the family, or proposes a refusal."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.core.working_days import add_working_days
from bangfu.decide.identification.determinations import shipped_rules
from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.settling import Choice, Situation, Way, looked_for, objection, reasons_against
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import locked_row
from bangfu.ground.acts.verbs import verb
from bangfu.ground.approval.services import submit
from bangfu.ground.policy.calendars import working_calendar
from bangfu.ground.policy.selectors import required

SETTLED = verb("identification.settled", zh="核实：{what_zh}", en="settled: {what_en}")
# The name under which refusals are approved (refusal.py).
REFUSAL = "identification.refusal"
ANSWER_DAYS = "settle.answer_working_days"
_AFTER = {
    Way.ACCEPT: Determination.State.ACCEPTED,
    Way.ASK: Determination.State.ASKED,
    Way.REFUSE: Determination.State.REFUSAL_PROPOSED,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settlement came to; ``version`` is the determination's now."""

    settlement_id: UUID
    determination_id: UUID
    version: int
    state: str
    due_on: date | None = None


@act(SETTLED, right=Right.SETTLE)
def settle(
    *,
    actor: Actor,
    act_id: UUID,
    determination_id: UUID,
    seen_version: int,
    kind: Way,
    reason_code: str = "",
    reason: str = "",
    question: str = "",
    answer: str = "",
    seen_at: int | None = None,
    on: date | None = None,
) -> Done[Settled]:
    """Settle a determination as it was seen. ``seen_at``: since when it was looked at (seconds since 1970), which is the same however
    often this is sent; ``on``: the day, None for today.

    To ask needs a ``question`` and sets a day by which the family should answer. To accept what departments' data contradict needs a
    ``reason``. To refuse is to propose it: ``reason_code`` of the rule set, ``reason``, and the family heard (``answer``: on the spot);
    it goes before the second person in the same transaction.
    """
    day = on or today(MachineClock())
    determination = locked_row(Determination, determination_id, seen_version)
    choice = Choice(kind, reason_code, reason, question, answer)
    stopped = objection(situation_of(determination), choice, day)
    if stopped is not None:
        raise stopped
    due_on = answer_due(determination.org, day) if kind is Way.ASK else None
    seconds = looked_for(seen_at, int(timezone.now().timestamp()))
    settlement = write_settlement(actor, determination, choice, due_on=due_on, seconds=seconds)
    if kind is Way.REFUSE:
        settlement.approval = submit(actor, subject=REFUSAL, subject_id=determination.pk, on=day)
        settlement.save(update_fields=["approval"])
    what_zh, what_en = _told(choice, due_on)
    return Done(
        Settled(settlement.pk, determination.pk, determination.version, determination.state, due_on),
        determination.org,
        "determination",
        determination.pk,
        determination.household_id,
        {"what_zh": what_zh, "what_en": what_en},
    )


def situation_of(determination: Determination) -> Situation:
    """A determination as the rules of settling see it."""
    return Situation(
        state=determination.state,
        class_name=determination.class_name,
        contradictions=determination.contradictions,
        answered=determination.answered,
        due_on=determination.due_on,
        codes=refusal_codes(determination),
    )


def refusal_codes(determination: Determination) -> tuple[str, ...]:
    """The reasons that a refusal may give, by the rule set that it was proposed by; none where that is no longer shipped."""
    try:
        declared = shipped_rules(determination.rules, determination.rules_version)
    except Problem:
        return ()
    scopes = [
        (entry.id, () if entry.scope.value == "recognition" else entry.scope.value) for entry in declared.exclusions
    ]
    return reasons_against(determination.class_name, scopes)


def answer_due(org: str, day: date) -> date:
    """By when a family asked on this day should answer: working days, as the place's policy has it."""
    return add_working_days(day, required(org, ANSWER_DAYS, day).whole, working_calendar())


def write_settlement(
    actor: Actor,
    determination: Determination,
    choice: Choice,
    *,
    due_on: date | None = None,
    seconds: int | None = None,
    batch: bool = False,
) -> Settlement:
    """Write the settlement and move the determination on; the one before no longer stands."""
    before = Settlement.objects.filter(determination=determination, standing=True).first()
    if before is not None:
        before.standing = False
        before.save(update_fields=["standing"])
    settlement = Settlement(
        determination=determination,
        case_file_id=determination.case_file_id,
        household_id=determination.household_id,
        org=determination.org,
        kind=choice.way.value,
        reason_code=choice.reason_code if choice.way is Way.REFUSE else "",
        reason=choice.reason.strip(),
        question=choice.question.strip() if choice.way is Way.ASK else "",
        answer=choice.answer.strip() if choice.way is Way.REFUSE else "",
        due_on=due_on,
        seconds=seconds,
        batch=batch,
        before=before,
        state_before=determination.state,
        due_before=determination.due_on,
        answered_before=determination.answered,
        version_after=determination.version + 1,
        settled_by=actor.person_id,
        settled_name=actor.name,
    )
    settlement.save(force_insert=True)
    determination.state = _AFTER[choice.way]
    determination.due_on = due_on
    determination.answered = False if choice.way is Way.ASK else determination.answered
    determination.settled_at = None if choice.way is Way.ASK else timezone.now()
    determination.version += 1
    determination.save(update_fields=["state", "due_on", "answered", "settled_at", "version"])
    return settlement


def _told(choice: Choice, due_on: date | None) -> tuple[str, str]:
    if choice.way is Way.ACCEPT:
        return "属实，按认定上报", "true, goes on as determined"
    if choice.way is Way.ASK:
        return f"请家庭在 {due_on} 前说明", f"the family is asked to explain by {due_on}"
    return f"提议不予认定（{choice.reason_code}）", f"refusal proposed ({choice.reason_code})"
