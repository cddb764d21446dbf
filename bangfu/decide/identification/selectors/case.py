"""One case as a person settles it: evidence, what the data cannot tell, the arithmetic, what may stand against it, what was done before."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bangfu.core.problems import Problem
from bangfu.decide.comparison.selectors import LOOKED_AT, CoverageNote, EvidenceRow, coverage_note, evidence
from bangfu.decide.comparison.words import Words
from bangfu.decide.identification.determinations import shipped_rules
from bangfu.decide.identification.kept import Kept, Sum, kept
from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.parameters import NOT_MET_ENGLISH
from bangfu.decide.identification.rule_sets import RuleSet
from bangfu.decide.identification.services.settle import REFUSAL, answer_due, refusal_codes, situation_of
from bangfu.decide.identification.settling import NOT_MET_CODE, Choice, Way, closed_to, heard, objection
from bangfu.ground.access.masking import masked_name
from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.approval.selectors import last_case_of
from bangfu.ground.trail.services import record_look
from bangfu.record.registry.models import Member

# What a finding bears on where no exclusion of the rule set points to it.
_BEARS_ON: dict[str, Words] = {
    **dict.fromkeys(("收入不符", "劳动关系", "就业状态", "单位状态", "领取养老金"), Words("收入核算", "income")),
    **dict.fromkeys(
        ("号码无效", "已死亡", "户籍注销", "查无此人", "姓名不符", "可能同一人"), Words("身份核对", "identity")
    ),
    "医疗支出": Words("刚性支出", "rigid expenditure"),
    "在读学生": Words("教育支出", "schooling"),
    "残疾证": Words("残疾支出", "disability"),
    "低保在享": Words("困难类别", "hardship category"),
    "异地建档": Words("一户一档", "one file per household"),
}
_NO_RULE = Words("家庭财产", "property")


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """A finding beside what the family says, and what it bears on: ids of exclusions, or in words."""

    row: EvidenceRow
    exclusions: tuple[str, ...]
    basis: Words


@dataclass(frozen=True, slots=True)
class ExclusionView:
    """What would stand against recognition if a person confirmed it: its sentence, exceptions, and what to verify."""

    id: str
    words: Words
    text: Words
    exceptions: tuple[Words, ...]
    verify: Words


@dataclass(frozen=True, slots=True)
class PastSettlement:
    """How it was settled before; ``undone`` and ``answer`` if so. ``mine``: of the actor. ``second_*``: what the second person did."""

    id: UUID
    kind: str
    words: Words
    who: str
    at: datetime
    reason_code: str
    reason: str
    question: str
    answer: str
    answered_at: datetime | None
    due_on: date | None
    undone: bool
    standing: bool
    mine: bool
    second: str
    second_at: datetime | None
    second_way: str
    second_word: str


@dataclass(frozen=True, slots=True)
class Option:
    """One way to settle, with its key. ``why_not`` says why it cannot be chosen now; ``needs`` names the fields to be filled in."""

    way: Way
    key: str
    words: Words
    needs: tuple[str, ...]
    why_not: Words | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that a refusal may give."""

    code: str
    words: Words


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """Everything that the page of a case shows. ``name`` is masked. ``superseded_by``: the one that stands now, if it is not this one.

    ``approval``: the case before the second person, if a refusal was ever proposed.
    """

    determination: UUID
    version: int
    state: str
    case_file: UUID
    household: UUID
    number: str
    name: str
    persons: int
    employer: str
    organisation: str
    cause: str
    on: date
    waiting_days: int
    due_on: date | None
    answered: bool
    class_name: str
    class_en: str
    rule: str
    rules: str
    rules_title: Words
    net_fen: int
    evidence: tuple[CaseEvidence, ...]
    coverage: CoverageNote
    arithmetic: tuple[Sum, ...]
    reasons: tuple[Words, ...]
    trace: tuple[Words, ...]
    exclusions: tuple[ExclusionView, ...]
    settlements: tuple[PastSettlement, ...]
    options: tuple[Option, ...]
    refusal_reasons: tuple[Reason, ...]
    answer_due: date | None
    may_record_answer: bool
    superseded_by: UUID | None
    approval: UUID | None


