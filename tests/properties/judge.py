"""The slow, obvious judge of the comparison: DESIGN 5's table by nested loops. Standard library only; reads no YAML, nothing of bangfu.

Registers and deliveries are lists of rows (heading → text); the first row is row 1 of a register and row 2 of a delivery. Amounts, days and
months are read by the tables beside them, which hold every spelling that the composer uses.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache

Row = dict[str, str]
# household, person, dataset, conclusion, kind, source rows
Finding = tuple[str, str, str, str, str, str]

AMOUNTS = {
    "": None, "0": 0, "1000": 100_000, "1200": 120_000, "1200.01": 120_001, "1,500.50": 150_050, "3000元": 300_000, "0.5万": 500_000,
    "２０００": 200_000, "14400": 1_440_000, "14400.01": 1_440_001, "约": None, "无": None, " 800 ": 80_000,
}  # fmt: skip
DAYS = {
    "": None, "2026-10-31": date(2026, 10, 31), "2025-11-01": date(2025, 11, 1), "2025-10-31": date(2025, 10, 31),
    "2026-11-01": date(2026, 11, 1), "2026.3.7": date(2026, 3, 7), "二〇二六年三月十二日": date(2026, 3, 12), "20260228": date(2026, 2, 28),
    "2025-03-01": date(2025, 3, 1), "2025/2/28": date(2025, 2, 28), "46113": date(2026, 4, 1), "2026-02-30": None, "农历三月": None,
    "2024-02-29": date(2024, 2, 29), "2023-03-01": date(2023, 3, 1),
}  # fmt: skip
MONTHS = {
    "": None, "2026-10": (2026, 10), "202511": (2025, 11), "2025-10": (2025, 10), "2026年9月": (2026, 9), "2026.11": (2026, 11),
    "2026-02": (2026, 2), "202503": (2025, 3), "2025年2月": (2025, 2), "2024-01": (2024, 1), "2023-03": (2023, 3), "长期": None,
    "不详": None,
}  # fmt: skip
# Every spelling of a credit code → the code; a wrong check digit is a code all the same, what has not 18 characters is none.
CODES = {
    "": "", "91350100M000100Y43": "91350100M000100Y43", "91350100m000100y43": "91350100M000100Y43",
    "９１３５０１００ M000100Y43": "91350100M000100Y43", "91350100M000100Y44": "91350100M000100Y44",
    "92350100M000100Y43": "92350100M000100Y43", "\u200b92350100M000100Y43 ": "92350100M000100Y43", "530100123456789": "",
    "53010012-3": "", "无": "", "91350100M000100I43": "",
}  # fmt: skip
UNREADABLE = ("约", "不详")
NAME_COLUMN = {"vehicles": "所有人", "companies": "法定代表人", "real_estate": "权利人"}
NUMBER_COLUMN = {"population": "公民身份号码", "real_estate": "证件号", "disability": "残疾人证号"}
SIMPLIFIED = {"張": "张", "買": "买", "遜": "逊", "爾": "尔"}
KINDS_OF_DISABILITY = ["视力", "听力", "言语", "肢体", "智力", "精神", "多重"]


@dataclass
class Case:
    """One comparison: the register, the deliveries that came, what population covers, the day."""

    people: list[Row]
    deliveries: dict[str, list[Row]]
    coverage: list[str] | None
    on: date


@dataclass
class Person:
    """A row of the register after reading."""

    row: int
    said: Row
    number: str | None
    shown: str
    household: str
    household_shown: str
    is_head: bool
    found: list[tuple[str, str, str, list[int]]] = field(default_factory=list)


def judge(case: Case, *, employers: bool = False) -> set[Finding]:
    """All findings of a case. Source rows are ``dataset:row;...``, and ``people:row`` for the register.

    ``employers``: also what decision 33 adds to the table.
    """
    people = [read_person(row, index) for index, row in enumerate(case.people, 1)]
    keyed = {
        dataset: [(key(dataset, row), at, row) for at, row in enumerate(rows, 2)]
        for dataset, rows in case.deliveries.items()
    }
    for person in people:
        about_number(person, case)
        for dataset, rows in keyed.items():
            mine = [(at, row) for number, at, row in rows if person.number and number == person.number]
            about_name(person, dataset, mine)
            ABOUT.get(dataset, nothing)(person, mine, case, people)
        if employers:
            about_employer(person, case)
    about_homes(people, case)
    return set(laid_together(people))


def laid_together(people: list[Person]) -> Iterator[Finding]:
    """One row per household, person, dataset, kind and conclusion."""
    sources: dict[tuple[str, str, str, str, str], set[int]] = defaultdict(set)
    for person in people:
        for dataset, kind, conclusion, rows in person.found:
            shown = person.household_shown if kind == "多套住房" else person.shown
            sources[person.household_shown, shown, dataset, conclusion, kind] |= set(rows)
    for (household, shown, dataset, conclusion, kind), sourced in sources.items():
        where = ";".join(f"{dataset or 'people'}:{row}" for row in sorted(sourced))
        yield household, shown, dataset, conclusion, kind, where


def read_person(row: Row, index: int) -> Person:
    number, household = read_number(row["身份证号"]), read_number(row["户主身份证号"])
    group = household or tidy(row["户主身份证号"]) or f"row {index}"
    return Person(
        index, row, number, number or row["身份证号"], group, household or row["户主身份证号"],
        is_head=bool(tidy(row["身份证号"])) and (number or tidy(row["身份证号"])) == (household or tidy(row["户主身份证号"])),
    )  # fmt: skip


# Numbers -------------------------------------------------------------------------------------------------------------


@cache
def tidy(text: str) -> str:
    for invisible in "\u200b\ufeff\u200e":
        text = text.replace(invisible, "")
    text = text.strip().lstrip("'‘’`＇")
    text = "".join(unicodedata.normalize("NFKC", text).split())
    if text.endswith("x"):
        text = text[:-1] + "X"
    if len(text) == 18 and text[17] in "хХ×*" and text[:17].isdigit():
        text = text[:17] + "X"
    return text


@cache
def read_number(text: str) -> str | None:
    text = tidy(text)
    if re.fullmatch("[1-9][0-9]{14}", text):
        text = text[:6] + "19" + text[6:]
        text += last_character(text)
    if not re.fullmatch("[1-9][0-9]{16}[0-9X]", text) or text[17] != last_character(text[:17]):
        return None
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None
    return text


def last_character(seventeen: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, weights, strict=True)) % 11]


def key(dataset: str, row: Row) -> str | None:
    text = row[NUMBER_COLUMN.get(dataset, "身份证号")]
    if dataset != "disability":
        return read_number(text)
    # 18 characters of the number, kind 1 to 7, grade 1 to 4: anything else is no certificate.
    whole = tidy(text)
    right = len(whole) == 20 and whole[18] in "1234567" and whole[19] in "1234"
    return read_number(whole[:18]) if right else None


# The table -----------------------------------------------------------------------------------------------------------


def about_number(person: Person, case: Case) -> None:
    if person.number is None:
        person.found.append(("", "号码无效", "无法核对", [person.row]))


def about_name(person: Person, dataset: str, mine: list[tuple[int, Row]]) -> None:
    for at, row in mine:
        if names_differ(person.said["姓名"], row[NAME_COLUMN.get(dataset, "姓名")]):
            person.found.append((dataset, "姓名不符", "疑点", [at]))


def names_differ(one: str, other: str) -> bool:
    one, other = folded(one), folded(other)
    if not one or not other or one == other:
        return False
    return len(one) != len(other) or any(a != b and "□" not in (a, b) for a, b in zip(one, other, strict=True))


def folded(name: str) -> str:
    name = re.sub(r"\(.*?\)|（.*?）", "", name)
    return "".join(SIMPLIFIED.get(c, c) for c in name if c not in " 　·•・.．\u200b")


def nothing(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    pass


def population(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, row in mine:
        if code(row["状态"]) == "注销":
            dead = code(row["注销原因"]) == "死亡"
            person.found.append(("population", "已死亡" if dead else "户籍注销", "矛盾" if dead else "疑点", [at]))
    if person.number and not mine and covered(person, case, people):
        person.found.append(("population", "查无此人", "疑点", []))


def covered(person: Person, case: Case, people: list[Person]) -> bool:
    if case.coverage is None:
        return True
    place = code(person.said["户口所在地行政区划"])
    for other in people:
        if not place.isdigit() and other.is_head and other.household == person.household:
            place = code(other.said["户口所在地行政区划"])
    return place.isdigit() and any(place.startswith(prefix) for prefix in case.coverage)


def deaths(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, _ in mine:
        person.found.append(("deaths", "已死亡", "矛盾", [at]))


def vehicles(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    disabled = code(person.said["健康状况"]) == "残疾" or "残疾" in code(person.said["疾病/残疾类别"])
    for row in case.deliveries.get("disability", []):
        if person.number and key("disability", row) == person.number and code(row["状态"]) == "有效":
            disabled = True
    for at, row in mine:
        kind, use = code(row["车辆类型"]), code(row["使用性质"])
        if code(row["状态"]) in ("正常", "查封") and "摩托车" not in kind:
            special = any(word in text for word in ("残疾人", "轮椅") for text in (kind, use))
            person.found.append(("vehicles", "名下机动车", "疑点" if disabled and special else "矛盾", [at]))


def companies(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, row in mine:
        if code(row["状态"]) in ("存续", "在业"):
            person.found.append(("companies", "名下企业", "矛盾", [at]))
        if code(row["状态"]) == "吊销":
            person.found.append(("companies", "名下企业", "疑点", [at]))


def real_estate(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, row in mine:
        if code(row["用途"]) in ("商业", "商铺") and code(row["状态"]) == "现势":
            person.found.append(("real_estate", "经营性房产", "矛盾", [at]))


def about_homes(people: list[Person], case: Case) -> None:
    for household in {person.household for person in people}:
        family = [person for person in people if person.household == household]
        numbers = {person.number for person in family if person.number}
        units, rows, in_part = set(), [], False
        for at, row in enumerate(case.deliveries.get("real_estate", []), 2):
            unit = code(row["不动产单元号"]) or code(row["坐落"])
            if (
                key("real_estate", row) in numbers
                and code(row["状态"]) == "现势"
                and code(row["用途"]) == "住宅"
                and unit
            ):
                units.add(unit)
                rows.append(at)
                in_part = in_part or code(row["共有份额"]) not in ("全部", "100%")
        if len(units) >= 2:
            family[0].found.append(("real_estate", "多套住房", "疑点" if in_part else "矛盾", rows))


def about_employer(person: Person, case: Case) -> None:
    """Whose number a company's row has is all the same: the code says whose employer it is."""
    own = CODES[person.said["统一社会信用代码"]]
    closing = ("吊销", "注销", "吊销未注销", "停业", "歇业", "清算", "清算中", "责令关闭", "撤销")
    rows = [
        at
        for at, row in enumerate(case.deliveries.get("companies", []), 2)
        if own and CODES[row["统一社会信用代码"]] == own and code(row["状态"]) in closing
    ]
    if rows and status(person) == "在岗":
        person.found.append(("companies", "单位状态", "疑点", rows))
    if rows and status(person) in ("失(无)业", "下(待)岗"):
        person.found.append(("companies", "单位状态", "佐证", rows))


