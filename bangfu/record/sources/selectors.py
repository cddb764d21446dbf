"""Reads of deliveries: what each dataset has, how old it is, what it covers, what is missing, and what a comparison may use."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from bangfu.core.problems import Problem
from bangfu.engine.datasets import Dataset, declared_datasets
from bangfu.engine.findings.set_aside import REASONS
from bangfu.ground.access.models import Organisation
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.policy.selectors import value_on
from bangfu.record.registry.uploads import opened_upload
from bangfu.record.sources.about import staged_folder
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.services import in_use_beside, objections_to

if TYPE_CHECKING:
    from bangfu.engine.intake.delivery_columns import DeliveryColumns

# Ends of a delivery's life are not waiting for anybody.
WAITING = (Delivery.State.UPLOADED, Delivery.State.CHECKED)


@dataclass(frozen=True, slots=True)
class ActiveDelivery:
    """A delivery in use, as a comparison takes it. ``coverage``: division prefixes; None covers every place.

    ``age_days`` from its as-of date to the reference day, never below 0; ``old`` beyond what the policy calls fresh.
    """

    id: UUID
    dataset: str
    as_of: date
    coverage: tuple[str, ...] | None
    folder: Path
    file_name: str
    rows: int
    keyed: int
    org: str
    age_days: int
    old: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A delivery as pages show it. ``own``: of the actor's union or one below, so that it may be changed; ``places``: division codes."""

    delivery: Delivery
    dataset: Dataset
    organisation: str
    own: bool
    places: tuple[str, ...]
    age_days: int
    old: bool


@dataclass(frozen=True, slots=True)
class DatasetState:
    """One of the declared datasets: what is in use (newest first), what waits, and the last that came at all."""

    dataset: Dataset
    in_use: tuple[Shown, ...]
    waiting: tuple[Shown, ...]
    last: Shown | None

    @property
    def missing(self) -> bool:
        """Nothing is in use: a comparison says nothing about it."""
        return not self.in_use

    @property
    def old(self) -> bool:
        """All that is in use is older than what counts as fresh."""
        return bool(self.in_use) and all(shown.old for shown in self.in_use)


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows set aside for one reason."""

    zh: str
    en: str
    rows: int


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """All that the page of one delivery shows. ``former`` is the one in use that it would replace, or replaced.

    ``lacking``: headings of columns that the comparison needs and the file has not.
    """

    shown: Shown
    quarantined: tuple[SetAside, ...]
    unreadable: tuple[tuple[str, int], ...]
    lacking: tuple[str, ...]
    former: Delivery | None
    objections: tuple[Problem, ...]


def deliveries(
    actor: Actor, *, on: date, dataset: str = "", state: str = "", waiting: bool = False, limit: int = 200
) -> list[Shown]:
    """Deliveries of the actor's union, of those below and of those above, newest first."""
    actor.require(Right.SEE_DELIVERIES)
    found = Delivery.objects.order_by("-created_at")
    if dataset:
        found = found.filter(dataset=dataset)
    if state:
        found = found.filter(state=state)
    if waiting:
        found = found.filter(state__in=WAITING)
    return _shown(actor, found[:limit], on)


def delivery(actor: Actor, delivery_id: UUID, *, on: date) -> DeliveryPage:
    """One delivery; raises NOT_FOUND outside of what the actor sees."""
    actor.require(Right.SEE_DELIVERIES)
    found = Delivery.objects.filter(pk=delivery_id).first()
    if found is None:
        raise NOT_FOUND()
    former = in_use_beside(found)
    checked = found.state == Delivery.State.CHECKED
    return DeliveryPage(
        shown=_shown(actor, [found], on)[0],
        quarantined=tuple(
            SetAside(*REASONS[reason], rows) for reason, rows in sorted(found.quarantined.items(), key=lambda e: -e[1])
        ),
        unreadable=tuple(sorted(found.unreadable.items(), key=lambda entry: -entry[1])),
        lacking=_lacking(found),
        former=former if checked else _former(found),
        objections=tuple(objections_to(found, former)) if checked else (),
    )


def _lacking(found: Delivery) -> tuple[str, ...]:
    from bangfu.engine.intake.deliveries import staged_columns  # noqa: PLC0415, the engine is slow to load

    dataset = declared_datasets()[found.dataset]
    used = (dataset.person, *staged_columns(dataset))
    needed = {dataset.columns[column].heading for column in used if column in dataset.columns}
    return tuple(heading for heading in found.missing if heading in needed)


