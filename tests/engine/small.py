"""Small comparisons for tests: rows in, findings out. Numbers are of the invented divisions 532990 to 532999."""

import csv
from datetime import date
from pathlib import Path

from bangfu.core.ids import check_digit
from bangfu.engine.comparison import compare
from bangfu.engine.intake.deliveries_folder import About

ON = date(2026, 10, 31)
Found = tuple[str, str, str, str]


def number(serial: int, born: str = "19700101") -> str:
    """An invented number that passes the check digit."""
    seventeen = f"532990{born}{serial:03}"
    return seventeen + check_digit(seventeen)


HEAD, WIFE, CHILD, STRANGER = number(1), number(2), number(3, "20100305"), number(9)


def write_csv(path: Path, rows: list[dict[str, str]], headings: list[str] | None = None) -> Path:
    """Rows as a CSV file; headings are those of all rows."""
    headings = headings or list(dict.fromkeys(heading for row in rows for heading in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def family(**head: str) -> list[dict[str, str]]:
    """张伟 with 王芳 and a child; keywords are further columns of the head's row."""
    return [
        {"姓名": "张伟", "身份证号": HEAD, "户主身份证号": HEAD, **head},
        {"姓名": "王芳", "身份证号": WIFE, "户主身份证号": HEAD},
        {"姓名": "张小伟", "身份证号": CHILD, "户主身份证号": HEAD, "人员身份": "学生"},
    ]


def findings(
    folder: Path,
    people: list[dict[str, str]],
    about: dict[str, About] | None = None,
    **deliveries: list[dict[str, str]],
) -> list[dict[str, str]]:
    """Compare as of 2026-10-31. The register is people.csv, a delivery ``<dataset>.csv``."""
    registry = write_csv(folder / "people.csv", people)
    files = {name: write_csv(folder / f"{name}.csv", rows, _HEADINGS.get(name)) for name, rows in deliveries.items()}
    out = folder / "findings.csv"
    compare(registry, files, ON, out, about=about)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kinds(rows: list[dict[str, str]]) -> list[Found]:
    """Person, kind, conclusion, source of each finding."""
    return [(row["身份证号"], row["种类"], row["结论"], row["来源行"]) for row in rows]


def told(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Kind and conclusion of each finding."""
    return [(row["种类"], row["结论"]) for row in rows]


_HEADINGS = {
    "population": ["姓名", "公民身份号码", "状态", "注销原因"],
    "deaths": ["姓名", "身份证号", "死亡日期"],
    "vehicles": ["所有人", "身份证号", "车辆类型", "使用性质", "状态"],
    "companies": ["法定代表人", "身份证号", "职务", "状态"],
    "real_estate": ["权利人", "证件号", "不动产单元号", "坐落", "用途", "共有份额", "状态"],
    "medical_settlement": ["姓名", "身份证号", "结算日期", "个人自付"],
    "minimum_allowance": ["姓名", "身份证号", "救助类别", "截止年月"],
    "income_tax": ["姓名", "身份证号", "收入额", "所属年月"],
    "provident_fund": ["姓名", "身份证号", "缴存基数", "状态"],
}
