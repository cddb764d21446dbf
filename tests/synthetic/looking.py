"""A brute look at a prefecture's written files: DESIGN 5's table over what the cells say, without the makers' knowledge.

Slow and obvious. It shares nothing with bangfu/synthetic but the list of headings; numbers, names and amounts are read by bangfu.core.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bangfu.core.ids import read_id
from bangfu.core.money import read_amount
from bangfu.core.names import differ
from bangfu.synthetic.datasets import DATASETS
from tests.synthetic.reading import Record, delivery, parquet

Finding = tuple[str, str, str, str, str]
Hits = dict[str, list[Record]]
_KINDS = ("", "视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_GRADES = ("", "一", "二", "三", "四")


@dataclass
class Known:
    """A person of the registry, the head's row of the household, and the departments' rows under the number."""

    said: Record
    head: Record
    household: str
    number: str
    hits: Hits


def findings_in(folder: Path) -> set[Finding]:
    people = parquet(folder / "people.parquet")
    heads = {_number(row["身份证号"]): row for row in people if row["身份证号"] == row["户主身份证号"]}
    rows = _by_number(folder)
    found: set[Finding] = set()
    homes: Hits = defaultdict(list)
    for said in people:
        number, household = _number(said["身份证号"]), _number(said["户主身份证号"])
        shown = household or said["户主身份证号"]
        if not number:
            found.add((shown, said["身份证号"], "", "无法核对", "号码无效"))
            continue
        hits = {name: rows[name][number] for name in DATASETS if number in rows[name]}
        homes[shown] += [row for row in hits.get("real_estate", []) if row["状态"] == "现势" and row["用途"] == "住宅"]
        known = Known(said, heads.get(household, {}), shown, number, hits)
        found |= {(shown, number, dataset, verdict, kind) for dataset, verdict, kind in _about(known)}
    for shown, units in homes.items():
        if len({unit["不动产单元号"] for unit in units}) > 1:
            whole = all(unit["共有份额"] in ("全部", "100%") for unit in units)
            found.add((shown, shown, "real_estate", "矛盾" if whole else "疑点", "多套住房"))
    return found


def _by_number(folder: Path) -> dict[str, dict[str, list[Record]]]:
    tables: dict[str, dict[str, list[Record]]] = {}
    for name, dataset in DATASETS.items():
        table: dict[str, list[Record]] = defaultdict(list)
        for row in delivery(folder, name):
            number = _card(row) if name == "disability" else _number(row[dataset.number_heading])
            if number:
                table[number].append(row)
        tables[name] = table
    return tables


def _number(written: str) -> str:
    value = read_id(written).value
    return value.text if value else ""


def _card(row: Record) -> str:
    """The first 18 of the certificate's 20 characters; what they say of kind and grade is put into the row."""
    bare = _half_width(row["残疾人证号"])
    row["说"] = f"{_KINDS[int(bare[18])]}残疾{_GRADES[int(bare[19])]}级" if len(bare) == 20 and bare.isalnum() else ""
    return _number(bare[:18]) if row["说"] else ""


def _half_width(written: str) -> str:
    narrow = "".join(chr(ord(sign) - 0xFEE0) if 0xFF01 <= ord(sign) <= 0xFF5E else sign for sign in written)
    return "".join(sign for sign in narrow if sign not in " \t\u00a0\u200b'")


def _about(known: Known) -> Iterator[tuple[str, str, str]]:
    if not known.hits.get("population") and known.head.get("户口所在地行政区划", "").startswith("53"):
        yield "population", "疑点", "查无此人"
    for name, rows in known.hits.items():
        if any(differ(known.said["姓名"], row[DATASETS[name].name_heading]) for row in rows):
            yield name, "疑点", "姓名不符"
        for row in rows:
            yield from ((name, verdict, kind) for verdict, kind in _of_row(known, name, row))
    taxed = [row for row in known.hits.get("income_tax", []) if "202511" <= row["所属年月"] <= "202610"]
    if 10 * sum(read_amount(row["收入额"]).value or 0 for row in taxed) > 12 * 12 * _declared(known):
        yield "income_tax", "矛盾", "收入不符"


def _declared(known: Known) -> int:
    return read_amount(known.said["月收入"] or known.said["本人月平均收入"]).value or 0


def _of_row(known: Known, name: str, row: Record) -> Iterator[tuple[str, str]]:  # noqa: C901, PLR0912 -- the table, line by line
    state = row.get("状态", "")
    status = known.said["人员身份"] or known.said["工作状态"]
    is_head = known.number == known.household
    if name == "deaths" or (name == "population" and (state, row["注销原因"]) == ("注销", "死亡")):
        yield "矛盾", "已死亡"
    elif name == "population" and state == "注销":
        yield "疑点", "户籍注销"
    elif name == "vehicles" and state in ("正常", "查封") and "摩托车" not in row["车辆类型"]:
        special = "残疾人" in row["车辆类型"] or "轮椅" in row["车辆类型"]
        yield ("疑点" if special and _is_disabled(known) else "矛盾"), "名下机动车"
    elif name == "companies" and state in ("存续", "在业", "吊销"):
        yield ("疑点" if state == "吊销" else "矛盾"), "名下企业"
    elif name == "real_estate" and state == "现势" and row["用途"] in ("商业", "商铺"):
        yield "矛盾", "经营性房产"
    elif name == "social_insurance" and state == "参保缴费" and status in ("在岗", "失(无)业", "下(待)岗"):
        yield ("佐证" if status == "在岗" else "矛盾"), "劳动关系"
    elif name == "employment" and status == "失(无)业" and state in ("失业", "就业"):
        yield ("佐证" if state == "失业" else "矛盾"), "就业状态"
    elif name == "pensions" and state == "正常":
        yield ("矛盾" if is_head else "佐证" if status == "退休" else "疑点"), "领取养老金"
    elif name == "provident_fund" and state == "正常":
        if 10 * (read_amount(row["缴存基数"]).value or 0) > 12 * _declared(known):
            yield "矛盾", "收入不符"
    elif name == "minimum_allowance" and (row["截止年月"] or "9999") >= "2026-10":
        yield "佐证", "低保在享"
    elif name == "medical_settlement" and "2025-11-01" <= row["结算日期"] <= "2026-10-31":
        ill = "患重特大疾病" in known.head.get("主要致困原因", "") + known.head.get("次要致困原因", "")
        if ill and read_amount(row["个人自付"]).value:
            yield "佐证", "医疗支出"
    elif name == "students" and status == "学生":
        yield "佐证", "在读学生"
    elif name == "disability" and state == "有效":
        yield ("佐证" if row["说"] == known.said["疾病/残疾类别"] else "疑点"), "残疾证"
    elif name == "other_archives" and state == "在档":
        yield "矛盾", "异地建档"


def _is_disabled(known: Known) -> bool:
    certified = any(row["状态"] == "有效" for row in known.hits.get("disability", []))
    return certified or known.said["健康状况"] == "残疾" or "残疾" in known.said["疾病/残疾类别"]
