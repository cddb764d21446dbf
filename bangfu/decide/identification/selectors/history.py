"""Which acts of comparison and identification changed something of a household, many households at once among them."""

from uuid import UUID

from bangfu.decide.comparison.models import Finding
from bangfu.decide.identification.models import Determination
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.trail.history import events_of


def decided_acts(actor: Actor, household_id: UUID) -> set[UUID]:
    """The act_ids by which findings and determinations of a household came and went; for its timeline and for whoever audits."""
    actor.require(Right.SEE_FILES, Right.AUDIT)
    found: set[UUID] = set()
    for model in (Finding, Determination):
        events = events_of(model)._default_manager.filter(household_id=household_id, act_id__isnull=False)
        found |= set(events.values_list("act_id", flat=True).distinct())
    return found
