"""Agreeing to many at once; each is signed by itself, and what is left out is named with its reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bangfu.core.problems import Problem
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.verbs import verb
from bangfu.ground.approval.problems import TOO_MANY
from bangfu.ground.approval.rules import Move
from bangfu.ground.approval.services.decide import Given, decide

BATCH = verb(
    "approval.batch_approved",
    zh="一并审批：同意 {approved} 件，{skipped} 件未办",
    en="agreed to {approved} at once; {skipped} were left out",
)
MOST = 100


@dataclass(frozen=True, slots=True)
class Skipped:
    """A case that was left alone, and why: a code, and words in both languages."""

    case_id: UUID
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What was agreed to, and what was not."""

    approved: list[UUID]
    skipped: list[Skipped]


@act(BATCH, right=Right.APPROVE)
def approve_cases(
    *,
    actor: Actor,
    act_id: UUID,
    case_ids: list[UUID],
    seen_versions: list[int],
    seen_sha256: list[str],
    word: str,
    proved_at: datetime | None = None,
) -> Done[BatchAnswer]:
    """Agree to those of these cases that nothing is against, with one word for all, each signed on what was seen of it."""
    if len(case_ids) > MOST:
        raise TOO_MANY(most=MOST, given=len(case_ids))
    approved: list[UUID] = []
    skipped: list[Skipped] = []
    # In one order for everybody, so that two batches can never wait for each other.
    for case_id, version, seen in sorted(zip(case_ids, seen_versions, seen_sha256, strict=True)):
        given = Given(version, seen, word, proved_at=proved_at, batch=True)
        try:
            with transaction.atomic():
                decide(actor, case_id, Move.APPROVE, given)
        except Problem as problem:
            skipped.append(Skipped(case_id, problem.code, problem.zh, problem.en))
        else:
            approved.append(case_id)
    told = {"approved": len(approved), "skipped": len(skipped)}
    return Done(BatchAnswer(approved, skipped), actor.scope, "approval", values=told)
