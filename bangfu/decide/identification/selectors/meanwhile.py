"""What happened to a case between somebody's look at it and their answer, and what came of an answer for many at once."""

from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from bangfu.core.clock import CHINA
from bangfu.core.money import yuan
from bangfu.decide.comparison.words import Words
from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.services.clean import ACCEPTED, CleanAnswer
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.models import Entry
from bangfu.ground.acts.problems import NOT_FOUND

_KINDS = {
    Settlement.Kind.ACCEPT: Words("按属实上报", "accepted it"),
    Settlement.Kind.ASK: Words("请家庭说明", "asked the family"),
    Settlement.Kind.REFUSE: Words("提议不予认定", "proposed a refusal"),
}
_COUNTED = (
    ("contradictions", Words("矛盾", "contradictions")),
    ("doubts", Words("疑点", "doubts")),
    ("unknowns", Words("无法核对", "findings that cannot be checked")),
    ("exclusions", Words("可能的排除条件", "possible exclusions")),
)


def what_changed(actor: Actor, seen: UUID) -> list[Words]:
    """What is otherwise now than in the determination that somebody looked at: who settled it, or what the new proposal says."""
    actor.require(Right.SEE_SENSITIVE)
    before = Determination.objects.filter(pk=seen).first()
    if before is None:
        raise NOT_FOUND()
    if before.state != Determination.State.SUPERSEDED:
        return _settled_since(before)
    live = Determination.objects.filter(case_file=before.case_file_id)
    now = live.exclude(state=Determination.State.SUPERSEDED).first()
    if now is None:
        return [Words("档案已撤，不再待核实。", "The file was closed: nothing is to be settled any more.")]
    return _differences(before, now)


def clean_answer(actor: Actor, act_id: UUID) -> CleanAnswer:
    """What came of an act that accepted many at once, of this person; NOT_FOUND for any other."""
    actor.require(Right.SETTLE)
    entry = Entry.objects.filter(act_id=act_id, verb=ACCEPTED.code, person_id=actor.person_id).first()
    if entry is None:
        raise NOT_FOUND()
    answer: CleanAnswer = TypeAdapter(CleanAnswer).validate_python(entry.answer)
    return answer


def _settled_since(row: Determination) -> list[Words]:
    last = Settlement.objects.filter(determination=row).order_by("-settled_at").first()
    if last is None:
        return []
    if last.undone_at is not None:
        at = _clock(last.undone_at)
        return [
            Words(f"{last.settled_name}在 {at} 撤销了核实。", f"{last.settled_name} took a settlement back at {at}.")
        ]
    did = _KINDS[Settlement.Kind(last.kind)]
    if last.answered_at is not None:
        at = _clock(last.answered_at)
        return [
            Words(
                f"{last.answered_name}在 {at} 记录了家庭的说明。",
                f"{last.answered_name} recorded the family's answer at {at}.",
            )
        ]
    at = _clock(last.settled_at)
    return [Words(f"{last.settled_name}在 {at} 已{did.zh}。", f"{last.settled_name} {did.en} at {at}.")]


def _differences(before: Determination, now: Determination) -> list[Words]:
    said = []
    if before.class_name != now.class_name:
        said.append(
            Words(
                f"认定建议由“{before.class_name}”变为“{now.class_name}”。",
                f"The proposal was “{before.class_en}” and is “{now.class_en}” now.",
            )
        )
    for name, words in _COUNTED:
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            said.append(
                Words(f"{words.zh}由 {old} 处变为 {new} 处。", f"There were {old} {words.en}, there are {new}.")
            )
    if before.net_fen != now.net_fen:
        old_net, new_net = yuan(before.net_fen), yuan(now.net_fen)
        said.append(
            Words(
                f"月人均净收入由 {old_net} 变为 {new_net}。",
                f"Net monthly income per person was {old_net}, it is {new_net}.",
            )
        )
    if before.rules_version != now.rules_version or before.rules != now.rules:
        said.append(Words("适用的规则有变。", "The rules that apply have changed."))
    return said or [
        Words(
            "档案或部门数据的内容有变，请重新看一遍。",
            "The file or the departments' data say something else: look again.",
        )
    ]


def _clock(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%H:%M}"
