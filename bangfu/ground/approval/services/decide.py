"""Deciding a step: agreed or returned, in words, signed on exactly what was seen; what is approved is carried out at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.faults import fault_point
from bangfu.ground.acts.locks import locked_row
from bangfu.ground.acts.verbs import verb
from bangfu.ground.approval import problems, rules
from bangfu.ground.approval.asked import changes, read_asked, sha256
from bangfu.ground.approval.models import Case, Opinion, Step
from bangfu.ground.approval.rules import Move, Signing, Standing, State
from bangfu.ground.approval.signing import signature_of
from bangfu.ground.approval.standing import person_of, standing_of, steps_of, write_parts, write_steps
from bangfu.ground.approval.subjects import Outcome, subject_of

APPROVED = verb("approval.approved", zh="{step_zh}：同意（{what_zh}）", en="{step_en}: agreed ({what_en})")
RETURNED = verb("approval.returned", zh="{step_zh}：退回（{what_zh}）", en="{step_en}: returned ({what_en})")


@dataclass(frozen=True, slots=True)
class Decided:
    """What a move came to; ``version`` is the case's now."""

    case_id: UUID
    version: int
    state: str


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says of a case: the version and the hash of what they saw, their word; ``back_to``: a step's place; None: the proposer.

    ``proved_at``: when they last proved who they are (the page's affair; the rule only asks how long ago).
    """

    seen_version: int
    seen_sha256: str
    word: str
    back_to: int | None = None
    proved_at: datetime | None = None
    batch: bool = False


@act(APPROVED, right=Right.APPROVE)
def approve_case(
    *,
    actor: Actor,
    act_id: UUID,
    case_id: UUID,
    seen_version: int,
    seen_sha256: str,
    word: str,
    proved_at: datetime | None = None,
) -> Done[Decided]:
    """Agree at the step whose turn it is. With the last one the subject is carried out, in this transaction.

    Raises what the rules object, SUBJECT_CHANGED (with what changed), NOT_WHAT_WAS_SEEN, PROOF_WANTED.
    """
    given = Given(seen_version, seen_sha256, word, proved_at=proved_at)
    return decide(actor, case_id, Move.APPROVE, given)


@act(RETURNED, right=Right.APPROVE)
def return_case(
    *,
    actor: Actor,
    act_id: UUID,
    case_id: UUID,
    seen_version: int,
    seen_sha256: str,
    word: str,
    back_to: int | None = None,
) -> Done[Decided]:
    """Return it, with a word why: to the proposer (the case closes, the subject is theirs again), or to the step at this place."""
    return decide(actor, case_id, Move.RETURN, Given(seen_version, seen_sha256, word, back_to))


def decide(actor: Actor, case_id: UUID, move: Move, given: Given) -> Done[Decided]:
    """Check by the rules, sign, write, carry out: inside an act."""
    case = locked_row(Case, case_id, given.seen_version)
    steps = steps_of(case)
    standing, who = standing_of(case, steps), person_of(actor)
    against = rules.objection(standing, who, move, back_to=given.back_to)
    if against is None and not given.word.strip():
        against = problems.WORD_NEEDED()
    if against is None and move is Move.APPROVE:
        # What has changed since can still be returned: that is how it gets back.
        against = _not_to_sign(case, standing, given)
    if against is not None:
        raise against
    after = rules.after(standing, who, move, back_to=given.back_to)
    turn = next(step for step in steps if step.turn)
    write_parts(case.org, case.subject_type, case.subject_id, after.parts)
    opinion = _sign(actor, case, turn, move, given)
    fault_point("approval.signed")
    write_steps(case, steps, after, opinion, today(MachineClock()))
    close(case, after.state)
    _hand_over(actor, case, after.state, given.word)
    return _done(case, turn)


def close(case: Case, state: State) -> None:
    """The case after a move: its version, and where it ended, when."""
    case.state, case.version = state, case.version + 1
    case.closed_at = None if state is State.DECIDING else MachineClock().now()
    case.save(update_fields=["state", "version", "closed_at"])


def _not_to_sign(case: Case, standing: Standing, given: Given) -> Problem | None:
    now = subject_of(case.subject_type).asked(case.subject_id)
    if now is None:
        return problems.NO_SUBJECT(subject=case.subject_type)
    differ = changes(read_asked(case.content), now)
    signing = Signing(
        seen=given.seen_sha256,
        proposed=case.content_sha256,
        now=sha256(now.canonical(case.subject_type, case.subject_id)),
        at=MachineClock().now(),
        proved_at=given.proved_at,
        proof_minutes=int(case.chain_content["proof_minutes"]),
        changed="、".join(f"{one.title[0]} {one.title[1]}" for one in differ),
    )
    return rules.unsigned(standing, signing)


def _sign(actor: Actor, case: Case, turn: Step, move: Move, given: Given) -> Opinion:
    behalf = turn.behalf_id or actor.stands_for_id
    opinion = Opinion(
        case=case,
        org=case.org,
        subject_type=case.subject_type,
        subject_id=case.subject_id,
        place=turn.place,
        capacity=turn.code,
        kind=move.value,
        back_to=given.back_to,
        word=given.word.strip(),
        person_id=actor.person_id,
        person_name=actor.name,
        behalf_id=behalf,
        behalf_name=(turn.behalf_name if turn.behalf_id else actor.stands_for_name) if behalf else "",
        role=actor.role.value,
        organisation=actor.scope,
        seen=case.content,
        content_sha256=case.content_sha256,
        at=MachineClock().now(),
        proved_at=given.proved_at,
        batch=given.batch,
    )
    opinion.signature = signature_of(opinion)
    opinion.save(force_insert=True)
    return opinion


def _hand_over(actor: Actor, case: Case, state: State, word: str) -> None:
    """What has been decided happens now, or not at all."""
    kind, outcome = subject_of(case.subject_type), Outcome(case.pk, case.subject_id, actor, word.strip())
    if state is State.APPROVED:
        kind.approved(outcome)
        fault_point("approval.carried_out")
    elif state is State.RETURNED:
        kind.returned(outcome)


def _done(case: Case, turn: Step) -> Done[Decided]:
    what = subject_of(case.subject_type).title
    told = {"step_zh": turn.title_zh, "step_en": turn.title_en, "what_zh": what[0], "what_en": what[1]}
    answer = Decided(case.pk, case.version, case.state)
    return Done(answer, case.org, case.subject_type, case.subject_id, case.household_id, told)
