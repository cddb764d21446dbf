"""What a comparison must find in a household: DESIGN 5's table in plain steps, on facts that this program invented itself.

Each household is judged twice: on all facts as they are, and on what can be seen, that is rows whose numbers can still be
read on both sides. What can be seen must be found; what is true but cannot be seen may be found by other means.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bangfu.synthetic.days import REFERENCE_DAY, TWELVE_MONTHS_START, month_back
from bangfu.synthetic.departments.welfare import DISABILITY_GRADES, DISABILITY_TYPES
from bangfu.synthetic.world import IN_POST, JOBLESS, LAID_OFF, RETIRED, STUDENT, Household, Person, Row
from bangfu.synthetic.writing import reasons_of

CONFIRMS, CONTRADICTS, DOUBT, CANNOT = "佐证", "矛盾", "疑点", "无法核对"
_FIRST_TAX_MONTH = month_back(11).replace("-", "")
_LAST_TAX_MONTH = month_back(0).replace("-", "")
_TYPE_OF_DIGIT = {digit: kind for kind, digit in DISABILITY_TYPES.items()}
_GRADE_OF_DIGIT = {digit: grade for grade, digit in DISABILITY_GRADES.items()}

# Place of the person in the household, dataset, verdict, kind.
Found = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Expected:
    """One expected finding. ``certain``: an exact engine must find it."""

    household: str
    number: str
    dataset: str
    verdict: str
    kind: str
    certain: bool
    reasons: str


def expected_findings(household: Household, rows: list[Row]) -> Iterator[Expected]:
    """All findings about a household, in a fixed order."""
    persons = household.persons
    seen = [row for row in rows if row.number.readable and persons[row.person].filed.readable]
    must = set(_judge(household, seen, as_seen=True))
    true = set(_judge(household, rows, as_seen=False))
    for found in sorted(must | true):
        place, dataset, verdict, kind = found
        person = persons[place]
        number = person.number if person.filed.readable else person.filed.text
        head = number if place == 0 else household.head.number
        reasons = ";".join(_reasons(household, rows, place, dataset))
        yield Expected(head, number, dataset, verdict, kind, found in must, reasons)


def _reasons(household: Household, rows: list[Row], place: int, dataset: str) -> list[str]:
    said = list(household.persons[place].dirt)
    if dataset == "population" and not household.filed_division.isdigit():
        said.append("档案行政区划：写成地名")
    if place != 0:
        said += [f"户主{dirt}" for dirt in household.head.dirt if dirt.startswith("档案号码")]
    for row in rows:
        # A vehicle of a disabled owner hangs on the certificate too; several homes on the whole family.
        beside = dataset == "vehicles" and row.dataset == "disability"
        whole_family = dataset == "real_estate" and row.dataset == dataset
        if whole_family or (row.person == place and (row.dataset == dataset or beside)):
            said += reasons_of(row)
    return sorted(set(said))


def _judge(household: Household, rows: list[Row], *, as_seen: bool) -> Iterator[Found]:
    for place, person in enumerate(household.persons):
        if as_seen and not person.filed.readable:
            yield place, "", CANNOT, "号码无效"
            continue
        mine = [row for row in rows if row.person == place]
        # A delivery speaks by silence only for the places that it covers; a place that the file names loosely may be anywhere.
        if (household.place_known or not as_seen) and not any(_registers(row, person) for row in mine):
            yield place, "population", DOUBT, "查无此人"
        for row in mine:
            if row.name_differs:
                yield place, row.dataset, DOUBT, "姓名不符"
        yield from _life(place, mine)
        yield from _belongings(household, place, mine)
        yield from _work(household, place, mine)
        yield from _income(household, place, mine)
        yield from _welfare(household, place, mine, head_known=household.head.filed.readable or not as_seen)
    yield from _homes(rows)


def _registers(row: Row, person: Person) -> bool:
    return row.dataset == "population" and (row.number.readable or not person.filed.readable)


def _life(place: int, mine: list[Row]) -> Iterator[Found]:
    for row in mine:
        if row.dataset == "deaths":
            yield place, "deaths", CONTRADICTS, "已死亡"
        elif row.dataset == "population" and row.cells["状态"] == "注销":
            if row.cells["注销原因"] == "死亡":
                yield place, "population", CONTRADICTS, "已死亡"
            else:
                yield place, "population", DOUBT, "户籍注销"


def _belongings(household: Household, place: int, mine: list[Row]) -> Iterator[Found]:
    certified = any(row.dataset == "disability" and row.cells["状态"] == "有效" for row in mine)
    disabled = household.persons[place].disabled_by_file or certified
    for row in mine:
        state = row.cells.get("状态")
        if row.dataset == "vehicles" and state in ("正常", "查封") and "摩托车" not in row.cells["车辆类型"]:
            for_disabled = any(word in row.cells["车辆类型"] for word in ("残疾人", "轮椅"))
            yield place, "vehicles", DOUBT if disabled and for_disabled else CONTRADICTS, "名下机动车"
        elif row.dataset == "companies" and state in ("存续", "在业"):
            yield place, "companies", CONTRADICTS, "名下企业"
        elif row.dataset == "companies" and state == "吊销":
            yield place, "companies", DOUBT, "名下企业"
        elif row.dataset == "real_estate" and state == "现势" and row.cells["用途"] in ("商业", "商铺"):
            yield place, "real_estate", CONTRADICTS, "经营性房产"


def _homes(rows: list[Row]) -> Iterator[Found]:
    homes = [
        row.cells
        for row in rows
        if row.dataset == "real_estate" and row.cells["状态"] == "现势" and row.cells["用途"] == "住宅"
    ]
    if len({home["不动产单元号"] for home in homes}) > 1:
        whole = all(home["共有份额"] in ("全部", "100%") for home in homes)
        yield 0, "real_estate", CONTRADICTS if whole else DOUBT, "多套住房"


def _work(household: Household, place: int, mine: list[Row]) -> Iterator[Found]:
    status = household.persons[place].status
    for row in mine:
        state = row.cells.get("状态")
        if row.dataset == "social_insurance" and state == "参保缴费":
            if status == IN_POST:
                yield place, row.dataset, CONFIRMS, "劳动关系"
            elif status in (JOBLESS, LAID_OFF):
                yield place, row.dataset, CONTRADICTS, "劳动关系"
        elif row.dataset == "employment" and status == JOBLESS:
            yield place, row.dataset, CONFIRMS if state == "失业" else CONTRADICTS, "就业状态"
        elif row.dataset == "pensions" and state == "正常":
            verdict = CONTRADICTS if place == 0 else CONFIRMS if status == RETIRED else DOUBT
            yield place, row.dataset, verdict, "领取养老金"


def _income(household: Household, place: int, mine: list[Row]) -> Iterator[Found]:
    limit = 12 * household.persons[place].monthly_income * 6
    taxed = 0
    for row in mine:
        if row.dataset == "provident_fund" and row.cells["状态"] == "正常":
            if 5 * 12 * _fen(row.cells["缴存基数"]) > limit:
                yield place, row.dataset, CONTRADICTS, "收入不符"
        elif row.dataset == "income_tax" and _FIRST_TAX_MONTH <= row.cells["所属年月"] <= _LAST_TAX_MONTH:
            taxed += _fen(row.cells["收入额"])
    if 5 * taxed > limit:
        yield place, "income_tax", CONTRADICTS, "收入不符"


def _welfare(household: Household, place: int, mine: list[Row], *, head_known: bool) -> Iterator[Found]:
    person = household.persons[place]
    ill_by_file = head_known and "患重特大疾病" in (household.main_cause, *household.secondary_causes)
    for row in mine:
        match row.dataset:
            case "minimum_allowance" if not row.cells["截止年月"] or row.cells["截止年月"] >= month_back(0):
                yield place, row.dataset, CONFIRMS, "低保在享"
            case "medical_settlement" if ill_by_file and _in_window(row) and row.cells["个人自付"] != "0":
                yield place, row.dataset, CONFIRMS, "医疗支出"
            case "students" if person.status == STUDENT:
                yield place, row.dataset, CONFIRMS, "在读学生"
            case "disability" if row.cells["状态"] == "有效":
                yield place, row.dataset, CONFIRMS if _agrees(row, person.disability) else DOUBT, "残疾证"
            case "other_archives" if row.cells["状态"] == "在档":
                yield place, row.dataset, CONTRADICTS, "异地建档"
            case _:
                pass


def _in_window(row: Row) -> bool:
    return TWELVE_MONTHS_START.isoformat() <= row.cells["结算日期"] <= REFERENCE_DAY.isoformat()


def _agrees(row: Row, said: str) -> bool:
    return said == f"{_TYPE_OF_DIGIT[row.card[18]]}残疾{_GRADE_OF_DIGIT[row.card[19]]}级"


def _fen(text: str) -> int:
    return int(Decimal(text) * 100)
