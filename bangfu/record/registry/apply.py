"""Writing a plan: the rows of a whole chunk go to each table at once, so that history and constraints are kept at the speed of bulk."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from bangfu.core.ids import IdNumber
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.ground.acts.bulk import bytea_array, encode_rows, fresh_ids, insert_encoded, insert_rows, write_rows
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

# Parents before their children.
_IN_ORDER: tuple[type[models.Model], ...] = (
    *(Household, CaseFile, Member),
    *(Income, Expenditure, Cause, Dwelling, BankAccount, Consent),
)


# Read and never written to.
_NOTHING_ON_FILE = Bundle(CaseFile())


@dataclass(frozen=True, slots=True)
class Basis:
    """Where rows come from, and on which basis their families may be compared, as declared with the batch."""

    batch: UUID
    file: str
    basis: str
    document: str


@dataclass(slots=True)
class _Writing:
    """What a chunk writes: new rows by table, and rows that are there and changed."""

    today: date
    workbook: str
    new: dict[type[models.Model], list[dict[str, Any]]] = field(default_factory=dict)
    changed: dict[type[models.Model], list[models.Model]] = field(default_factory=dict)
    departed: list[Member] = field(default_factory=list)
    gone: list[Particular] = field(default_factory=list)
    ids: Iterator[str] = field(default_factory=fresh_ids)
    persons: Mapping[shape.Place, dict[str, Any]] = field(default_factory=dict)

    def add(self, model: type[models.Model], **columns: Any) -> str:
        """A new row; gives its id."""
        columns["id"] = number = next(self.ids)
        self.new.setdefault(model, []).append(columns)
        return number

    def person(self, row: ArchiveRow) -> dict[str, Any]:
        """Columns of Member that the row says, worked out ahead or now."""
        return self.persons.get(shape.place_of(row)) or shape.person_columns(row, head=row.is_head)

    def change(self, row: models.Model) -> None:
        """A row that is there already."""
        self.changed.setdefault(type(row), []).append(row)


@dataclass(frozen=True, slots=True)
class _File:
    """The file that new rows belong to."""

    id: UUID | str
    household: UUID | str
    org: str

    def line(self, **columns: Any) -> dict[str, Any]:
        """Columns of a line of the file."""
        return {"case_file_id": self.id, "org": self.org, **columns}


def apply(
    plan: Plan,
    *,
    persons: Mapping[shape.Place, dict[str, Any]],
    org: str,
    today: date,
    numbers: Iterable[str],
    basis: Basis,
) -> None:
    """Write what the plan says. ``numbers`` are file numbers for the new files, at least as many. Inside an act.

    ``persons``: columns of Member of rows of the plan, as far as they were worked out ahead.
    """
    writing = _Writing(today, basis.file, persons=persons)
    number = iter(numbers)
    for household in plan.households:
        if household.bundle is None:
            _open_file(writing, household, org, next(number), basis)
        else:
            _change_file(writing, household, household.bundle)
    _write(writing)
    _declare_basis([h.bundle.case_file for h in plan.households if h.bundle is not None], basis, today)


def new_files(plan: Plan) -> int:
    """How many files the plan opens."""
    return sum(household.bundle is None for household in plan.households)


def _open_file(writing: _Writing, plan: HouseholdPlan, org: str, number: str, basis: Basis) -> None:
    head = plan.rows[0]
    household = writing.add(Household, org=org)
    persons = [writing.person(row) for row in plan.rows]
    columns = shape.file_columns(head, persons[0])
    file_id = writing.add(CaseFile, household_id=household, org=org, number=number, opened_on=writing.today, **columns)
    file = _File(file_id, household, org)
    for position, (row, person) in enumerate(zip(plan.rows, persons, strict=True)):
        _add_member(writing, file, row, position, person)
    _particulars(writing, file, None, head)
    writing.add(Consent, **_consent(file, basis, writing.today))


def _change_file(writing: _Writing, plan: HouseholdPlan, bundle: Bundle) -> None:
    if not plan.touches:
        return
    case_file = bundle.case_file
    file = _File(case_file.pk, case_file.household_id, case_file.org)
    case_file.version += 1
    case_file.updated_at = timezone.now()
    for change in plan.changes:
        member = change.member
        person = shape.person_columns(change.after, head=member.is_head)
        _say_anew(member, person)
        member.source = _place(writing, change.after)
        member.version += 1
        writing.change(member)
        if member.is_head:
            _say_anew(case_file, shape.file_columns(change.after, person))
            _particulars(writing, file, bundle, change.after)
        before = next((line for line in bundle.incomes if line.member_id == member.pk), None)
        _amount(writing, Income, before, shape.wage(change.after), _wage_of(file, member.pk))
    last = max((member.position for member in bundle.members), default=0)
    for position, row in enumerate(plan.added, last + 1):
        _add_member(writing, file, row, position, writing.person(row))
    for member in plan.departed:
        member.left_on = writing.today
        member.version += 1
        writing.departed.append(member)
    writing.change(case_file)


def _say_anew(row: CaseFile | Member, columns: dict[str, Any]) -> None:
    for column, value in {**shape.nothing_said(type(row)), **columns}.items():
        setattr(row, column, value)


def _add_member(writing: _Writing, file: _File, row: ArchiveRow, position: int, person: dict[str, Any]) -> None:
    of_file = {"is_head": row.is_head, "position": position, "household_id": file.household}
    member = writing.add(Member, **file.line(**person, **of_file, source=_place(writing, row)))
    wage = shape.wage(row)
    if wage is not None:
        writing.add(Income, **file.line(**_wage_of(file, member), amount_fen=wage))


def _place(writing: _Writing, row: ArchiveRow) -> str:
    return f"{writing.workbook}/{row.sheet}:{row.number}"


def _wage_of(file: _File, member: UUID | str) -> dict[str, Any]:
    return file.line(member_id=member, head=Income.Head.WAGE, per="month")


def _particulars(writing: _Writing, file: _File, bundle: Bundle | None, row: ArchiveRow) -> None:
    """Lines of a file: added, changed in place, or removed, so that the history tells what really changed."""
    known = bundle or _NOTHING_ON_FILE
    other = next((line for line in known.incomes if line.head == Income.Head.OTHER), None)
    columns = file.line(member_id=None, head=Income.Head.OTHER, per="year")
    _amount(writing, Income, other, shape.other_income(row), columns)
    before = {line.head: line for line in known.expenditures}
    after = shape.expenditures(row)
    for head in shape.EXPENDITURES:
        _amount(writing, Expenditure, before.get(head), after.get(head), file.line(head=head))
    _causes(writing, file, known, row)
    _single(writing, Dwelling, known.dwelling, shape.dwelling_columns(row), file)
    _single(writing, BankAccount, known.bank, shape.bank_columns(row), file)


def _amount(
    writing: _Writing, model: type[models.Model], before: Any, after: int | None, columns: dict[str, Any]
) -> None:
    if before is None:
        if after is not None:
            writing.add(model, **columns, amount_fen=after)
    elif after is None:
        writing.gone.append(before)
    elif before.amount_fen != after:
        before.amount_fen = after
        writing.change(before)


def _causes(writing: _Writing, file: _File, known: Bundle, row: ArchiveRow) -> None:
    before = {line.rank: line for line in known.causes}
    after = dict(shape.causes(row))
    for rank, cause in after.items():
        line = before.get(rank)
        if line is None:
            writing.add(Cause, **file.line(rank=rank, cause=cause))
        elif line.cause != cause:
            line.cause = cause
            writing.change(line)
    writing.gone += [line for rank, line in before.items() if rank not in after]


def _single(writing: _Writing, model: type[models.Model], line: Any, after: dict[str, Any] | None, file: _File) -> None:
    if line is None:
        if after is not None:
            writing.add(model, **file.line(**after))
        return
    if after is None:
        writing.gone.append(line)
        return
    # A sealed value differs each time it is sealed; its keyed hash says whether it is another one.
    told = {name: value for name, value in after.items() if not name.endswith("_sealed")}
    if {name: _bytes(getattr(line, name)) for name in told} == told:
        return
    for name, value in after.items():
        setattr(line, name, value)
    writing.change(line)


def _bytes(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _write(writing: _Writing) -> None:
    new, changed = writing.new, writing.changed
    _name_employers(new.get(Member, []), changed.get(Member, []))
    # First, so that a person may stand in another household of the same chunk.
    write_rows(writing.departed)
    for line in writing.gone:
        type(line).objects.filter(pk=line.pk).delete()  # type: ignore[attr-defined]
    # In the order of the hash: two importers that meet wait for each other in one direction only.
    new.get(Member, []).sort(key=lambda columns: columns["number_hash"] or b"")
    # While the database takes in the rows of one table, those of the next are written out for it.
    with ThreadPoolExecutor(1, "rows encoded") as helper:
        for encoded in helper.map(lambda model: encode_rows(model, new.get(model, [])), _IN_ORDER):
            insert_encoded(encoded)
            write_rows(changed.get(encoded.model, []))


def _name_employers(new: list[dict[str, Any]], changed: list[Any]) -> None:
    empty = shape.nothing_said(Member)
    heads = {columns["id"]: {**empty, **columns} for columns in new if columns["is_head"]}
    heads |= {member.pk: vars(member) for member in changed if member.is_head}
    employers = employers_of(heads)
    for columns in new:
        columns["employer_id"] = employers.get(columns["id"])
    for member in changed:
        member.employer_id = employers.get(member.pk)


def _declare_basis(files: list[CaseFile], basis: Basis, today: date) -> None:
    """A file that has a standing consent on the same basis needs no other."""
    standing = set(
        Consent.objects.filter(
            case_file__in=files, basis=basis.basis, document=basis.document, withdrawn_on__isnull=True
        ).values_list("case_file_id", flat=True)
    )
    missing = [_File(file.pk, file.household_id, file.org) for file in files if file.pk not in standing]
    lines = [{"id": number, **_consent(file, basis, today)} for file, number in zip(missing, fresh_ids(), strict=False)]
    insert_rows(Consent, lines)


def _consent(file: _File, basis: Basis, today: date) -> dict[str, Any]:
    return file.line(batch_id=basis.batch, basis=basis.basis, document=basis.document, given_on=today)


def elsewhere(hashes: list[bytes]) -> frozenset[bytes]:
    """Which of these persons stand in an open file that the asker does not see: that they do, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_elsewhere(%s::bytea[])", [bytea_array(hashes)])
        return frozenset(bytes(found) for (found,) in cursor.fetchall())


def hashes_of(rows: Iterable[ArchiveRow]) -> list[bytes]:
    """The keyed hashes of all persons of a chunk."""
    numbers = (row.values.get("id_number") for row in rows)
    return [shape.number_hash(number) for number in numbers if isinstance(number, IdNumber)]