def social_insurance(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, row in mine:
        if code(row["状态"]) == "参保缴费":
            if status(person) == "在岗":
                person.found.append(("social_insurance", "劳动关系", "佐证", [at]))
            if status(person) in ("失(无)业", "下(待)岗"):
                person.found.append(("social_insurance", "劳动关系", "矛盾", [at]))


def employment(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, row in mine:
        if status(person) == "失(无)业" and code(row["状态"]) in ("失业", "就业"):
            conclusion = "佐证" if code(row["状态"]) == "失业" else "矛盾"
            person.found.append(("employment", "就业状态", conclusion, [at]))


def pensions(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, row in mine:
        if code(row["状态"]) == "正常":
            conclusion = "矛盾" if person.is_head else "佐证" if status(person) == "退休" else "疑点"
            person.found.append(("pensions", "领取养老金", conclusion, [at]))


def provident_fund(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, row in mine:
        base, said = AMOUNTS[row["缴存基数"]], declared(person)
        if code(row["状态"]) == "正常" and base is not None and said is not None and base * 12 * 10 > 12 * 12 * said:
            person.found.append(("provident_fund", "收入不符", "矛盾", [at]))


def income_tax(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    paid, rows = 0, []
    for at, row in mine:
        month = MONTHS[row["所属年月"]]
        if month and 0 <= (case.on.year - month[0]) * 12 + case.on.month - month[1] <= 11:
            paid += AMOUNTS[row["收入额"]] or 0
            rows.append(at)
    said = declared(person)
    if said is not None and paid * 10 > 12 * 12 * said:
        person.found.append(("income_tax", "收入不符", "矛盾", rows))


def minimum_allowance(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, row in mine:
        until = MONTHS[row["截止年月"]]
        unread = row["截止年月"] in UNREADABLE
        if not unread and (until is None or until >= (case.on.year, case.on.month)):
            person.found.append(("minimum_allowance", "低保在享", "佐证", [at]))


def medical_settlement(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    ill = any(
        "患重特大疾病" in code(other.said[column])
        for other in people
        for column in ("主要致困原因", "次要致困原因")
        if other.household == person.household
    )
    paid, rows = 0, []
    for at, row in mine:
        day = DAYS[row["结算日期"]]
        if day and year_before(case.on) < day <= case.on:
            paid += AMOUNTS[row["个人自付"]] or 0
            rows.append(at)
    if ill and paid > 0:
        person.found.append(("medical_settlement", "医疗支出", "佐证", rows))


def students(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, _ in mine:
        if status(person) == "学生":
            person.found.append(("students", "在读学生", "佐证", [at]))


def disability(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    said = code(person.said["疾病/残疾类别"])
    for at, row in mine:
        if code(row["状态"]) != "有效":
            continue
        kind, grade = tidy(row["残疾人证号"])[18:19], tidy(row["残疾人证号"])[19:20]
        agrees = False
        if kind in tuple("1234567") and grade in tuple("1234"):
            word = KINDS_OF_DISABILITY[int(kind) - 1]
            agrees = word in said and (f"{grade}级" in said or f"{' 一二三四'[int(grade)]}级" in said)
        person.found.append(("disability", "残疾证", "佐证" if agrees else "疑点", [at]))


def other_archives(person: Person, mine: list[tuple[int, Row]], case: Case, people: list[Person]) -> None:
    for at, row in mine:
        if code(row["状态"]) == "在档":
            person.found.append(("other_archives", "异地建档", "矛盾", [at]))


ABOUT = {
    "population": population, "deaths": deaths, "vehicles": vehicles, "companies": companies, "real_estate": real_estate,
    "social_insurance": social_insurance, "employment": employment, "pensions": pensions, "provident_fund": provident_fund,
    "income_tax": income_tax, "minimum_allowance": minimum_allowance, "medical_settlement": medical_settlement, "students": students,
    "disability": disability, "other_archives": other_archives,
}  # fmt: skip


def code(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).replace("\u200b", "").split())


def status(person: Person) -> str:
    return code(person.said["人员身份"]) or code(person.said["工作状态"])


def declared(person: Person) -> int | None:
    """Empty is 0; what nobody can read is None, and nothing is held against it."""
    text = person.said["月收入"] or person.said["本人月平均收入"]
    return None if text in UNREADABLE else AMOUNTS[text] or 0


def year_before(day: date) -> date:
    return date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
