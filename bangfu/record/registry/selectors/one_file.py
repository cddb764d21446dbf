"""One file: everything it says, masked where the viewer needs no more; that somebody looked is recorded with the reading itself."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bangfu.core.money import yuan
from bangfu.engine.intake.forms import archive_form
from bangfu.ground.access.masking import masked_card, masked_mobile, masked_name, masked_number
from bangfu.ground.access.selectors import names_of_organisations
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.classes import Sensitivity, sensitivity_of
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.trail.services import record_look
from bangfu.record.registry.models import CaseFile, Consent, Expenditure, Income, Member
from bangfu.record.registry.reading import Bundle, bundles
from bangfu.record.registry.shape import FILE_FIELDS, HEAD_FIELDS, MEMBER_FIELDS, looked_at, remarks_of

_CHILD_UNTIL = 14


@dataclass(frozen=True, slots=True)
class Said:
    """A field of the form and what the file says of it."""

    field: str
    heading: str
    text: str
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is doubtful about a field."""

    heading: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member as shown. ``number`` is masked; never beside birth date, year or age. So is the name, for roles that need no more."""

    id: UUID
    name: str
    relation: str
    is_head: bool
    number: str
    number_state: str
    sex: str
    status: str
    health: str
    monthly_income_fen: int | None
    child: bool
    said: tuple[Said, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """A yearly or monthly amount by head."""

    head: str
    heading: str
    per: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as shown."""

    id: UUID
    household: UUID
    number: str
    version: int
    state: str
    org: str
    organisation: str
    opened_on: date
    updated_at: datetime
    category: str
    address: str
    head: Person
    members: tuple[Person, ...]
    causes: tuple[str, ...]
    said: tuple[Said, ...]
    incomes: tuple[Amount, ...]
    expenditures: tuple[Amount, ...]
    dwelling: str
    bank: str
    consents: tuple[tuple[str, str, date], ...]
    former: tuple[tuple[str, date], ...]


def one_file(actor: Actor, case_file_id: UUID, *, page: str = "file") -> FileView:
    """A file in scope; raises NOT_FOUND for any other. Roles without the right to sensitive fields see the rest."""
    actor.require(Right.SEE_FILES)
    file = CaseFile.objects.filter(pk=case_file_id).first()
    if file is None:
        raise NOT_FOUND()
    (bundle,) = bundles([file])
    sensitive = actor.may(Right.SEE_SENSITIVE)
    if sensitive:
        record_look(actor, page=page, org=file.org, household_id=file.household_id, fields=looked_at())
    return _view(bundle, sensitive=sensitive)


def _view(bundle: Bundle, *, sensitive: bool) -> FileView:
    file = bundle.case_file
    wages = {line.member_id: line.amount_fen for line in bundle.incomes if line.head == Income.Head.WAGE}
    people = [_person(member, wages.get(member.pk), sensitive=sensitive) for member in bundle.members]
    left = Member.objects.filter(case_file=file, left_on__isnull=False).order_by("left_on")
    dwelling = bundle.dwelling
    area = (
        ""
        if dwelling is None
        else f"{yuan(dwelling.floor_area)} ㎡"
        if dwelling.floor_area
        else _with_unit(dwelling.floor_area_text)
    )
    return FileView(
        id=file.pk,
        household=file.household_id,
        number=file.number,
        version=file.version,
        state=file.state,
        org=file.org,
        organisation=names_of_organisations({file.org}).get(file.org, ""),
        opened_on=file.opened_on,
        updated_at=file.updated_at,
        category=file.category,
        address=file.address,
        head=people[0],
        members=tuple(people),
        causes=tuple(cause.cause for cause in bundle.causes) if sensitive else (),
        said=_said(file, "worker", FILE_FIELDS, sensitive=sensitive),
        incomes=tuple(
            Amount(line.head, "家庭其他(非薪资)年收入", line.per, line.amount_fen)
            for line in bundle.incomes
            if line.head == Income.Head.OTHER
        ),
        expenditures=tuple(_expenditure(line) for line in bundle.expenditures) if sensitive else (),
        dwelling=" · ".join(filter(None, [dwelling.housing_type, area])) if dwelling else "",
        bank=_bank(bundle) if sensitive else "",
        consents=tuple(
            Consent.objects.filter(case_file=file, withdrawn_on__isnull=True).values_list(
                "basis", "document", "given_on"
            )
        ),
        former=tuple((masked_name(member.name), member.left_on) for member in left if member.left_on),
    )


def _person(member: Member, wage: int | None, *, sensitive: bool) -> Person:
    specs = archive_form().worker if member.is_head else archive_form().member
    fields = HEAD_FIELDS if member.is_head else MEMBER_FIELDS
    return Person(
        id=member.pk,
        name=member.name if sensitive else masked_name(member.name),
        relation="户主" if member.is_head else member.relation,
        is_head=member.is_head,
        number=masked_number(member.number_last_four) if sensitive else "",
        number_state=member.number_state,
        sex=member.sex,
        status=member.person_status or member.work_status,
        health=_health(member) if sensitive else "",
        monthly_income_fen=wage,
        child=_is_child(member),
        said=_said(member, "worker" if member.is_head else "member", fields, sensitive=sensitive),
        doubts=tuple(
            Doubt(specs[r.field].heading if r.field in specs else r.field, r.problem.zh, r.problem.en)
            for r in remarks_of(member.doubts)
            if r.problem is not None
        ),
    )


def _with_unit(area: str) -> str:
    """A band such as >50-70 is of square metres; a text that says something else stays as it is."""
    return f"{area} ㎡" if area[-1:].isdigit() else area


def _health(member: Member) -> str:
    return " · ".join(filter(None, [member.health, member.illness_or_disability]))


def _is_child(member: Member) -> bool:
    return member.age is not None and member.age < _CHILD_UNTIL


def _said(row: CaseFile | Member, sheet: str, fields: dict[str, str], *, sensitive: bool) -> tuple[Said, ...]:
    specs = archive_form().worker if sheet == "worker" else archive_form().member
    found = []
    for name, column in fields.items():
        value = getattr(row, column)
        secret = sensitivity_of(type(row), column) is Sensitivity.SENSITIVE
        # Shown elsewhere, or never beside the last four of the number.
        if value in (None, "") or (secret and not sensitive) or name in ("birth_date", "age"):
            continue
        found.append(Said(name, specs[name].heading, _shown(name, value), secret))
    return tuple(found)


def _shown(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "mobile":
        return masked_mobile(str(value))
    if isinstance(value, int) and name in ("total_yearly_income", "income_per_head", "monthly_rigid_expenditure"):
        return yuan(value)
    return str(value)


def _expenditure(line: Expenditure) -> Amount:
    return Amount(line.head, archive_form().worker[line.head].heading, "year", line.amount_fen)


def _bank(bundle: Bundle) -> str:
    bank = bundle.bank
    return " · ".join(filter(None, [bank.bank, bank.branch, masked_card(bank.card_last_four)])) if bank else ""
