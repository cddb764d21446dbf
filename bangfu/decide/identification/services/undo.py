"""Taking a settlement back: by the same person, while nothing has happened since."""

from uuid import UUID

from django.utils import timezone

from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.problems import NOT_YOURS_TO_UNDO, TOO_LATE_TO_UNDO
from bangfu.decide.identification.services.settle import REFUSAL, Settled
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb
from bangfu.ground.approval.services import withdraw_open

UNDONE = verb("identification.settlement_undone", zh="撤销了核实", en="took a settlement back")


@act(UNDONE, right=Right.SETTLE)
def undo_settlement(*, actor: Actor, act_id: UUID, settlement_id: UUID) -> Done[Settled]:
    """Put the determination back to where it was before; the settlement stays, and says that it was taken back."""
    settlement = Settlement.objects.filter(pk=settlement_id).first()
    if settlement is None:
        raise NOT_FOUND()
    # The determination first, as everybody who settles does: two can never wait for each other.
    determination = Determination.objects.select_for_update().get(pk=settlement.determination_id)
    settlement = Settlement.objects.select_for_update().get(pk=settlement_id)
    if settlement.settled_by != actor.person_id:
        raise NOT_YOURS_TO_UNDO(name=settlement.settled_name)
    if not settlement.standing or determination.version != settlement.version_after:
        raise TOO_LATE_TO_UNDO()
    if settlement.kind == Settlement.Kind.REFUSE:
        withdraw_open(actor, subject=REFUSAL, subject_id=determination.pk)
    take_back(settlement, determination)
    return Done(
        Settled(settlement.pk, determination.pk, determination.version, determination.state, determination.due_on),
        determination.org,
        "determination",
        determination.pk,
        determination.household_id,
    )


def take_back(settlement: Settlement, determination: Determination) -> None:
    """Write that a settlement was taken back: the determination is where it was before, the settlement before stands again."""
    settlement.standing = False
    settlement.undone_at = timezone.now()
    settlement.save(update_fields=["standing", "undone_at"])
    determination.state = settlement.state_before
    determination.due_on = settlement.due_before
    determination.answered = settlement.answered_before
    determination.settled_at = None
    determination.version += 1
    determination.save(update_fields=["state", "due_on", "answered", "settled_at", "version"])
    # The one before may be taken back in its turn.
    if settlement.before_id is not None:
        before = Settlement.objects.filter(pk=settlement.before_id)
        before.update(standing=True, version_after=determination.version)
