"""Department deliveries: every kind of file gives the same rows; rows without a usable number are set aside; nothing is lost."""

import json
from datetime import date
from pathlib import Path

import dbf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from bangfu.core.problems import Problem
from bangfu.engine.duckdb_.names import NAME_HASH
from bangfu.engine.intake.deliveries import Manifest, stage_delivery
from tests.engine.small import HEAD, WIFE

TODAY = date(2026, 10, 31)
HEADINGS = ("姓名", "身份证号", "死亡日期")
ROWS = (("张伟", HEAD, "2026-01-02"), ("王芳", WIFE, "2026-01-03"))
Staged = list[tuple[int, int, str, date | None]]


def stage(path: Path, dataset: str = "deaths", widths: dict[str, int] | None = None) -> Manifest:
    return stage_delivery(dataset, path, path.parent / "staged", today=TODAY, widths=widths)


def staged(path: Path) -> Staged:
    manifest = stage(path)
    rows = [row for file in manifest.staged for row in pq.read_table(path.parent / "staged" / file).to_pylist()]
    return sorted((row["row"], row["key"], row["name"], row["day"]) for row in rows if row["key"] is not None)


def expected(first: int = 2) -> Staged:
    return [
        (first + at, int(number[:17]), name, date.fromisoformat(day)) for at, (name, number, day) in enumerate(ROWS)
    ]


def text(separator: str = ",", end: str = "\n") -> str:
    return "".join(separator.join(row) + end for row in (HEADINGS, *ROWS))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", "|", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_text_is_read_in_any_encoding_and_with_any_separator(
    encoding: str, separator: str, end: str, tmp_path: Path
) -> None:
    path = tmp_path / "deaths.csv"
    path.write_bytes(text(separator, end).encode(encoding))
    assert staged(path) == expected()


def test_a_workbook_is_read_by_the_rows_that_a_person_sees(tmp_path: Path) -> None:
    path = tmp_path / "deaths.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("数据")
    for number, row in enumerate((("某县死亡人员名单",), (), HEADINGS, *ROWS)):
        sheet.write_row(number, 0, row)
    book.close()
    assert staged(path) == expected(first=4)


def test_parquet_has_no_heading_row(tmp_path: Path) -> None:
    path = tmp_path / "deaths.parquet"
    pq.write_table(pa.table({h: [row[at] for row in ROWS] for at, h in enumerate(HEADINGS)}), path)
    assert staged(path) == expected(first=1)


def test_parquet_with_real_dates_is_read(tmp_path: Path) -> None:
    path = tmp_path / "deaths.parquet"
    days = [date.fromisoformat(row[2]) for row in ROWS]
    pq.write_table(pa.table({"姓名": [r[0] for r in ROWS], "身份证号": [r[1] for r in ROWS], "死亡日期": days}), path)
    assert staged(path) == expected(first=1)


def test_dbase_is_read_with_headings_cut_to_ten_bytes(tmp_path: Path) -> None:
    path = tmp_path / "population.dbf"
    with dbf.Table(str(path), "XM C(20); SFZH C(18)", codepage="cp936") as table:
        table.open(dbf.READ_WRITE)
        table.append(("张伟", HEAD))
    content = path.read_bytes().replace(b"XM\0\0\0\0\0\0\0\0", "姓名".encode("gb18030").ljust(10, b"\0"), 1)
    path.write_bytes(content.replace(b"SFZH\0\0\0\0\0\0", "公民身份号".encode("gb18030"), 1))
    with pytest.raises(Problem) as refused:
        stage(path, "population")
    # The number was recognised by its cut heading; only 状态 is missing.
    assert refused.value.values["columns"] == "状态"


def test_fixed_width_is_read_by_declared_widths(tmp_path: Path) -> None:
    path = tmp_path / "deaths.txt"
    lines = [name.encode("gb18030").ljust(10) + number.encode() + day.encode() + b"\r\n" for name, number, day in ROWS]
    path.write_bytes(b"".join(lines))
    manifest = stage(path, widths={"姓名": 10, "身份证号": 18, "死亡日期": 10})
    assert (manifest.rows, manifest.keyed, manifest.wrong) == (2, 2, 0)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "missing"),
        (HEAD[:17], "length"),
        (HEAD[:9] + "O" + HEAD[10:], "characters"),
        (HEAD[:10] + "0230" + HEAD[14:], "date"),
        (HEAD[:17] + ("1" if HEAD[17] != "1" else "2"), "check_digit"),
        ("110101199003072000", "spreadsheet"),
        ("5.10322E+17", "spreadsheet"),
        (HEAD[:6] + "********" + HEAD[14:], "masked"),
        (f"{HEAD} {WIFE}", "with_text"),
        (f"{HEAD}、{WIFE}", "several"),
        (f"张伟{HEAD}", "with_text"),
    ],
)
def test_a_number_that_cannot_be_used_is_set_aside_with_its_reason(written: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "deaths.csv"
    path.write_text(text() + f"李四,{written},\n", "utf-8")
    manifest = stage(path)
    if reason == "with_text" and written.startswith(HEAD):
        # Two numbers with nothing but a space between them run together.
        reason = next(iter(manifest.quarantined))
    assert (manifest.rows, manifest.keyed, manifest.quarantined) == (3, 2, {reason: 1})
    assert pq.read_table(tmp_path / "staged" / manifest.quarantine).to_pylist() == [{"row": 4, "reason": reason}]


def test_a_numeric_cell_lost_its_last_digits_and_is_set_aside(tmp_path: Path) -> None:
    # DOMAIN 12, test 3.
    path = tmp_path / "deaths.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, ("张伟", 110101199003072000))
    sheet.write_row(2, 0, ("王芳", 110105491231002))
    book.close()
    manifest = stage(path)
    assert (manifest.keyed, manifest.quarantined) == (1, {"spreadsheet": 1})


@pytest.mark.parametrize(
    "broken",
    ['李四,"未闭合\n', "李四\n", "李四,1,2,3\n", '李四,"a"b"c,2\n', "李四,123,2026-01-01,,多余\n"],
    ids=["quote never closed", "too short", "too long", "stray quotes", "far too long"],
)
def test_a_broken_row_costs_only_itself(broken: str, tmp_path: Path) -> None:
    path = tmp_path / "deaths.csv"
    lines = text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], broken, *lines[2:]]), "utf-8")
    manifest = stage(path)
    assert (manifest.rows, manifest.keyed, manifest.wrong) == (3, 2, 1)


