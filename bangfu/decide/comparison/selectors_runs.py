"""Reads of runs for whoever keeps them going: the list, and one run with its stages, data, coverage, changes, and the time left."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.rules import (
    ORDERING,
    READING,
    RECORDING,
    STAGING,
    Reach,
    Step,
    reach,
    steps_ahead,
    time_left,
    together_reach,
)
from bangfu.decide.comparison.selectors import CoverageLine, RunView, run
from bangfu.decide.comparison.services_stopping import abandoned, newer_run
from bangfu.decide.comparison.words import Words
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.findings.set_aside import REASONS
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import Actor, Right
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.places import place_name
from bangfu.record.sources.selectors import SetAside

_MATCHING = "match"
_OF_THE_ENGINE = ("names", "judge", "write")


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list, with the name of its union."""

    run: Run
    organisation: str

    @property
    def seconds(self) -> float | None:
        """What its stages took; None where it kept none."""
        return sum(stage["seconds"] or 0.0 for stage in self.run.stages) if self.run.stages else self.run.seconds


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage as a page shows it: ``seconds`` None while it is at work; ``rate`` rows a second."""

    name: str
    dataset: str
    title: Words
    rows: int | None
    seconds: float | None
    rate: float | None


@dataclass(frozen=True, slots=True)
class UsedDelivery:
    """A delivery that a run compared with: of which day, how old then, what it holds, what was set aside of it and why."""

    id: UUID
    line: CoverageLine
    rows: int | None
    wrong: int | None
    set_aside: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How much of each place the deliveries of a dataset cover; ``every``: the same of all places, or None."""

    dataset: str
    title: Words
    cells: tuple[Reach, ...]
    every: Reach | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Datasets by places: the counties below the run's union, the prefectures below a province's. ``places``: their names."""

    places: tuple[str, ...]
    rows: tuple[CoverageRow, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """All that the page of a run shows. ``done`` of ``total`` rows while the engine works, then parts of the recording.

    ``left``: about how many seconds are left, None where nothing is known; ``own``: the actor may change it; ``stuck``: nobody carries
    it out any more; ``newer``: a later run that looked at its files. ``changes``: (种类, 结论, opened, changed, closed).
    """

    view: RunView
    organisation: str
    own: bool
    stuck: bool
    newer: Run | None
    stages: tuple[StageLine, ...]
    used: tuple[UsedDelivery, ...]
    missing: tuple[Words, ...]
    coverage: Coverage
    changes: tuple[tuple[str, str, int, int, int], ...]
    done: int | None
    total: int | None
    rate: float | None
    left: float | None

    @property
    def on_file(self) -> int:
        """Files that are open: those that were compared, and those that no basis lets us compare."""
        return (self.view.run.households or 0) + (self.view.run.without_basis or 0)

    @property
    def at_work(self) -> bool:
        """It waits or is being carried out."""
        return self.view.run.finished_at is None

    @property
    def seconds(self) -> float:
        """What its stages took so far."""
        return sum(stage.seconds or 0.0 for stage in self.stages)


def run_list(actor: Actor, *, limit: int = 100) -> list[RunLine]:
    """The newest runs of the actor's area and of the unions above."""
    actor.require(Right.SEE_DELIVERIES)
    found = list(Run.objects.order_by("-started_at")[:limit])
    names = names_of_organisations({one.org for one in found})
    return [RunLine(one, names.get(one.org, one.org)) for one in found]


def run_page(actor: Actor, run_id: UUID) -> RunPage:
    """One run; raises NOT_FOUND where it is none of the actor's area or above."""
    # Asked before the run is read: a job that has ended by then has left its mark on it.
    gone = abandoned(run_id)
    view = run(actor, run_id)
    found = view.run
    alive = found.finished_at is None
    used = _used(view)
    done, total, rate = _how_far(found, used)
    return RunPage(
        view=view,
        organisation=names_of_organisations({found.org}).get(found.org, found.org),
        own=found.org.startswith(actor.scope),
        stuck=alive and gone,
        newer=None if alive else newer_run(found),
        stages=tuple(_stage_line(stage) for stage in found.stages),
        used=used,
        missing=_missing(view),
        coverage=_coverage(found),
        changes=tuple((str(kind), str(conclusion), *map(int, counts)) for kind, conclusion, *counts in found.changes),  # type: ignore[misc]
        done=done,
        total=total,
        rate=rate,
        left=_left(found, used, timezone.now()) if alive else None,
    )


def _used(view: RunView) -> tuple[UsedDelivery, ...]:
    ids = [UUID(used["id"]) for used in view.run.deliveries]
    rows = {row.pk: row for row in Delivery.objects.filter(pk__in=ids)}
    return tuple(_used_delivery(pk, line, rows.get(pk)) for pk, line in zip(ids, view.deliveries, strict=True))


