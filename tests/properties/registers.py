"""Composes small registers and deliveries at random, with every value and every dirt that the comparison must understand. Seeded."""

from collections.abc import Callable
from datetime import date
from random import Random

from tests.properties.judge import AMOUNTS, CODES, DAYS, MONTHS, Case, Row, last_character

Values = tuple[str, ...]
_NAMES = (
    ("张伟", "张 伟", "張伟", "张伟(户主)", "张□"),
    ("王芳", "王　芳"),
    ("王方",),
    ("买买提·吐尔逊", "买买提•吐尔逊", "买买提吐尔逊", "買買提.吐爾遜"),
)
_STATUSES = ("", "在岗", "失(无)业", "失（无）业", "下(待)岗", "退休", "学生", "务农", "学 生")
_ILLNESSES = ("", "肢体残疾二级", "肢体残疾2级", "视力残疾一级", "多重残疾四级", "精神残疾", "糖尿病")
_CAUSES = ("", "患重特大疾病", "子女上学", "患重特大疾病、其他", "下岗失业")
_YUAN, _DAYS, _MONTHS = tuple(AMOUNTS), tuple(DAYS), tuple(MONTHS)
_NUMBER, _NAME = "<number>", "<name>"
DATASETS: dict[str, dict[str, Values]] = {
    "population": {"姓名": (_NAME,), "公民身份号码": (_NUMBER,), "与户主关系": ("本人",), "户号": ("1",), "户籍地址": ("某县",),
        "状态": ("正常", "注销", "注 销", ""), "注销原因": ("", "死亡", "迁出", "死 亡")},
    "deaths": {"姓名": (_NAME,), "身份证号": (_NUMBER,), "死亡日期": _DAYS},
    "vehicles": {"所有人": (_NAME,), "身份证号": (_NUMBER,), "号牌号码": ("云L00000",), "号牌种类": ("小型汽车",),
        "车辆类型": ("小型轿车", "两轮摩托车", "残疾人专用汽车", "三轮轮椅车", "残疾人摩托车", ""), "品牌": ("某牌",),
        "使用性质": ("非营运", "残疾人专用", ""), "初次登记日期": _DAYS, "状态": ("正常", "查封", "报废", "注销", "正常 ", "")},
    "companies": {"统一社会信用代码": tuple(CODES), "名称": ("某店",), "法定代表人": (_NAME,), "身份证号": (_NUMBER,),
        "职务": ("经营者",), "出资额": _YUAN,
        "出资比例": ("100%",), "状态": ("存续", "在业", "吊销", "注销", "停 业", ""), "成立日期": _DAYS},
    "real_estate": {"权利人": (_NAME,), "证件号": (_NUMBER,),
        "不动产单元号": ("U1", "U2", "Ｕ1", "U 2", ""), "坐落": ("甲路1号", "乙路2号", ""),
        "面积": ("80",), "用途": ("住宅", "住宅", "商业", "商铺", "车库"), "共有份额": ("全部", "100%", "１００％", "50%", ""),
        "登记日期": _DAYS, "状态": ("现势", "现势", "现势", "历史")},
    "social_insurance": {"姓名": (_NAME,), "身份证号": (_NUMBER,), "单位名称": ("某厂",), "统一社会信用代码": ("",), "险种": ("养老",),
        "缴费基数": _YUAN, "起始年月": _MONTHS, "截止年月": _MONTHS, "状态": ("参保缴费", "参保 缴费", "停保", "")},
    "employment": {"姓名": (_NAME,), "身份证号": (_NUMBER,),
        "登记类型": ("失业登记", "就业登记"), "登记日期": _DAYS, "状态": ("失业", "就业", "")},
    "pensions": {"姓名": (_NAME,), "身份证号": (_NUMBER,), "月待遇": _YUAN, "起始年月": _MONTHS, "状态": ("正常", "停发")},
    "medical_insurance": {"姓名": (_NAME,), "身份证号": (_NUMBER,), "险种": ("城乡居民",), "状态": ("正常参保", "停保")},
    "medical_settlement": {"姓名": (_NAME,), "身份证号": (_NUMBER,),
        "结算日期": _DAYS, "病种": ("某病",), "总费用": _YUAN, "个人自付": _YUAN},
    "minimum_allowance": {"姓名": (_NAME,), "身份证号": (_NUMBER,),
        "证号": ("1",), "救助类别": ("低保",), "保障人口": ("2",), "月金额": _YUAN,
        "起始年月": _MONTHS, "截止年月": _MONTHS},
    "provident_fund": {"姓名": (_NAME,), "身份证号": (_NUMBER,),
        "单位名称": ("某厂",), "缴存基数": _YUAN, "月缴存额": _YUAN, "状态": ("正常", "封存")},
    "income_tax": {"姓名": (_NAME,), "身份证号": (_NUMBER,), "所得项目": ("工资",), "收入额": _YUAN, "所属年月": _MONTHS},
    "students": {"姓名": (_NAME,), "身份证号": (_NUMBER,), "学校": ("某校",),
        "学段": ("高中",), "年级": ("1",), "资助项目": ("",), "资助金额": _YUAN},
    "disability": {"姓名": (_NAME,), "残疾人证号": (_NUMBER,), "状态": ("有效", "注销")},
    "other_archives": {"姓名": (_NAME,), "身份证号": (_NUMBER,),
        "建档地": ("某市",), "困难类别": ("深度困难",), "状态": ("在档", "已脱困", "")},
}  # fmt: skip
PEOPLE: dict[str, Values] = {
    "姓名": (_NAME,), "身份证号": (), "户主身份证号": (), "关系": ("",),
        "人员身份": ("", "", *_STATUSES), "工作状态": _STATUSES, "健康状况": ("", "良好", "残疾"),
    "疾病/残疾类别": _ILLNESSES, "月收入": ("", *_YUAN), "本人月平均收入": _YUAN,
        "户口所在地行政区划": ("", "532901", "532923000000", "530100", "大理"),
    "主要致困原因": _CAUSES, "次要致困原因": _CAUSES, "统一社会信用代码": tuple(CODES),
}  # fmt: skip

