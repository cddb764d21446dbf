"""Which acts changed rows of a household: those on many households at once do not name it in the trail, its row history names them."""

from itertools import chain
from uuid import UUID

from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.trail.history import events_of
from bangfu.record.registry.models import (
    BankAccount,
    CaseFile,
    Cause,
    Consent,
    Dwelling,
    Expenditure,
    Income,
    Member,
)

_OF_HOUSEHOLD = (CaseFile, Member)
_OF_FILE = (Cause, Consent, Dwelling, Income, Expenditure, BankAccount)


def acts_on(actor: Actor, household_id: UUID) -> set[UUID]:
    """The act_ids of everything that was ever changed in a household's files. One query per table, each by index."""
    actor.require(Right.SEE_FILES, Right.AUDIT)
    files = list(CaseFile.objects.filter(household=household_id).values_list("pk", flat=True))
    found = chain(
        *(_acts(model, household_id=household_id) for model in _OF_HOUSEHOLD),
        *(_acts(model, case_file_id__in=files) for model in _OF_FILE),
    )
    return {act_id for act_id in found if act_id is not None}


def _acts(model: type, **of: object) -> list[UUID | None]:
    return list(events_of(model)._default_manager.filter(**of).values_list("act_id", flat=True).distinct())