def review_case(actor: Actor, determination_id: UUID, *, on: date) -> ReviewCase:
    """A determination with all that a person needs to settle it; that somebody looked is recorded. Raises NOT_FOUND out of scope."""
    actor.require(Right.SEE_SENSITIVE)
    row = Determination.objects.select_related("case_file").filter(pk=determination_id).first()
    if row is None:
        raise NOT_FOUND()
    said, file = kept(row.content), row.case_file
    declared = _declared(row)
    head = Member.objects.filter(case_file=file, is_head=True).first()
    case = ReviewCase(
        determination=row.pk,
        version=row.version,
        state=row.state,
        case_file=file.pk,
        household=row.household_id,
        number=file.number,
        name=masked_name(file.head_name),
        persons=said.persons,
        employer=head.employer_or_school if head else "",
        organisation=names_of_organisations({row.org}).get(row.org, ""),
        cause=file.main_cause,
        on=row.on,
        waiting_days=max((on - row.waiting_since).days, 0),
        due_on=row.due_on,
        answered=row.answered,
        class_name=row.class_name,
        class_en=row.class_en,
        rule=row.rule,
        rules=row.rules,
        rules_title=Words(declared.title.zh, declared.title.en) if declared else Words(row.rules, row.rules),
        net_fen=row.net_fen,
        evidence=tuple(_with_basis(entry, said) for entry in evidence(file)),
        coverage=coverage_note(actor, on, file.pk),
        arithmetic=tuple(said.arithmetic()),
        reasons=tuple(said.reasons),
        trace=tuple(said.trace),
        exclusions=tuple(_exclusions(said, declared)),
        settlements=tuple(_settlements(actor, file.pk)),
        options=_options(actor, row, on),
        refusal_reasons=tuple(_reasons(row, declared)),
        answer_due=_answer_due(actor, row, on),
        may_record_answer=actor.may(Right.SETTLE) and row.state == Determination.State.ASKED,
        superseded_by=_superseded_by(row),
        approval=last_case_of(actor, REFUSAL, row.pk),
    )
    record_look(actor, page="review_case", org=row.org, household_id=row.household_id, fields=LOOKED_AT)
    return case


def determination_of(actor: Actor, case_file: UUID) -> Determination | None:
    """The determination of a file that stands, or None."""
    actor.require(Right.SEE_FILES)
    return Determination.objects.filter(case_file=case_file).exclude(state=Determination.State.SUPERSEDED).first()


def last_settlement(actor: Actor) -> Settlement | None:
    """What the actor would take back with one key: the last settlement of theirs, if nothing has happened since."""
    actor.require(Right.SETTLE)
    mine = Settlement.objects.filter(settled_by=actor.person_id, undone_at__isnull=True)
    last = mine.select_related("determination").order_by("-settled_at").first()
    if last is None or not last.standing or last.determination.version != last.version_after:
        return None
    return last


def _declared(row: Determination) -> RuleSet | None:
    try:
        return shipped_rules(row.rules, row.rules_version)
    except Problem:
        return None


def _with_basis(entry: EvidenceRow, said: Kept) -> CaseEvidence:
    ids = tuple(said.exclusions_of(entry.kind, entry.conclusion))
    if ids:
        return CaseEvidence(entry, ids, Words(f"排除条件 {'、'.join(ids)}", f"exclusion {', '.join(ids)}"))
    return CaseEvidence(entry, (), _BEARS_ON.get(entry.kind, _NO_RULE))


def _exclusions(said: Kept, declared: RuleSet | None) -> list[ExclusionView]:
    specs = {entry.id: entry for entry in declared.exclusions} if declared else {}
    views = []
    for one in said.content["exclusions"]:
        words, spec = Words(one["zh"], one["en"]), specs.get(one["id"])
        if spec is None:
            views.append(ExclusionView(one["id"], words, words, (), Words("", "")))
            continue
        exceptions = tuple(Words(e.zh, e.en) for e in spec.exceptions)
        text, verify = Words(spec.text.zh, spec.text.en), Words(spec.evidence.zh, spec.evidence.en)
        views.append(ExclusionView(one["id"], words, text, exceptions, verify))
    return views


