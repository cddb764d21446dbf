"""``bangfu compare`` as people call it: exit codes, what is printed, and bad input that leaves nothing behind."""

import json
import sys
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from bangfu.terminals.cli import main
from tests.engine.small import HEAD, WIFE, family, write_csv

ROW = {"姓名": "张伟", "身份证号": HEAD, "死亡日期": "2026-01-02"}


@dataclass(frozen=True)
class Done:
    """How a call ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str | Path) -> Done:
    """Call the command line in this process: starting Python anew for each test would take most of the time."""
    out, err = StringIO(), StringIO()
    argv = ["bangfu", "compare", *map(str, arguments)]
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "argv", argv),
        pytest.raises(SystemExit) as ended,
    ):
        main.run()
    return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with people.csv and datasets/deaths.csv."""
    monkeypatch.setenv("BANGFU_LANGUAGE", "zh")
    (tmp_path / "datasets").mkdir()
    write_csv(tmp_path / "people.csv", family())
    write_csv(tmp_path / "datasets" / "deaths.csv", [ROW])
    return tmp_path


def compare(place: Path, *more: str, out: str = "findings.csv") -> Done:
    return run("--registry", place / "people.csv", "--datasets", place / "datasets", "--out", place / out, *more)


@pytest.mark.parametrize("memory", ["a lot", "2", "1MB", "499MB"])
def test_a_memory_limit_that_is_none_is_a_bad_call(place: Path, memory: str) -> None:
    refused(compare(place, "--memory", memory), place, 2, "内存上限", "memory limit")


def test_the_memory_limit_may_come_from_the_environment(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_MEMORY", "a lot")
    assert compare(place).returncode == 2
    assert compare(place, "--memory", "500MB").returncode == 0


def refused(done: Done, place: Path, code: int, *words: str) -> None:
    """In both languages, without a stack trace, and nothing written."""
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert len(done.stderr.strip().splitlines()) >= 2
    assert [path.name for path in place.iterdir() if "findings" in path.name] == []


def test_findings_are_written_and_the_last_line_is_for_machines(place: Path) -> None:
    done = compare(place, "--on", "2026-10-31", "--json", out="findings.parquet")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "persons": 3, "households": 1, "rows": 1, "wrong": 0, "findings": 1, "by_kind": {"已死亡": 1},
    }  # fmt: skip
    (row,) = pq.read_table(place / "findings.parquet").to_pylist()
    assert list(row) == ["户主身份证号", "身份证号", "数据集", "结论", "种类", "说明", "来源行"]
    assert "已死亡 · 矛盾" in done.stdout
    assert HEAD not in done.stdout + done.stderr


def test_a_row_set_aside_gives_exit_1_and_the_rest_is_in(place: Path) -> None:
    write_csv(place / "datasets" / "deaths.csv", [ROW, {**ROW, "身份证号": "123"}])
    done = compare(place, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[-1])["wrong"] == 1
    assert "位数不对 1" in done.stdout
    assert (place / "findings.csv").is_file()


def test_the_day_is_the_newest_as_of_date_and_control_totals_are_checked(place: Path) -> None:
    sidecar = "deaths: {as_of: 2026-09-30, rows: 2, coverage: [5329]}\n"
    (place / "datasets" / "deliveries.yaml").write_text(sidecar, "utf-8")
    done = compare(place)
    assert "比对日期 2026-09-30" in done.stdout
    assert "应有 2 行，实际 1 行" in done.stdout
    assert "范围 5329" in done.stdout


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "tomorrow", "20261031", ""])
def test_an_impossible_date_is_a_bad_call(place: Path, day: str) -> None:
    refused(compare(place, "--on", day), place, 2)


def test_an_unknown_dataset_is_refused_by_name(place: Path) -> None:
    write_csv(place / "datasets" / "yachts.csv", [ROW])
    refused(compare(place), place, 1, "yachts", "vehicles")


def test_a_dataset_with_two_files_is_refused(place: Path) -> None:
    (place / "datasets" / "deaths.txt").write_bytes((place / "datasets" / "deaths.csv").read_bytes())
    refused(compare(place), place, 1, "deaths.csv", "deaths.txt")


@pytest.mark.parametrize(
    "sidecar", ["deaths: {as_of: 2026-02-30}", "deaths: {rows: many}", "yachts: {}", "[1", "deaths: {since: 1}"]
)
def test_a_sidecar_that_is_not_right_is_refused(place: Path, sidecar: str) -> None:
    (place / "datasets" / "deliveries.yaml").write_text(sidecar, "utf-8")
    refused(compare(place), place, 1)


