"""One case: what is asked, word for word as it is signed; who did what; what this person may do with it, and why not."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import ROLE_WORDS, Actor, Right, Role
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.approval import rules
from bangfu.ground.approval.asked import Asked, Change, Pair, changes, read_asked, sha256
from bangfu.ground.approval.models import Case, Opinion, Step
from bangfu.ground.approval.people import people_for
from bangfu.ground.approval.rules import Move, State
from bangfu.ground.approval.selectors.inbox import STATE_WORDS
from bangfu.ground.approval.signing import holds
from bangfu.ground.approval.standing import person_of, standing_of, steps_of
from bangfu.ground.approval.subjects import subject_of
from bangfu.ground.trail.services import record_look

# What a refusal says of a household: health and income may be in its words.
_LOOKED_AT = ("reason", "answer", "income", "says_zh")


@dataclass(frozen=True, slots=True)
class OpinionView:
    """A signed opinion. ``holds``: it is as it was signed, on the text that its hash names. ``back_to``: where it was returned to."""

    who: str
    for_whom: str
    role: Pair
    organisation: str
    kind: str
    word: str
    at: datetime
    back_to: Pair
    content_sha256: str
    signature: str
    holds: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """A step with its opinions in their order. ``who``: roles, or the person it was handed to."""

    place: int
    title: Pair
    roles: tuple[Pair, ...]
    organisation: str
    holder: str
    for_whom: str
    asked_by: str
    asked_word: str
    turn: bool
    done: bool
    due_on: date | None
    late: bool
    opinions: tuple[OpinionView, ...]


@dataclass(frozen=True, slots=True)
class OptionView:
    """Something that can be done. ``why_not``: why not by this person now; ``people``: to whom it can be handed (id, name)."""

    move: str
    why_not: Pair | None
    people: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything that the page of a case shows. ``differ``: what is otherwise now than was proposed; it can then only be returned.

    ``agree`` and ``send_back`` are usual wordings; ``back_to`` the earlier steps; ``rounds`` former cases of the same matter, newest first.
    """

    case: UUID
    version: int
    subject_type: str
    subject_id: UUID
    household: UUID | None
    state: str
    state_words: Pair
    asked: Asked
    content_sha256: str
    organisation: str
    proposer: str
    proposer_for: str
    opened_at: datetime
    closed_at: datetime | None
    chain_title: Pair
    chain_document: Pair
    steps: tuple[StepView, ...]
    differ: tuple[Change, ...]
    options: tuple[OptionView, ...]
    agree: tuple[Pair, ...]
    send_back: tuple[Pair, ...]
    back_to: tuple[tuple[int, Pair], ...]
    proof_wanted: bool
    rounds: tuple[tuple[UUID, Pair, datetime], ...]

    def option(self, move: str) -> OptionView:
        """What can be done, by its name."""
        return next(one for one in self.options if one.move == move)


def approval_case(actor: Actor, case_id: UUID, *, on: date) -> CaseView:
    """A case with all that a person needs to decide it; that somebody looked is recorded. Raises NOT_FOUND out of scope."""
    actor.require(Right.SEE_APPROVALS)
    row = Case.objects.filter(pk=case_id).first()
    if row is None:
        raise NOT_FOUND()
    steps = steps_of(row)
    standing, asked = standing_of(row, steps), read_asked(row.content)
    phrases = _phrases(row, standing)
    view = CaseView(
        case=row.pk,
        version=row.version,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        household=row.household_id,
        state=row.state,
        state_words=STATE_WORDS[row.state],
        asked=asked,
        content_sha256=row.content_sha256,
        organisation=names_of_organisations({row.org}).get(row.org, ""),
        proposer=row.proposer_name,
        proposer_for=row.proposer_behalf_name,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        chain_title=_pair(row.chain_content["title"]),
        chain_document=_pair(row.chain_content["document"]),
        steps=tuple(_steps(row, steps, on)),
        differ=_differ(row, asked),
        options=tuple(_options(actor, row, standing)),
        agree=phrases[0],
        send_back=phrases[1],
        back_to=_back_to(standing, steps),
        proof_wanted=rules.proof_wanted(standing),
        rounds=_rounds(row),
    )
    if row.household_id is not None:
        record_look(actor, page="approval_case", org=row.org, household_id=row.household_id, fields=_LOOKED_AT)
    return view


def last_case_of(actor: Actor, subject_type: str, subject_id: UUID) -> UUID | None:
    """The newest case of a subject, for links; None where it was never submitted."""
    actor.require(Right.SEE_FILES)
    found = Case.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("-opened_at")
    return found.values_list("pk", flat=True).first()


