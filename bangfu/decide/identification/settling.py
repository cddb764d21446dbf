"""When a determination may be settled, and how (docs/decisions/0010): pure rules, on plain values.

A machine never refuses anyone, and no person does alone: a refusal is proposed, with a reason from the rules and after the family was
heard. What contradicts the file is not passed over in silence either.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bangfu.core.problems import Problem
from bangfu.decide.identification import problems
from bangfu.decide.identification.parameters import NOT_MET

# The reason of a refusal where no class is met by the figures; the others are the ids of the rule set's exclusions.
NOT_MET_CODE = "not_met"
STATE_WORDS: dict[str, tuple[str, str]] = {
    "open": ("待核实", "open"),
    "accepted": ("已属实上报", "accepted"),
    "asked": ("等家庭说明", "waiting for the family"),
    "refusal_proposed": ("已提议不予认定", "refusal proposed"),
    "refused": ("不予认定", "refused"),
    "superseded": ("已被新的建议代替", "superseded"),
}
_SETTLED = frozenset({"accepted", "refusal_proposed", "refused"})
_LONGEST_LOOK = 24 * 60 * 60


class Way(StrEnum):
    """The three ways to settle."""

    ACCEPT = "accept"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Situation:
    """A determination as it stands. ``answered``: the family has answered a question about it. ``codes``: reasons of the rules that
    may stand against its class.
    """

    state: str
    class_name: str
    contradictions: int
    answered: bool
    due_on: date | None
    codes: Collection[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose. ``answer``: what the family said, where it was heard on the spot."""

    way: Way
    reason_code: str = ""
    reason: str = ""
    question: str = ""
    answer: str = ""


def closed_to(state: str) -> Problem | None:
    """Why nothing can be settled here any more, or None."""
    if state == "superseded":
        return problems.SUPERSEDED()
    if state in _SETTLED:
        zh, en = STATE_WORDS[state]
        return problems.ALREADY_SETTLED(state=f"{zh} ({en})")
    return None


def reasons_against(class_name: str, exclusions: Collection[tuple[str, Collection[str]]]) -> tuple[str, ...]:
    """Codes that a refusal may give: of exclusions (id, the classes that it stands against; none: all), or that no class is met."""
    if class_name == NOT_MET:
        return (NOT_MET_CODE,)
    return tuple(code for code, classes in exclusions if not classes or class_name in classes)


def objection(situation: Situation, choice: Choice, today: date) -> Problem | None:
    """Why this choice cannot be made now, or None."""
    stopped = closed_to(situation.state)
    if stopped is not None:
        return stopped
    if choice.way is Way.ASK:
        return None if choice.question.strip() else problems.QUESTION_NEEDED()
    if choice.way is Way.ACCEPT:
        return _objection_to_accepting(situation, choice)
    return _objection_to_refusing(situation, choice, today)


def looked_for(seen_at: int | None, now: int) -> int | None:
    """For how many seconds a case was looked at; nothing where the clock went back or the page lay open for a day."""
    if seen_at is None:
        return None
    passed = now - seen_at
    return passed if 0 <= passed <= _LONGEST_LOOK else None


def heard(situation: Situation, today: date) -> bool:
    """Was the family heard, or asked in vain until its time was over?"""
    asked_in_vain = situation.state == "asked" and situation.due_on is not None and situation.due_on < today
    return situation.answered or asked_in_vain


def _objection_to_accepting(situation: Situation, choice: Choice) -> Problem | None:
    if situation.class_name == NOT_MET:
        return problems.NOT_MET_IS_A_REFUSAL()
    if situation.contradictions and not choice.reason.strip():
        return problems.REASON_NEEDED(contradictions=situation.contradictions)
    return None


def _objection_to_refusing(situation: Situation, choice: Choice, today: date) -> Problem | None:
    if choice.reason_code not in situation.codes:
        known = "、".join(sorted(situation.codes)) or "—"
        return problems.REASON_CODE(code=choice.reason_code[:20] or "—", known=known)
    if not choice.reason.strip():
        return problems.REFUSAL_REASON_NEEDED()
    if not heard(situation, today) and not choice.answer.strip():
        return problems.FAMILY_NOT_HEARD()
    return None
