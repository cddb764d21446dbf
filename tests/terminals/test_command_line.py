"""The command line as people call it: exit codes, both languages, the last line, and nothing written on refusal."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine as calamine
import yaml

from bangfu.core.problems import Problem
from bangfu.engine.intake.people import headings
from bangfu.terminals.cli import running
from bangfu.terminals.cli.bring import bring
from tests.engine.intake.books import HEADS, MEMBERS, A, Rows, write_book

BANGFU = Path(sys.executable).parent / "bangfu"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


def bangfu(*words: object, folder: Path) -> Said:
    done = subprocess.run([BANGFU, *map(str, words)], capture_output=True, text=True, cwd=folder, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


def archive(folder: Path, heads: Rows = HEADS) -> Path:
    return write_book(folder / "archive.xlsx", {"职工": heads, "家庭成员": MEMBERS})


def last_line(said: Said) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads(said.out.splitlines()[-1])
    return counts


def test_a_clean_archive_is_done(tmp_path: Path) -> None:
    said = bangfu("bring", "archive", archive(tmp_path), "--dry-run", "--json", folder=tmp_path)
    assert said.code == 0
    assert last_line(said) == {"rows": 3, "new": 3, "changed": 0, "same": 0, "wrong": 0}


def test_wrong_rows_are_one_and_the_rest_is_in(tmp_path: Path) -> None:
    path = archive(tmp_path, [*HEADS, ["王五", 110101199003072000, 1, "0"]])
    said = bangfu("bring", "archive", path, "--dry-run", "--json", folder=tmp_path)
    assert said.code == 1
    assert last_line(said) == {"rows": 4, "new": 3, "changed": 0, "same": 0, "wrong": 1}


def test_the_error_workbook_is_their_own_file_with_a_column_of_problems(tmp_path: Path) -> None:
    heads: Rows = [["困难职工档案"], *HEADS, ["王五", "110101********2316", 1, "0"], ["合计"]]
    said = bangfu(
        "bring", "archive", archive(tmp_path, heads), "--dry-run", "--errors", tmp_path / "errors.xlsx", folder=tmp_path
    )
    assert said.code == 1
    sheet = calamine.load_workbook(str(tmp_path / "errors.xlsx")).get_sheet_by_name("职工").to_python()
    assert [row[0] for row in sheet] == ["困难职工档案", "姓名", "张三", "李四", "王五", "合计"]
    assert [row[4] for row in sheet][:4] == ["", "问题", "", ""]
    problem = str(sheet[4][4])
    assert "未收入" in problem
    assert "星号" in problem
    assert "masked" in problem
    assert sheet[2][1] == A


def test_the_error_workbook_can_be_brought_again(tmp_path: Path) -> None:
    bangfu("bring", "archive", archive(tmp_path), "--dry-run", "--errors", tmp_path / "errors.xlsx", folder=tmp_path)
    said = bangfu("bring", "archive", "errors.xlsx", "--dry-run", "--json", folder=tmp_path)
    assert last_line(said)["new"] == 3


def test_a_number_cut_by_a_spreadsheet_is_cut_in_what_we_write_too(tmp_path: Path) -> None:
    path = archive(tmp_path, [*HEADS, ["王五", float(A), 1, "0"]])
    bangfu("bring", "archive", path, "--dry-run", "--errors", "e.xlsx", "--people", "p.parquet", folder=tmp_path)
    said = bangfu("bring", "archive", "e.xlsx", "--dry-run", "--json", folder=tmp_path)
    assert last_line(said) == {"rows": 4, "new": 3, "changed": 0, "same": 0, "wrong": 1}


@pytest.mark.parametrize(
    "words", [["--errors", "archive.xlsx"], ["--people", "archive.xlsx"], ["--errors", "x", "--people", "x"]]
)
def test_what_is_read_is_never_written_over(words: list[str], tmp_path: Path) -> None:
    path = archive(tmp_path)
    before = path.read_bytes()
    said = bangfu("bring", "archive", path, "--dry-run", *words, folder=tmp_path)
    assert said.code == 2
    assert path.read_bytes() == before


def test_a_filled_template_is_not_replaced(tmp_path: Path) -> None:
    assert bangfu("template", "t.xlsx", folder=tmp_path).code == 0
    assert bangfu("template", "t.xlsx", folder=tmp_path).code == 2


def test_identify_names_what_it_did_not_read(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "a.xlsx", {"职工": [[*HEADS[0], "怪列"], *HEADS[1:]], "家庭成员": MEMBERS, "职工2": HEADS}
    )
    words = ["--archive", path, "--rules", "dali-2021", "--set", "minimum_allowance=700", "--out", "d.csv"]
    said = bangfu("identify", *words, folder=tmp_path)
    assert said.code == 0
    assert "怪列" in said.out
    assert "职工2" in said.out


def test_no_cell_s_value_is_printed_for_it_may_be_an_illness(tmp_path: Path) -> None:
    path = archive(tmp_path, [HEADS[0], ["张三", A, 2, "恶性肿瘤"]])
    said = bangfu("bring", "archive", path, "--dry-run", "--errors", "e.xlsx", folder=tmp_path)
    assert "不是能读懂的金额" in said.out
    assert "肿瘤" not in said.out + said.err
    rows = calamine.load_workbook(str(tmp_path / "e.xlsx")).get_sheet_by_name("职工").to_python()
    assert "恶性肿瘤" in str(rows[1][4])


def test_without_an_instance_bring_only_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # As a library: nobody said how an instance is started.
    monkeypatch.setattr(running, "_starters", [])
    with pytest.raises(Problem) as refused:
        bring.main(["archive", str(archive(tmp_path)), "--organisation", "532923"], standalone_mode=False)
    assert refused.value.code == "call.no_instance"


def test_the_template_holds_no_data_until_it_is_filled(tmp_path: Path) -> None:
    assert bangfu("template", "t.xlsx", folder=tmp_path).code == 0
    said = bangfu("bring", "archive", "t.xlsx", "--dry-run", folder=tmp_path)
    assert said.code == 1
    assert "没有一行数据" in said.err
    with zipfile.ZipFile(tmp_path / "t.xlsx") as parts:
        assert b"<dataValidation " in parts.read("xl/worksheets/sheet1.xml")
        assert 'numFmtId="49"' in parts.read("xl/styles.xml").decode()


def test_people_of_an_archive_can_be_compared(tmp_path: Path) -> None:
    bangfu("bring", "archive", archive(tmp_path), "--dry-run", "--people", "people.parquet", folder=tmp_path)
    people = pq.read_table(tmp_path / "people.parquet")
    assert people.column_names == headings()
    assert people.column("来源行").to_pylist() == [
        "archive.xlsx/职工:2",
        "archive.xlsx/职工:3",
        "archive.xlsx/家庭成员:2",
    ]
    data = tmp_path / "data"
    data.mkdir()
    (data / "deaths.csv").write_text(f"姓名,身份证号,死亡日期\n张三,{A},2026-01-02\n", "gb18030")
    for registry in ("people.parquet", "archive.xlsx", "."):
        said = bangfu(
            "compare", "--registry", registry, "--datasets", data, "--out", f"{registry}.out.parquet", folder=tmp_path
        )
        assert said.code == 0, said.err
        found = (
            pq.read_table(tmp_path / f"{registry}.out.parquet")
            .select(["身份证号", "种类", "结论", "来源行"])
            .to_pylist()
        )
        assert found == [{"身份证号": A, "种类": "已死亡", "结论": "矛盾", "来源行": "deaths.csv:2"}]


def no_file(folder: Path) -> Path:
    return folder / "nowhere.xlsx"


def empty(folder: Path) -> Path:
    path = folder / "empty.xlsx"
    path.touch()
    return path


def picture(folder: Path) -> Path:
    path = folder / "picture.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    return path


def password(folder: Path) -> Path:
    path = folder / "password.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
    return path


def macros(folder: Path) -> Path:
    path = archive(folder)
    with zipfile.ZipFile(path, "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"x")
    return path


def ten_million_rows(folder: Path) -> Path:
    source, path = archive(folder), folder / "claims.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, content.replace(b"<sheetData>", b'<sheetData><row r="10000000"/>', 1))
    source.unlink()
    return path


def bomb(folder: Path) -> Path:
    path = archive(folder)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/image1.png", bytes(400 << 20))
    return path


def wrong_sheet(folder: Path) -> Path:
    return write_book(folder / "other.xlsx", {"Sheet1": [["甲", "乙"], [1, 2]]})


def missing_columns(folder: Path) -> Path:
    return write_book(folder / "lacking.xlsx", {"职工": [["姓名"], ["张三"]], "家庭成员": MEMBERS})


BAD_FILES = [no_file, empty, picture, password, macros, ten_million_rows, bomb, wrong_sheet, missing_columns]


@pytest.mark.parametrize("make", BAD_FILES)
@pytest.mark.parametrize("command", ["bring", "identify", "compare"])
def test_a_bad_file_is_refused_in_both_languages_and_nothing_is_written(
    command: str, make: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = make(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "deaths.csv").write_text(f"姓名,身份证号,死亡日期\n张三,{A},2026-01-02\n", "utf-8")
    before = sorted(tmp_path.rglob("*"))
    words = {
        "bring": ["bring", "archive", path, "--dry-run", "--errors", "e.xlsx", "--people", "p.parquet"],
        "identify": [
            "identify",
            "--archive",
            path,
            "--rules",
            "dali-2021",
            "--set",
            "minimum_allowance=700",
            "--out",
            "d.csv",
        ],
        "compare": ["compare", "--registry", path, "--datasets", "data", "--out", "f.csv"],
    }[command]
    said = bangfu(*words, folder=tmp_path)
    assert said.code in (1, 2)
    assert path.name in said.err
    chinese, english = said.err.strip().splitlines()[:2]
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert any(char.isascii() and char.isalpha() for char in english)
    assert "Traceback" not in said.err
    assert "internal error" not in said.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "words", [["nope"], ["bring", "nope"], ["home", "--nope"], ["bring", "archive"], ["generate", "--households", "x"]]
)
def test_a_bad_call_is_two(words: list[str], tmp_path: Path) -> None:
    said = bangfu(*words, folder=tmp_path)
    assert said.code == 2
    assert "Bad call" in said.err


def test_messages_come_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    path = archive(tmp_path)
    done = {
        language: subprocess.run(
            [BANGFU, "bring", "archive", path, "--dry-run"],
            capture_output=True,
            text=True,
            check=True,
            env={"BANGFU_LANGUAGE": language},
        ).stdout
        for language in ("zh", "en")
    }
    assert "3 行" in done["zh"]
    assert "3 rows" in done["en"]


def test_what_is_brought_compared_and_identified_is_what_there_is_to_find(tmp_path: Path) -> None:
    bangfu("generate", "--households", 120, "--out", tmp_path / "p", folder=tmp_path)
    datasets, archives = tmp_path / "p" / "datasets", tmp_path / "p" / "archive"
    people, findings, classes = tmp_path / "p" / "people.parquet", tmp_path / "f.parquet", tmp_path / "d.csv"
    chosen = yaml.safe_load((tmp_path / "p" / "settings.yaml").read_text("utf-8"))
    sets = [f"{name}={chosen[name]}" for name in ("minimum_allowance", "accident_ratio")]
    on = ("--on", chosen["reference_date"])
    bangfu("compare", "--registry", people, "--datasets", datasets, *on, "--out", findings, folder=tmp_path)
    rules = ("--rules", chosen["rules"], "--set", sets[0], "--set", sets[1])
    bangfu("identify", "--archive", archives / "532901.xlsx", *rules, *on, "--out", classes, folder=tmp_path)
    for what, found, truth in (("findings", findings, "truth"), ("determinations", classes, "truth_classes")):
        said = bangfu(
            "score", f"--{what}", found, "--truth", tmp_path / "p" / f"{truth}.parquet", "--json", folder=tmp_path
        )
        assert last_line(said)["comparable"]["recall"] == last_line(said)["comparable"]["precision"] == 1


def test_a_defect_of_ours_tells_its_place_and_no_values(tmp_path: Path) -> None:
    people = pa.table({"姓名": ["张三"], "身份证号": [A], "户主身份证号": [A]})
    pq.write_table(people, tmp_path / "people.parquet")
    program = (
        "import bangfu.terminals.cli.main as m, bangfu.terminals.cli.home as h\n"
        f"def broken(as_json): raise ValueError('{A}')\n"
        "h.home.callback = broken\n"
        "import sys; sys.argv = ['bangfu', 'home']; m.run()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert A not in done.stderr
