"""A refusal as its second person sees it, and what becomes of it: refused, or back to whoever proposed it."""

from datetime import date
from uuid import UUID

from django.utils import timezone

from bangfu.core.money import yuan
from bangfu.core.problems import Problem
from bangfu.decide.comparison.selectors import EvidenceRow, evidence
from bangfu.decide.comparison.words import english
from bangfu.decide.identification.determinations import shipped_rules
from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.parameters import NOT_MET_ENGLISH
from bangfu.decide.identification.services.settle import REFUSAL
from bangfu.decide.identification.services.undo import take_back
from bangfu.decide.identification.settling import NOT_MET_CODE
from bangfu.decide.identification.standing import CONFIRMS
from bangfu.ground.access.masking import masked_name
from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.approval.asked import Asked, Field, Pair
from bangfu.ground.approval.subjects import Outcome, Subject

TITLE: Pair = ("不予认定", "Refusal")
_ORDER = ("state", "settled_at", "version")


def asked(determination_id: UUID) -> Asked | None:
    """What is asked of the second person: who, by which rule and reason, what the family says, what departments' data say. None: gone."""
    refusal = _standing(determination_id)
    if refusal is None:
        return None
    row = refusal.determination
    file = row.case_file
    name, union = masked_name(file.head_name), names_of_organisations({row.org}).get(row.org, "")
    lines = [
        ("file", ("档案", "File"), (file.number, file.number)),
        ("head", ("户主", "Head"), (name, name)),
        ("union", ("工会", "Union"), (union, english(union))),
        ("class", ("按规则的类别", "Class by the rules"), (row.class_name, row.class_en or NOT_MET_ENGLISH)),
        ("net", ("月人均净收入（元）", "Net monthly income per person (yuan)"), _plain(yuan(row.net_fen))),
        ("rules", ("规则", "Rules"), _plain(f"{row.rules} {row.rules_version[:12]}")),
        ("ground", ("依据", "Ground"), _ground(row, refusal.reason_code)),
        ("reason", ("事实和理由", "Facts and reason"), _plain(refusal.reason)),
        ("answer", ("家庭的说明", "What the family says"), _heard(refusal)),
        *(_evidence(found) for found in evidence(file) if found.conclusion != CONFIRMS),
        ("computed", ("认定计算（SHA-256）", "Determination (SHA-256)"), _plain(row.content_sha256)),
    ]
    return Asked(
        title=TITLE,
        about=(f"{name} · 档案 {file.number}", f"{name} · file {file.number}"),
        org=row.org,
        fields=tuple(Field(*line) for line in lines),
        household_id=row.household_id,
    )


def _standing(determination_id: UUID) -> Settlement | None:
    found = Settlement.objects.filter(
        determination=determination_id,
        standing=True,
        kind=Settlement.Kind.REFUSE,
        determination__state=Determination.State.REFUSAL_PROPOSED,
    )
    return found.select_related("determination__case_file").first()


def _approved(outcome: Outcome) -> None:
    determination, refusal = _locked(outcome)
    _second(refusal, outcome, Settlement.SecondWay.AGREED)
    refusal.save(update_fields=["second_by", "second_name", "second_at", "second_way", "second_word"])
    determination.state, determination.settled_at = Determination.State.REFUSED, timezone.now()
    determination.version += 1
    determination.save(update_fields=_ORDER)


def _returned(outcome: Outcome) -> None:
    determination, refusal = _locked(outcome)
    _second(refusal, outcome, Settlement.SecondWay.RETURNED)
    refusal.standing = False
    refusal.save(update_fields=["standing", "second_by", "second_name", "second_at", "second_way", "second_word"])
    # Whoever was heard on the spot has been heard.
    determination.answered = determination.answered or bool(refusal.answer)
    determination.state, determination.settled_at = Determination.State.OPEN, None
    determination.version += 1
    determination.save(update_fields=[*_ORDER, "answered"])


def _withdrawn(outcome: Outcome) -> None:
    determination, refusal = _locked(outcome)
    take_back(refusal, determination)


def _locked(outcome: Outcome) -> tuple[Determination, Settlement]:
    # The determination first, as everybody who settles does.
    determination = Determination.objects.select_for_update().get(pk=outcome.subject_id)
    refusal = Settlement.objects.select_for_update().get(determination=determination, approval=outcome.case_id)
    return determination, refusal


def _second(refusal: Settlement, outcome: Outcome, way: Settlement.SecondWay) -> None:
    refusal.second_by, refusal.second_name = outcome.actor.person_id, outcome.actor.name
    refusal.second_at, refusal.second_way, refusal.second_word = timezone.now(), way, outcome.word


def _ground(row: Determination, code: str) -> Pair:
    if code == NOT_MET_CODE:
        return "按数字不符合任何一类", "the figures meet no class"
    try:
        declared = {one.id: one for one in shipped_rules(row.rules, row.rules_version).exclusions}
    except Problem:
        declared = {}
    found = declared.get(code)
    return (f"{code} {found.text.zh}", f"{code} {found.text.en}") if found else _plain(code)


def _heard(refusal: Settlement) -> Pair:
    """What was said when the refusal was proposed, else to the question asked before, else that no answer came in its time."""
    if refusal.answer:
        return _plain(refusal.answer)
    before = refusal.determination.settlements.filter(kind=Settlement.Kind.ASK, undone_at__isnull=True)
    question = before.order_by("-settled_at").first()
    if question is None:
        return "—", "—"
    if question.answer:
        return _plain(question.answer)
    due: date | None = question.due_on
    return f"已请家庭在 {due} 前说明，到期没有说明", f"asked to explain by {due}: no answer came"


def _evidence(found: EvidenceRow) -> tuple[str, Pair, Pair]:
    day = f" {found.as_of}" if found.as_of else ""
    zh = f"{found.register.zh}（{found.conclusion}；{found.department.zh}{day}）"
    en = f"{found.register.en} ({english(found.conclusion)}; {found.department.en}{day})"
    return f"evidence-{found.finding}", (f"比对：{found.kind}", f"Data: {english(found.kind)}"), (zh, en)


def _plain(text: str) -> Pair:
    return text, text


REFUSAL_SUBJECT = Subject(
    name=REFUSAL,
    title=TITLE,
    policy_code="approval.refusal",
    asked=asked,
    approved=_approved,
    returned=_returned,
    withdrawn=_withdrawn,
)
