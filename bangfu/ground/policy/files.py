"""Policy files of places: one YAML file per organisation, read and checked before anything reaches the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from pydantic import Field, ValidationError

from bangfu.core.periods import Period
from bangfu.core.shipped import policy_folder
from bangfu.ground.policy.catalogue import Both, Mark, Strict, broken, catalogue, documents, read_yaml
from bangfu.ground.policy.problems import (
    ENDS_BEFORE_IT_STARTS,
    NO_FILES,
    ORGANISATION_TWICE,
    OVERLAP,
    UNKNOWN_CODE,
    UNKNOWN_DOCUMENT,
    WRONG_VALUE,
)

# Values of a place that is above all: they hold wherever nothing else is set.
EVERYWHERE = "everywhere"
_NOT_A_PLACE = frozenset({"codes.yaml"})


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value: from its first to its last day, both included; no last day means until further notice."""

    code: str
    first: date
    last: date | None
    value: str | int
    document_zh: str
    document_en: str
    mark: str


@dataclass(frozen=True, slots=True)
class PlacePolicy:
    """Everything that one organisation sets itself. ``file`` is the name of the file that says so."""

    organisation: str
    file: str
    values: tuple[DatedValue, ...]


class _Dated(Strict):
    code: str
    first: date = Field(alias="from")
    last: date | None = Field(alias="to", default=None)
    value: object
    document: str
    mark: Mark


class _Place(Strict):
    organisation: str = Field(pattern=rf"{EVERYWHERE}|[0-9A-Z]{{2,30}}")
    documents: Mapping[str, Both] = Field(default_factory=dict)
    values: tuple[_Dated, ...]


def read_places(folder: Path | None = None) -> tuple[PlacePolicy, ...]:
    """All files of a folder (the shipped ``policy/places`` unless another is given), by name; the first fault is a problem."""
    folder = folder or policy_folder() / "places"
    paths = sorted(path for path in folder.glob("*.yaml") if path.name not in _NOT_A_PLACE)
    if not paths:
        raise NO_FILES(folder=str(folder))
    places: dict[str, PlacePolicy] = {}
    for path in paths:
        place = read_place(path)
        if place.organisation in places:
            raise ORGANISATION_TWICE(
                first=places[place.organisation].file, second=path.name, organisation=place.organisation
            )
        places[place.organisation] = place
    return tuple(places.values())


def read_place(path: Path) -> PlacePolicy:
    """One file: form, codes, values, documents and dates are checked."""
    try:
        declared = _Place.model_validate(read_yaml(path))
    except ValidationError as error:
        raise broken(path, error) from error
    known = {**documents(), **declared.documents}
    values = [_value(path.name, dated, known) for dated in declared.values]
    values.sort(key=lambda value: (value.code, value.first))
    _refuse_overlaps(path.name, values)
    return PlacePolicy(declared.organisation, path.name, tuple(values))


def _value(file: str, dated: _Dated, known: Mapping[str, Both]) -> DatedValue:
    spec = catalogue().codes.get(dated.code)
    if spec is None:
        raise UNKNOWN_CODE(file=file, code=dated.code)
    if dated.last is not None and dated.last < dated.first:
        raise ENDS_BEFORE_IT_STARTS(file=file, code=dated.code, first=dated.first, last=dated.last)
    value = dated.value
    if not isinstance(value, str | int) or not spec.allows(value):
        raise WRONG_VALUE(file=file, code=dated.code, day=dated.first, value=value, wanted=spec.wanted())
    document = known.get(dated.document)
    if document is None:
        raise UNKNOWN_DOCUMENT(file=file, code=dated.code, day=dated.first, document=dated.document)
    return DatedValue(dated.code, dated.first, dated.last, value, document.zh, document.en, dated.mark)


def _refuse_overlaps(file: str, values: list[DatedValue]) -> None:
    for earlier, later in pairwise(values):
        same = earlier.code == later.code
        if same and Period(earlier.first, earlier.last).overlaps(Period(later.first, later.last)):
            raise OVERLAP(file=file, code=earlier.code, first=_span(earlier), second=_span(later))


def _span(value: DatedValue) -> str:
    return f"{value.first} – {value.last or '…'}"
