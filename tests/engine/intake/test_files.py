"""Files that are no tables, are damaged, or are not safe to open: a clear problem each, and nothing else."""

import zipfile
from datetime import date
from pathlib import Path

import dbf
import openpyxl
import pytest

from bangfu.core.ids import read_id
from bangfu.core.problems import Problem
from bangfu.engine.intake.archive import Counts, read_archive
from bangfu.engine.intake.files import FileKind, encoding_of, kind_of
from bangfu.engine.intake.ooxml import Broken
from bangfu.engine.intake.tables import open_tables
from tests.engine.intake.books import HEADS, MEMBERS, A, B, write_book

ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")


def good_book(folder: Path) -> Path:
    return write_book(folder / "good.xlsx", {"职工": HEADS, "家庭成员": MEMBERS})


def with_part(source: Path, target: Path, name: str, content: bytes) -> Path:
    """A copy of a workbook with one part added or replaced."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\xef\xbb\xbf\r\n", "file.empty"),
        (b"%PDF-1.7", "file.type"),
        (b"\x89PNG\r\n", "file.type"),
        (b"Rar!\x1a", "file.type"),
        (b"PK\x03\x04broken", "file.damaged"),
        (ENCRYPTED, "file.password"),
        ("姓名,身份证号\n张三\0,1\n".encode(), "file.nul"),
        (b"\xff\xff\xff\x81\x20", "file.encoding"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "file.old_form"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "送来的文件.xlsx"
    path.write_bytes(content)
    with pytest.raises(Problem) as refused:
        kind_of(path)
    assert refused.value.code == code
    assert "送来的文件.xlsx" in refused.value.zh
    assert "送来的文件.xlsx" in refused.value.en


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        kind_of(tmp_path / "x.xlsx")
    assert refused.value.code == "file.missing"


def test_a_workbook_cut_in_half_is_damaged(tmp_path: Path) -> None:
    path = good_book(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Problem) as refused:
        open_tables(path)
    assert refused.value.code == "file.damaged"


def test_a_workbook_with_a_garbled_sheet_is_damaged(tmp_path: Path) -> None:
    path = with_part(
        good_book(tmp_path), tmp_path / "bad.xlsx", "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row></c>"
    )
    with pytest.raises(Problem) as refused:
        open_tables(path)
    assert refused.value.code == "file.damaged"


def test_macros_are_refused(tmp_path: Path) -> None:
    path = with_part(good_book(tmp_path), tmp_path / "macro.xlsx", "xl/vbaProject.bin", b"x")
    with pytest.raises(Problem) as refused:
        kind_of(path)
    assert refused.value.code == "file.macros"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = with_part(good_book(tmp_path), tmp_path / "bomb.xlsx", "xl/worksheets/sheet9.xml", bytes(300 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(Problem) as refused:
        kind_of(path)
    assert refused.value.code == "file.bomb"


@pytest.mark.parametrize(
    "xml",
    [
        b'<worksheet><dimension ref="A1:C10000000"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>',
        b'<worksheet><sheetData><row r="10000000"><c r="A10000000"><v>1</v></c></row></sheetData></worksheet>',
        b'<worksheet><sheetData><row><c r="A10000000"><v>1</v></c></row></sheetData></worksheet>',
        b'<x:worksheet xmlns:x="m"><x:sheetData><x:row r="9999999"><x:c r="A9999999"/></x:row></x:sheetData></x:worksheet>',
    ],
)
def test_a_sheet_that_claims_ten_million_rows_is_refused(tmp_path: Path, xml: bytes) -> None:
    path = with_part(good_book(tmp_path), tmp_path / "huge.xlsx", "xl/worksheets/sheet1.xml", xml)
    with pytest.raises(Problem) as refused:
        open_tables(path)
    assert refused.value.code == "file.rows"


def test_one_stray_cell_far_away_does_not_fill_the_memory(tmp_path: Path) -> None:
    cells = (b'<row r="%d"><c r="%s"><v>1</v></c></row>' % place for place in ((1, b"A1"), (1048576, b"XFD1048576")))
    xml = b"<worksheet><sheetData>" + b"".join(cells) + b"</sheetData></worksheet>"
    path = with_part(good_book(tmp_path), tmp_path / "far.xlsx", "xl/worksheets/sheet1.xml", xml)
    with pytest.raises(Problem) as refused:
        open_tables(path)
    assert refused.value.code == "file.cells"


def test_a_formula_without_a_stored_result_is_told_and_never_read_as_empty(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "职工"
    sheet.append(["姓名", "身份证号", "本人月平均收入", "备注"])
    sheet.append(["张三", A, "=1000+1000", "x"])
    sheet["D2"] = "#N/A"
    sheet["D2"].data_type = "e"
    book.save(tmp_path / "formula.xlsx")
    table = open_tables(tmp_path / "formula.xlsx")[0]
    assert list(table.rows())[1][1] == ("张三", A, Broken.FORMULA, Broken.ERROR)
    reader = read_archive(tmp_path / "formula.xlsx", date(2026, 10, 31))
    row = next(iter(reader))
    assert {remark.field: remark.problem.code for remark in row.remarks if remark.problem} == {
        "monthly_income": "cell.formula",
        "remark": "cell.error",
    }
    assert reader.formulas == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("姓名|身份证号\n张三|1\n", encoding=encoding)
    assert kind_of(path) is FileKind.CSV
    assert list(open_tables(path)[0].rows()) == [(1, ("姓名", "身份证号")), (2, ("张三", "1"))]


def test_ascii_followed_by_gb18030_far_behind_is_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" * 1_000_000 + "张三".encode("gb18030"))
    assert encoding_of(path) == "gb18030"


def test_html_under_the_name_of_a_workbook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    path.write_text(
        "<html><table><tr><th rowspan=2>姓名<th colspan=2>号</tr><tr><td>甲<td>乙</tr><tr><td>张三<td>1<td>2</tr></table>",
        "gb18030",
    )
    table = open_tables(path)[0]
    assert [cells for _, cells in table.rows()] == [("姓名", "号", None), (None, "甲", "乙"), ("张三", "1", "2")]
    assert table.merged == [(1, 2, 1, 1), (1, 1, 2, 3)]


def test_dbase_files_are_read_and_deleted_records_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.dbf"
    with dbf.Table(str(path), "xm C(20); sfz C(18); je N(10,2)", codepage="cp936") as table:
        table.append(("张三", A, 12.5))
        table.append(("李四", A, 1))
        dbf.delete(table[1])
    assert kind_of(path) is FileKind.DBF
    assert list(open_tables(path)[0].rows()) == [(1, ("XM", "SFZ", "JE")), (2, ("张三", A, 12.5))]


def test_old_workbooks_are_told_by_content(tmp_path: Path) -> None:
    path = good_book(tmp_path)
    renamed = path.rename(tmp_path / "good.xls")
    assert kind_of(renamed) is FileKind.XLSX


# BIFF8, as Excel 97 to 2003 and WPS (.et) write it: the rows of books.HEADS and books.MEMBERS. No kept library writes it.
OLD_WORKBOOK = Path(__file__).parent / "data" / "archive.xls"


@pytest.mark.parametrize("name", ["archive.xls", "archive.et", "archive.xlsx"])
def test_a_workbook_of_the_old_kind_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(OLD_WORKBOOK.read_bytes())
    assert kind_of(path) is FileKind.XLS
    reader = read_archive(path, date(2026, 10, 31))
    assert [row.values["id_number"] for row in reader if row.is_head] == [read_id(A).value, read_id(B).value]
    assert reader.counts == Counts(rows=3, new=3)
