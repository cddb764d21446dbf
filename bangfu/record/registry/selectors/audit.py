"""What an auditor needs of files: the household behind a file's number, and the numbers of households. No names, nothing else."""

from collections.abc import Iterable
from uuid import UUID

from bangfu.ground.acts.actor import Actor, Right
from bangfu.record.registry.models import CaseFile


def household_of(actor: Actor, number: str) -> UUID | None:
    """The household of a file in the actor's area, by the file's whole number; None where there is none."""
    actor.require(Right.AUDIT)
    return CaseFile.objects.filter(number=number.strip()).values_list("household_id", flat=True).first()


def numbers_of(actor: Actor, households: Iterable[UUID]) -> dict[UUID, str]:
    """Household → number of its newest file, of those in the actor's area."""
    actor.require(Right.AUDIT)
    found = CaseFile.objects.filter(household_id__in=set(households)).order_by("number")
    return dict(found.values_list("household_id", "number"))


def numbers_of_files(actor: Actor, files: Iterable[UUID]) -> dict[UUID, str]:
    """File → its number, of those in the actor's area; what is no file is not there."""
    actor.require(Right.AUDIT)
    return dict(CaseFile.objects.filter(pk__in=set(files)).values_list("pk", "number"))
