"""The family's answer to a question brings the case back to the queue."""

from uuid import UUID

from django.utils import timezone

from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.problems import ANSWER_NEEDED, NOTHING_ASKED
from bangfu.decide.identification.services.settle import Settled
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import locked_row
from bangfu.ground.acts.verbs import verb

ANSWERED = verb("identification.family_answered", zh="记录了家庭的说明", en="recorded the family's answer")


@act(ANSWERED, right=Right.SETTLE)
def record_answer(
    *, actor: Actor, act_id: UUID, determination_id: UUID, seen_version: int, answer: str
) -> Done[Settled]:
    """Keep what the family answered to the question that it was asked; the determination waits to be settled again."""
    determination = locked_row(Determination, determination_id, seen_version)
    asked = Settlement.objects.filter(determination=determination, standing=True, kind=Settlement.Kind.ASK).first()
    if determination.state != Determination.State.ASKED or asked is None:
        raise NOTHING_ASKED()
    if not answer.strip():
        raise ANSWER_NEEDED()
    asked.answer, asked.standing = answer.strip(), False
    asked.answered_at, asked.answered_by, asked.answered_name = timezone.now(), actor.person_id, actor.name
    asked.save(update_fields=["answer", "standing", "answered_at", "answered_by", "answered_name"])
    determination.state, determination.due_on, determination.answered = Determination.State.OPEN, None, True
    determination.version += 1
    determination.save(update_fields=["state", "due_on", "answered", "version"])
    return Done(
        Settled(asked.pk, determination.pk, determination.version, determination.state),
        determination.org,
        "determination",
        determination.pk,
        determination.household_id,
    )
