"""``bangfu identify`` and ``bangfu recompute`` as called: exit codes, files, the last line."""

import csv
import errno
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.terminals.cli.main import run
from tests.decide.identification.test_facts import number

HEADINGS = [
    "姓名",
    "身份证号",
    "工作状态",
    "健康状况",
    "本人月平均收入",
    "家庭人口",
    "医疗自付支出(年)",
    "意外损失(年)",
    "主要致困原因",
]
HEADS = [number(order) for order in (1, 3, 5)]
CALL = ["--rules", "dali-2021", "--set", "minimum_allowance=1062.00", "--on", "2026-10-31"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three households: deep, relative with a member, and one that a figure keeps out; one member of nobody."""
    book = openpyxl.Workbook()
    workers = book.worksheets[0]
    workers.title = "职工"
    workers.append(HEADINGS)
    workers.append(["张三", HEADS[0].text, "在岗", "恶性肿瘤", "1000", "1", "不清楚", "", "患重特大疾病"])
    workers.append(["李四", HEADS[1].text, "在岗", "良好", "4,248.00", "2", "", "", ""])
    workers.append(["王五", HEADS[2].text, "在岗", "良好", "9000", "1", "", "", ""])
    members = book.create_sheet("家庭成员")
    members.append(["户主身份证号", "姓名", "身份证号", "关系", "人员身份", "健康状况", "月收入"])
    members.append([HEADS[1].text, "赵六", number(7, "20150505").text, "子", "学生", "良好", "0"])
    members.append([number(9).text, "钱七", number(11).text, "子", "学生", "良好", "0"])
    path = tmp_path / "archive.xlsx"
    book.save(path)
    return path


class Done(NamedTuple):
    returncode: object
    stdout: str
    stderr: str


Bangfu = Callable[..., Done]


@pytest.fixture
def bangfu(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bangfu:
    """The command line as called, in this process: starting another for each case would take a second."""

    def call(*arguments: object, language: str = "zh") -> Done:
        monkeypatch.setenv("BANGFU_LANGUAGE", language)
        monkeypatch.setattr(sys, "argv", ["bangfu", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            run()
        return Done(ended.value.code, *capsys.readouterr())

    return call


def test_it_writes_one_row_per_household_in_file_order(bangfu: Bangfu, archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "determinations.csv"
    done = bangfu("identify", "--archive", archive, *CALL, "--out", out, "--json")
    assert done.returncode == 1, done.stderr
    rows = list(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["户主身份证号", "类别", "规则", "理由", "人均月净收入"]
    assert [row[:3] + row[4:] for row in rows[1:]] == [
        [HEADS[0].text, "深度困难", "dali-2021/deep", "1000.00"],
        [HEADS[1].text, "相对困难", "dali-2021/relative", "2124.00"],
        [HEADS[2].text, "不符合", "dali-2021/none", "9000.00"],
    ]
    assert "医疗自付支出(年)”读不懂" in rows[1][3]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "rows": 5, "new": 4, "changed": 0, "same": 0, "wrong": 1, "households": 3,
        "by_class": {"深度困难": 1, "相对困难": 1, "不符合": 1},
    }  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_terminal_shows_no_number_and_no_illness(
    bangfu: Bangfu, archive: Path, tmp_path: Path, language: str
) -> None:
    done = bangfu("identify", "--archive", archive, *CALL, "--out", tmp_path / "d.csv", language=language)
    shown = done.stdout + done.stderr
    assert "深度困难" in shown
    assert not any(head.text in shown or head.text[6:14] in shown for head in (*HEADS, number(9), number(11)))
    assert "肿瘤" not in shown
    assert "疾病" not in shown


def test_the_trace_is_computed_again_to_the_byte_and_a_change_is_found(
    bangfu: Bangfu, archive: Path, tmp_path: Path
) -> None:
    trace = tmp_path / "trace.jsonl"
    bangfu("identify", "--archive", archive, *CALL, "--out", tmp_path / "d.csv", "--trace", trace)
    done = bangfu("recompute", trace)
    assert done.returncode == 0
    assert "3 条逐字节相同" in done.stdout
    lines = trace.read_bytes().split(b"\n")
    lines[1] = lines[1].replace("相对困难".encode(), "深度困难".encode())
    trace.write_bytes(b"\n".join(lines) + b"nonsense\n")
    done = bangfu("recompute", trace)
    assert done.returncode == 1
    assert "2 条逐字节相同，2 条不同" in done.stdout
    assert "2, 4" in done.stdout


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_findings_are_laid_beside_the_answer(bangfu: Bangfu, archive: Path, tmp_path: Path, suffix: str) -> None:
    columns = ["户主身份证号", "身份证号", "数据集", "结论", "种类", "说明", "来源行"]
    row = [HEADS[0].text, HEADS[0].text, "vehicles", "矛盾", "名下机动车", "说明,\n第二行", "vehicles.csv:2"]
    findings = tmp_path / f"findings.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.table({name: [value] for name, value in zip(columns, row, strict=True)}), findings)
    else:
        with findings.open("w", encoding="utf-8-sig", newline="") as opened:
            csv.writer(opened).writerows([columns, row])
    out = tmp_path / "d.csv"
    bangfu("identify", "--archive", archive, *CALL, "--out", out, "--findings", findings)
    rows = list(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    assert "若属实且无例外：拥有或经常使用机动车辆" in rows[1][3]
    assert rows[1][1] == "深度困难"
    assert "若属实" not in rows[2][3]


def without(name: str) -> list[str]:
    at = CALL.index(name)
    return CALL[:at] + CALL[at + 2 :]


@pytest.mark.parametrize(
    "call",
    [
        without("--set"),
        without("--rules"),
        [*CALL, "--set", "dibao=1"],
        [*CALL, "--set", "minimum_wage=x"],
        [*without("--rules"), "--rules", "nowhere-2030"],
        [*without("--rules"), "--rules", "anqing-2025"],
        [*without("--on"), "--on", "2026-02-30"],
        [*without("--on"), "--on", "yesterday"],
        [*CALL, "--findings", "no-such-file.parquet"],
        [*CALL, "--trace", "d.csv"],
        [*CALL, "--trace", "no-such-folder/t.jsonl"],
        [*CALL, "--unknown"],
    ],
)
def test_a_bad_call_is_2_and_writes_nothing(
    bangfu: Bangfu, archive: Path, tmp_path: Path, call: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = bangfu("identify", "--archive", archive, *call, "--out", "d.csv")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive.xlsx"]


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_a_file_that_is_no_archive_is_refused_and_an_older_answer_stays(
    bangfu: Bangfu, tmp_path: Path, content: bytes
) -> None:
    archive, out = tmp_path / "archive.xlsx", tmp_path / "d.csv"
    archive.write_bytes(content)
    out.write_text("older")
    done = bangfu("identify", "--archive", archive, *CALL, "--out", out)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert out.read_text() == "older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive.xlsx", "d.csv"]


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", "甲,乙\n1,2\n".encode(), b"\xff\xfe\x00"])
def test_findings_that_are_none_are_refused(bangfu: Bangfu, archive: Path, tmp_path: Path, content: bytes) -> None:
    findings = tmp_path / "findings.parquet"
    findings.write_bytes(content)
    done = bangfu("identify", "--archive", archive, *CALL, "--out", tmp_path / "d.csv", "--findings", findings)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "d.csv").exists()


def test_a_place_that_cannot_be_written_to_is_told(bangfu: Bangfu, archive: Path, tmp_path: Path) -> None:
    done = bangfu("identify", "--archive", archive, *CALL, "--out", tmp_path)
    assert done.returncode == 2
    done = bangfu("identify", "--archive", archive, *CALL, "--out", "/dev/null")
    assert done.returncode == 2
    done = bangfu("identify", "--archive", archive, *CALL, "--out", archive)
    assert done.returncode == 2
    assert openpyxl.load_workbook(archive).sheetnames == ["职工", "家庭成员"]


def test_rules_used_outside_of_their_period_are_told(bangfu: Bangfu, archive: Path, tmp_path: Path) -> None:
    call = [*without("--rules"), "--rules", "national-2016"]
    assert (
        "这套规则适用于 2016-01-01 – 2020-12-31"
        in bangfu("identify", "--archive", archive, *call, "--out", tmp_path / "d.csv").stdout
    )


def test_a_full_disk_is_told_and_leaves_nothing(
    bangfu: Bangfu, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_determination: object) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("bangfu.terminals.cli.identify.csv_row", full)
    done = bangfu("identify", "--archive", archive, *CALL, "--out", tmp_path / "d.csv", "--trace", tmp_path / "t.jsonl")
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["archive.xlsx"]
