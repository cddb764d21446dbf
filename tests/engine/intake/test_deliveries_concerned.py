"""Reading only what concerns the register counts exactly what staging the whole delivery counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.duckdb_.session import Limits, session
from bangfu.engine.intake.deliveries import Manifest, stage_delivery
from bangfu.engine.intake.deliveries_concerned import RELATION, DeliveredFile, know_people, read_concerned
from bangfu.engine.intake.files import sha256_of
from bangfu.engine.rules.ruleset import load_rules
from tests.properties.judge import last_character

ON = date(2026, 10, 31)
HEADINGS = ("姓名", "身份证号", "单位名称", "缴存基数", "月缴存额", "状态")


def number(sequence: int) -> str:
    seventeen = f"53299019800101{sequence:03}"
    return seventeen + last_character(seventeen)


OURS, STRANGER, WRONG = number(1), number(2), f"{number(3)[:17]}{'1' if number(3)[17] != '1' else '2'}"
ROWS = (
    ("王明", OURS, "厂", "5000", "600", "正常"),
    ("王明", f" {OURS[:6]} {OURS[6:]}", "厂", "五千", "600", "正 常"),
    ("李四", STRANGER, "厂", "说不清", "600", "正常"),
    ("李四", STRANGER, "厂", "5000", "600", "正常"),
    ("赵六", WRONG, "厂", "5000", "600", "正常"),
    ("钱七", "", "厂", "5000", "600", "封存"),
    ("", "", "", "", "", ""),
    ("", "", "只有单位", "", "", ""),
    ("王大明", OURS, "厂", "5000", "600", "封存"),
)


def text(end: str, encoding: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        lines = [",".join(row) for row in (HEADINGS, *ROWS)]
        (folder / "provident_fund.csv").write_bytes((end.join(lines) + end).encode(encoding))
        return folder / "provident_fund.csv"

    return write


def quoted(folder: Path) -> Path:
    path = text("\n", "utf-8")(folder)
    path.write_text(path.read_text("utf-8").replace("李四", '"李\n四"'), "utf-8")
    return path


def broken(folder: Path) -> Path:
    path = text("\n", "utf-8")(folder)
    path.write_text(path.read_text("utf-8") + f"多,{OURS},厂,5000,600,正常,多出来,又多\n少,{OURS}\n", "utf-8")
    return path


def parquet(folder: Path) -> Path:
    columns = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*ROWS, strict=True)]
    pq.write_table(pa.Table.from_arrays(columns, names=list(HEADINGS)), folder / "provident_fund.parquet")
    return folder / "provident_fund.parquet"


@pytest.mark.parametrize(
    "written",
    [text("\n", "utf-8"), text("\r\n", "gb18030"), text("\n", "utf-16"), quoted, broken, parquet],
    ids=["utf-8", "gb18030", "utf-16", "quoted", "broken", "parquet"],
)
def test_counts_are_those_of_a_staged_delivery_and_the_rows_those_about_people_on_file(
    tmp_path: Path, written: Callable[[Path], Path]
) -> None:
    path = written(tmp_path)
    staged = stage_delivery("provident_fund", path, tmp_path / "staged", today=ON)
    read, rows = _read(path)
    assert read == replace(staged, staged=(), quarantine="", hashes={})
    assert (read.rows, read.wrong) == ((10, 5) if path.name.endswith("csv") and written is broken else (8, 3))
    assert read.unreadable == {"缴存基数": 2}
    # The stranger is not there; the row whose number was written with blanks is, and reads as if it had been clean.
    assert rows == [(2 - (path.suffix == ".parquet") + at, *said) for at, said in ((0, SAID), (1, UNSAID), (8, OTHER))]


SAID = (1, None, 500000, "正常")
UNSAID = (1, None, None, "正常")
OTHER = (1, "王大明", 500000, "封存")


def test_a_cell_counts_once_however_many_persons_share_its_number(tmp_path: Path) -> None:
    path = _written(tmp_path / "provident_fund.csv", HEADINGS, ("王明", OURS, "", "说不清", "", "正常"))
    alone, shared = _read(path), _read(path, people=[(1, OURS, "王明"), (7, OURS, "王大明"), (3, OURS, "王明")])
    assert shared[0] == alone[0]
    assert alone[0] is not None
    assert alone[0].unreadable == {"缴存基数": 1}
    # The row is there for each of them, and gives another name only than that of him who has another one.
    assert shared[1] == [(2, 1, None, None, "正常"), (2, 3, None, None, "正常"), (2, 7, "王明", None, "正常")]


def test_the_name_is_there_where_a_fact_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _written(tmp_path / "provident_fund.csv", HEADINGS, ("王明", OURS, "", "5000", "", "正常"))
    declared = declared_datasets()["provident_fund"]
    reading = {fact: state.model_copy(update={"when": "name <> ''"}) for fact, state in declared.states.items()}
    known = {"provident_fund": declared.model_copy(update={"states": reading})}
    monkeypatch.setattr("bangfu.engine.intake.deliveries.declared_datasets", lambda: known)
    assert _read(path, query=f"SELECT name, base FROM {RELATION}")[1] == [("王明", 500000)]


def test_silent_is_who_has_no_row_under_a_clean_number_or_a_repaired_one(tmp_path: Path) -> None:
    headings = ("姓名", "公民身份号码", "状态")
    rows = (("李四", STRANGER), ("王明", OURS), ("赵六", f" {number(4)[:6]} {number(4)[6:]}"))
    path = _written(tmp_path / "population.csv", headings, *((*row, "正常") for row in rows))
    there = [(1, OURS, "王明"), (2, OURS, "王小明"), (3, number(4), "赵六")]
    away = [(4, number(5), "孙七"), (5, number(5), "孙八")]
    people = [*there, *away, (6, None, "周九")]
    assert _read(path, "population", people, "SELECT pid FROM silent ORDER BY pid")[1] == [(4,), (5,)]


def _written(path: Path, *rows: tuple[str, ...]) -> Path:
    path.write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")
    return path


PEOPLE: list[tuple[int, str | None, str]] = [(1, OURS, "王明")]
TOLD = f"SELECT row, pid, CASE WHEN other THEN name END, base, status FROM {RELATION} ORDER BY row, pid"


def _read(
    path: Path, dataset: str = "provident_fund", people: list[tuple[int, str | None, str]] = PEOPLE, query: str = TOLD
) -> tuple[Manifest | None, list[tuple[object, ...]]]:
    facts, file = load_rules().facts, DeliveredFile(path, lambda: sha256_of(path))
    with session(Limits(threads=1)) as (connection, folder):
        create_macros(connection)
        connection.execute("CREATE TABLE people (pid BIGINT, key BIGINT, name_hash UBIGINT)")
        keyed = [(pid, int(text[:17]) if text else None, said) for pid, text, said in people]
        connection.executemany("INSERT INTO people VALUES (?, ?, hash(?))", keyed)
        know_people(connection)
        read = read_concerned(connection, dataset, file, folder, today=ON, facts=facts)
        rows = connection.execute(query).fetchall()
    return read, rows
