"""Medical bills, public relief, schools, disability certificates, and the unions' archives elsewhere."""

from collections.abc import Iterator
from datetime import date

from bangfu.synthetic.damage import yuan_text
from bangfu.synthetic.days import TWELVE_MONTHS_START, any_day, month_back
from bangfu.synthetic.dice import Dice, Odds
from bangfu.synthetic.lives import MINIMUM_ALLOWANCE_FEN
from bangfu.synthetic.world import STUDENT, Household, Person, Row

DISABILITY_TYPES = {"视力": "1", "听力": "2", "言语": "3", "肢体": "4", "智力": "5", "精神": "6", "多重": "7"}
DISABILITY_GRADES = {"一": "1", "二": "2", "三": "3", "四": "4"}
_RELIEF = Odds({"城市低保": 52, "农村低保": 30, "特困供养": 3, "低收入家庭": 15})
_CARD_STATE = Odds({"有效": 90, "过期": 6, "注销": 4})


def rows(dice: Dice, household: Household) -> Iterator[Row]:
    """medical_settlement, minimum_allowance, students, disability, other_archives."""
    for place, person in enumerate(household.persons):
        yield from _bills(dice, place, person)
        yield from _school(dice, place, person)
        yield from _certificate(dice, place, person)
        if dice.chance(0.005):
            cells = {
                "建档地": dice.pick(("昆明市五华区", "保山市隆阳区", "丽江市古城区", "攀枝花市东区")),
                "困难类别": dice.pick(("深度困难", "相对困难", "意外致困")),
                "状态": "在档" if dice.chance(0.6) else dice.pick(("已脱困", "已注销")),
            }
            yield Row("other_archives", place, cells)
    yield from _relief(dice, household)


def _bills(dice: Dice, place: int, person: Person) -> Iterator[Row]:
    ill = bool(person.illness) or person.health not in ("良好", "残疾")
    if not dice.chance(0.75 if ill else 0.07):
        return
    for _ in range(dice.between(1, 4) if ill else 1):
        # Some bills are older than the window of twelve months, some cost the patient nothing.
        older = dice.chance(0.3)
        day = any_day(dice, date(2024, 9, 1), date(2025, 10, 31)) if older else any_day(dice, TWELVE_MONTHS_START)
        total = dice.between(100_00, 28_000_00)
        paid = 0 if dice.chance(0.08) else total * dice.between(8, 45) // 100
        cells = {
            "结算日期": day.isoformat(),
            "病种": (person.illness or person.health) if ill else "上呼吸道感染",
            "总费用": yuan_text(total),
            "个人自付": yuan_text(paid),
        }
        yield Row("medical_settlement", place, cells)


def _school(dice: Dice, place: int, person: Person) -> Iterator[Row]:
    # Some who study are filed as something else, which states nothing.
    studies = person.status == STUDENT and dice.chance(0.9)
    if not studies and not (17 <= person.age <= 23 and dice.chance(0.08)):
        return
    age = min(max(person.age, 6), 22)
    stages = ((12, "小学", 6), (15, "初中", 13), (18, "高中", 16), (22, "本专科", 19))
    stage, first = next((name, start) for last, name, start in stages if age <= last)
    aid = dice.pick(("", "", "国家助学金", "营养改善计划")) if age > 15 else ""
    cells = {
        "学校": person.school or "洱海职业技术学院",
        "学段": stage,
        "年级": f"{age - first + 1}年级",
        "资助项目": aid,
        "资助金额": str(dice.pick((1000, 2000, 3000))) if aid else "",
    }
    yield Row("students", place, cells)


def _certificate(dice: Dice, place: int, person: Person) -> Iterator[Row]:
    said = person.disability
    if not dice.chance(0.88 if person.disabled_by_file else 0.004):
        return
    kind, grade = (said[:2], said[4]) if said else (dice.pick(tuple(DISABILITY_TYPES)), dice.pick("一二三四"))
    if said and dice.chance(0.1):
        grade = dice.pick([other for other in "一二三四" if other != grade])
    elif said and dice.chance(0.03):
        kind = dice.pick([other for other in DISABILITY_TYPES if other != kind])
    card = person.number + DISABILITY_TYPES[kind] + DISABILITY_GRADES[grade]
    yield Row("disability", place, {"状态": dice.draw(_CARD_STATE)}, card)


def _relief(dice: Dice, household: Household) -> Iterator[Row]:
    per_head = (household.yearly_income - household.rigid_cost) // (12 * len(household.persons))
    if not dice.chance(0.4 if per_head < MINIMUM_ALLOWANCE_FEN else 0.06):
        return
    persons = len(household.persons)
    ended = dice.chance(0.2)
    # A certificate that ends in the reference month is still current.
    until = month_back(dice.between(1, 20)) if ended else dice.pick(("", "", month_back(0), month_back(-14)))
    covered = [0] if dice.chance(0.8) else [place for place in range(persons) if dice.chance(0.7)]
    certificate, relief = f"DB5329{dice.between(0, 999_999):06}", dice.draw(_RELIEF)
    for place in covered:
        cells = {
            "证号": certificate,
            "救助类别": relief,
            "保障人口": str(persons),
            "月金额": yuan_text(dice.between(15, 60) * 1000 * persons),
            "起始年月": month_back(dice.between(22, 70)),
            "截止年月": until,
        }
        yield Row("minimum_allowance", place, cells)
