"""What a workbook that waits to be committed would do to the classes of households on file: worked out, written nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bangfu.core.problems import Problem
from bangfu.decide.identification.facts import households_of
from bangfu.decide.identification.parameters import Rules
from bangfu.decide.identification.rules import decide
from bangfu.decide.identification.standing import PlaceRules
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.ground.access.masking import masked_name
from bangfu.ground.acts.actor import Actor, Right
from bangfu.record.registry.reading import Bundle, rows_of
from bangfu.record.registry.reconcile import HouseholdPlan
from bangfu.record.registry.selectors.batches import batch
from bangfu.record.registry.staged import known_of, opened, plan_of

# A page is waited for; whoever brings more than this hears how far was looked.
_MOST_CHUNKS = 40
_MOST = 200


@dataclass(frozen=True, slots=True)
class ClassChange:
    """A household whose class would be another one. ``number`` is the file's; the name is masked."""

    number: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ClassChanges:
    """``households`` on file would change in something, ``changes`` of them in their class. ``rows`` were looked at, of all or not.

    ``problem``: why classes cannot be worked out there.
    """

    changes: tuple[ClassChange, ...]
    households: int
    rows: int
    whole: bool
    problem: Problem | None = None


def class_changes(actor: Actor, batch_id: UUID, on: date) -> ClassChanges:
    """Lay each household's class as the registry has it beside the class that the workbook's rows would give it, as of a day.

    Findings are left out: they change no class (they point to exclusions, which a person decides). At most 40,000 rows are looked at.
    """
    actor.require(Right.BRING_ARCHIVE)
    found = batch(actor, batch_id).batch
    rules = PlaceRules(on).of(found.org)
    if isinstance(rules, Problem):
        return ClassChanges((), 0, 0, whole=False, problem=rules)
    changes: list[ClassChange] = []
    households = rows = looked = 0
    for chunk in opened(found).chunks():
        if looked == _MOST_CHUNKS or len(changes) >= _MOST:
            break
        looked += 1
        rows += len(chunk)
        for plan in plan_of(found, chunk, known_of(chunk)).households:
            if plan.bundle is None or not plan.touches:
                continue
            households += 1
            change = _change(plan, plan.bundle, rules, on)
            changes += [change] if change else []
    return ClassChanges(tuple(changes), households, rows, whole=looked == found.chunks)


def _change(plan: HouseholdPlan, bundle: Bundle, rules: Rules, on: date) -> ClassChange | None:
    filed = list(rows_of(bundle))
    after = {change.member.pk: change.after for change in plan.changes}
    gone = {member.pk for member in plan.departed}
    then = [after.get(line.member, line.row) for line in filed if line.member not in gone]
    before_class = _class_of((line.row for line in filed), rules, on)
    after_class = _class_of([*then, *plan.added], rules, on)
    if before_class == after_class:
        return None
    file = bundle.case_file
    return ClassChange(file.number, masked_name(file.head_name), before_class, after_class)


def _class_of(rows: Iterable[ArchiveRow], rules: Rules, on: date) -> str:
    (household,) = households_of(rows, on)
    return decide(household, rules).class_name