def _differ(row: Case, asked: Asked) -> tuple[Change, ...]:
    if row.state != State.DECIDING:
        return ()
    now = subject_of(row.subject_type).asked(row.subject_id)
    if now is None or sha256(now.canonical(row.subject_type, row.subject_id)) == row.content_sha256:
        return ()
    return tuple(changes(asked, now))


def _steps(row: Case, steps: list[Step], on: date) -> list[StepView]:
    unions = names_of_organisations({step.organisation for step in steps})
    titles = {step.place: (step.title_zh, step.title_en) for step in steps}
    said: dict[int, list[OpinionView]] = {}
    for one in Opinion.objects.filter(case=row).order_by("at"):
        said.setdefault(one.place, []).append(_opinion(one, titles))
    return [
        StepView(
            place=step.place,
            title=titles[step.place],
            roles=tuple(ROLE_WORDS[Role(role)] for role in step.roles),
            organisation=unions.get(step.organisation, ""),
            holder=step.assigned_name,
            for_whom=step.behalf_name,
            asked_by=step.asked_by_name,
            asked_word=step.asked_word,
            turn=step.turn,
            done=step.done,
            due_on=step.due_on if step.turn else None,
            late=bool(step.turn and step.due_on and step.due_on < on),
            opinions=tuple(said.get(step.place, [])),
        )
        for step in steps
    ]


def _opinion(one: Opinion, titles: dict[int, Pair]) -> OpinionView:
    to_proposer: Pair = ("退给提出的人", "to whoever proposed it")
    back = to_proposer if one.back_to is None else titles.get(one.back_to, to_proposer)
    return OpinionView(
        who=one.person_name,
        for_whom=one.behalf_name,
        role=ROLE_WORDS[Role(one.role)],
        organisation=one.organisation,
        kind=one.kind,
        word=one.word,
        at=one.at,
        back_to=back if one.kind == Opinion.Kind.RETURN else ("", ""),
        content_sha256=one.content_sha256,
        signature=one.signature,
        holds=holds(one),
    )


def _options(actor: Actor, row: Case, standing: rules.Standing) -> list[OptionView]:
    """Each move with what stands against it here; to whom a step can be handed is listed only where this person may hand it."""
    who = person_of(actor)
    found = []
    for move in Move:
        if move is not Move.WITHDRAW and not actor.may(Right.APPROVE):
            found.append(OptionView(move.value, ("您的岗位不审批", "your role does not decide")))
            continue
        if move in (Move.TRANSFER, Move.COUNTERSIGN, Move.DELEGATE):
            found.append(_handing(standing, row, who, move))
            continue
        against = rules.objection(standing, who, move)
        found.append(OptionView(move.value, (against.zh, against.en) if against else None))
    return found


def _handing(standing: rules.Standing, row: Case, who: rules.Person, move: Move) -> OptionView:
    against = rules.objection(standing, who, Move.APPROVE)
    if against is not None:
        return OptionView(move.value, (against.zh, against.en))
    people = [
        (one.id, one.name)
        for one in people_for(standing, row.org, move)
        if rules.objection(standing, who, move, to=one) is None
    ]
    nobody = None if people else ("没有合适的同事", "there is no colleague for it")
    return OptionView(move.value, nobody, tuple(dict.fromkeys(people)))


def _phrases(row: Case, standing: rules.Standing) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Usual wordings of the step whose turn it is; of a countersignature, those of the step that asked for it."""
    specs, current = row.chain_content["steps"], standing.current
    if current is None:
        return (), ()
    later = [step.code for step in standing.steps if step.place >= current.place and not step.added]
    spec = next((one for one in specs if later and one["code"] == later[0]), specs[-1])
    return tuple(map(_pair, spec["agree"])), tuple(map(_pair, spec["send_back"]))


def _back_to(standing: rules.Standing, steps: list[Step]) -> tuple[tuple[int, Pair], ...]:
    places = set(rules.places_before(standing))
    return tuple((step.place, (step.title_zh, step.title_en)) for step in steps if step.place in places)


def _rounds(row: Case) -> tuple[tuple[UUID, Pair, datetime], ...]:
    before = Case.objects.filter(
        subject_type=row.subject_type, subject_id=row.subject_id, opened_at__lt=row.opened_at
    ).order_by("-opened_at")
    return tuple((one.pk, STATE_WORDS[one.state], one.opened_at) for one in before[:10])


def _pair(words: dict[str, str]) -> Pair:
    return words["zh"], words["en"]
