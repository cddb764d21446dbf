"""Odd deliveries and registers that an outside tester sent: nothing breaks, nothing is held against a family by mistake."""

from datetime import date
from pathlib import Path

import dbf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.problems import Problem
from bangfu.engine.comparison import compare
from bangfu.engine.intake.deliveries_folder import About
from bangfu.synthetic.prefecture import generate
from tests.engine.intake.books import A, B, C, Rows, write_book

ON = date(2026, 10, 31)


def people(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "people.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def person(**said: str) -> dict[str, str]:
    return {"姓名": "张三", "身份证号": A, "户主身份证号": A, "户口所在地行政区划": "532901", **said}


def kinds(folder: Path, registry: Path, **files: Path) -> list[tuple[str, str]]:
    compare(registry, files, ON, folder / "out.parquet")
    return [(row["种类"], row["结论"]) for row in pq.read_table(folder / "out.parquet").to_pylist()]


def csv(folder: Path, name: str, *lines: str) -> Path:
    path = folder / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("month", ["20-06-30", "90/3/7", "2026-13", "二〇二〇年"])
def test_an_end_that_cannot_be_read_is_not_taken_for_none(month: str, tmp_path: Path) -> None:
    file = csv(tmp_path, "minimum_allowance", "姓名,身份证号,救助类别,截止年月", f"张三,{A},低保,{month}")
    assert kinds(tmp_path, people(tmp_path, [person()]), minimum_allowance=file) == []


@pytest.mark.parametrize(
    ("income", "found"), [("两千", []), ("2000元/月", []), ("", ["矛盾"]), ("无", ["矛盾"]), ("2400", [])]
)
def test_nothing_is_held_against_an_income_that_nobody_could_read(
    income: str, found: list[str], tmp_path: Path
) -> None:
    file = csv(tmp_path, "provident_fund", "姓名,身份证号,缴存基数,状态", f"张三,{A},2400,正常")
    said = kinds(tmp_path, people(tmp_path, [person(本人月平均收入=income)]), provident_fund=file)
    assert [conclusion for _, conclusion in said] == found


@pytest.mark.parametrize("head", ["无", "532990********28", ""])
def test_strangers_without_a_head_s_number_share_no_homes(head: str, tmp_path: Path) -> None:
    file = csv(
        tmp_path,
        "real_estate",
        "权利人,证件号,不动产单元号,用途,共有份额,状态",
        f"张三,{A},1,住宅,全部,现势",
        f"李四,{B},2,住宅,全部,现势",
    )
    strangers = [person(户主身份证号=head), person(姓名="李四", 身份证号=B, 户主身份证号=head)]
    assert ("多套住房", "矛盾") not in kinds(tmp_path, people(tmp_path, strangers), real_estate=file)


@pytest.mark.parametrize("share", ["全部", "100%", "100.00%", "１００％", 1.0])
def test_the_whole_is_recognised_as_it_is_written(share: str | float, tmp_path: Path) -> None:
    rows: Rows = [
        ["权利人", "证件号", "不动产单元号", "用途", "共有份额", "状态"],
        ["张三", A, "1", "住宅", share, "现势"],
        ["张三", A, "2", "住宅", share, "现势"],
    ]
    file = write_book(tmp_path / "real_estate.xlsx", {"Sheet1": rows})
    assert kinds(tmp_path, people(tmp_path, [person()]), real_estate=file) == [("多套住房", "矛盾")]


def test_a_figure_that_is_none_is_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "other_archives.parquet"
    table = {"姓名": [float("nan")] * 2, "身份证号": [A, C], "建档地": [float("nan"), 1.0], "状态": ["在档", "在档"]}
    pq.write_table(pa.table(table), path)
    assert kinds(tmp_path, people(tmp_path, [person()]), other_archives=path) == [("异地建档", "矛盾")]


@pytest.mark.parametrize(
    "lines",
    [
        ["单位：万元", "姓名,身份证号,缴存基数,状态", f"张三,{A},0.5,正常"],
        ["姓名,身份证号,缴存基数(万元),状态", f"张三,{A},0.5,正常"],
        ["姓名,身份证号,缴存基数（千元）,状态", f"张三,{A},5,正常"],
    ],
)
def test_amounts_in_ten_thousands_are_refused_and_never_read_as_yuan(lines: list[str], tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        kinds(tmp_path, people(tmp_path, [person()]), provident_fund=csv(tmp_path, "provident_fund", *lines))
    assert refused.value.code == "archive.unit"
    assert not (tmp_path / "out.parquet").exists()


def test_a_unit_of_yuan_in_the_heading_is_understood(tmp_path: Path) -> None:
    file = csv(tmp_path, "provident_fund", "姓名,身份证号,缴存基数(元),状态", f"张三,{A},2400,正常")
    assert kinds(tmp_path, people(tmp_path, [person()]), provident_fund=file) == [("收入不符", "矛盾")]


@pytest.mark.parametrize("households", [1, 3, 10])
def test_the_smallest_prefectures_can_be_compared(households: int, tmp_path: Path) -> None:
    generate(households, 1, tmp_path / "p", lambda _: None)
    files = {path.stem: path for path in (tmp_path / "p" / "datasets").iterdir() if path.suffix != ".yaml"}
    assert len(files) == 16
    compare(tmp_path / "p" / "people.parquet", files, ON, tmp_path / "out.parquet")


def test_a_parquet_file_damaged_in_the_middle_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "deaths.parquet"
    rows = {"姓名": [f"张{n}" for n in range(5000)], "身份证号": [A] * 5000, "死亡日期": ["2026-01-02"] * 5000}
    pq.write_table(pa.table(rows), path, compression="zstd")
    content = bytearray(path.read_bytes())
    content[200:4000] = bytes(3800)
    path.write_bytes(bytes(content))
    with pytest.raises(Problem) as refused:
        kinds(tmp_path, people(tmp_path, [person()]), deaths=path)
    assert refused.value.code == "file.damaged"


def test_a_dbase_delivery_is_compared(tmp_path: Path) -> None:
    path = tmp_path / "deaths.dbf"
    # Ten bytes for a field's name: 身份证号 fits, 死亡日期 fits.
    with dbf.Table(str(path), "XM C(20); SFZH C(18); SWRQ C(10)", codepage="cp936") as table:
        table.append(("张三", A, "2026-01-02"))
    headed = path.read_bytes()
    for short, heading in ((b"XM", "姓名"), (b"SFZH", "身份证号"), (b"SWRQ", "死亡日期")):
        written = heading.encode("gb18030")
        headed = headed.replace(short.ljust(11, b"\0"), written.ljust(11, b"\0"), 1)
    path.write_bytes(headed)
    assert kinds(tmp_path, people(tmp_path, [person()]), deaths=path) == [("已死亡", "矛盾")]


def test_a_delivery_of_fixed_width_is_compared(tmp_path: Path) -> None:
    path = tmp_path / "deaths.txt"
    line = "张三".encode("gb18030").ljust(10) + A.encode() + b"2026-01-02"
    path.write_bytes(line + b"\r\n")
    about = {"deaths": About(widths={"姓名": 10, "身份证号": 18, "死亡日期": 10})}
    compare(people(tmp_path, [person()]), {"deaths": path}, ON, tmp_path / "out.parquet", about=about)
    assert pq.read_table(tmp_path / "out.parquet").column("种类").to_pylist() == ["已死亡"]
