"""Tables of the registry. Names of columns are those of ``policy/forms/archive.yaml`` wherever the form has the field."""

from bangfu.record.registry.models.batches import Batch, Chunk, FileCounter
from bangfu.record.registry.models.files import CaseFile, Household
from bangfu.record.registry.models.members import Employer, Member
from bangfu.record.registry.models.particulars import (
    BankAccount,
    Cause,
    Consent,
    Dwelling,
    Expenditure,
    Income,
)

__all__ = [
    "BankAccount",
    "Batch",
    "CaseFile",
    "Cause",
    "Chunk",
    "Consent",
    "Dwelling",
    "Employer",
    "Expenditure",
    "FileCounter",
    "Household",
    "Income",
    "Member",
]
