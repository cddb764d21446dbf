"""The sixteen department datasets, declared beside this file: columns, key, and which facts a row states. Facts only, no judgement."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bangfu.core.declared import declared_in

ColumnType = Literal["id", "disability_id", "credit_code", "name", "code", "text", "yuan", "date", "month"]
# What the reader makes of a 残疾人证号 beside the key: the kind in words and the grade as a digit.
DERIVED_COLUMNS: dict[ColumnType, tuple[str, ...]] = {"disability_id": ("certificate_type", "certificate_grade")}


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BothLanguages(_Declared):
    """A text in Chinese and English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Column(_Declared):
    """One column: the heading as printed, other printed names, what its cells hold, how sensitive they are."""

    heading: str
    aliases: tuple[str, ...] = ()
    type: ColumnType
    sensitivity: Literal["public", "ordinary", "sensitive", "minor"] = Field(alias="class")
    required: bool = False


class Fact(_Declared):
    """``when``: the condition on a row's columns under which it states the fact; ``values``: what it says with it.

    Where a value is words of our own and not of the delivery, ``<value>_en`` holds them in English. ``employer``: the column whose
    credit code says whose employer the row is about; without it the row is about the person whose number it has.
    """

    when: str
    employer: str | None = None
    values: dict[str, str | None] = {}


class Dataset(_Declared):
    """One department's dataset. ``key`` and ``person`` name the columns of the number and of the person's name.

    ``silence`` is the fact stated by having no row at all: only for a register that is meant to be whole.
    """

    name: str
    title: BothLanguages
    department: BothLanguages
    purpose: BothLanguages
    key: str
    person: str
    columns: dict[str, Column]
    states: dict[str, Fact]
    silence: str | None = None

    @model_validator(mode="after")
    def _names_known(self) -> "Dataset":
        if self.columns[self.key].type not in ("id", "disability_id") or self.columns[self.person].type != "name":
            raise ValueError("key must be a column of type id or disability_id, person one of type name")
        if any(f.employer and self.columns[f.employer].type != "credit_code" for f in self.states.values()):
            raise ValueError("employer must be a column of type credit_code")
        return self

    @property
    def column_types(self) -> dict[str, str]:
        """Columns that expressions may use, with their types: all but the number itself, and what is derived from it."""
        types: dict[str, str] = {name: c.type for name, c in self.columns.items() if name != self.key}
        return types | dict.fromkeys(DERIVED_COLUMNS.get(self.columns[self.key].type, ()), "text")


@lru_cache(maxsize=1)
def declared_datasets() -> dict[str, Dataset]:
    """All declared datasets by name, in the order of their names."""
    folder = Path(__file__).resolve().parent
    return {
        path.stem: Dataset(name=path.stem, **declared_in(path.read_text("utf-8")))
        for path in sorted(folder.glob("*.yaml"))
    }
