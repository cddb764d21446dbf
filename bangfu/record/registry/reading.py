"""The registry as rows of the archive form: what the workbook's reader gives, given back by the tables."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from bangfu.core.ids import IdNumber
from bangfu.core.names import PersonName
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome, Value
from bangfu.ground.access.sealing import unseal
from bangfu.record.registry.models import (
    BankAccount,
    CaseFile,
    Cause,
    Dwelling,
    Expenditure,
    Income,
    Member,
)
from bangfu.record.registry.shape import FILE_FIELDS, HEAD_FIELDS, MEMBER_FIELDS, remarks_of


@dataclass(slots=True)
class Bundle:
    """A file with everything that belongs to it. ``members`` in the order of the file, the head first, who left is not among them."""

    case_file: CaseFile
    members: list[Member] = field(default_factory=list)
    incomes: list[Income] = field(default_factory=list)
    expenditures: list[Expenditure] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    dwelling: Dwelling | None = None
    bank: BankAccount | None = None

    @property
    def head(self) -> Member:
        """The worker in whose name the file stands."""
        return self.members[0]


@dataclass(frozen=True, slots=True)
class FiledRow:
    """A row of the registry and where it stands."""

    row: ArchiveRow
    case_file: UUID
    household: UUID
    member: UUID
    source: str


def bundles(case_files: Iterable[CaseFile]) -> list[Bundle]:
    """Files with all that belongs to them, in eight queries however many they are. Inside a door."""
    found = {case_file.pk: Bundle(case_file) for case_file in case_files}
    ids = list(found)
    members = Member.objects.filter(case_file__in=ids, left_on__isnull=True)
    for member in members.order_by("case_file", "-is_head", "position"):
        found[member.case_file_id].members.append(member)
    for income in Income.objects.filter(case_file__in=ids):
        found[income.case_file_id].incomes.append(income)
    for expenditure in Expenditure.objects.filter(case_file__in=ids):
        found[expenditure.case_file_id].expenditures.append(expenditure)
    for cause in Cause.objects.filter(case_file__in=ids).order_by("rank"):
        found[cause.case_file_id].causes.append(cause)
    for dwelling in Dwelling.objects.filter(case_file__in=ids):
        found[dwelling.case_file_id].dwelling = dwelling
    for bank in BankAccount.objects.filter(case_file__in=ids):
        found[bank.case_file_id].bank = bank
    return list(found.values())


def rows_of(bundle: Bundle) -> Iterator[FiledRow]:
    """The rows of a file: the head's, then its members'."""
    head = _number(bundle.head)
    wages: dict[UUID | None, int] = defaultdict(int)
    wages |= {income.member_id: income.amount_fen for income in bundle.incomes if income.head == Income.Head.WAGE}
    for member in bundle.members:
        values = _head_values(bundle) if member.is_head else _values(member, MEMBER_FIELDS)
        if member.pk in wages:
            values["monthly_income"] = wages[member.pk]
        row, file = _row(bundle.case_file, member, values, head), bundle.case_file
        yield FiledRow(row, file.pk, file.household_id, member.pk, member.source)


def _row(case_file: CaseFile, member: Member, values: dict[str, Value], head: IdNumber | None) -> ArchiveRow:
    values["name"] = PersonName(member.name, member.note)
    number = _number(member)
    if number is not None:
        values["id_number"] = number
    if not member.is_head and head is not None:
        values["head_id_number"] = head
    written = json.loads(unseal(member.as_written_sealed, "as_written")) if member.as_written_sealed else {}
    return ArchiveRow(
        sheet=case_file.number,
        number=member.position,
        is_head=member.is_head,
        household=head,
        values=values,
        raw=written,
        remarks=remarks_of(member.doubts),
        outcome=Outcome.NEW,
    )


def _head_values(bundle: Bundle) -> dict[str, Value]:
    values = _values(bundle.head, HEAD_FIELDS) | _values(bundle.case_file, FILE_FIELDS)
    for cause in bundle.causes:
        if cause.rank == 0:
            values["main_cause"] = cause.cause
    if secondary := tuple(cause.cause for cause in bundle.causes if cause.rank):
        values["secondary_causes"] = secondary
    values |= {expenditure.head: expenditure.amount_fen for expenditure in bundle.expenditures}
    for income in bundle.incomes:
        if income.head == Income.Head.OTHER:
            values["other_yearly_income"] = income.amount_fen
    if bundle.dwelling is not None:
        area: Any = bundle.dwelling.floor_area
        values |= _said(housing_type=bundle.dwelling.housing_type, floor_area=area or bundle.dwelling.floor_area_text)
        if area == 0:
            values["floor_area"] = 0
    if bundle.bank is not None:
        card = unseal(bundle.bank.card_sealed, "bank.card") if bundle.bank.card_sealed else ""
        values |= _said(bank=bundle.bank.bank, bank_branch=bundle.bank.branch, bank_card=card)
    return values


def _values(row: CaseFile | Member, fields: dict[str, str]) -> dict[str, Value]:
    found = {name: getattr(row, column) for name, column in fields.items()}
    return {name: value for name, value in found.items() if value is not None and value != ""}


def _said(**values: Any) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value}


def _number(member: Member) -> IdNumber | None:
    if member.number_sealed is None:
        return None
    return IdNumber(unseal(member.number_sealed, "member.number"))