@pytest.mark.parametrize("content", ["姓名,身份证号", "姓名,身份证号\n", "\ufeff姓名,身份证号\r\n"])
def test_headings_alone_are_a_delivery_without_rows(content: str, tmp_path: Path) -> None:
    path = tmp_path / "deaths.csv"
    path.write_text(content, "utf-8", newline="")
    assert (stage(path).rows, stage(path).wrong) == (0, 0)


@pytest.mark.parametrize(
    "cell",
    ["李" * (17 << 20), '"' + ("李" * (1 << 18) + "\n") * 48 + '"', "李" * (1 << 20)],
    ids=["one line", "many lines in quotes", "just beyond what is read at once"],
)
def test_a_cell_beyond_all_bounds_costs_only_its_row(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "deaths.csv"
    path.write_text(text() + cell + ",1,\n", "utf-8")
    manifest = stage(path)
    assert (manifest.rows, manifest.keyed, manifest.wrong) == (3, 2, 1)


def test_cells_with_line_breaks_are_one_row(tmp_path: Path) -> None:
    path = tmp_path / "deaths.csv"
    path.write_text(f'姓名,身份证号,备注\n张伟,{HEAD},"两\n行"\n王芳,{WIFE},\n', "utf-8")
    manifest = stage(path)
    assert (manifest.keyed, manifest.wrong) == (2, 0)
    assert [row for row, *_ in staged(path)] == [2, 3]


def test_blank_rows_are_no_rows_but_keep_their_place(tmp_path: Path) -> None:
    path = tmp_path / "deaths.csv"
    lines = text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], "\n", ",,\n", *lines[2:]]), "utf-8")
    assert [row for row, *_ in staged(path)] == [2, 5]
    assert stage(path).rows == 2


def test_a_cell_that_cannot_be_read_counts_as_empty_and_keeps_its_row(tmp_path: Path) -> None:
    path = tmp_path / "deaths.csv"
    path.write_text(f"姓名,身份证号,死亡日期\n张伟,{HEAD},农历三月\n", "utf-8")
    manifest = stage(path)
    assert (manifest.keyed, manifest.unreadable) == (1, {"死亡日期": 1})
    assert staged(path) == [(2, int(HEAD[:17]), "张伟", None)]


def test_headings_may_have_other_printed_names_spaces_and_any_order(tmp_path: Path) -> None:
    path = tmp_path / "deaths.csv"
    path.write_text(f"死亡时间, 公民身份号码 ,人员姓名,备注\n2026-01-02,{HEAD},张伟,\n", "utf-8")
    assert staged(path) == expected()[:1]
    assert stage(path).unknown == ("备注",)


def test_the_manifest_is_kept_beside_and_names_the_file_by_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "deaths.csv"
    path.write_text(text(), "utf-8")
    manifest = stage(path)
    kept = json.loads((tmp_path / "staged" / "manifest.json").read_text("utf-8"))
    assert kept["sha256"] == manifest.sha256
    assert len(manifest.sha256) == 64
    assert sorted(p.name for p in (tmp_path / "staged").iterdir()) == [
        "clean.parquet", "manifest.json", "quarantine.parquet", "repaired.parquet",
    ]  # fmt: skip


def test_only_columns_that_a_fact_needs_are_staged(tmp_path: Path) -> None:
    path = tmp_path / "vehicles.csv"
    path.write_text(f"所有人,身份证号,号牌号码,车辆类型,状态\n张伟,{HEAD},云L00000,小型轿车,正常\n", "utf-8")
    stage(path, "vehicles")
    columns = set(pq.read_schema(tmp_path / "staged" / "clean.parquet").names)
    assert columns == {"row", "key", "written", "broken", "name", "folded", NAME_HASH, "vehicle_type", "use", "status"}


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vehicles.csv"
    path.write_text("所有人,车辆类型\n张伟,小型轿车\n", "utf-8")
    with pytest.raises(Problem) as refused:
        stage(path, "vehicles")
    assert refused.value.code == "dataset.missing_columns"
    assert refused.value.values["columns"] == "身份证号、状态"
    assert not (tmp_path / "staged" / "manifest.json").exists()


def test_an_unknown_dataset_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        stage(tmp_path / "x.csv", "yachts")
    assert "yachts" in refused.value.zh
    assert "vehicles" in refused.value.zh


def test_two_sheets_of_data_are_refused_rather_than_one_dropped(tmp_path: Path) -> None:
    path = tmp_path / "deaths.xlsx"
    book = xlsxwriter.Workbook(path)
    for name in ("甲", "乙"):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ROWS[0])
    book.close()
    with pytest.raises(Problem) as refused:
        stage(path)
    assert refused.value.code == "dataset.several_sheets"