def _settlements(actor: Actor, case_file: UUID) -> list[PastSettlement]:
    words = {
        Settlement.Kind.ACCEPT: Words("属实，按认定上报", "accepted"),
        Settlement.Kind.ASK: Words("请家庭说明", "family asked"),
        Settlement.Kind.REFUSE: Words("提议不予认定", "refusal proposed"),
    }
    return [
        PastSettlement(
            id=one.pk,
            kind=one.kind,
            words=words[Settlement.Kind(one.kind)],
            who=one.settled_name,
            at=one.settled_at,
            reason_code=one.reason_code,
            reason=one.reason,
            question=one.question,
            answer=one.answer,
            answered_at=one.answered_at,
            due_on=one.due_on,
            undone=one.undone_at is not None,
            standing=one.standing,
            mine=one.settled_by == actor.person_id,
            second=one.second_name,
            second_at=one.second_at,
            second_way=one.second_way,
            second_word=one.second_word,
        )
        for one in Settlement.objects.filter(case_file=case_file).order_by("-settled_at")
    ]


def _options(actor: Actor, row: Determination, on: date) -> tuple[Option, ...]:
    """The three ways with what each needs here; a field that would be asked for is not a reason against it."""
    situation = situation_of(row)
    barred = closed_to(row.state)
    if not actor.may(Right.SETTLE):
        role = Words("您的岗位不核实", "your role does not settle cases")
        return tuple(Option(way, key, words, (), role) for way, key, words in _ways(actor, row, on))
    codes = refusal_codes(row)
    filled = {
        Way.ACCEPT: Choice(Way.ACCEPT, reason="…"),
        Way.ASK: Choice(Way.ASK, question="…"),
        Way.REFUSE: Choice(Way.REFUSE, codes[0] if codes else "", reason="…", answer="…"),
    }
    needs = {
        Way.ACCEPT: ("reason",) if row.contradictions else (),
        Way.ASK: ("question",),
        Way.REFUSE: ("reason_code", "reason") + (() if heard(situation, on) else ("answer",)),
    }
    options = []
    for way, key, words in _ways(actor, row, on):
        stopped = barred or objection(situation, filled[way], on)
        why_not = Words(stopped.zh, stopped.en) if stopped else None
        options.append(Option(way, key, words, needs[way], why_not))
    return tuple(options)


def _ways(actor: Actor, row: Determination, on: date) -> list[tuple[Way, str, Words]]:
    due = _answer_due(actor, row, on)
    until = Words(f"，{due} 前", f" by {due}") if due else Words("", "")
    return [
        (Way.ACCEPT, "1", Words("属实，按认定上报", "True: goes on as determined")),
        (Way.ASK, "2", Words(f"请家庭说明{until.zh}", f"Ask the family to explain{until.en}")),
        (Way.REFUSE, "3", Words("提议不予认定…", "Propose a refusal…")),
    ]


def _answer_due(actor: Actor, row: Determination, on: date) -> date | None:
    try:
        return answer_due(row.org, on) if actor.may(Right.SETTLE) else None
    except Problem:
        # The place has not set it: asking will say so.
        return None


def _reasons(row: Determination, declared: RuleSet | None) -> list[Reason]:
    texts = {entry.id: Words(entry.text.zh, entry.text.en) for entry in declared.exclusions} if declared else {}
    texts[NOT_MET_CODE] = Words("按数字不符合任何一类", f"the figures meet no class ({NOT_MET_ENGLISH})")
    return [Reason(code, texts[code]) for code in refusal_codes(row)]


def _superseded_by(row: Determination) -> UUID | None:
    if row.state != Determination.State.SUPERSEDED:
        return None
    standing = Determination.objects.filter(case_file=row.case_file_id).exclude(state=Determination.State.SUPERSEDED)
    return standing.values_list("pk", flat=True).first()
