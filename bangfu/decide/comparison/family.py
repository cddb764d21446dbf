"""What the family's file says to each kind of finding, in plain words. Only what the file says; what it was not asked is said to be so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bangfu.core.money import yuan
from bangfu.decide.comparison.words import Words, both, joined

_NOT_ASKED = Words("档案表没有这一栏", "the form does not ask")
_NOT_FILLED = Words("档案未填", "not filled in")
_DISABLED = "残疾"


@dataclass(frozen=True, slots=True)
class Person:
    """What the file says of a person. Texts are empty, and the amount is None, where it says nothing (or nothing readable)."""

    name: str
    is_head: bool
    relation: str
    status: str
    monthly_income_fen: int | None
    health: str
    illness_or_disability: str
    number_missing: bool
    employer: str = ""

    @property
    def disabled(self) -> bool:
        """Does the file say that this person is disabled?"""
        return self.health == _DISABLED or _DISABLED in self.illness_or_disability


@dataclass(frozen=True, slots=True)
class Family:
    """What the file says of the household."""

    category: str
    main_cause: str
    illness_expenditure_fen: int | None
    schooling_expenditure_fen: int | None
    housing_type: str
    opened_on: date
    people: tuple[Person, ...]


def says(kind: str, person: Person, family: Family) -> Words:
    """What the file says where a finding of this kind says something else, or the same."""
    return _SAYS.get(kind, _name)(person, family)


def beside(kind: str, family: Family) -> tuple[Words, ...]:
    """What else in the file bears on a finding of this kind."""
    if kind == "名下机动车" and any(person.disabled for person in family.people):
        return (Words("档案写有残疾成员", "The file names a disabled member"),)
    return ()


def _name(person: Person, _family: Family) -> Words:
    return Words(f"姓名：{person.name}", f"name: {person.name}")


def _number(person: Person, _family: Family) -> Words:
    if person.number_missing:
        return Words("没有填号码", "no number filled in")
    return Words("填的号码不能核对", "a number that cannot be checked")


def _member(person: Person, _family: Family) -> Words:
    if person.is_head:
        return Words("户主，在档", "head of the file")
    relation = both(person.relation)
    return Words(f"家庭成员：{relation.zh or '未填关系'}", f"member: {relation.en or 'relation not filled in'}")


def _not_asked(_person: Person, _family: Family) -> Words:
    return _NOT_ASKED


def _housing(_person: Person, family: Family) -> Words:
    return _stated("住房类型", "housing", family.housing_type)


def _status(person: Person, _family: Family) -> Words:
    return _stated("工作状态", "work status", person.status)


def _employer(person: Person, _family: Family) -> Words:
    return joined([_stated("工作单位", "employer", person.employer), _status(person, _family)])


def _income(person: Person, _family: Family) -> Words:
    if person.monthly_income_fen is None:
        return Words("月收入未填", "monthly income not filled in")
    amount = yuan(person.monthly_income_fen)
    return Words(f"月收入 {amount} 元", f"monthly income {amount} yuan")


def _allowance(_person: Person, family: Family) -> Words:
    return _stated("困难类别", "hardship category", family.category)


def _illness(_person: Person, family: Family) -> Words:
    said = [_stated("主因", "main cause", family.main_cause)]
    if family.illness_expenditure_fen:
        amount = yuan(family.illness_expenditure_fen)
        said.append(Words(f"年医疗自付 {amount} 元", f"own medical payments {amount} yuan a year"))
    return joined(said)


def _schooling(person: Person, family: Family) -> Words:
    said = [_status(person, family)]
    if family.schooling_expenditure_fen:
        amount = yuan(family.schooling_expenditure_fen)
        said.append(Words(f"年教育支出 {amount} 元", f"schooling {amount} yuan a year"))
    return joined(said)


def _disability(person: Person, _family: Family) -> Words:
    written = [text for text in (person.health, person.illness_or_disability) if text]
    return joined([both(text) for text in written]) if written else _NOT_FILLED


def _on_file(_person: Person, family: Family) -> Words:
    return Words(f"在本地建档（{family.opened_on}）", f"on file here (since {family.opened_on})")


def _stated(title_zh: str, title_en: str, value: str) -> Words:
    shown = both(value) if value else _NOT_FILLED
    return Words(f"{title_zh}：{shown.zh}", f"{title_en}: {shown.en}")


_SAYS: Mapping[str, Callable[[Person, Family], Words]] = {
    "号码无效": _number,
    "已死亡": _member,
    "户籍注销": _member,
    "查无此人": _member,
    "姓名不符": _name,
    "可能同一人": _name,
    "名下机动车": _not_asked,
    "名下企业": _not_asked,
    "经营性房产": _not_asked,
    "多套住房": _housing,
    "劳动关系": _status,
    "就业状态": _status,
    "单位状态": _employer,
    "领取养老金": _status,
    "收入不符": _income,
    "低保在享": _allowance,
    "医疗支出": _illness,
    "在读学生": _schooling,
    "残疾证": _disability,
    "异地建档": _on_file,
}
