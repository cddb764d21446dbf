"""What a chunk of a workbook would change in the registry: a plan, worked out without writing anything.

rows = new + changed + same + wrong. A workbook says nothing about fields that it has no column for; a blank cell of a column that it
has is a statement (decision 0011).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as with_changes
from typing import Any
from uuid import UUID

from bangfu.core.ids import IdNumber
from bangfu.core.problems import Problem
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome, Remark
from bangfu.engine.intake.problems import HOUSEHOLD_BLOCKED
from bangfu.record.registry import problems
from bangfu.record.registry.models import Member
from bangfu.record.registry.reading import Bundle, rows_of
from bangfu.record.registry.shape import number_hash, row_hash


@dataclass(slots=True)
class Change:
    """A row that the registry has otherwise: the member's row, what it says now, and which fields differ."""

    member: Member
    before: ArchiveRow
    after: ArchiveRow
    fields: tuple[str, ...]


@dataclass(slots=True)
class HouseholdPlan:
    """What becomes of one household. ``bundle`` is the file that is there, None for a new one."""

    rows: list[ArchiveRow]
    bundle: Bundle | None = None
    changes: list[Change] = field(default_factory=list)
    added: list[ArchiveRow] = field(default_factory=list)
    departed: list[Member] = field(default_factory=list)

    @property
    def touches(self) -> bool:
        """Is there anything to write?"""
        return self.bundle is None or bool(self.changes or self.added or self.departed)


