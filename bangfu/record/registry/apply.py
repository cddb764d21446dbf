"""Writing a plan: the rows of a whole chunk go to each table at once, so that history and constraints are kept at the speed of bulk."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from bangfu.core.ids import IdNumber
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.ground.acts.bulk import insert_rows, write_rows
from bangfu.record.registry import shape
from bangfu.record.registry.employers import employers_of
from bangfu.record.registry.models import (
    BankAccount,
    CaseFile,
    Cause,
    Consent,
    Dwelling,
    Expenditure,
    Household,
    Income,
    Member,
)
from bangfu.record.registry.models.particulars import Particular
from bangfu.record.registry.reading import Bundle
from bangfu.record.registry.reconcile import HouseholdPlan, Plan


@dataclass(frozen=True, slots=True)
class Basis:
    """On which basis a batch's families may be compared, as declared with it."""

    batch: UUID
    basis: str
    document: str


@dataclass(slots=True)
class _Writing:
    """What a chunk writes, by table."""

    org: str
    today: date
    households: list[Household] = field(default_factory=list)
    files: list[CaseFile] = field(default_factory=list)
    changed_files: list[CaseFile] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    changed_members: list[Member] = field(default_factory=list)
    departed: list[Member] = field(default_factory=list)
    lines: dict[type[Particular], list[Particular]] = field(default_factory=dict)
    changed_lines: dict[type[Particular], list[Particular]] = field(default_factory=dict)
    gone_lines: list[Particular] = field(default_factory=list)

    def add(self, line: Particular) -> None:
        self.lines.setdefault(type(line), []).append(line)

    def change(self, line: Particular) -> None:
        self.changed_lines.setdefault(type(line), []).append(line)


def apply(plan: Plan, *, org: str, today: date, numbers: Iterable[str], basis: Basis) -> None:
    """Write what the plan says. ``numbers`` are file numbers for the new files, at least as many. Inside an act."""
    writing = _Writing(org, today)
    number = iter(numbers)
    for household in plan.households:
        if household.bundle is None:
            _open_file(writing, household, next(number), basis)
        else:
            _change_file(writing, household, household.bundle)
    _write(writing)
    _declare_basis([h.bundle.case_file for h in plan.households if h.bundle is not None], basis, today)


def new_files(plan: Plan) -> int:
    """How many files the plan opens."""
    return sum(household.bundle is None for household in plan.households)


def _open_file(writing: _Writing, plan: HouseholdPlan, number: str, basis: Basis) -> None:
    head = plan.rows[0]
    household = Household(id=uuid4(), org=writing.org)
    file = CaseFile(
        id=uuid4(),
        household=household,
        org=writing.org,
        number=number,
        opened_on=writing.today,
        **shape.file_columns(head),
    )
    writing.households.append(household)
    writing.files.append(file)
    for position, row in enumerate(plan.rows):
        _add_member(writing, file, row, position)
    _particulars(writing, Bundle(file), head)
    writing.add(_consent(file, basis, writing.today))


def _change_file(writing: _Writing, plan: HouseholdPlan, bundle: Bundle) -> None:
    if not plan.touches:
        return
    file = bundle.case_file
    file.version += 1
    file.updated_at = timezone.now()
    for change in plan.changes:
        member = change.member
        for column, value in shape.person_columns(change.after, head=member.is_head).items():
            setattr(member, column, value)
        member.version += 1
        writing.changed_members.append(member)
        if member.is_head:
            for column, value in shape.file_columns(change.after).items():
                setattr(file, column, value)
            _particulars(writing, bundle, change.after)
        _wage(writing, bundle, member, change.after)
    last = max((member.position for member in bundle.members), default=0)
    for position, row in enumerate(plan.added, last + 1):
        _add_member(writing, file, row, position)
    for member in plan.departed:
        member.left_on = writing.today
        member.version += 1
        writing.departed.append(member)
    writing.changed_files.append(file)


def _add_member(writing: _Writing, file: CaseFile, row: ArchiveRow, position: int) -> None:
    member = Member(
        id=uuid4(),
        household_id=file.household_id,
        case_file=file,
        org=file.org,
        is_head=row.is_head,
        position=position,
        **shape.person_columns(row, head=row.is_head),
    )
    writing.members.append(member)
    wage = shape.wage(row)
    if wage is not None:
        writing.add(_income(file, member, Income.Head.WAGE, "month", wage))


def _wage(writing: _Writing, bundle: Bundle, member: Member, row: ArchiveRow) -> None:
    before = next((line for line in bundle.incomes if line.member_id == member.pk), None)
    _amount(writing, before, shape.wage(row), lambda fen: _income(bundle.case_file, member, "wage", "month", fen))


