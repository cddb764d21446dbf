"""Accepting, all at once, what nothing speaks against; what is left out is named with its reason."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem
from bangfu.decide.comparison.selectors import CoverageNote, coverage_notes
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.parameters import NOT_MET
from bangfu.decide.identification.problems import TOO_MANY
from bangfu.decide.identification.services.settle import write_settlement
from bangfu.decide.identification.settling import Choice, Way, closed_to
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import CHANGED_MEANWHILE, NOT_FOUND
from bangfu.ground.acts.verbs import verb

ACCEPTED = verb(
    "identification.clean_accepted",
    zh="批量核实：{accepted} 户属实，按认定上报；{skipped} 户未办",
    en="accepted {accepted} households that nothing speaks against; {skipped} were left out",
)
MOST = 500
_WHY: dict[str, tuple[str, str]] = {
    "not_met": ("按数字不符合任何一类", "the figures meet no class"),
    "contradictions": ("有矛盾", "something contradicts the file"),
    "doubts": ("有疑点", "something is doubtful"),
    "unknowns": ("有无法核对的号码", "a number cannot be checked"),
    "flags": ("档案有须核对之处", "the file does not agree with itself"),
    "asked": ("正等家庭说明", "the family has been asked"),
    "not_compared": ("没有比对过", "it was never compared"),
    "old_data": ("部门数据较旧", "the departments' data are old"),
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A determination that was left alone, and why: a code, and words in both languages."""

    determination_id: UUID
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CleanAnswer:
    """What was accepted, and what was not."""

    accepted: list[UUID]
    skipped: list[Skipped]


@act(ACCEPTED, right=Right.SETTLE)
def accept_clean(
    *,
    actor: Actor,
    act_id: UUID,
    determination_ids: list[UUID],
    seen_versions: list[int],
    on: date | None = None,
) -> Done[CleanAnswer]:
    """Accept those of these determinations that nothing speaks against, compared with data that are not old."""
    if len(determination_ids) > MOST:
        raise TOO_MANY(most=MOST, given=len(determination_ids))
    day = on or today(MachineClock())
    seen = dict(zip(determination_ids, seen_versions, strict=True))
    found = Determination.objects.select_for_update().filter(pk__in=seen).order_by("pk").defer("content")
    rows = {row.pk: row for row in found}
    notes = coverage_notes([row.case_file_id for row in rows.values()], day)
    accepted: list[UUID] = []
    skipped: list[Skipped] = []
    for pk, version in seen.items():
        row = rows.get(pk)
        why = _missing(pk) if row is None else _why_not(row, version, notes.get(row.case_file_id))
        if row is None or why is not None:
            skipped += [why] if why else []
            continue
        write_settlement(actor, row, Choice(Way.ACCEPT), batch=True)
        accepted.append(pk)
    told = {"accepted": len(accepted), "skipped": len(skipped)}
    return Done(CleanAnswer(accepted, skipped), actor.scope, "determination", values=told)


def speaks_against(row: Determination) -> str:
    """The first thing that speaks against accepting a determination without looking at it, as a code; empty if there is none."""
    if row.class_name == NOT_MET:
        return "not_met"
    counted = ("contradictions", "doubts", "unknowns", "flags")
    return next((name for name in counted if getattr(row, name)), "")


def _why_not(row: Determination, seen_version: int, note: CoverageNote | None) -> Skipped | None:
    if row.version != seen_version:
        return _of_problem(row.pk, CHANGED_MEANWHILE(seen=seen_version, now=row.version))
    closed = closed_to(row.state)
    if closed is not None:
        return _of_problem(row.pk, closed)
    code = "asked" if row.state == Determination.State.ASKED else speaks_against(row)
    if not code and (note is None or note.compared_on is None or not note.delivered):
        code = "not_compared"
    if not code and note is not None and not note.fresh:
        code = "old_data"
    return Skipped(row.pk, code, *_WHY[code]) if code else None


def _missing(pk: UUID) -> Skipped:
    return _of_problem(pk, NOT_FOUND())


def _of_problem(pk: UUID, problem: Problem) -> Skipped:
    return Skipped(pk, problem.code, problem.zh, problem.en)