_DIRT: tuple[Callable[[str], str], ...] = (
    lambda n: n.replace("X", "x"),
    lambda n: "'" + n,
    lambda n: f" {n}\u200b",
    lambda n: n[:6] + " " + n[6:14] + "　" + n[14:],
    lambda n: "".join(chr(ord(c) + 0xFEE0) for c in n),
    lambda n: n[:-1] + "х" if n.endswith("X") else n,
    lambda n: n[:-1] + "×" if n.endswith("X") else n,
    lambda n: n[:-1] + "*" if n.endswith("X") else n,
    lambda n: n[:6] + n[8:17] if n[6:8] == "19" else n,
)
_DAMAGE: tuple[Callable[[str], str], ...] = (
    lambda n: n[:-1] + ("0" if n[-1] != "0" else "1"),
    lambda n: n[:17],
    lambda n: n[:6] + "********" + n[14:],
    lambda n: n[:6] + "19991332" + n[14:],
    lambda n: f"{n[0]}.{n[1:6]}E+17",
    lambda n: n[:15] + "000",
    lambda n: "张伟" + n,
    lambda _: "",
    lambda n: n[:10] + "O" + n[11:],
)


def compose(random: Random, registers: int, *, everything: bool = False) -> Case:
    """Many small registers in one case: their numbers never meet, so that one run judges them all.

    ``everything``: no dataset is missing.
    """
    case = Case([], {}, random.choice([None, None, ["5329"], ["532901", "5301"]]), random.choice(_REFERENCE))
    delivered = [name for name in DATASETS if random.random() < 0.85 or everything]
    case.deliveries = {name: [] for name in delivered}
    for _ in range(registers):
        _compose_register(random, case)
    return case


_REFERENCE = (date(2026, 10, 31), date(2026, 2, 28), date(2024, 2, 29), date(2026, 11, 1))


def _compose_register(random: Random, case: Case) -> None:
    pool: list[tuple[str, Values]] = []
    for _ in range(random.randint(1, 4)):
        members = [(_number(random), random.choice(_NAMES)) for _ in range(random.randint(1, 4))]
        head = members[0][0]
        for number, names in members + ([members[0]] if random.random() < 0.1 else []):
            row = {heading: random.choice(values) for heading, values in PEOPLE.items() if values}
            row["姓名"] = random.choice(names)
            row["户主身份证号"] = _written(random, head, damaged=0.03)
            row["身份证号"] = (
                row["户主身份证号"]
                if number == head and random.random() < 0.3
                else _written(random, number, damaged=0.08)
            )
            case.people.append({heading: row[heading] for heading in PEOPLE})
        pool += members
    if random.random() < 0.2:
        # The same person in a second family.
        again = dict(case.people[-1])
        again["户主身份证号"] = pool[0][0]
        case.people.append(again)
    for dataset, rows in case.deliveries.items():
        for _ in range(random.choice((0, 1, 1, 2, 3, 4))):
            rows.append(_row(random, dataset, pool))


def _row(random: Random, dataset: str, pool: list[tuple[str, Values]]) -> Row:
    number, names = random.choice(pool) if random.random() < 0.9 else (_number(random), ("外人",))
    if random.random() < 0.05:
        names = ("",)
    if random.random() < 0.1:
        names = random.choice(_NAMES)
    row = {}
    for heading, values in DATASETS[dataset].items():
        value = random.choice(values)
        if value == _NUMBER:
            value = _certificate(random, number) if dataset == "disability" else _written(random, number, damaged=0.08)
        row[heading] = random.choice(names) if value == _NAME else value
    return row


def _certificate(random: Random, number: str) -> str:
    if random.random() < 0.05:
        return random.choice(("", "1234", number[:17]))
    text = number + random.choice("1234567") + random.choice("1234") if random.random() < 0.9 else number
    return random.choice((text, " " + text, "'" + text, text.replace("X", "x")))


def _written(random: Random, number: str, damaged: float) -> str:
    chance = random.random()
    if chance < damaged:
        return random.choice(_DAMAGE)(number)
    return random.choice(_DIRT)(number) if chance < damaged + 0.25 else number


def _number(random: Random) -> str:
    """A number of the invented divisions 532990 to 532999."""
    year, month, day = random.choice((1949, 1966, 1987, 2001, 2012)), random.randint(1, 12), random.randint(1, 28)
    seventeen = f"53299{random.randint(0, 9)}{year}{month:02}{day:02}{random.randint(0, 999):03}"
    return seventeen + last_character(seventeen)