def _income(file: CaseFile, member: Member | None, head: str, per: str, fen: int) -> Income:
    return Income(case_file=file, org=file.org, member=member, head=head, per=per, amount_fen=fen)


def _particulars(writing: _Writing, bundle: Bundle, row: ArchiveRow) -> None:
    """Lines of a file: added, changed in place, or removed, so that the history tells what really changed."""
    file = bundle.case_file
    other = next((line for line in bundle.incomes if line.head == Income.Head.OTHER), None)
    _amount(writing, other, shape.other_income(row), lambda fen: _income(file, None, "other", "year", fen))
    before = {line.head: line for line in bundle.expenditures}
    after = shape.expenditures(row)
    for head in shape.EXPENDITURES:
        _amount(
            writing,
            before.get(head),
            after.get(head),
            lambda fen, head=head: Expenditure(case_file=file, org=file.org, head=head, amount_fen=fen),
        )
    _causes(writing, bundle, row)
    _single(writing, bundle.dwelling, shape.dwelling_columns(row), lambda: Dwelling(case_file=file, org=file.org))
    _single(writing, bundle.bank, shape.bank_columns(row), lambda: BankAccount(case_file=file, org=file.org))


def _amount(writing: _Writing, before: Any, after: int | None, make: Any) -> None:
    if before is None:
        if after is not None:
            writing.add(make(after))
    elif after is None:
        writing.gone_lines.append(before)
    elif before.amount_fen != after:
        before.amount_fen = after
        writing.change(before)


def _causes(writing: _Writing, bundle: Bundle, row: ArchiveRow) -> None:
    before = {line.rank: line for line in bundle.causes}
    after = dict(shape.causes(row))
    for rank, cause in after.items():
        known = before.get(rank)
        if known is None:
            writing.add(Cause(case_file=bundle.case_file, org=bundle.case_file.org, rank=rank, cause=cause))
        elif known.cause != cause:
            known.cause = cause
            writing.change(known)
    writing.gone_lines += [line for rank, line in before.items() if rank not in after]


def _single(writing: _Writing, before: Any, after: dict[str, Any] | None, make: Any) -> None:
    if after is None:
        if before is not None:
            writing.gone_lines.append(before)
        return
    line = before or make()
    # A sealed value differs each time it is sealed; its keyed hash says whether it is another one.
    sealed = {name for name in after if name.endswith("_sealed")}
    known = {name: _bytes(getattr(line, name)) for name in after if name not in sealed}
    if before is not None and known == {name: value for name, value in after.items() if name not in sealed}:
        return
    for name, value in after.items():
        setattr(line, name, value)
    if before is None:
        writing.add(line)
    else:
        writing.change(line)


def _bytes(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _write(writing: _Writing) -> None:
    heads = [member for member in (*writing.members, *writing.changed_members) if member.is_head]
    employers = employers_of(heads)
    for member in heads:
        member.employer_id = employers.get(member.pk)
    if writing.departed:
        # First, so that a person may stand in another household of the same chunk.
        write_rows(writing.departed)
    for line in writing.gone_lines:
        type(line).objects.filter(pk=line.pk).delete()  # type: ignore[attr-defined]
    insert_rows(writing.households)
    insert_rows(writing.files)
    write_rows(writing.changed_files)
    # In the order of the hash: two importers that meet wait for each other in one direction only.
    members = sorted(writing.members, key=_by_hash)
    insert_rows(members)
    write_rows(writing.changed_members)
    for lines in writing.lines.values():
        insert_rows(lines)
    for lines in writing.changed_lines.values():
        write_rows(lines)


def _declare_basis(files: list[CaseFile], basis: Basis, today: date) -> None:
    """A file that has a standing consent on the same basis needs no other."""
    standing = set(
        Consent.objects.filter(
            case_file__in=files, basis=basis.basis, document=basis.document, withdrawn_on__isnull=True
        ).values_list("case_file_id", flat=True)
    )
    insert_rows([_consent(file, basis, today) for file in files if file.pk not in standing])


def _by_hash(member: Member) -> bytes:
    return bytes(member.number_hash or b"")


def _consent(file: CaseFile, basis: Basis, today: date) -> Consent:
    return Consent(
        case_file=file, org=file.org, batch_id=basis.batch, basis=basis.basis, document=basis.document, given_on=today
    )


def elsewhere(hashes: list[bytes]) -> frozenset[bytes]:
    """Which of these persons stand in an open file that the asker does not see: that they do, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_elsewhere(%s::bytea[])", [hashes])
        return frozenset(bytes(found) for (found,) in cursor.fetchall())


def hashes_of(rows: Iterable[ArchiveRow]) -> list[bytes]:
    """The keyed hashes of all persons of a chunk."""
    numbers = (row.values.get("id_number") for row in rows)
    return [shape.number_hash(number) for number in numbers if isinstance(number, IdNumber)]
