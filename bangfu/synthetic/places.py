"""Dali prefecture: its counties (GB/T 2260), some townships, invented employers and their unions."""

import csv
from dataclasses import dataclass
from pathlib import Path

from bangfu.synthetic.codes import credit_code
from bangfu.synthetic.dice import Odds

PREFECTURE = "5329"
PREFECTURE_NAME = "大理白族自治州"


@dataclass(frozen=True, slots=True)
class County:
    """A county: its share of the prefecture's households in hardship is invented; its townships exist."""

    code: str
    name: str
    share: int
    townships: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Employer:
    """An invented employer with a union of its own."""

    name: str
    code: str
    union_code: str
    nature: str
    industry: str
    state: str


COUNTIES = (
    County("532901", "大理市", 21, ("下关街道", "太和街道", "大理镇", "喜洲镇")),
    County("532922", "漾濞彝族自治县", 4, ("苍山西镇", "平坡镇")),
    County("532923", "祥云县", 13, ("祥城镇", "沙龙镇", "云南驿镇")),
    County("532924", "宾川县", 9, ("金牛镇", "乔甸镇", "州城镇")),
    County("532925", "弥渡县", 8, ("弥城镇", "红岩镇", "新街镇")),
    County("532926", "南涧彝族自治县", 6, ("南涧镇", "小湾东镇", "公郎镇")),
    County("532927", "巍山彝族回族自治县", 8, ("南诏镇", "庙街镇", "大仓镇")),
    County("532928", "永平县", 5, ("博南镇", "杉阳镇")),
    County("532929", "云龙县", 6, ("诺邓镇", "漕涧镇")),
    County("532930", "洱源县", 7, ("茈碧湖镇", "邓川镇", "右所镇")),
    County("532931", "剑川县", 6, ("金华镇", "沙溪镇")),
    County("532932", "鹤庆县", 7, ("云鹤镇", "草海镇", "西邑镇")),
)
# This county hands in its files as one sheet, the old way.
ONE_SHEET_COUNTY = "532922"
EMPLOYERS_PER_COUNTY = 18

_TRADES = (
    ("水泥有限责任公司", "制造业", "国有企业"),
    ("造纸厂", "制造业", "集体企业"),
    ("纺织有限公司", "纺织系统", "民营/私营/个体企业"),
    ("建筑安装工程有限公司", "建筑业", "民营/私营/个体企业"),
    ("客运有限责任公司", "交通运输仓储邮政业", "国有企业"),
    ("物业服务有限公司", "居民服务修理业", "民营/私营/个体企业"),
    ("百货商场有限公司", "批发零售业", "民营/私营/个体企业"),
    ("矿业有限责任公司", "采矿业", "国有企业"),
    ("环境卫生管理站", "水利环境公共设施业", "国有机关/事业单位"),
    ("中心小学", "教育", "国有机关/事业单位"),
    ("制药有限公司", "医药系统", "民营/私营/个体企业"),
    ("乳业有限公司", "制造业", "民营/私营/个体企业"),
    ("宾馆有限公司", "住宿餐饮业", "民营/私营/个体企业"),
    ("供销合作社", "批发零售业", "集体企业"),
    ("机械厂", "机电系统", "国有企业"),
    ("自来水（集团）有限公司", "电力热力燃气水", "国有企业"),
    ("茶业有限公司", "农林牧渔业", "民营/私营/个体企业"),
    ("快递服务有限公司", "交通运输仓储邮政业", "民营/私营/个体企业"),
)
# Registered with other authorities than companies are.
PUBLIC = "国有机关/事业单位"
_BRANDS = ("苍洱", "金梭", "银桥", "玉龙泉", "三月街", "凤仪", "鸡足", "博南山", "石宝", "茈碧", "海舌", "云弄")
_STATES = ("正常生产", "正常生产", "正常生产", "半停产", "亏损", "全部停产", "改制", "关闭")


def _employers(county: int) -> tuple[Employer, ...]:
    place = COUNTIES[county].name[:2]
    made = []
    for turn, (trade, industry, nature) in enumerate(_TRADES[:EMPLOYERS_PER_COUNTY]):
        serial = county * EMPLOYERS_PER_COUNTY + turn
        brand = _BRANDS[(county * 5 + turn) % len(_BRANDS)]
        state = _STATES[(serial * 3) % len(_STATES)]
        name = f"{place}{brand}{trade}"
        made.append(Employer(name, credit_code(serial), credit_code(serial, "81"), nature, industry, state))
    return tuple(made)


EMPLOYERS = tuple(_employers(county) for county in range(len(COUNTIES)))
# Employers away from home, for strangers and for second jobs.
ELSEWHERE = Odds({employer: 1.0 for county in EMPLOYERS for employer in county})


def shares(households: int) -> list[int]:
    """How many households each county has: by share, the largest remainders rounded up, so that they add up."""
    total = sum(county.share for county in COUNTIES)
    counts = [households * county.share // total for county in COUNTIES]
    by_remainder = sorted(range(len(COUNTIES)), key=lambda at: (-(households * COUNTIES[at].share % total), at))
    for at in by_remainder[: households - sum(counts)]:
        counts[at] += 1
    return counts


def write_organisations(path: Path) -> int:
    """Write the tree of organisations; township codes are the county's and a running number, not the official ones."""
    rows: list[tuple[str, str, str, str]] = [(PREFECTURE, f"{PREFECTURE_NAME}总工会", "prefecture", "")]
    for at, county in enumerate(COUNTIES):
        rows.append((county.code, f"{county.name}总工会", "county", PREFECTURE))
        towns = [f"{county.code}{100 + turn}" for turn in range(len(county.townships))]
        rows += [
            (code, f"{name}工会", "township", county.code) for code, name in zip(towns, county.townships, strict=True)
        ]
        rows += [
            (employer.union_code, f"{employer.name}工会", "employer", towns[turn % len(towns)])
            for turn, employer in enumerate(EMPLOYERS[at])
        ]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(("code", "name", "level", "parent"))
        writer.writerows(rows)
    return len(rows)
