"""Putting something before others to decide, and taking it back. ``submit`` and its like run inside the act of the room that proposes."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import lock, locked_row
from bangfu.ground.acts.verbs import verb
from bangfu.ground.approval import rules
from bangfu.ground.approval.asked import Asked, sha256
from bangfu.ground.approval.chains import Frozen, chain_for
from bangfu.ground.approval.models import Case, Step
from bangfu.ground.approval.problems import NO_SUBJECT
from bangfu.ground.approval.services.decide import Decided
from bangfu.ground.approval.standing import (
    due_day,
    parts_of,
    person_of,
    standing_of,
    steps_of,
    write_parts,
)
from bangfu.ground.approval.subjects import Outcome, Subject, subject_of

WITHDRAWN = verb("approval.withdrawn", zh="撤回：{what_zh}", en="withdrew: {what_en}")


def submit(actor: Actor, *, subject: str, subject_id: UUID, on: date) -> Case:
    """Open a case, inside the act that proposes: what is asked now is frozen, and with it the chain that holds for its place.

    Raises OPEN_ALREADY (by the database), DECIDER_PROPOSES, NO_SUBJECT, NOT_SET where no chain holds, NO_UNIT.
    """
    kind = subject_of(subject)
    lock("approval.subject", [f"{subject}:{subject_id}"])
    asked = kind.asked(subject_id)
    if asked is None:
        raise NO_SUBJECT(subject=subject)
    who, parts = person_of(actor), parts_of(subject, subject_id)
    against = rules.not_to_propose(parts, who)
    if against is not None:
        raise against
    frozen = chain_for(asked.org, kind.policy_code, on, asked.amount_fen)
    standing = rules.proposed(parts, who, frozen.steps, asked.amount_fen)
    write_parts(asked.org, subject, subject_id, standing.parts)
    case = _case(actor, kind, subject_id, asked, frozen)
    case.save(force_insert=True)
    _write_first_steps(case, frozen, on)
    return case


def overtake(subject: str, subject_ids: Iterable[UUID]) -> None:
    """Close open cases whose subject no longer stands, inside the act that makes it so."""
    open_ones = Case.objects.filter(subject_type=subject, subject_id__in=list(subject_ids), state=rules.State.DECIDING)
    ids = list(open_ones.values_list("pk", flat=True))
    Step.objects.filter(case__in=ids, turn=True).update(turn=False)
    Case.objects.filter(pk__in=ids).update(
        state=rules.State.OVERTAKEN, closed_at=timezone.now(), version=F("version") + 1
    )


def withdraw_open(actor: Actor, *, subject: str, subject_id: UUID) -> None:
    """Withdraw the open case of a subject, inside the act that takes it back; the subject's own function is not called."""
    case = Case.objects.select_for_update().filter(
        subject_type=subject, subject_id=subject_id, state=rules.State.DECIDING
    )
    if (found := case.first()) is not None:
        _withdraw(actor, found)


@act(WITHDRAWN, right=Right.SEE_APPROVALS)
def withdraw_case(*, actor: Actor, act_id: UUID, case_id: UUID, seen_version: int) -> Done[Decided]:
    """Take back what one has proposed, while it is not decided; the subject goes back to where it was."""
    case = locked_row(Case, case_id, seen_version)
    _withdraw(actor, case)
    kind = subject_of(case.subject_type)
    kind.withdrawn(Outcome(case.pk, case.subject_id, actor))
    told = {"what_zh": kind.title[0], "what_en": kind.title[1]}
    answer = Decided(case.pk, case.version, case.state)
    return Done(answer, case.org, case.subject_type, case.subject_id, case.household_id, told)


def _withdraw(actor: Actor, case: Case) -> None:
    standing = standing_of(case, steps_of(case))
    against = rules.objection(standing, person_of(actor), rules.Move.WITHDRAW)
    if against is not None:
        raise against
    Step.objects.filter(case=case, turn=True).update(turn=False)
    case.state, case.closed_at = rules.State.WITHDRAWN, timezone.now()
    case.version += 1
    case.save(update_fields=["state", "closed_at", "version"])


def _case(actor: Actor, kind: Subject, subject_id: UUID, asked: Asked, frozen: Frozen) -> Case:
    content = asked.canonical(kind.name, subject_id)
    return Case(
        subject_type=kind.name,
        subject_id=subject_id,
        household_id=asked.household_id,
        org=asked.org,
        chain=frozen.name,
        chain_content=frozen.content,
        chain_sha256=frozen.sha256,
        steps_needed=len(frozen.steps),
        amount_fen=asked.amount_fen,
        content=content,
        content_sha256=sha256(content),
        proposer_id=actor.person_id,
        proposer_name=actor.name,
        proposer_behalf_id=actor.stands_for_id,
        proposer_behalf_name=actor.stands_for_name,
        before=Case.objects.filter(subject_type=kind.name, subject_id=subject_id).order_by("-opened_at").first(),
    )


def _write_first_steps(case: Case, frozen: Frozen, on: date) -> None:
    rows = []
    for step, spec in zip(frozen.steps, frozen.content["steps"], strict=True):
        rows.append(
            Step(
                case=case,
                org=case.org,
                place=step.place,
                code=step.code,
                title_zh=spec["title"]["zh"],
                title_en=spec["title"]["en"],
                roles=sorted(step.roles),
                organisation=step.organisation,
                proof_above_fen=step.proof_above_fen,
            )
        )
    rows[0].turn, rows[0].due_on = True, due_day(case, rows[0].code, on)
    Step.objects.bulk_create(rows)
