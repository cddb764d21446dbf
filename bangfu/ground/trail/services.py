"""Recording who looked. Not an act: nothing is decided and nothing is answered; it is written with the reading itself."""

from collections.abc import Iterable
from uuid import UUID

from bangfu.ground.acts.actor import Actor
from bangfu.ground.trail.models import Look


def record_look(actor: Actor, *, page: str, org: str, household_id: UUID, fields: Iterable[str]) -> None:
    """Say that the actor now sees these fields of a household. Inside the door of the reading."""
    record_looks(actor, page=page, seen=[(org, household_id)], fields=fields)


def record_looks(actor: Actor, *, page: str, seen: Iterable[tuple[str, UUID]], fields: Iterable[str]) -> None:
    """As ``record_look`` for several households, given as (path of the organisation, household)."""
    names = sorted(set(fields))
    Look.objects.bulk_create(
        Look(
            person_id=actor.person_id,
            person_name=actor.name,
            role=actor.role.value,
            organisation=actor.organisation,
            purpose=actor.purpose.value,
            stands_for_id=actor.stands_for_id,
            glass_id=actor.glass_id,
            org=org,
            household_id=household_id,
            page=page,
            fields=names,
        )
        for org, household_id in seen
    )
