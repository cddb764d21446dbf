"""Social insurance, employment register, pensions, provident fund and income tax: work, and what it pays."""

from collections.abc import Iterator

from bangfu.synthetic.damage import yuan_text
from bangfu.synthetic.days import REFERENCE_DAY, any_day, month_back
from bangfu.synthetic.dice import Dice
from bangfu.synthetic.places import ELSEWHERE, Employer
from bangfu.synthetic.world import IN_POST, JOBLESS, LAID_OFF, RETIRED, Household, Person, Row

_WITHOUT_WORK = frozenset({JOBLESS, LAID_OFF})
_INSURANCES = ("企业职工基本养老保险", "工伤保险", "失业保险")


def rows(dice: Dice, household: Household) -> Iterator[Row]:
    """social_insurance, employment, pensions, provident_fund, income_tax."""
    for place, person in enumerate(household.persons):
        if person.age < 18 or person.status in ("学生", "学龄前"):
            continue
        yield from _social_insurance(dice, place, person)
        yield from _employment(dice, place, person)
        yield from _pension(dice, place, person)
        yield from _provident_fund(dice, place, person)
        yield from _income_tax(dice, place, person)


def _social_insurance(dice: Dice, place: int, person: Person) -> Iterator[Row]:
    chance = dice.random()
    if person.status == IN_POST:
        state = "参保缴费" if chance < 0.86 else "暂停缴费" if chance < 0.94 else ""
    elif person.status in _WITHOUT_WORK:
        state = "参保缴费" if chance < 0.05 else "暂停缴费" if chance < 0.4 else ""
    else:
        state = "参保缴费" if chance < 0.15 else ""
    if not state:
        return
    employer = person.employer or dice.draw(ELSEWHERE)
    for insurance in _INSURANCES[: 2 if dice.chance(0.15) else 1]:
        yield Row("social_insurance", place, _insured(dice, person, employer, insurance, state))


def _insured(dice: Dice, person: Person, employer: Employer, insurance: str, state: str) -> dict[str, str]:
    return {
        "单位名称": employer.name,
        "统一社会信用代码": employer.code,
        "险种": insurance,
        "缴费基数": yuan_text(max(person.monthly_income, 2500_00)),
        "起始年月": month_back(dice.between(14, 160)),
        "截止年月": "" if state == "参保缴费" else month_back(dice.between(1, 13)),
        "状态": state,
    }


def _employment(dice: Dice, place: int, person: Person) -> Iterator[Row]:
    chance = dice.random()
    if person.status == JOBLESS:
        state = "失业" if chance < 0.45 else "就业" if chance < 0.49 else ""
    elif person.status == LAID_OFF:
        state = "失业" if chance < 0.3 else ""
    else:
        state = "就业" if person.status == IN_POST and chance < 0.3 else ""
    if state:
        day = any_day(dice, REFERENCE_DAY.replace(year=2021)).isoformat()
        yield Row("employment", place, {"登记类型": f"{state}登记", "登记日期": day, "状态": state})


def _pension(dice: Dice, place: int, person: Person) -> Iterator[Row]:
    chance = dice.random()
    if person.status == RETIRED:
        state = "正常" if chance < 0.85 else "暂停" if chance < 0.9 else ""
    elif person.age >= 60:
        state = "正常" if chance < 0.12 else ""
    else:
        state = "正常" if chance < 0.004 else "终止" if chance < 0.006 else ""
    if state:
        monthly = yuan_text(person.monthly_income or dice.between(90, 260) * 1000)
        yield Row("pensions", place, {"月待遇": monthly, "起始年月": month_back(dice.between(3, 120)), "状态": state})


def _provident_fund(dice: Dice, place: int, person: Person) -> Iterator[Row]:
    declared, chance = person.monthly_income, dice.random()
    employer = person.employer
    if person.status in _WITHOUT_WORK:
        if chance < 0.06:
            yield _fund_row(place, dice.draw(ELSEWHERE), 3200_00, "封存" if chance < 0.05 else "正常")
        return
    if employer is None or chance > 0.3:
        return
    if chance < 0.02:
        base = declared * dice.between(125, 230) // 100
    elif chance < 0.04:
        # Exactly 1.2 times the declared income: not above it. (Declared incomes are whole fen; only multiples of five fit.)
        base = declared * 6 // 5 if declared % 5 == 0 else declared
    else:
        base = declared * dice.between(80, 117) // 100
    yield _fund_row(place, employer, base, "正常" if dice.chance(0.9) else "封存")


def _fund_row(place: int, employer: Employer, base: int, state: str) -> Row:
    monthly = yuan_text(base // 5)
    cells = {"单位名称": employer.name, "缴存基数": yuan_text(base), "月缴存额": monthly, "状态": state}
    return Row("provident_fund", place, cells)


def _income_tax(dice: Dice, place: int, person: Person) -> Iterator[Row]:
    declared, chance = person.monthly_income, dice.random()
    if person.status in _WITHOUT_WORK:
        if chance < 0.015:
            for months in range(dice.between(1, 5)):
                yield _tax_row(place, "劳务报酬所得", dice.between(80, 300) * 1000, months)
        return
    if person.employer is None or chance > 0.16:
        return
    # The window is the twelve months that end with the reference month; what was paid before it does not count.
    share = dice.between(125, 190) if chance < 0.015 else dice.between(85, 116)
    for months in range(12):
        yield _tax_row(place, "工资薪金所得", declared * share // 100, months)
    if dice.chance(0.3):
        yield _tax_row(place, "工资薪金所得", declared * 4, dice.between(12, 15))


def _tax_row(place: int, item: str, amount: int, months: int) -> Row:
    month = month_back(months).replace("-", "")
    return Row("income_tax", place, {"所得项目": item, "收入额": yuan_text(amount), "所属年月": month})