def _former(found: Delivery) -> Delivery | None:
    return Delivery.objects.filter(pk=found.against).first() if found.against else None


def columns(actor: Actor, delivery_id: UUID) -> "DeliveryColumns":
    """The headings of an uploaded file, and which column each was taken for, with the mapping chosen so far."""
    from bangfu.engine.intake.delivery_columns import delivery_columns  # noqa: PLC0415, as above

    actor.require(Right.BRING_DATA)
    found = Delivery.objects.filter(pk=delivery_id).first()
    if found is None:
        raise NOT_FOUND()
    with opened_upload(Path(settings.BANGFU_HOME), found.pk, found.file_name) as path:
        return delivery_columns(found.dataset, path, columns=found.columns or None, widths=found.widths or None)


def datasets_overview(actor: Actor, *, on: date) -> list[DatasetState]:
    """All declared datasets in the order of their names, those that were never delivered too."""
    actor.require(Right.SEE_DELIVERIES)
    grouped: Mapping[str, list[Shown]] = defaultdict(list)
    live = Delivery.objects.filter(state__in=[*WAITING, Delivery.State.ACTIVE])
    last = Delivery.objects.order_by("dataset", "-created_at").distinct("dataset")
    for shown in _shown(actor, live.order_by("-as_of", "-created_at"), on):
        grouped[shown.delivery.dataset].append(shown)
    lasts = {shown.delivery.dataset: shown for shown in _shown(actor, last, on)}
    return [
        DatasetState(
            dataset,
            tuple(shown for shown in grouped[name] if shown.delivery.state == Delivery.State.ACTIVE),
            tuple(shown for shown in grouped[name] if shown.delivery.state in WAITING),
            lasts.get(name),
        )
        for name, dataset in declared_datasets().items()
    ]


def deliveries_in_force(actor: Actor, on: date) -> list[ActiveDelivery]:
    """What a comparison in the actor's scope may use: active deliveries of the actor's union and of those above, by dataset, newest first.

    Of deliveries of one dataset that cover the actor's whole area only the newest counts, together with what is newer still. ``on`` is
    the reference day, from which the age counts; a delivery of a later day is in force too, as it is in a comparison of files.
    """
    fresh = _fresh_days(actor.scope, on)
    rows = Delivery.objects.filter(state=Delivery.State.ACTIVE, org__in=_own_and_above(actor.scope))
    by_dataset: Mapping[str, list[ActiveDelivery]] = defaultdict(list)
    whole: set[str] = set()
    for row in rows.order_by("dataset", "-as_of", "-activated_at"):
        if row.dataset in whole:
            continue
        age = max((on - row.as_of).days, 0)
        by_dataset[row.dataset].append(
            ActiveDelivery(
                id=row.pk,
                dataset=row.dataset,
                as_of=row.as_of,
                coverage=tuple(row.coverage) or None,
                folder=staged_folder(row.pk),
                file_name=row.file_name,
                rows=row.rows or 0,
                keyed=row.keyed or 0,
                org=row.org,
                age_days=age,
                old=fresh is not None and age > fresh,
            )
        )
        if covers(row.coverage, actor.scope):
            whole.add(row.dataset)
    return [entry for found in by_dataset.values() for entry in found]


def covers(coverage: Iterable[str], scope: str) -> bool:
    """Does a delivery's coverage (none: every place) hold the whole area of an organisation?"""
    codes = [part for part in scope.split("/") if part]
    divisions = list(coverage)
    return not divisions or any(code.startswith(division) for division in divisions for code in codes)


def _shown(actor: Actor, rows: Iterable[Delivery], on: date) -> list[Shown]:
    found = list(rows)
    names = dict(Organisation.objects.filter(path__in={row.org for row in found}).values_list("path", "name"))
    fresh = _fresh_days(actor.scope, on)
    shown = []
    for row in found:
        age = max((on - row.as_of).days, 0)
        shown.append(
            Shown(
                delivery=row,
                dataset=declared_datasets()[row.dataset],
                organisation=names.get(row.org, row.org),
                own=row.org.startswith(actor.scope),
                places=tuple(row.coverage),
                age_days=age,
                old=fresh is not None and age > fresh,
            )
        )
    return shown


def _fresh_days(scope: str, on: date) -> int | None:
    held = value_on(scope, "delivery.fresh_days", on)
    return int(held.value) if held else None


def _own_and_above(scope: str) -> list[str]:
    parts = [part for part in scope.split("/") if part]
    return ["/" + "/".join(parts[:length]) + "/" for length in range(1, len(parts) + 1)]
