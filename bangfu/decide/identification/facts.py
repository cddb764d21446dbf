"""Rows of an archive workbook become the facts of households: O(households), one small record each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bangfu.core.ids import IdNumber
from bangfu.core.periods import age_on
from bangfu.decide.identification.household import RIGID_FIELDS, Household, Person
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome, Value

# Code list C3 of the archive form (DOMAIN 2.3): the only value that says able-bodied.
_ABLE = "良好"
# Code list C15.
_UNABLE = "无劳动能力"
_SEXES = {"男": "1", "女": "2"}
_HALF_WIDTH = str.maketrans("（）", "()")
# The amounts that the rules use, in a head's row and in a member's: if one cannot be read, the reasons name it.
_HEAD_AMOUNTS = (
    "monthly_income",
    "other_yearly_income",
    "total_yearly_income",
    *RIGID_FIELDS,
    "employment_cost",
    "accident_loss",
)
_MEMBER_AMOUNTS = ("monthly_income",)


@dataclass(slots=True)
class _Draft:
    """A household while its rows come in; what the head's row says is kept, the row itself is not."""

    amounts: dict[str, int]
    single_parent: bool | None
    cause_given: bool
    stated_persons: int | None
    people: list[Person] = field(default_factory=list)
    unreadable: list[tuple[int, str]] = field(default_factory=list)


def households_of(rows: Iterable[ArchiveRow], on: date) -> list[Household]:
    """The households of a workbook in the order of their heads; ages as of ``on``. Wrong and repeated rows state nothing.

    A head's row comes before its members'. A household is 1 + the members attached to it, whatever 家庭人口 says (DESIGN 4).
    """
    drafts: dict[str, _Draft] = {}
    for row in rows:
        if row.outcome is not Outcome.NEW or row.household is None:
            continue
        number = row.household.text
        if row.is_head:
            if number in drafts:
                raise ValueError("the reader gave two heads of one household")
            drafts[number] = _draft(row)
        draft = drafts[number]
        amounts = _HEAD_AMOUNTS if row.is_head else _MEMBER_AMOUNTS
        draft.unreadable += [(len(draft.people), name) for name in _unreadable(row, amounts)]
        draft.people.append(_person(row, on))
    return [_household(number, draft) for number, draft in drafts.items()]


def _draft(row: ArchiveRow) -> _Draft:
    values = row.values
    return _Draft(
        amounts={name: fen for name in _HEAD_AMOUNTS if (fen := _whole(values, name)) is not None},
        single_parent=bool(values["single_parent"]) if "single_parent" in values else None,
        cause_given=bool(values.get("main_cause")) or bool(values.get("secondary_causes")),
        stated_persons=_whole(values, "persons"),
    )


def _household(number: str, draft: _Draft) -> Household:
    fen = draft.amounts
    illness, disability, schooling, housing, other = (fen.get(name, 0) for name in RIGID_FIELDS)
    return Household(
        head_number=number,
        people=tuple(draft.people),
        other_income_fen=fen.get("other_yearly_income", 0),
        rigid_fen=(illness, disability, schooling, housing, other),
        employment_cost_fen=fen.get("employment_cost", 0),
        accident_loss_fen=fen.get("accident_loss", 0),
        single_parent=draft.single_parent,
        cause_given=draft.cause_given,
        stated_persons=draft.stated_persons,
        stated_income_fen=fen.get("total_yearly_income"),
        unreadable=tuple(draft.unreadable),
    )


def _person(row: ArchiveRow, on: date) -> Person:
    birth, sex = _birth_and_sex(row.values)
    health = row.values.get("health")
    able = None if health is None else health == _ABLE
    if row.is_head and row.values.get("main_cause") == _UNABLE:
        # The main cause speaks of the worker in whose name the file stands.
        able = False
    return Person(
        monthly_income_fen=_whole(row.values, "monthly_income") or 0,
        age=None if birth is None or birth > on else age_on(birth, on),
        sex=sex,
        able=able,
        status=_status(row),
    )


def _birth_and_sex(values: Mapping[str, Value]) -> tuple[date | None, str | None]:
    """A verified number says both; without one, what the form says."""
    number = values.get("id_number")
    if isinstance(number, IdNumber):
        return number.birth_date, number.sex
    birth = values.get("birth_date")
    return birth if isinstance(birth, date) else None, _SEXES.get(str(values.get("sex")))


def _status(row: ArchiveRow) -> str | None:
    """The head's 工作状态; a member's 人员身份, else 工作状态 (DESIGN 4)."""
    status = row.values.get("work_status")
    if not row.is_head:
        status = row.values.get("person_status", status)
    return None if status is None else str(status).translate(_HALF_WIDTH)


def _unreadable(row: ArchiveRow, amounts: tuple[str, ...]) -> list[str]:
    doubted = {remark.field for remark in row.remarks if remark.problem is not None}
    return [name for name in amounts if name in doubted and name not in row.values]


def _whole(values: Mapping[str, Value], name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) else None
