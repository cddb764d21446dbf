"""Loading policy: what the files say is what the database holds; what differs is replaced, what is the same is left alone."""

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db.backends.postgresql.psycopg_any import DateRange

from bangfu.ground.access.models import Organisation
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import lock
from bangfu.ground.acts.verbs import verb
from bangfu.ground.policy.files import EVERYWHERE, DatedValue, PlacePolicy, read_places
from bangfu.ground.policy.models import Value

LOADED = verb(
    "policy.loaded",
    zh="载入政策：新增 {added} 项，改动 {changed} 项，去掉 {removed} 项",
    en="policy was loaded: {added} values added, {changed} changed, {removed} removed",
)
TOP = "/"
_DAY = timedelta(days=1)
_COMPARED = ("value", "document_zh", "document_en", "mark", "file", "path")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading came to. ``left_aside``: organisations that have a file but do not exist here."""

    added: int
    changed: int
    removed: int
    same: int
    left_aside: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Was anything to be done?"""
        return bool(self.added or self.changed or self.removed)


@dataclass(slots=True)
class _Plan:
    """What must be done so that the database says what the files say."""

    remove: list[Value] = field(default_factory=list)
    change: list[tuple[Value, Value]] = field(default_factory=list)
    add: list[Value] = field(default_factory=list)
    same: int = 0
    left_aside: list[str] = field(default_factory=list)

    @property
    def loaded(self) -> Loaded:
        return Loaded(len(self.add), len(self.change), len(self.remove), self.same, tuple(self.left_aside))


@act(LOADED, right=Right.RUN)
def load_policy(*, actor: Actor, act_id: UUID, places: tuple[PlacePolicy, ...]) -> Done[Loaded]:
    """Make the database say what the files say, for the organisations that have a file; the others keep what they have.

    A value is known by organisation, code and first day: the same one with another last day, figure or document is changed in place.
    ``places`` is what ``read_places`` gives. The trail keeps what was changed or removed, before and after.
    """
    lock("policy", ["load"])
    plan = _plan(places)
    # In this order no two values ever overlap on the way.
    Value.objects.filter(pk__in=[value.pk for value in plan.remove]).delete()
    for held, wanted in plan.change:
        wanted.pk = held.pk
        wanted.save(force_update=True)
    Value.objects.bulk_create(plan.add)
    loaded = plan.loaded
    told = {
        **{name: number for name, number in asdict(loaded).items() if name != "left_aside"},
        "organisations": [place.organisation for place in places if place.organisation not in plan.left_aside],
        "changes": [_told(held, wanted) for held, wanted in plan.change] + [_told(held, None) for held in plan.remove],
    }
    return Done(loaded, actor.scope, "policy", values=told)


def keep_policy_current(*, actor: Actor, places: tuple[PlacePolicy, ...] | None = None) -> Loaded:
    """Load the shipped files (or those given) if they differ from the database; nothing is done and nothing told if they do not."""
    places = read_places() if places is None else places
    waiting = _plan(places).loaded
    return load_policy(actor=actor, act_id=uuid4(), places=places) if waiting.differs else waiting


def _plan(places: tuple[PlacePolicy, ...]) -> _Plan:
    plan = _Plan()
    paths = {EVERYWHERE: TOP, **dict(Organisation.objects.values_list("code", "path"))}
    for place in places:
        path = paths.get(place.organisation)
        if path is None:
            plan.left_aside.append(place.organisation)
        else:
            _plan_place(plan, place, path)
    return plan


def _plan_place(plan: _Plan, place: PlacePolicy, path: str) -> None:
    held = {(value.code, value.period.lower): value for value in Value.objects.filter(organisation=place.organisation)}
    for dated in place.values:
        wanted = _row(place, path, dated)
        before = held.pop((dated.code, dated.first), None)
        if before is None:
            plan.add.append(wanted)
        elif _same(before, wanted):
            plan.same += 1
        else:
            plan.change.append((before, wanted))
    plan.remove += held.values()


def _row(place: PlacePolicy, path: str, dated: DatedValue) -> Value:
    return Value(
        code=dated.code,
        organisation=place.organisation,
        path=path,
        period=DateRange(dated.first, dated.last + _DAY if dated.last else None),
        value=dated.value,
        document_zh=dated.document_zh,
        document_en=dated.document_en,
        mark=dated.mark,
        file=place.file,
    )


def _same(held: Value, wanted: Value) -> bool:
    return held.period.upper == wanted.period.upper and all(
        getattr(held, name) == getattr(wanted, name) for name in _COMPARED
    )


def _told(held: Value, wanted: Value | None) -> dict[str, object]:
    return {
        "organisation": held.organisation,
        "code": held.code,
        "before": _words(held),
        "after": _words(wanted) if wanted else None,
    }


def _words(value: Value) -> dict[str, object]:
    first: date = value.period.lower
    upper: date | None = value.period.upper
    return {"from": first, "to": upper - _DAY if upper else None, "value": value.value, "document": value.document_zh}