def test_missing_columns_of_the_register_are_named(place: Path) -> None:
    write_csv(place / "people.csv", [{"姓名": "张伟", "性别": "男"}])
    refused(compare(place), place, 1, "身份证号、户主身份证号", "people.csv")


def test_an_empty_register_is_refused(place: Path) -> None:
    write_csv(place / "people.csv", [], ["姓名", "身份证号", "户主身份证号"])
    refused(compare(place), place, 1, "people.csv")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf\n",
        b"%PDF-1.7 x",
        b"PK\x03\x04broken",
        b"PAR1 broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\xff\xfe\x00",
    ],
)
def test_a_file_that_is_no_table_is_refused(place: Path, content: bytes) -> None:
    (place / "datasets" / "deaths.csv").write_bytes(content)
    refused(compare(place), place, 1, "deaths.csv")


def test_nul_bytes_are_refused(place: Path) -> None:
    (place / "datasets" / "deaths.csv").write_bytes("姓名,身份证号\n张\0伟,1\n".encode())
    refused(compare(place), place, 1, "NUL")


def test_a_zip_bomb_is_refused(place: Path) -> None:
    with zipfile.ZipFile(place / "datasets" / "deaths.csv", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * (210 << 20))
    refused(compare(place), place, 1, "deaths.csv")


def test_a_workbook_without_the_columns_is_refused_with_their_names(place: Path) -> None:
    (place / "datasets" / "deaths.csv").unlink()
    book = xlsxwriter.Workbook(place / "datasets" / "deaths.xlsx")
    book.add_worksheet().write_row(0, 0, ("甲", "乙"))
    book.close()
    refused(compare(place), place, 1, "身份证号")


@pytest.mark.parametrize(("out", "code"), [("findings.xlsx", 2), ("nowhere/findings.csv", 2)])
def test_a_target_that_cannot_be_written_is_a_bad_call(place: Path, out: str, code: int) -> None:
    refused(compare(place, out=out), place, code)


def test_a_missing_folder_or_register_is_refused(place: Path) -> None:
    refused(
        run("--registry", place / "people.csv", "--datasets", place / "none", "--out", place / "findings.csv"), place, 1
    )
    refused(
        run("--registry", place / "none.csv", "--datasets", place / "datasets", "--out", place / "findings.csv"),
        place,
        1,
    )
    refused(run("--registry", place / "people.csv"), place, 2)


def test_files_are_always_compared_whole(place: Path) -> None:
    refused(compare(place, "--delta"), place, 2, "--delta")


def test_a_failure_leaves_an_earlier_result_as_it_was(place: Path) -> None:
    assert compare(place).returncode == 0
    before = (place / "findings.csv").read_bytes()
    (place / "datasets" / "deaths.csv").write_bytes(b"%PDF")
    assert compare(place).returncode == 1
    assert (place / "findings.csv").read_bytes() == before


def test_a_number_never_shows_in_the_output(place: Path) -> None:
    write_csv(place / "datasets" / "deaths.csv", [{"姓名": WIFE, "身份证号": HEAD[:17], "死亡日期": WIFE}])
    done = compare(place)
    assert HEAD[:17] not in done.stdout + done.stderr
    assert WIFE not in done.stdout + done.stderr


def test_employers_are_asked_about_only_where_somebody_asks(place: Path) -> None:
    code = "91350100M000100Y43"
    write_csv(place / "people.csv", family(工作状态="在岗", 统一社会信用代码=code))
    company = {"统一社会信用代码": code.lower(), "名称": "甲厂", "身份证号": "", "出资额": "5万", "状态": "注销"}
    write_csv(place / "datasets" / "companies.csv", [company])
    said = {}
    for asked in ("--no-employers", "--employers"):
        # The company's own row has nobody's number: it is set aside, and counts all the same.
        assert compare(place, asked).returncode == 1
        said[asked] = (place / "findings.csv").read_text("utf-8").splitlines()
    assert [line for line in said["--employers"] if line not in said["--no-employers"]] == [
        f"{HEAD},{HEAD},companies,疑点,单位状态,档案写的单位登记为“甲厂”，状态注销，出资额合计50000.00元；档案写在岗,companies.csv:2"
    ]
    assert set(said["--no-employers"]) < set(said["--employers"])
