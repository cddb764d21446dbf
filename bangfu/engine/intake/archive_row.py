"""One row of an archive workbook after reading: typed values by the field names of ``policy/forms/archive.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from bangfu.core.credit_codes import CreditCode
from bangfu.core.ids import IdNumber
from bangfu.core.names import PersonName
from bangfu.core.problems import Problem
from bangfu.core.readings import Repair

# yuan → int (fen) · id → IdNumber · name → PersonName · yes_no → bool · codes → tuple of str · count, year → int ·
# area → int (hundredths of a square metre) · date → date · credit_code → CreditCode · everything else → str
Value = str | int | bool | date | IdNumber | PersonName | CreditCode | tuple[str, ...]


class Outcome(Enum):
    """What becomes of a row when the workbook is brought into an empty register."""

    NEW = "new"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell about one field of a row: a repair, or a doubt (``problem``). A doubt never loses the row."""

    field: str
    problem: Problem | None = None
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """A worker's or a member's row. ``values`` holds what was present and could be read; ``raw`` holds what was written.

    ``household`` is the head's ID number (None only where the row is wrong and cannot be attached). ``wrong`` says why a
    row is quarantined, and is empty otherwise.
    """

    sheet: str
    number: int
    is_head: bool
    household: IdNumber | None
    values: Mapping[str, Value]
    raw: Mapping[str, str]
    remarks: tuple[Remark, ...]
    outcome: Outcome
    wrong: tuple[Problem, ...] = ()
