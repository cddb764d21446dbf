"""The number of a disabled person's certificate (残疾人证号): the ID number, the kind, the grade (DESIGN 5; DOMAIN 4.3)."""

import re
from dataclasses import dataclass

from bangfu.core.ids import Fault, fault_of, normal_form, read_id

# Kind and grade; a certificate that was issued again carries B and a digit behind them.
_END = re.compile("[1-7][1-4](B[0-9])?")
DISABILITY_KINDS = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")


@dataclass(frozen=True, slots=True)
class Certificate:
    """``number``: 18 characters, empty where ``fault`` says why. ``kind`` 1 to 7, ``grade`` 1 to 4, as digits; empty where unknown."""

    number: str
    fault: Fault | None
    kind: str
    grade: str

    @property
    def kind_word(self) -> str:
        """The kind in words."""
        return DISABILITY_KINDS[int(self.kind) - 1] if self.kind else ""


def read_certificate(raw: str) -> Certificate:
    """Read one cell: twenty characters, dirt taken off as of an ID number."""
    tidy = normal_form(raw)[0]
    reading = read_id(tidy[:18])
    fault = fault_of(reading)
    kind, grade = tidy[18:19], tidy[19:20]
    if reading.value and not _END.fullmatch(tidy[18:]):
        fault = Fault.LENGTH if len(tidy) < 20 else Fault.CHARACTERS
    return Certificate(
        number=reading.value.text if reading.value and not fault else "",
        fault=fault,
        kind=kind if kind and kind in "1234567" else "",
        grade=grade if grade and grade in "1234" else "",
    )
