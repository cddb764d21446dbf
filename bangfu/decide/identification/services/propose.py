"""Keeping what the rules propose. A person's settlement is disturbed only by what would have to be settled anew."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F

from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.services.settle import REFUSAL
from bangfu.decide.identification.standing import (
    CONFIRMS,
    CONTRADICTS,
    DOUBTFUL,
    UNKNOWN,
    PlaceRules,
    Proposed,
    proposals,
)
from bangfu.decide.identification.wording import class_in_english
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import lock
from bangfu.ground.acts.verbs import verb
from bangfu.ground.approval.services import overtake
from bangfu.record.registry.models import CaseFile

PROPOSED = verb(
    "identification.proposed",
    zh="按规则提出认定建议：新提 {opened} 户，改提 {changed} 户，已核实而情况变化、重新待核实 {reopened} 户",
    en="proposed determinations by the rules: {opened} new, {changed} changed, {reopened} settled before and open again",
)
RETIRED = verb(
    "identification.retired",
    zh="档案已撤，{files} 户的认定建议不再待核实",
    en="the files are closed: {files} determinations no longer wait",
)
FOLLOWED = verb(
    "identification.proposals_finished",
    zh="认定建议已更新：新提 {opened} 户，改提 {changed} 户，重新待核实 {reopened} 户，缺政策参数 {left} 户",
    en="determinations are up to date: {opened} new, {changed} changed, {reopened} open again, {left} without policy",
)
_OPEN = Determination.State.OPEN
_WAITING = (Determination.State.OPEN, Determination.State.ASKED)
# What somebody has still to decide: a clerk, or the second person.
UNDECIDED = (*_WAITING, Determination.State.REFUSAL_PROPOSED)


@dataclass(frozen=True, slots=True)
class Changed:
    """What one chunk came to. ``left``: files whose place's policy lacks something; ``why`` the code of the first."""

    opened: int
    changed: int
    reopened: int
    same: int
    left: int
    why: str = ""


@act(PROPOSED, right=Right.COMPARE)
def propose_determinations(*, actor: Actor, act_id: UUID, on: date, files: list[UUID]) -> Done[Changed]:
    """Propose a class for each of these files (at most a thousand) as of a day; what says the same as before is left alone.

    An open proposal that says something else is superseded. A settled one is superseded, and opened again, only if the class, the rules, or
    what contradicts the file have changed; a refusal that waits for its second person is overtaken with it.
    """
    lock("identification.file", files)
    proposed, left = proposals(files, on, PlaceRules(on))
    before = {
        standing.case_file_id: standing
        for standing in Determination.objects.select_for_update()
        .filter(case_file__in=[one.case_file for one in proposed])
        .exclude(state=Determination.State.SUPERSEDED)
        .defer("content")
    }
    new: list[Determination] = []
    superseded: list[UUID] = []
    before_others: list[UUID] = []
    opened = changed = reopened = 0
    for one in proposed:
        standing = before.get(one.case_file)
        if standing is not None and _stands(standing, one):
            continue
        new.append(_determination(one, on, _waiting_since(standing, on)))
        if standing is None:
            opened += 1
            continue
        superseded.append(standing.pk)
        before_others += [standing.pk] if standing.state == Determination.State.REFUSAL_PROPOSED else []
        changed += standing.state in _WAITING
        reopened += standing.state not in _WAITING
    Determination.objects.filter(pk__in=superseded).update(
        state=Determination.State.SUPERSEDED, version=F("version") + 1
    )
    overtake(REFUSAL, before_others)
    Determination.objects.bulk_create(new)
    answer = Changed(opened, changed, reopened, len(proposed) - len(new), len(left), left[0].why.code if left else "")
    told = {"opened": opened, "changed": changed, "reopened": reopened}
    return Done(answer, actor.scope, "identification", values=told)


@act(RETIRED, right=Right.COMPARE)
def retire(*, actor: Actor, act_id: UUID, determinations: list[UUID]) -> Done[int]:
    """Take determinations of closed files out of the queue, and out of the hands of a second person."""
    waiting = Determination.objects.filter(
        pk__in=determinations, state__in=UNDECIDED, case_file__state=CaseFile.State.CLOSED
    )
    overtake(REFUSAL, waiting.values_list("pk", flat=True))
    files = waiting.update(state=Determination.State.SUPERSEDED, version=F("version") + 1)
    return Done(files, actor.scope, "identification", values={"files": files})


@act(FOLLOWED, right=Right.COMPARE)
def finish_proposals(*, actor: Actor, act_id: UUID, changed: Changed) -> Done[None]:
    """Say that the determinations of the actor's area follow from what is known now. ``act_id`` tells what they follow from."""
    told = {name: getattr(changed, name) for name in ("opened", "changed", "reopened", "left")}
    return Done(None, actor.scope, "identification", values=told)


def _stands(standing: Determination, one: Proposed) -> bool:
    """Does what was proposed, or settled, before still hold?"""
    if standing.signature != one.signature:
        return False
    if standing.state != _OPEN:
        return True
    return standing.content_sha256 == one.content_sha256 and standing.confirmations == one.findings.get(CONFIRMS, 0)


def _waiting_since(standing: Determination | None, on: date) -> date:
    """A family that already waits has waited since then, whatever is proposed anew."""
    return standing.waiting_since if standing is not None and standing.state in _WAITING else on


def _determination(one: Proposed, on: date, waiting_since: date) -> Determination:
    decision, rules = one.determination.decision, one.determination.rules
    return Determination(
        household_id=one.household,
        case_file_id=one.case_file,
        org=one.org,
        on=on,
        class_name=decision.class_name,
        class_en=class_in_english(dict(rules.english), decision.class_name),
        rule=decision.rule_id,
        rules=rules.name,
        rules_version=rules.version,
        net=f"{decision.net_fen.numerator}/{decision.net_fen.denominator}",
        net_fen=round(decision.net_fen),
        contradictions=one.findings.get(CONTRADICTS, 0),
        doubts=one.findings.get(DOUBTFUL, 0),
        unknowns=one.findings.get(UNKNOWN, 0),
        confirmations=one.findings.get(CONFIRMS, 0),
        exclusions=len(one.determination.exclusions),
        flags=one.flags,
        content=one.content,
        content_sha256=one.content_sha256,
        signature=one.signature,
        waiting_since=waiting_since,
    )
