"""The archive form as declared in ``policy/forms``: fields, headings, code lists."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bangfu.core.declared import declared_in
from bangfu.core.names import simplified
from bangfu.core.shipped import policy_folder
from bangfu.core.text import plain
from bangfu.engine.intake.headings import bare_heading

FieldType = Literal[
    "text", "name", "id", "yuan", "date", "month", "count", "area", "yes_no", "code", "codes",
    "mobile", "card", "credit_code", "division", "year",
]  # fmt: skip
_BRACKETS = re.compile(r"\([^()]*\)$")
# Of the template's example rows; from the invented range 532990 to 532999 (DESIGN 6).
EXAMPLE_NUMBERS = ("532990198001010012", "532990198203040025")


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldSpec(_Declared):
    """One column of the form."""

    heading: str
    aliases: tuple[str, ...] = ()
    type: FieldType
    codes: str | None = None
    sensitivity: Literal["public", "ordinary", "sensitive", "minor"] = Field(alias="class")
    required: bool = False


class SheetNames(_Declared):
    """How a sheet may be called."""

    name: str
    aliases: tuple[str, ...] = ()

    def matches(self, name: str) -> bool:
        """Is this one of the sheet's names?"""
        return plain(name) in (self.name, *self.aliases)


class CodeList(_Declared):
    """Values as printed; ``complete`` is false where the union's own list was not seen whole (DOMAIN 10)."""

    values: tuple[str, ...]
    complete: bool = True
    generations: Mapping[str, tuple[str, ...]] = {}
    most: Mapping[str, int] = {}


class ArchiveForm(_Declared):
    """The two sheets of the archive workbook."""

    worker_sheet: SheetNames
    member_sheet: SheetNames
    worker: Mapping[str, FieldSpec]
    member: Mapping[str, FieldSpec]


@lru_cache(maxsize=1)
def archive_form() -> ArchiveForm:
    """The declared form."""
    return ArchiveForm.model_validate(_load("forms/archive.yaml"))


@lru_cache(maxsize=1)
def code_lists() -> dict[str, CodeList]:
    """All code lists, by name."""
    return {name: CodeList.model_validate(declared) for name, declared in _load("forms/codes.yaml").items()}


@lru_cache(maxsize=1)
def division_codes() -> dict[str, str]:
    """Names of places and their GB/T 2260 codes."""
    found = {}
    for code, declared in _load("divisions.yaml").items():
        for name in (declared["name"], *declared.get("aliases", ())):
            found[name] = code
            found[f"大理州{name}"] = code
    return found


@lru_cache(maxsize=4)
def fields_by_heading(sheet: Literal["worker", "member"]) -> dict[str, str]:
    """Every printed heading of a sheet, normalised, and the field that it names."""
    fields = getattr(archive_form(), sheet)
    return {
        bare_heading(heading)[0]: name for name, spec in fields.items() for heading in (spec.heading, *spec.aliases)
    }


def field_of(written: str, sheet: Literal["worker", "member"]) -> str | None:
    """The field that a heading names: as printed, without a note in brackets, or in traditional characters."""
    known, bare = fields_by_heading(sheet), bare_heading(written)[0]
    for text in (bare, _BRACKETS.sub("", bare)):
        if text in known:
            return known[text]
    return known.get(_BRACKETS.sub("", simplified(bare)))


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = declared_in((policy_folder() / name).read_text("utf-8"))
    return loaded
