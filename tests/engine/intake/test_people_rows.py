"""A register streamed from rows, as a database does it: the comparison gives the same, with the names that the database gave."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bangfu.core.ids import IdNumber
from bangfu.engine.comparison import compare
from bangfu.engine.intake.archive import read_archive
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.engine.intake.people import write_people, write_people_rows
from tests.engine.intake.books import HEADS, MEMBERS, A, B, C, write_book
from tests.engine.small import write_csv

TODAY = date(2026, 10, 31)
Pair = tuple[ArchiveRow, Mapping[str, str]]


def named(path: Path) -> Iterator[Pair]:
    for at, row in enumerate(read_archive(path, TODAY)):
        assert row.household is not None
        yield row, {"人员标识": f"person {at}", "档案标识": f"file of {row.household.text[-4:]}"}


def book(folder: Path) -> Path:
    return write_book(folder / "archive.xlsx", {"职工": HEADS, "家庭成员": MEMBERS})


def test_rows_make_the_same_register_and_keep_their_names(tmp_path: Path) -> None:
    path = book(tmp_path)
    assert write_people([read_archive(path, TODAY)], tmp_path / "one.parquet") == 3
    assert write_people_rows(named(path), tmp_path / "two.parquet", file=path.name) == 3
    two = pq.read_table(tmp_path / "two.parquet")
    assert two.drop(["人员标识", "档案标识"]).equals(pq.read_table(tmp_path / "one.parquet"))
    assert two["人员标识"].to_pylist() == ["person 0", "person 1", "person 2"]


def test_the_names_come_back_with_the_evidence(tmp_path: Path) -> None:
    register = tmp_path / "people.parquet"
    write_people_rows(named(book(tmp_path)), register, file="archive.xlsx")
    deaths = write_csv(tmp_path / "deaths.csv", [{"姓名": "张妻", "身份证号": C, "死亡日期": "2026-01-02"}])
    compare(register, {"deaths": deaths}, TODAY, tmp_path / "findings.csv", evidence=tmp_path / "evidence.parquet")
    (row,) = pq.read_table(tmp_path / "evidence.parquet").to_pylist()
    assert (row["person"], row["person_id"], row["household_id"]) == (C, "person 2", f"file of {A[-4:]}")


def test_a_further_column_stands_over_what_the_row_says(tmp_path: Path) -> None:
    rows = ((row, {"来源行": "register", "姓名": "王五"}) for row in read_archive(book(tmp_path), TODAY))
    write_people_rows(rows, tmp_path / "people.parquet", file="x")
    table = pq.read_table(tmp_path / "people.parquet")
    assert set(table["来源行"].to_pylist()) == {"register"}
    assert set(table["姓名"].to_pylist()) == {"王五"}
    assert [IdNumber(text) for text in table["身份证号"].to_pylist()] == [IdNumber(text) for text in (A, B, C)]


def test_a_column_that_no_register_has_is_a_programming_error(tmp_path: Path) -> None:
    rows = ((row, {"电话": "1"}) for row in read_archive(book(tmp_path), TODAY))
    with pytest.raises(ValueError, match="电话"):
        write_people_rows(rows, tmp_path / "people.parquet", file="x")
