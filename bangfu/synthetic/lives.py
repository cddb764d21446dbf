"""How the families live: work, income, health, school, what they must spend, and why they are in hardship. Figures are invented."""

from bangfu.synthetic.dice import Dice, Odds
from bangfu.synthetic.places import COUNTIES, EMPLOYERS
from bangfu.synthetic.world import AT_WORK, IN_POST, JOBLESS, LAID_OFF, RETIRED, STUDENT, Household, Person

# Yuan a month. An invented figure, near those that DOMAIN 1.5 lists.
MINIMUM_ALLOWANCE_FEN = 780_00
_HEAD_STATUS = Odds({IN_POST: 44, LAID_OFF: 17, JOBLESS: 23, RETIRED: 4, "病休": 5, "内退": 2, "农民工": 5})
_ADULT_STATUS = Odds({IN_POST: 26, JOBLESS: 27, "务农": 18, "农民工": 13, LAID_OFF: 9, "病休": 3, "内退": 2})
_ELDER_STATUS = Odds({RETIRED: 40, "务农": 38, JOBLESS: 22})
_PAY = {
    IN_POST: (1300, 3900), "农民工": (1200, 3600), "务农": (200, 1200), RETIRED: (900, 2900), LAID_OFF: (0, 900), JOBLESS: (0, 500),
    "病休": (800, 2200), "内退": (900, 2300),
}  # fmt: skip
_MOST_LIKELY_UNPAID = frozenset({JOBLESS, LAID_OFF})
_ILLNESSES = (
    ("恶性肿瘤", "胃恶性肿瘤"), ("终末期肾病", "尿毒症透析"), ("心血管病", "冠心病"), ("脑血管病", "脑梗死后遗症"), ("糖尿病", ""),
    ("肝病", "肝硬化"), ("血液病", "再生障碍性贫血"), ("高血压病", ""), ("肺病", "矽肺"), ("腰颈椎病", ""), ("一般疾病", ""),
)  # fmt: skip
_DISABILITY_KINDS = Odds({"肢体": 52, "视力": 12, "听力": 11, "言语": 2, "智力": 9, "精神": 10, "多重": 4})
DISABILITY_GRADES = "一二三四"
_HOUSING = Odds(
    {
        "自建房": 36,
        "租房": 16,
        "商品房": 10,
        "自购房": 12,
        "政府廉租房": 12,
        "经济适用房": 4,
        "承租单位公房": 8,
        "无房": 2,
    }
)


def live(dice: Dice, household: Household) -> None:
    """Give the household its circumstances."""
    for place, person in enumerate(household.persons):
        _work(dice, person, is_head=place == 0, county=COUNTIES.index(household.county))
        _health(dice, person)
    _spend(dice, household)
    _causes(dice, household)
    if dice.chance(0.03):
        _stand_on_a_line(dice, household)


def _work(dice: Dice, person: Person, *, is_head: bool, county: int) -> None:
    age = person.age
    if is_head:
        person.status = dice.draw(_HEAD_STATUS)
    elif age < 6:
        person.status = "学龄前"
    elif age <= 17 or (age <= 22 and dice.chance(0.6)):
        person.status = STUDENT
        person.school = _school(dice, age)
    else:
        person.status = dice.draw(_ELDER_STATUS if age >= 60 else _ADULT_STATUS)
    if person.status in _PAY and not (person.status in _MOST_LIKELY_UNPAID and dice.chance(0.6)):
        low, high = _PAY[person.status]
        # Whole tens of yuan mostly, as people say them.
        person.monthly_income = dice.between(low // 10, high // 10) * 1000 + (
            dice.between(0, 999) if dice.chance(0.1) else 0
        )
    if person.status in (IN_POST, LAID_OFF, "病休", "内退", "农民工"):
        person.employer = dice.pick(EMPLOYERS[county])


def _school(dice: Dice, age: int) -> str:
    if age <= 12:
        return dice.pick(("第一小学", "中心完小", "白族小学"))
    if age <= 15:
        return dice.pick(("第二初级中学", "民族中学", "镇初级中学"))
    if age <= 18:
        return dice.pick(("第一中学", "民族高级中学", "中等职业学校"))
    return dice.pick(("苍洱大学", "洱海职业技术学院", "金沙师范学院"))