def _used_delivery(pk: UUID, line: CoverageLine, row: Delivery | None) -> UsedDelivery:
    if row is None:
        return UsedDelivery(pk, line, None, None, ())
    reasons = sorted(row.quarantined.items(), key=lambda entry: -entry[1])
    return UsedDelivery(pk, line, row.rows, row.wrong, tuple(SetAside(*REASONS[why], rows) for why, rows in reasons))


def _missing(view: RunView) -> tuple[Words, ...]:
    there = {line.dataset for line in view.deliveries}
    return tuple(_title(name) for name in declared_datasets() if name not in there) if view.run.attempt else ()


def _stage_line(stage: Mapping[str, Any]) -> StageLine:
    rows, seconds = stage["rows"], stage["seconds"]
    title = _title(stage["dataset"]) if stage["dataset"] else Words("", "")
    return StageLine(
        stage["name"], stage["dataset"], title, rows, seconds, rows / seconds if rows and seconds else None
    )


def _how_far(found: Run, used: Sequence[UsedDelivery]) -> tuple[int | None, int | None, float | None]:
    """Done, of how many, how many a second: rows of the departments, then parts that are recorded."""
    if found.chunks:
        return found.chunks_done, found.chunks, None
    matched = [stage for stage in found.stages if stage["name"] == _MATCHING and stage["seconds"] is not None]
    rows = sum(stage["rows"] or 0 for stage in matched)
    seconds = sum(stage["seconds"] for stage in matched)
    total = sum(one.rows or 0 for one in used)
    return (rows, max(total, rows), rows / seconds if rows and seconds else None) if total else (None, None, None)


def _left(found: Run, used: Sequence[UsedDelivery], now: datetime) -> float | None:
    """By the stages of the union's last run that was done."""
    former = Run.objects.filter(org=found.org, state=Run.State.DONE).exclude(stages=[]).order_by("-started_at").first()
    told = _steps(found.stages)
    planned = [Step(READING, rows=None), Step(STAGING), Step("register")]
    planned += [Step(_MATCHING, one.line.dataset, one.rows) for one in used]
    planned += [*map(Step, _OF_THE_ENGINE), Step(ORDERING), Step(RECORDING)]
    ahead = steps_ahead(planned, told)
    if found.chunks and found.chunks_done and ahead and found.stages:
        # What is being recorded tells by itself how fast it is.
        spent = _since(found.stages[-1], now)
        return spent * (found.chunks - found.chunks_done) / found.chunks_done
    return (
        time_left(ahead, _steps(former.stages), spent=_since(found.stages[-1], now) if found.stages else 0.0)
        if former
        else None
    )


def _steps(stages: Sequence[Mapping[str, Any]]) -> list[Step]:
    return [Step(stage["name"], stage["dataset"], stage["rows"], stage["seconds"]) for stage in stages]


def _since(stage: Mapping[str, Any], now: datetime) -> float:
    if stage["seconds"] is not None or "began" not in stage:
        return 0.0
    return max((now - datetime.fromisoformat(stage["began"])).total_seconds(), 0.0)


def _coverage(found: Run) -> Coverage:
    places = _places(found.org)
    coverages: dict[str, list[tuple[str, ...]]] = {name: [] for name in declared_datasets()}
    for used in found.deliveries:
        coverages[used["dataset"]].append(tuple(used["coverage"]))
    rows = []
    for name, covered in coverages.items():
        cells = tuple(together_reach([reach(covered, path) for path in paths]) for paths in places.values())
        every = cells[0] if len(Counter(cells)) == 1 else None
        rows.append(CoverageRow(name, _title(name), cells, every))
    return Coverage(tuple(places), tuple(rows))


def _places(org: str) -> dict[str, list[str]]:
    """Name of a place → paths of its counties: the level below, or the union's own place where there is none."""
    below = Organisation.objects.filter(path__startswith=org, level__in=_ABOVE_COUNTIES | {Organisation.Level.COUNTY})
    found = list(below.order_by("path"))
    top = next((one for one in found if one.path == org), None)
    if top is None or top.level == Organisation.Level.COUNTY:
        return {_place(org): [org]}
    counties = [one.path for one in found if one.level == Organisation.Level.COUNTY]
    nearest = [one for one in found if one.above_id == top.pk]
    return {
        _place(one.path): [path for path in counties if path.startswith(one.path)] or [one.path] for one in nearest
    } or {_place(org): [org]}


_ABOVE_COUNTIES = {Organisation.Level.NATIONAL, Organisation.Level.PROVINCE, Organisation.Level.PREFECTURE}


def _place(path: str) -> str:
    code = path.rstrip("/").rpartition("/")[2]
    return place_name(code)


def _title(dataset: str) -> Words:
    declared = declared_datasets()[dataset]
    return Words(declared.title.zh, declared.title.en)
