"""Bytes changed, cut or added at random in files of every kind: rows or a clear problem, never another error."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

import dbf
import pytest

from bangfu.core.problems import Problem
from bangfu.engine.intake.archive import read_archive
from tests.engine.intake.books import HEADS, MEMBERS, A, write_book

FILES = 150


def workbook(folder: Path) -> Path:
    return write_book(folder / "a.xlsx", {"职工": HEADS, "家庭成员": MEMBERS})


def text(folder: Path) -> Path:
    path = folder / "a.csv"
    path.write_text(f"姓名,身份证号,家庭人口\n张三,{A},1\n", "gb18030")
    return path


def page(folder: Path) -> Path:
    path = folder / "a.xls"
    path.write_text(f"<html><table><tr><td>姓名<td>身份证号</tr><tr><td>张三<td>{A}</tr></table>", "utf-8")
    return path


def dbase(folder: Path) -> Path:
    path = folder / "a.dbf"
    with dbf.Table(str(path), "xm C(20); sfz C(18)", codepage="cp936") as table:
        table.append(("张三", A))
    return path


def garble(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice([1, 1, 3, 30])):
        at = random.randrange(len(changed))
        match random.randrange(4):
            case 0:
                changed[at] = random.randrange(256)
            case 1:
                del changed[at : at + random.randrange(1, 50)]
            case 2:
                changed[at:at] = random.randbytes(random.randrange(1, 20))
            case _:
                changed[at:] = changed[at:][: random.randrange(len(changed))] or b"\0"
        if not changed:
            return b""
    return bytes(changed)


# The dBase library leaves a file it cannot open to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("make", [workbook, text, page, dbase])
def test_garbled_files_give_rows_or_a_problem(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    content = path.read_bytes()
    for seed in range(FILES):
        path.write_bytes(garble(content, Random(seed)))
        try:
            reader = read_archive(path, date(2026, 10, 31))
            rows = sum(1 for _ in reader)
        except Problem:
            continue
        assert rows == reader.counts.rows
