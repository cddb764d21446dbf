"""The departments' rows about people who are not on file: by far the most rows of any register. Made in bulk, by column."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from bangfu.synthetic.codes import NumberRoll, credit_code
from bangfu.synthetic.damage import DEPARTMENT_DIRTY, DEPARTMENT_LOST, soil_number
from bangfu.synthetic.datasets import DATASETS, Dataset
from bangfu.synthetic.days import REFERENCE_DAY, month_back
from bangfu.synthetic.dice import Dice
from bangfu.synthetic.names import many_names, other_spelling
from bangfu.synthetic.places import COUNTIES, EMPLOYERS, PUBLIC, Employer

Column = Callable[[Dice, int], list[str]]
Values = tuple[str | None, ...]
_BIRTHS = range(date(1938, 1, 1).toordinal(), date(2020, 12, 31).toordinal())
_SOILED = DEPARTMENT_DIRTY + DEPARTMENT_LOST


def _of(*values: str) -> Column:
    return lambda dice, count: dice.choices(values, k=count)


def _numbered(pattern: str, below: int) -> Column:
    return lambda dice, count: [pattern.format(number) for number in dice.choices(range(below), k=count)]


def _yuan(low: int, high: int) -> Column:
    return lambda dice, count: [f"{number / 2:.2f}" for number in dice.choices(range(2 * low, 2 * high), k=count)]


def _days(years: int) -> Column:
    first = REFERENCE_DAY - timedelta(days=365 * years)
    values = [(first + timedelta(days=turn)).isoformat() for turn in range(365 * years)]
    return lambda dice, count: dice.choices(values, k=count)


def _months(first: int, last: int) -> Column:
    return _of(*(month_back(turn) for turn in range(first, last)))


def _codes(dice: Dice, count: int) -> list[str]:
    return [credit_code(3 * 10**9 + number) for number in dice.choices(range(10**9), k=count)]


_TOWNS = tuple(f"{county.name}{town}" for county in COUNTIES for town in county.townships)
_PLACES = _of(*(f"云南省大理州{town}" for town in _TOWNS))
_EMPLOYER_NAMES = _of(*(employer.name for county in EMPLOYERS for employer in county))
_COLUMNS: dict[str, dict[str, Column]] = {
    "population": {
        "与户主关系": _of("户主", "配偶", "子", "女", "父亲", "母亲"), "户号": _numbered("53298{:07}", 10**7), "户籍地址": _PLACES,
        "状态": _of(*["正常"] * 28, "注销:死亡", "注销:迁出"), "注销原因": _of(""),
    },
    "deaths": {"死亡日期": _days(3)},
    "vehicles": {
        "号牌号码": _numbered("云L{:05}", 10**5), "号牌种类": _of("小型汽车", "小型汽车", "普通摩托车"),
        "车辆类型": _of("小型轿车", "小型普通客车", "轻型栏板货车"), "品牌": _of("五菱牌", "大众牌", "比亚迪牌", "长安牌"),
        "使用性质": _of("非营运", "非营运", "非营运", "营运"), "初次登记日期": _days(16),
        "状态": _of("正常", "正常", "正常", "报废", "注销"),
    },
    "companies": {
        "统一社会信用代码": _codes, "名称": _numbered("大理州第{}号商贸有限公司", 10**6),
        "职务": _of("法定代表人", "执行董事", "监事", "股东"),
        "出资额": _of("50000", "100000", "500000", "1000000"), "出资比例": _of("100%", "60%", "30%"),
        "状态": _of("存续", "存续", "在业", "吊销", "注销"), "成立日期": _days(18),
    },
    "real_estate": {
        "不动产单元号": _numbered("532991001001GB{:05}F00010001", 10**5), "坐落": _of(*_TOWNS), "面积": _yuan(28, 160),
        "用途": _of(*["住宅"] * 8, "商业", "商铺", "车库"), "共有份额": _of("全部", "全部", "50%", "共同共有"), "登记日期": _days(18),
        "状态": _of("现势", "现势", "现势", "历史"),
    },
    "social_insurance": {
        "单位名称": _EMPLOYER_NAMES, "统一社会信用代码": _codes, "险种": _of("企业职工基本养老保险", "失业保险", "工伤保险"),
        "缴费基数": _yuan(2500, 12000), "起始年月": _months(14, 200), "截止年月": _of(""), "状态": _of("参保缴费", "参保缴费", "暂停缴费"),
    },
    "employment": {"登记类型": _of("就业登记"), "登记日期": _days(6), "状态": _of("就业", "就业", "失业")},
    "pensions": {"月待遇": _yuan(130, 4200), "起始年月": _months(2, 240), "状态": _of("正常", "正常", "正常", "暂停", "终止")},
    "medical_insurance": {
        "险种": _of("职工基本医疗保险", "城乡居民基本医疗保险", "城乡居民基本医疗保险"), "状态": _of(*["正常参保"] * 12, "暂停参保"),
    },
    "medical_settlement": {
        "结算日期": _days(2), "病种": _of("上呼吸道感染", "高血压病", "糖尿病", "骨折", "肺炎"), "总费用": _yuan(60, 20000),
        "个人自付": _yuan(0, 6000),
    },
    "minimum_allowance": {
        "证号": _numbered("DB5329{:06}", 10**6), "救助类别": _of("城市低保", "农村低保", "特困供养", "低收入家庭"),
        "保障人口": _of("1", "2", "3", "4"), "月金额": _yuan(180, 2200), "起始年月": _months(22, 90),
        "截止年月": _of("", "", month_back(7)),
    },
    "provident_fund": {
        "单位名称": _EMPLOYER_NAMES, "缴存基数": _yuan(2500, 12000), "月缴存额": _yuan(300, 2400),
        "状态": _of("正常", "正常", "正常", "封存"),
    },
    "income_tax": {
        "所得项目": _of("工资薪金所得", "工资薪金所得", "劳务报酬所得"), "收入额": _yuan(900, 14000),
        "所属年月": _of(*(month_back(turn).replace("-", "") for turn in range(18))),
    },
    "students": {
        "学校": _of("第一小学", "民族中学", "第一中学", "苍洱大学"), "学段": _of("小学", "初中", "高中", "本专科"),
        "年级": _of("1年级", "2年级", "3年级"), "资助项目": _of("", "", "国家助学金"), "资助金额": _of("", "", "2000"),
    },
    "disability": {"状态": _of(*["有效"] * 9, "过期", "注销")},
    "other_archives": {
        "建档地": _of("昆明市五华区", "保山市隆阳区", "攀枝花市东区"), "困难类别": _of("深度困难", "相对困难", "意外致困"),
        "状态": _of("在档", "已脱困", "已注销"),
    },
}  # fmt: skip


class Strangers:
    """A crowd of people who are not on file, as large as the departments need beside so many persons on file."""

    def __init__(self, dice: Dice, roll: NumberRoll, on_file: int) -> None:
        count = max(1, round(on_file * max(dataset.strangers for dataset in DATASETS.values())))
        self._dice, self._on_file = dice, on_file
        self._names = many_names(dice, count)
        births = dice.choices(_BIRTHS, k=count)
        bits = dice.choices(range(20), k=count)
        self._numbers = [
            roll.next_number(bit >> 1, birth, bool(bit & 1)) for bit, birth in zip(bits, births, strict=True)
        ]

    def rows(self, dataset: Dataset) -> list[Values]:
        """What a department knows about some of them."""
        dice = self._dice
        count = round(self._on_file * dataset.strangers)
        everyone = range(len(self._names))
        chosen: Sequence[int] = everyone if count == len(everyone) else dice.choices(everyone, k=count)
        names = [self._names[at] for at in chosen]
        numbers = [self._numbers[at] for at in chosen]
        if dataset.name == "disability":
            numbers = [a + b + c for a, b, c in zip(numbers, *_kinds_and_grades(dice, count), strict=True)]
        self._soil(names, numbers)
        columns = {dataset.name_heading: names, dataset.number_heading: numbers}
        columns |= {heading: column(dice, count) for heading, column in _COLUMNS[dataset.name].items()}
        if dataset.name == "population":
            pairs = [state.partition(":") for state in columns["状态"]]
            columns |= {"状态": [pair[0] for pair in pairs], "注销原因": [pair[2] for pair in pairs]}
        return list(zip(*(columns[heading] for heading in dataset.headings), strict=True))

    def companies(self, employers: Sequence[Employer]) -> list[Values]:
        """The register's rows of employers that people on file work for; whoever runs them is a stranger."""
        rows: list[Values] = []
        for turn, employer in enumerate(employers):
            if employer.nature == PUBLIC:
                continue
            at = turn % len(self._names)
            cells = {
                "统一社会信用代码": employer.code,
                "名称": employer.name,
                "法定代表人": self._names[at],
                "身份证号": self._numbers[at],
                "职务": "法定代表人",
                "出资额": str(500_000 * (1 + turn)),
                "出资比例": "100%",
                "状态": ("吊销", "注销")[turn % 2] if employer.state == "关闭" else "存续",
                "成立日期": date(1998 + turn % 20, 1 + turn % 12, 1).isoformat(),
            }
            rows.append(tuple(cells[heading] for heading in DATASETS["companies"].headings))
        return rows

    def _soil(self, names: list[str], numbers: list[str]) -> None:
        dice, everyone = self._dice, range(len(names))
        for at in dice.sample(everyone, round(_SOILED * len(names))):
            numbers[at] = soil_number(dice, numbers[at], DEPARTMENT_DIRTY / _SOILED, DEPARTMENT_LOST / _SOILED).text
        for at in dice.sample(everyone, len(names) // 40):
            names[at] = other_spelling(dice, names[at], female=False)[0]


def _kinds_and_grades(dice: Dice, count: int) -> tuple[list[str], list[str]]:
    return dice.choices("1234567", k=count), dice.choices("1234", k=count)
