"""The union's file of a household: what each cell of the archive workbook says, dirt included."""

from datetime import date

from bangfu.synthetic.damage import soil_date, soil_yes_no, soil_yuan, yuan_text
from bangfu.synthetic.days import REFERENCE_DAY, any_day
from bangfu.synthetic.dice import Dice
from bangfu.synthetic.world import AT_WORK, IN_POST, JOBLESS, LAID_OFF, RETIRED, STUDENT, Household, Person

Cells = dict[str, str]
_POLITICAL = ("群众", "群众", "群众", "群众", "中共党员", "共青团员")
_CLERKS = ("杨丽华", "李建国", "段秀英", "张志军", "字学芬")


def file_household(dice: Dice, household: Household) -> list[Cells]:
    """One row per person, the head first: heading → what is written."""
    members = [_member(dice, household, person) for person in household.persons[1:]]
    return [_worker(dice, household), *members]


def _worker(dice: Dice, household: Household) -> Cells:
    head = household.head
    cells = _person(dice, head)
    cells |= {
        "职工编号": f"{household.county.code}{dice.between(1, 9_999_999):07}",
        "工作状态": head.status,
        "住房类型": household.housing_type,
        "建筑面积": dice.pick(("≤20", ">20-50", ">50-70", ">70", "45", "62.5", "88")),
        "工作时间": soil_date(
            dice, any_day(dice, date(head.birth.year + 18, 1, 1), date(head.birth.year + 24, 12, 31))
        ),
        "家庭住址": f"云南省大理州{household.county.name}{household.township}{dice.between(1, 60)}号",
        "户口所在地行政区划": household.filed_division,
        "医保状况": "城镇职工" if head.status in (IN_POST, RETIRED) else "城乡居民",
        "手机号码": f"154{dice.between(0, 99_999_999):08}",
        "备注": "",
        "建档人": dice.pick(_CLERKS),
        "录入人": dice.pick(_CLERKS),
        "申请类别": "日常救助" if dice.chance(0.9) else "临时救助",
    }
    cells |= _employer(dice, head) | _family(dice, household) | _amounts(dice, household)
    return cells


def _person(dice: Dice, person: Person) -> Cells:
    return {
        "户主身份证号": person.filed_head,
        "姓名": person.filed_name,
        "民族": person.ethnic_group if dice.chance(0.9) else person.ethnic_group.removesuffix("族"),
        "性别": "女" if person.female else "男",
        "政治面貌": dice.pick(_POLITICAL) if person.age >= 18 else "群众",
        "身份证号": person.filed.text,
        "出生日期": soil_date(dice, person.birth),
        "健康状况": person.health,
        "疾病/残疾类别": person.disability or person.illness,
        "劳模类型": "非劳模" if dice.chance(0.98) else "地市级劳模",
        "婚姻状况": person.marital,
        "户口类型": dice.pick(("非农业", "非农业", "农业", "农转居")),
    }


def _employer(dice: Dice, head: Person) -> Cells:
    employer = head.employer
    if employer is None:
        return {}
    name = employer.name.replace("（", "(").replace("）", ")") if dice.chance(0.3) else employer.name
    cells = {
        "工作单位": name,
        "单位性质": employer.nature,
        "企业状况": employer.state,
        "所属行业": employer.industry,
        "合同期限": dice.pick(("两年", "三年", "五年以上", "无固定期限")),
    }
    return cells | {"统一社会信用代码": employer.code} if dice.chance(0.7) else cells


def _family(dice: Dice, household: Household) -> Cells:
    persons = household.persons
    alone = household.head.marital in ("离异", "丧偶") and any(person.school for person in persons)
    working = any(person.status in AT_WORK for person in persons)
    # A count typed from memory is sometimes wrong; the members' rows are what counts.
    said = len(persons) + (dice.pick((-1, 1)) if dice.chance(0.02) else 0)
    return {
        "家庭人口": str(max(1, said)),
        "是否单亲": soil_yes_no(dice, alone),
        "是否有一定自救能力": soil_yes_no(dice, working),
        "是否为零就业家庭": soil_yes_no(dice, not working),
        "主要致困原因": household.main_cause,
        "次要致困原因": "、".join(household.secondary_causes),
    }


def _amounts(dice: Dice, household: Household) -> Cells:
    amounts = {
        "本人月平均收入": household.head.monthly_income,
        "家庭其他(非薪资)年收入": household.other_income,
        "医疗自付支出(年)": household.illness_cost,
        "残疾支出(年)": household.disability_cost,
        "教育支出(年)": household.schooling_cost,
        "住房支出(年)": household.housing_cost,
        "其他刚性支出(年)": household.other_cost,
        "必要就业成本(年)": household.work_cost,
        "意外损失(年)": household.accident_loss,
    }
    cells = {heading: _amount(dice, household, fen) for heading, fen in amounts.items()}
    # The total is written down by the family; it does not always add up, and the parts decide.
    said = household.yearly_income + (dice.between(1, 60) * 100_00 if dice.chance(0.05) else 0)
    return cells | {"家庭年度总收入": yuan_text(said)}


def _amount(dice: Dice, household: Household, fen: int) -> str:
    if fen == 0 and dice.chance(0.6):
        return ""
    text, dirt = soil_yuan(dice, fen)
    if dirt:
        household.money_dirt.append(dirt)
    return text


def _member(dice: Dice, household: Household, person: Person) -> Cells:
    cells = _person(dice, person)
    cells |= {
        "关系": person.relation,
        "年龄": str(person.age),
        "月收入": _amount(dice, household, person.monthly_income),
        "医保状况": "城镇职工" if person.status in (IN_POST, RETIRED) else "城乡居民",
    }
    # The status stands in one of two columns, as the county's form has it; or in both.
    grown = person.status in (IN_POST, JOBLESS, LAID_OFF, RETIRED, "病休", "内退", "农民工")
    if grown and dice.chance(0.2):
        cells["工作状态"] = person.status
    else:
        cells["人员身份"] = person.status
        if grown and dice.chance(0.3):
            cells["工作状态"] = person.status
    if person.status == STUDENT:
        years = 3 if 16 <= person.age <= 18 else 4 if person.age > 18 else 6 if person.age <= 12 else 3
        cells |= {
            "单位或学校": person.school,
            "入学年份": str(REFERENCE_DAY.year - dice.between(0, years - 1)),
            "年制": str(years),
            "当前学历": "小学"
            if person.age <= 12
            else "初中"
            if person.age <= 15
            else "高中"
            if person.age <= 18
            else "大学",
        }
    elif person.employer is not None:
        cells |= {
            "单位或学校": person.employer.name,
            "单位性质": person.employer.nature,
            "所属行业": person.employer.industry,
        }
    return cells
