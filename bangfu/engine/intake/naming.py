"""How headings become fields: as the form prints them, unless whoever brings the file chose otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bangfu.core.text import plain
from bangfu.engine.intake import problems
from bangfu.engine.intake.forms import archive_form, field_of

Sheet = Literal["worker", "member"]
# Heading → field, or None to leave the column out. JSON can hold it.
Choices = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Naming:
    """``chosen``: keys of Choices, normalised, and what was chosen for them."""

    chosen: Choices

    @classmethod
    def of(cls, columns: Choices | None) -> "Naming":
        """Check the choices. Raises a Problem for a field that the form does not have.

        A key is a heading as written; "职工/heading" or "家庭成员/heading" where it speaks of the one sheet (or, in a summary table, of the
        one kind of row) only; with "#3" behind it where the same heading stands over several columns and the third of the sheet
        is meant. A key that no column has is of no consequence. A key without a sheet whose field is what the heading says
        anyway, on either sheet, changes nothing.
        """
        chosen = {plain(key): field for key, field in (columns or {}).items()}
        for key, field in chosen.items():
            if field is not None and field not in _fields_for(key):
                raise problems.UNKNOWN_FIELD(column=key, field=field)
        return cls(chosen)

    def field_of(self, written: str, sheet: Sheet, index: int) -> str | None:
        """The field of a column (``index`` from 0) on a sheet, or None."""
        chosen, field = self.choice(written, sheet, index)
        return field if chosen else field_of(written, sheet)

    def choice(self, written: str, sheet: Sheet, index: int) -> tuple[bool, str | None]:
        """Was anything chosen for the column, and which field? (True, None) leaves it out."""
        if not self.chosen:
            return False, None
        heading = plain(written)
        of_sheet = f"{sheet_name(sheet)}/{heading}"
        for key in (f"{of_sheet}#{index + 1}", of_sheet):
            if key in self.chosen:
                return True, self.chosen[key]
        for key in (f"{heading}#{index + 1}", heading):
            if key in self.chosen:
                return self._of_both(written, sheet, self.chosen[key])
        return False, None

    @staticmethod
    def _of_both(written: str, sheet: Sheet, field: str | None) -> tuple[bool, str | None]:
        if field is None:
            return True, None
        said_anyway = field in (field_of(written, "worker"), field_of(written, "member"))
        return (False, None) if said_anyway or field not in getattr(archive_form(), sheet) else (True, field)


AS_PRINTED = Naming({})


def sheet_name(sheet: Sheet) -> str:
    """职工 or 家庭成员: what keys begin with, whatever the sheet itself is called."""
    form = archive_form()
    return (form.worker_sheet if sheet == "worker" else form.member_sheet).name


def _fields_for(key: str) -> set[str]:
    form = archive_form()
    if key.startswith(f"{form.worker_sheet.name}/"):
        return set(form.worker)
    if key.startswith(f"{form.member_sheet.name}/"):
        return set(form.member)
    return {*form.worker, *form.member}
