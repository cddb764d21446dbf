"""A county of invented people, seen by two offices that share no usable number: who is whom is known from how it was made.

Rates are guesses, not field data. What is wrong with names comes from benchmarks/noise.py, whose tables the matcher does not use.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from bangfu.core.ids import check_digit
from bangfu.engine.matching.records import Written
from benchmarks.noise import Characters, other_dot, respelt

# The commonest surnames, the commonest first; a surname's share falls with its rank.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔"
    "白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_MEN = (
    "伟强军勇杰涛明超平刚辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林建国文志海峰福祥荣贵春生庆德成永光松新洪良忠义学家世元振安邦维民东亮磊毅昌清江兴云富根顺发"
    "才全喜柱保卫胜利跃进援朝天泽子轩梓睿博涵晨阳嘉懿"
)
_WOMEN = (
    "芳娜敏静丽艳娟霞秀英玲桂兰红梅玉珍凤莲燕琴萍云香月花美翠淑华素春爱巧彩金银惠慧芬芝菊琳洁晶欣怡婷雪倩颖璐佳萌瑶妍诗雨梦雅思涵梓欣可馨蓉莉蕾薇青珠"
    "珊丹冰莹瑞环群霜荷桃杏柳满仙妹改引弟招"
)
_FIRST = (
    "买买提",
    "阿卜杜热合曼",
    "努尔艾力",
    "古丽米热",
    "热依汗古丽",
    "玉素甫江",
    "阿依古丽",
    "艾克拜尔",
    "加娜尔古丽",
    "叶尔江",
    "吐尔洪",
    "帕提古丽",
    "依明江",
)
_LAST = (
    "吐尔逊",
    "阿卜杜克热木",
    "买买提依明",
    "艾合买提江",
    "尼亚孜",
    "巴合提别克",
    "吾买尔",
    "沙塔尔",
    "卡德尔",
    "玉山",
    "库尔班",
    "萨迪克",
)
_COUNTIES = (*(f"5329{number}" for number in range(90, 100)), "530190", "510490", "532390")
_TOWNS = ("祥城镇", "云南驿镇", "下庄镇", "普淜镇", "刘厂镇", "禾甸镇", "米甸镇", "鹿鸣乡", "东山乡", "沙龙镇")
_EMPLOYERS = tuple(
    f"{place}{what}"
    for place in ("大理州", "祥云县", "苍洱", "飞龙", "建中", "清红", "龙云")
    for what in (
        "商贸有限公司", "水泥有限责任公司", "缫丝厂", "中学", "人民医院", "供销合作社", "建筑工程有限公司", "客运股份有限公司",
        "矿业集团有限公司", "物业服务有限公司",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rates:
    """How often what goes wrong between two offices; ``times`` the rates of the middle level."""

    times: float = 1.0
    unwritten: float = 0.01
    sound: float = 0.06
    near_sound: float = 0.01
    shape: float = 0.03
    variant: float = 0.10
    traditional: float = 0.05
    spaces: float = 0.03
    lost: float = 0.01
    turned: float = 0.01
    dots: float = 0.40
    respelt: float = 0.15
    cut: float = 0.08
    birth: float = 0.03
    sex: float = 0.005
    moved: float = 0.10
    employer: float = 0.25
    address: float = 0.30
    unknown: float = 0.30


@dataclass(frozen=True, slots=True)
class County:
    """What two offices wrote, and which records are one person: (rid of the file, rid of the department)."""

    file: list[Written]
    department: list[Written]
    pairs: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    sex: str
    birth: date
    division: str
    serial: int
    employer: str
    address: str


def make_county(
    seed: int,
    rates: Rates,
    characters: Characters,
    *,
    people: int = 60_000,
    on_file: int = 25_000,
    numbers: str = "none",
) -> County:
    """``numbers``: what the file's side has of a number: "none", or "damaged" (masked, one digit wrong, cut by a spreadsheet, missing).

    The department knows ``people``; 84 in 100 on file are among them. The department's numbers are whole where the file has any.
    """
    dice = Random(seed)
    everyone = _population(dice, people + on_file)
    known, strangers = everyone[:people], everyone[people:]
    shared = round(on_file * 0.84)
    chosen = dice.sample(range(people), shared)
    writer = _Writer(dice, rates, characters)
    file = [writer.written(f"f{at}", known[who]) for at, who in enumerate(chosen)]
    file += [writer.written(f"f{shared + at}", person) for at, person in enumerate(strangers[: on_file - shared])]
    department = [_plain(f"d{at}", person) for at, person in enumerate(known)]
    if numbers == "damaged":
        owners = [known[who] for who in chosen] + strangers[: on_file - shared]
        file = [_with_number(dice, written, person) for written, person in zip(file, owners, strict=True)]
        department = [
            replace(written, number=number_of(person), birth=None, sex="")
            for written, person in zip(department, known, strict=True)
        ]
    return County(file, department, frozenset((f"f{at}", f"d{who}") for at, who in enumerate(chosen)))


def number_of(person: _Person) -> str:
    """A whole number of the invented divisions."""
    seventeen = f"{person.division}{person.birth:%Y%m%d}{person.serial:03}"
    return seventeen + check_digit(seventeen)


def _population(dice: Random, count: int) -> list[_Person]:
    people: list[_Person] = []
    first, days = date(1936, 1, 1), 365 * 80
    shares = [1 / (rank + 3) for rank in range(len(_SURNAMES))]
    while len(people) < count:
        surname = dice.choices(_SURNAMES, shares)[0]
        home = f"云南省大理州祥云县{dice.choice(_TOWNS)}{dice.randint(1, 40)}组{dice.randint(1, 90)}号"
        division = dice.choices(_COUNTIES, [30] + [1] * (len(_COUNTIES) - 1))[0]
        middle = dice.choice(_MEN + _WOMEN)
        birth = first + timedelta(days=dice.randrange(days))
        family = dice.choices((1, 2, 3, 4), (4, 3, 2, 1))[0]
        for _ in range(family):
            person = _one(dice, surname, middle, birth, division, home)
            people.append(person)
            if dice.random() < 0.01:
                people.append(_twin(dice, person))
            birth += timedelta(days=dice.randint(400, 3_000))
            if birth > date(2016, 1, 1):
                break
    dice.shuffle(people)
    return people[:count]


def _one(dice: Random, surname: str, middle: str, birth: date, division: str, home: str) -> _Person:
    female = dice.random() < 0.5
    if dice.random() < 0.08:
        name = f"{dice.choice(_FIRST)}·{dice.choice(_LAST)}"
    else:
        pool = _WOMEN if female else _MEN
        given = _char(dice, pool)
        # Brothers and sisters often share a character.
        name = surname + (
            given if dice.random() < 0.3 else (middle if dice.random() < 0.3 else _char(dice, pool)) + given
        )
    serial = dice.randrange(500) * 2 + (0 if female else 1)
    return _Person(name, "女" if female else "男", birth, division, serial, dice.choice(_EMPLOYERS), home)


def _char(dice: Random, pool: str) -> str:
    # The first characters of a pool are borne far more often.
    return pool[min(int(dice.expovariate(1 / 30)), len(pool) - 1)]


def _twin(dice: Random, person: _Person) -> _Person:
    """The same sex, birth, home; a name that differs in one character."""
    pool = _WOMEN if person.sex == "女" else _MEN
    name = (
        person.name.split("·")[0] + "·" + dice.choice(_LAST)
        if "·" in person.name
        else person.name[:-1] + _char(dice, pool)
    )
    return replace(person, name=name, serial=(person.serial + 2) % 1_000, employer=dice.choice(_EMPLOYERS))


def _plain(rid: str, person: _Person) -> Written:
    return Written(rid, person.name, "", person.birth, person.sex, person.division, person.employer, person.address)


class _Writer:
    """How the file's office writes a person."""

    def __init__(self, dice: Random, rates: Rates, characters: Characters) -> None:
        self._dice, self._rates, self._characters = dice, rates, characters

    def written(self, rid: str, person: _Person) -> Written:
        dice, rates = self._dice, self._rates
        division = dice.choice(_COUNTIES) if self._happens(rates.moved) else person.division
        employer = "" if dice.random() < rates.unknown else self._employer(person.employer)
        address = "" if dice.random() < rates.unknown else self._address(person.address)
        sex = "男女".replace(person.sex, "") if self._happens(rates.sex) else person.sex
        return Written(rid, self._name(person.name), "", self._birth(person.birth), sex, division, employer, address)

    def _happens(self, rate: float) -> bool:
        return self._dice.random() < min(1.0, rate * self._rates.times)

    def _name(self, name: str) -> str:
        if "·" in name:
            return self._long_name(name)
        name = self._mistaken(name)
        rates, made = self._rates, self._characters
        if self._happens(rates.unwritten):
            name = name[:-1] + self._dice.choice("□?*")
        if self._happens(rates.variant):
            name = made.variant(name[0]) + "".join(
                made.variant(letter) if self._dice.random() < 0.3 else letter for letter in name[1:]
            )
        if self._happens(rates.traditional):
            name = "".join(map(made.traditional, name))
        return self._dice.choice((" ", "　", "  ")).join(name) if self._happens(rates.spaces) else name

    def _long_name(self, name: str) -> str:
        rates = self._rates
        for _ in range(2):
            if self._happens(rates.respelt):
                name = respelt(self._dice, name)
        if self._happens(rates.cut):
            return name.split("·")[0]
        return other_dot(self._dice, name) if self._happens(rates.dots) else name

    def _mistaken(self, name: str) -> str:
        rates, made = self._rates, self._characters
        wrong: tuple[tuple[float, Callable[[str], list[str]]], ...] = (
            (rates.sound, made.same_sound), (rates.near_sound, made.near_sound), (rates.shape, made.same_shape),
        )  # fmt: skip
        for rate, others in wrong:
            if self._happens(rate):
                name = self._one_other(name, others)
        if self._happens(rates.lost) and len(name) > 2:
            at = self._dice.randrange(1, len(name))
            name = name[:at] + name[at + 1 :]
        if self._happens(rates.turned) and len(name) > 2:
            name = name[0] + name[2] + name[1] + name[3:]
        return name

    def _one_other(self, name: str, others: Callable[[str], list[str]]) -> str:
        # A surname is written wrong far less often than a given name.
        at = self._dice.randrange(1, len(name)) if self._dice.random() < 0.85 else 0
        found = others(name[at])
        return name[:at] + self._dice.choice(found) + name[at + 1 :] if found else name

    def _birth(self, birth: date) -> date:
        if not self._happens(self._rates.birth):
            return birth
        way = self._dice.choice(("day", "month", "year", "turned", "lunar"))
        if way == "turned" and birth.day <= 12:
            return date(birth.year, birth.day, birth.month)
        if way == "lunar":
            return birth - timedelta(days=self._dice.randint(19, 49))
        if way == "year":
            return birth.replace(year=birth.year + self._dice.choice((-10, -1, 1, 10)), day=min(birth.day, 28))
        if way == "month":
            return birth.replace(month=self._dice.randint(1, 12), day=min(birth.day, 28))
        return birth.replace(day=self._dice.randint(1, 28))

    def _employer(self, employer: str) -> str:
        if not self._happens(self._rates.employer):
            return employer
        way = self._dice.choice(("short", "place", "other", "other"))
        if way == "short":
            return employer.replace("有限责任公司", "公司").replace("有限公司", "")
        return f"云南{employer}" if way == "place" else self._dice.choice(_EMPLOYERS)

    def _address(self, address: str) -> str:
        if not self._happens(self._rates.address):
            return address
        way = self._dice.choice(("short", "house", "other"))
        if way == "short":
            return address.removeprefix("云南省大理州")
        if way == "house":
            return address[: address.index("组") + 1]
        return f"祥云县{self._dice.choice(_TOWNS)}{self._dice.randint(1, 40)}组{self._dice.randint(1, 90)}号"


def _with_number(dice: Random, written: Written, person: _Person) -> Written:
    """A number that cannot be a key, in the shares of bangfu generate; the archive's birth date and sex are those beside it."""
    number = number_of(person)
    way = dice.choices(("digit", "spreadsheet", "masked", "missing"), (4, 3, 2, 1))[0]
    if way == "digit":
        at = dice.randrange(6, 17)
        number = number[:at] + str((int(number[at]) + dice.randint(1, 9)) % 10) + number[at + 1 :]
    elif way == "spreadsheet":
        number = number[:15] + ("000" if number[15:] != "000" else "111")
    elif way == "masked":
        number = f"{number[:6]}********{number[14:]}"
    else:
        number = ""
    # Half of the archives have no other birth date than the number's.
    return replace(written, number=number, birth=written.birth if dice.random() < 0.5 else None)
