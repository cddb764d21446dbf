"""What holds where, and when: the nearest organisation on the way up that has a value on the day decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.db.models import QuerySet

from bangfu.core.periods import Period
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.policy.catalogue import Both, CodeSpec, catalogue, spec_of
from bangfu.ground.policy.files import EVERYWHERE
from bangfu.ground.policy.models import Value
from bangfu.ground.policy.problems import NOT_SET

# The name of "everywhere" where an organisation's name is shown; a text of the catalogue of translations.
EVERYWHERE_NAME = "各地通用"
_DAY = timedelta(days=1)
_RULE_SET = "identification.rule_set"
_SETTINGS = ("minimum_allowance", "minimum_wage", "relative_multiple", "accident_ratio", "provincial_disposable_income")


@dataclass(frozen=True, slots=True)
class Held:
    """A value that holds. ``inherited``: it comes from above the organisation that was asked about.

    ``value`` is text for amounts in yuan, shares, multiples and choices, and a whole number for the rest (``kind`` says which).
    ``organisation`` is a code, or "everywhere".
    """

    code: str
    value: str | int
    kind: str
    title: Both
    unit: Both | None
    document: Both
    mark: str
    organisation: str
    organisation_name: str
    period: Period
    inherited: bool

    @property
    def whole(self) -> int:
        """A whole number; TypeError if this is none."""
        if not isinstance(self.value, int):
            raise TypeError(f"{self.code} is no whole number")
        return self.value

    @property
    def text(self) -> str:
        """A text, or an exact decimal as text; TypeError for a whole number."""
        if not isinstance(self.value, str):
            raise TypeError(f"{self.code} is a whole number")
        return self.value


@dataclass(frozen=True, slots=True)
class RulesHeld:
    """The rule set of a place on a day, and its settings by the names that ``--set`` takes, as texts ("780.00", "0.8").

    Settings that the rule set does not take are among them: whoever reads them picks those it takes.
    """

    rule_set: Held
    settings: Mapping[str, Held]

    @property
    def name(self) -> str:
        """The rule set's name."""
        return self.rule_set.text

    def given(self, taken: Iterable[str]) -> list[str]:
        """``name=value`` texts for those settings that the rule set takes."""
        return [f"{name}={self.settings[name].text}" for name in taken if name in self.settings]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From a day to a day one value held, holds, or will hold; where several organisations have one, the nearest."""

    period: Period
    held: Held


@dataclass(frozen=True, slots=True)
class Line:
    """One code on the policy page: what holds, since when, what held before and what comes. ``now`` None: nothing is set."""

    code: str
    spec: CodeSpec
    now: Stretch | None
    former: tuple[Stretch, ...]
    coming: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """An area with its lines."""

    area: str
    title: Both
    lines: tuple[Line, ...]


def value_on(path: str, code: str, day: date) -> Held | None:
    """What holds for an organisation on a day; KeyError for a code that is not declared."""
    spec_of(code)
    return _nearest(path, list(_rows(path).filter(code=code, period__contains=day))).get(code)


def values_on(path: str, day: date) -> dict[str, Held]:
    """Everything that holds for an organisation on a day, by code; what is not set is not there."""
    return _nearest(path, list(_rows(path).filter(period__contains=day)))


def required(path: str, code: str, day: date) -> Held:
    """As ``value_on``; raises NOT_SET, which says what is missing, where, and what to do."""
    held = value_on(path, code, day)
    if held is None:
        raise _not_set(path, code, day)
    return held


def rules_for(path: str, day: date) -> RulesHeld:
    """Which rule set and which settings hold for an organisation on a day; raises NOT_SET where there is no rule set."""
    held = values_on(path, day)
    if _RULE_SET not in held:
        raise _not_set(path, _RULE_SET, day)
    settings = {name: held[f"identification.{name}"] for name in _SETTINGS if f"identification.{name}" in held}
    return RulesHeld(held[_RULE_SET], settings)


def policy_page(actor: Actor, day: date, organisation_path: str) -> list[Group]:
    """All declared codes with what holds for an organisation on a day; raises NOT_FOUND outside of the actor's scope."""
    actor.require(Right.SEE_POLICY)
    if not organisation_path.startswith(actor.scope):
        raise NOT_FOUND()
    rows = list(_rows(organisation_path))
    names = _names(rows)
    declared = catalogue()
    groups = []
    for area, title in declared.areas.items():
        codes = {code: spec for code, spec in declared.codes.items() if spec.area == area}
        lines = (
            _line(code, spec, _stretches(organisation_path, [r for r in rows if r.code == code], names), day)
            for code, spec in codes.items()
        )
        groups.append(Group(area, title, tuple(lines)))
    return groups


def _line(code: str, spec: CodeSpec, stretches: list[Stretch], day: date) -> Line:
    now = next((stretch for stretch in stretches if day in stretch.period), None)
    former = tuple(s for s in reversed(stretches) if s.period.end is not None and s.period.end < day)
    return Line(code, spec, now, former, tuple(s for s in stretches if s.period.start > day))


def _stretches(path: str, rows: list[Value], names: Mapping[str, str]) -> list[Stretch]:
    """The values of one code laid end to end: at every change the nearest organisation's is taken; gaps stay gaps."""
    turns = sorted({turn for row in rows for turn in (row.period.lower, row.period.upper) if turn is not None})
    found: list[tuple[date, date | None, Value]] = []
    for first, after in [*pairwise(turns), *((turn, None) for turn in turns[-1:])]:
        holding = max((row for row in rows if first in row.period), key=lambda row: len(row.path), default=None)
        if holding is None:
            continue
        if found and found[-1][2] is holding and found[-1][1] == first:
            found[-1] = (found[-1][0], after, holding)
        else:
            found.append((first, after, holding))
    return [
        Stretch(Period(first, after - _DAY if after else None), _held(path, row, names)) for first, after, row in found
    ]


def _rows(path: str) -> QuerySet[Value]:
    return Value.objects.filter(path__in=_way_up(path))


def _way_up(path: str) -> list[str]:
    """/53/5329/ → /, /53/, /53/5329/."""
    return [path[: place + 1] for place, letter in enumerate(path) if letter == "/"]


def _nearest(path: str, rows: list[Value]) -> dict[str, Held]:
    names = _names(rows)
    nearest = {row.code: row for row in sorted(rows, key=lambda row: len(row.path))}
    return {code: _held(path, row, names) for code, row in nearest.items()}


def _names(rows: Iterable[Value]) -> dict[str, str]:
    return names_of_organisations({row.path for row in rows})


def _held(path: str, row: Value, names: Mapping[str, str]) -> Held:
    spec = spec_of(row.code)
    upper: date | None = row.period.upper
    everywhere = row.organisation == EVERYWHERE
    return Held(
        code=row.code,
        value=row.value,
        kind=spec.type,
        title=spec.title,
        unit=spec.unit,
        document=Both(zh=row.document_zh, en=row.document_en),
        mark=row.mark,
        organisation=row.organisation,
        organisation_name=EVERYWHERE_NAME if everywhere else names.get(row.path, row.organisation),
        period=Period(row.period.lower, upper - _DAY if upper else None),
        inherited=row.path != path,
    )


def _not_set(path: str, code: str, day: date) -> Exception:
    title = spec_of(code).title
    where = Organisation.objects.filter(path=path).values_list("name", flat=True).first() or path
    return NOT_SET(organisation=where, day=day, title=f"{title.zh} ({title.en})", code=code)
