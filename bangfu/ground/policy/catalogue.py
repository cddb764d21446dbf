"""What a place may set: the declared codes with their titles, types and effects, and the documents that values stand on."""

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from bangfu.core.declared import declared_in
from bangfu.core.shipped import policy_folder
from bangfu.ground.policy.problems import FILE_BROKEN

Kind = Literal["yuan", "whole_number", "share", "multiple", "text", "choice"]
# How sure a value is: H read in the document, M in a repost, K general knowledge, L our default.
Mark = Literal["H", "M", "K", "L"]
_YUAN = re.compile(r"[0-9]{1,12}\.[0-9]{2}")
_DECIMAL = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
_LONGEST_TEXT = 500


class Strict(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Both(Strict):
    """A text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class CodeSpec(Strict):
    """One value that a place may set; see the head of ``codes.yaml``."""

    area: str
    title: Both
    type: Kind
    unit: Both | None = None
    folder: str | None = None
    least: int = 0
    most: int = 10**9
    drives: Both
    unset: Both
    in_use: bool

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        if (self.type == "choice") != (self.folder is not None):
            raise ValueError("a choice, and nothing else, names its folder")
        return self

    def wanted(self) -> str:
        """How a value is written, the same in both languages."""
        match self.type:
            case "yuan":
                return '"780.00"'
            case "share":
                return '"0.8" (0–1)'
            case "multiple":
                return '"2" / "1.5"'
            case "whole_number":
                return f"{self.least}–{self.most}"
            case "choice":
                return " / ".join(self.choices())
            case "text":
                return f"“…” (1–{_LONGEST_TEXT})"

    def allows(self, value: object) -> bool:
        """Is this value of the declared type, and within its bounds?"""
        if self.type == "whole_number":
            return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most
        if not isinstance(value, str):
            return False
        match self.type:
            case "yuan":
                return _YUAN.fullmatch(value) is not None and Fraction(value) > 0
            case "share":
                return _DECIMAL.fullmatch(value) is not None and 0 < Fraction(value) <= 1
            case "multiple":
                return _DECIMAL.fullmatch(value) is not None and Fraction(value) > 0
            case "choice":
                return value in self.choices()
            case "text":
                return 0 < len(value.strip()) <= _LONGEST_TEXT

    def choices(self) -> tuple[str, ...]:
        """The names of a choice: those of the files in its folder."""
        return tuple(sorted(path.stem for path in (policy_folder() / str(self.folder)).glob("*.yaml")))


class Catalogue(Strict):
    """All areas and codes, in the order in which they are shown."""

    areas: Mapping[str, Both]
    codes: Mapping[str, CodeSpec]

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        for code, spec in self.codes.items():
            if not re.fullmatch(r"[a-z_]+\.[a-z_]+", code) or spec.area not in self.areas:
                raise ValueError(f"{code}: area.name, in a declared area")
        return self


@cache
def catalogue() -> Catalogue:
    """The shipped catalogue of codes."""
    return Catalogue.model_validate(read_yaml(policy_folder() / "places" / "codes.yaml"))


@cache
def documents() -> Mapping[str, Both]:
    """Key of a document → what it is, for people."""
    return TypeAdapter(dict[str, Both]).validate_python(read_yaml(policy_folder() / "documents.yaml"))


def spec_of(code: str) -> CodeSpec:
    """How a code is declared; KeyError for one that no catalogue has (a programming error)."""
    return catalogue().codes[code]


def read_yaml(path: Path) -> object:
    """One YAML file; raises FILE_BROKEN."""
    try:
        return declared_in(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as broken:
        raise FILE_BROKEN(file=path.name, why=_first_line(broken)) from broken


def broken(path: Path, error: ValidationError) -> Exception:
    """A file that is not of its form, as a problem that names the first fault."""
    fault = error.errors(include_url=False, include_context=False)[0]
    where = " › ".join(str(part) for part in fault["loc"])
    return FILE_BROKEN(file=path.name, why=f"{where}: {fault['msg']}" if where else fault["msg"])


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