@dataclass(slots=True)
class Plan:
    """What becomes of a chunk. ``wrong`` are rows with why, those that the reader had set aside among them."""

    households: list[HouseholdPlan] = field(default_factory=list)
    wrong: list[tuple[ArchiveRow, tuple[Problem, ...]]] = field(default_factory=list)
    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0

    @property
    def departed(self) -> int:
        """Members that the workbook no longer lists; they are no rows of it."""
        return sum(len(household.departed) for household in self.households)

    @property
    def counts(self) -> dict[str, int]:
        """The four counts, and the rows that they add up to."""
        return {
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "wrong": len(self.wrong),
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry knows of the chunk's persons. ``placed``: hash → file number where the asker sees it; ``elsewhere``: those that
    stand in an open file outside the asker's scope."""

    by_head: Mapping[bytes, Bundle]
    placed: Mapping[bytes, tuple[UUID, str]]
    elsewhere: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which fields the workbook has columns for; empty sets mean all. ``members``: does it list members at all?"""

    worker: frozenset[str] = frozenset()
    member: frozenset[str] = frozenset()
    members: bool = True

    def says(self, row: ArchiveRow, name: str) -> bool:
        """Does the workbook speak of this field in rows of this kind?"""
        columns = self.worker if row.is_head else self.member
        return not columns or name in columns


def reconcile(rows: Iterable[ArchiveRow], known: Known, columns: Columns) -> Plan:
    """Lay a chunk of whole households beside the registry."""
    plan = Plan()
    by_household: dict[str, list[ArchiveRow]] = {}
    spoiled: set[str] = set()
    for row in rows:
        plan.rows += 1
        if row.outcome is Outcome.WRONG:
            plan.wrong.append((row, row.wrong))
            if row.household is not None:
                spoiled.add(row.household.text)
        elif row.outcome is Outcome.SAME:
            plan.same += 1
        elif row.household is not None:
            by_household.setdefault(row.household.text, []).append(row)
    for number, household in by_household.items():
        _reconcile_household(plan, household, known, columns, whole=number not in spoiled)
    return plan


def _reconcile_household(plan: Plan, rows: list[ArchiveRow], known: Known, columns: Columns, *, whole: bool) -> None:
    head = rows[0]
    number = head.household
    bundle = known.by_head.get(number_hash(number)) if number is not None else None
    if not head.is_head and bundle is None:
        # The rest of a household that was cut by the size of a chunk, and whose head was refused.
        plan.wrong += [(row, (HOUSEHOLD_BLOCKED(place=f"{head.sheet}:{head.number}"),)) for row in rows]
        return
    home = bundle.case_file.pk if bundle else None
    refusal = _refusal(head, known, home) if head.is_head else None
    if refusal is not None:
        place = f"{head.sheet}:{head.number}"
        plan.wrong.append((head, (refusal,)))
        plan.wrong += [(row, (HOUSEHOLD_BLOCKED(place=place),)) for row in rows[1:]]
        return
    kept: list[ArchiveRow] = []
    for row in rows:
        reason = None if row.is_head else _refusal(row, known, home)
        if reason is None:
            kept.append(row)
        else:
            plan.wrong.append((row, (reason,)))
            whole = False
    if bundle is None:
        plan.new += len(kept)
        plan.households.append(HouseholdPlan(kept, added=kept))
    else:
        plan.households.append(_compared(plan, kept, bundle, columns, whole=whole and head.is_head))


def _refusal(row: ArchiveRow, known: Known, home: UUID | None) -> Problem | None:
    number = row.values.get("id_number")
    if not isinstance(number, IdNumber):
        return None
    hashed = number_hash(number)
    if hashed in known.elsewhere:
        return problems.ON_FILE_ELSEWHERE()
    placed = known.placed.get(hashed)
    return problems.ON_FILE_HERE(number=placed[1]) if placed is not None and placed[0] != home else None


def _compared(plan: Plan, rows: list[ArchiveRow], bundle: Bundle, columns: Columns, *, whole: bool) -> HouseholdPlan:
    household = HouseholdPlan(rows, bundle)
    before = {filed.member: filed.row for filed in rows_of(bundle)}
    free = {member.pk: member for member in bundle.members}
    for row in rows:
        member = _same_person(row, free)
        if member is None:
            plan.new += 1
            household.added.append(row)
            continue
        del free[member.pk]
        if member.row_hash == row_hash(row):
            plan.same += 1
            continue
        after = _overlaid(before[member.pk], row, columns)
        different = _different(before[member.pk], after)
        if different:
            plan.changed += 1
            household.changes.append(Change(member, before[member.pk], after, different))
        else:
            plan.same += 1
    if whole and columns.members:
        household.departed = [member for member in free.values() if not member.is_head]
    return household


def _same_person(row: ArchiveRow, free: Mapping[UUID, Member]) -> Member | None:
    """By number; a person without one by name and relation."""
    if row.is_head:
        return next((member for member in free.values() if member.is_head), None)
    number = row.values.get("id_number")
    if isinstance(number, IdNumber):
        hashed = number_hash(number)
        found = next((m for m in free.values() if m.number_hash is not None and bytes(m.number_hash) == hashed), None)
        if found is not None:
            return found
    folded: Any = getattr(row.values["name"], "folded", "")
    for member in free.values():
        numbered = member.number_hash is not None
        if member.is_head or (numbered and isinstance(number, IdNumber)):
            continue
        if member.folded == folded[:200] and member.relation == str(row.values.get("relation", "")) and not numbered:
            return member
    return None


def _overlaid(before: ArchiveRow, row: ArchiveRow, columns: Columns) -> ArchiveRow:
    """The row with what the registry knows of fields that the workbook has no column for."""
    silent = {name for name in {*before.values, *before.raw} if not columns.says(row, name)}
    values = {name: value for name, value in before.values.items() if name in silent} | dict(row.values)
    raw = {name: text for name, text in before.raw.items() if name in silent} | dict(row.raw)
    remarks = (*row.remarks, *(remark for remark in before.remarks if remark.field in silent))
    return with_changes(row, values=values, raw=raw, remarks=remarks)


def _different(before: ArchiveRow, after: ArchiveRow) -> tuple[str, ...]:
    ignored = {"head_id_number"}
    names = sorted(({*before.values, *after.values}) - ignored)
    found = [name for name in names if _text(before.values.get(name)) != _text(after.values.get(name))]
    unread = {
        name
        for name in {*before.raw, *after.raw}
        if name not in before.values and name not in after.values and before.raw.get(name) != after.raw.get(name)
    }
    doubted = _doubted(before.remarks) ^ _doubted(after.remarks)
    return tuple(dict.fromkeys([*found, *sorted(unread - ignored), *sorted(doubted - ignored)]))


def _doubted(remarks: Iterable[Remark]) -> set[str]:
    return {remark.field for remark in remarks if remark.problem is not None}


def _text(value: object) -> object:
    return getattr(value, "text", value) if not hasattr(value, "note") else (value.text, value.note)  # type: ignore[attr-defined]
