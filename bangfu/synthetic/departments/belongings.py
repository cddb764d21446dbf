"""Vehicles, companies, homes and shops."""

from collections.abc import Iterator
from datetime import date

from bangfu.synthetic.codes import credit_code, plate, unit_number
from bangfu.synthetic.days import any_day
from bangfu.synthetic.dice import Dice, Odds
from bangfu.synthetic.world import Household, Person, Row

_CARS = ("小型轿车", "小型普通客车", "轻型栏板货车", "微型面包车", "小型越野客车")
_BRANDS = ("五菱牌", "长安牌", "大众牌", "比亚迪牌", "吉利牌", "东风牌")
_VEHICLE_STATE = Odds({"正常": 70, "查封": 6, "报废": 14, "注销": 10})
_COMPANY_STATE = Odds({"存续": 40, "在业": 15, "吊销": 20, "注销": 25})
_WHOLE, _PARTS = ("全部", "100%"), ("50%", "1/2", "三分之一", "共同共有")


def rows(dice: Dice, household: Household) -> Iterator[Row]:
    """vehicles, companies, real_estate."""
    for place, person in enumerate(household.persons):
        if person.age >= 18:
            yield from _vehicles(dice, place, person)
            yield from _companies(dice, place, person, household)
    # Several homes are laid on the head: without a readable head there would be nobody to lay them on.
    if household.head.filed.readable:
        yield from _real_estate(dice, household)


def _vehicles(dice: Dice, place: int, person: Person) -> Iterator[Row]:
    if dice.chance(0.035):
        yield _vehicle(dice, place, "小型汽车", dice.pick(_CARS))
    if dice.chance(0.05):
        yield _vehicle(dice, place, "普通摩托车", dice.pick(("普通二轮摩托车", "轻便二轮摩托车", "普通正三轮摩托车")))
    # Substitute transport of the disabled; a few stand in the name of somebody who is not.
    if dice.chance(0.09 if person.disabled_by_file else 0.0015):
        kind = dice.pick(("残疾人机动轮椅车", "残疾人专用小型自动挡载客汽车"))
        yield _vehicle(dice, place, "轮椅车" if "轮椅" in kind else "小型汽车", kind)


def _vehicle(dice: Dice, place: int, plate_kind: str, kind: str) -> Row:
    cells = {
        "号牌号码": plate(dice),
        "号牌种类": plate_kind,
        "车辆类型": kind,
        "品牌": dice.pick(_BRANDS),
        "使用性质": "营运" if dice.chance(0.06) else "非营运",
        "初次登记日期": any_day(dice, date(2008, 1, 1)).isoformat(),
        "状态": dice.draw(_VEHICLE_STATE),
    }
    return Row("vehicles", place, cells)


def _companies(dice: Dice, place: int, person: Person, household: Household) -> Iterator[Row]:
    if not dice.chance(0.018):
        return
    trade = dice.pick(("小吃店", "百货店", "种植专业合作社", "装饰工程有限公司", "商贸有限公司", "汽车修理部"))
    shop = not trade.endswith("公司")
    cells = {
        "统一社会信用代码": credit_code(10**9 + dice.between(0, 10**9), "92" if shop else "91"),
        "名称": f"{household.county.name[:2]}{person.name[:1]}记{trade}",
        "职务": "经营者" if shop else dice.pick(("法定代表人", "执行董事", "监事")),
        "出资额": str(dice.pick((0, 10_000, 30_000, 100_000, 500_000))),
        "出资比例": "100%" if shop else dice.pick(("100%", "51%", "30%", "10%")),
        "状态": dice.draw(_COMPANY_STATE),
        "成立日期": any_day(dice, date(2005, 1, 1)).isoformat(),
    }
    yield Row("companies", place, cells)


def _real_estate(dice: Dice, household: Household) -> Iterator[Row]:
    adults = [place for place, person in enumerate(household.persons) if person.age >= 18]
    chance = dice.random()
    if chance < 0.42:
        yield from _home(dice, household, adults, whole=chance < 0.3)
    if chance < 0.012:
        yield from _home(dice, household, adults, whole=True)
    elif 0.3 < chance < 0.31 or 0.05 < chance < 0.058:
        # A share of the parents' house, inherited with brothers and sisters.
        yield _unit(dice, household, dice.pick(adults), unit_number(dice), "住宅", dice.pick(_PARTS))
    if dice.chance(0.05):
        former = _unit(dice, household, dice.pick(adults), unit_number(dice), "住宅", "全部")
        former.cells["状态"] = "历史"
        yield former
    if dice.chance(0.012):
        shop = _unit(dice, household, dice.pick(adults), unit_number(dice), dice.pick(("商业", "商铺")), "全部")
        shop.cells["状态"] = "现势" if dice.chance(0.7) else "历史"
        yield shop
    if dice.chance(0.02):
        yield _unit(dice, household, dice.pick(adults), unit_number(dice), "车库", "全部")


def _home(dice: Dice, household: Household, adults: list[int], *, whole: bool) -> Iterator[Row]:
    """One home; where two own it, one row for each of them with the same unit number."""
    unit = unit_number(dice)
    if whole or len(adults) < 2:
        yield _unit(dice, household, dice.pick(adults), unit, "住宅", dice.pick(_WHOLE))
        return
    for place in adults[:2]:
        yield _unit(dice, household, place, unit, "住宅", "共同共有")


def _unit(dice: Dice, household: Household, place: int, unit: str, use: str, share: str) -> Row:
    cells = {
        "不动产单元号": unit,
        "坐落": f"{household.county.name}{household.township}{dice.between(1, 40)}栋{dice.between(101, 909)}号",
        "面积": f"{dice.between(28, 150)}.{dice.between(0, 99):02}",
        "用途": use,
        "共有份额": share,
        "登记日期": any_day(dice, date(2006, 1, 1)).isoformat(),
        "状态": "现势",
    }
    return Row("real_estate", place, cells)