def _health(dice: Dice, person: Person) -> None:
    chance = dice.random()
    if chance < 0.065:
        person.disability = f"{dice.draw(_DISABILITY_KINDS)}残疾{dice.pick(DISABILITY_GRADES)}级"
        person.health = "残疾"
        if dice.chance(0.12):
            person.health = dice.pick(("心血管病", "精神病", "一般疾病"))
        elif dice.chance(0.05):
            person.disability = ""
    elif chance < 0.09 + 0.004 * max(0, person.age - 25):
        person.health, person.illness = dice.pick(_ILLNESSES)


def _spend(dice: Dice, household: Household) -> None:
    persons = household.persons
    if any(person.health not in ("良好", "残疾") for person in persons):
        household.illness_cost = _yuan(dice, 300, 9_000) if dice.chance(0.6) else _yuan(dice, 9_000, 62_000)
    if any(person.disabled_by_file for person in persons) and dice.chance(0.7):
        household.disability_cost = _yuan(dice, 200, 7_500)
    # Compulsory schooling (until 15) costs nothing that counts.
    household.schooling_cost = sum(
        _yuan(dice, 2_000, 11_000) for person in persons if person.school and person.age > 15
    )
    household.housing_type = dice.draw(_HOUSING)
    if household.housing_type in ("租房", "政府廉租房", "承租单位公房"):
        household.housing_cost = _yuan(dice, 600, 9_600)
    if dice.chance(0.15):
        household.other_cost = _yuan(dice, 200, 4_000)
    if dice.chance(0.45):
        household.work_cost = sum(_yuan(dice, 300, 3_000) for person in persons if person.status in AT_WORK)
    if dice.chance(0.35):
        household.other_income = _yuan(dice, 300, 12_000)
    if dice.chance(0.06):
        household.accident_loss = _yuan(dice, 3_000, 30_000) if dice.chance(0.5) else _yuan(dice, 30_000, 160_000)


def _yuan(dice: Dice, low: int, high: int) -> int:
    return dice.between(low // 100, high // 100) * 100_00 if dice.chance(0.5) else dice.between(low * 100, high * 100)


def _causes(dice: Dice, household: Household) -> None:
    persons = household.persons
    found = []
    if household.accident_loss:
        found.append("遭受意外事故" if dice.chance(0.7) else "遭受自然灾害")
    if any(person.illness for person in persons):
        found.append("患重特大疾病")
    if household.schooling_cost:
        found.append("子女上学")
    if any(person.status in (LAID_OFF, JOBLESS) for person in persons[:1]):
        found.append("下岗失业")
    elif any(person.status == JOBLESS for person in persons):
        found.append("有劳动能力而未就业")
    if any(person.disabled_by_file for person in persons):
        found.append("无劳动能力")
    dice.shuffle(found)
    household.main_cause = found[0] if found else dice.pick(("其他", "未参加社会保险", "社会保险待遇落实不到位"))
    household.secondary_causes = tuple(found[1:4])


def _stand_on_a_line(dice: Dice, household: Household) -> None:
    """Put the household exactly on a threshold: there the operators of the rules show."""
    persons = len(household.persons)
    line = 12 * persons * MINIMUM_ALLOWANCE_FEN
    which = dice.pick(("deep", "relative", "accident"))
    household.other_income = 0
    if which == "accident":
        # Well above twice the allowance, and a loss of exactly four fifths of the income.
        household.other_income = max(0, 3 * line + household.rigid_cost - household.yearly_income)
        household.other_income += -household.yearly_income % 5
        household.accident_loss = household.yearly_income * 4 // 5
        return
    target = line + household.rigid_cost if which == "deep" else 2 * line + household.rigid_cost + household.work_cost
    household.other_income = max(0, target - household.yearly_income)
    if household.other_income and dice.chance(0.3):
        # One fen above the line.
        household.other_income += 1
