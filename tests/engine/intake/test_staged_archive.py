"""A workbook laid down by household: nothing is lost or changed, work can go on from any chunk, nobody else can look."""

from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.credit_codes import CreditCode
from bangfu.core.problems import Problem
from bangfu.engine.intake import staged_archive as staging
from bangfu.engine.intake.archive import read_archive
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.engine.intake.row_text import row_of_text, text_of_row
from bangfu.engine.intake.staged_archive import StagedArchive, chunks, stage_archive, staged_archive
from tests.engine.intake.books import HEADS, MEMBERS, A, B, C, Cell, D, E, Rows, number, write_book
from tests.engine.intake.composer import Composer

TODAY = date(2026, 10, 31)
SEEDS = st.integers(0, 100_000)


def staged(folder: Path, heads: Rows = HEADS, members: Rows = MEMBERS) -> StagedArchive:
    path = write_book(folder / "archive.xlsx", {"职工": heads, "家庭成员": members})
    return stage_archive(path, folder / "staged", TODAY)


def alone(own: str) -> list[Cell]:
    return ["张三", own, 1, "0"]


def place(row: ArchiveRow) -> tuple[str, int]:
    return row.sheet, row.number


def household(row: ArchiveRow) -> object:
    return row.household or place(row)


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, size=st.integers(1, 12))
def test_every_row_of_a_damaged_workbook_comes_back_equal_exactly_once(seed: int, size: int) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "archive.xlsx"
        Composer(seed).compose(path)
        read = list(read_archive(path, TODAY))
        archive = stage_archive(path, Path(name) / "staged", TODAY)
        laid = [row for chunk in archive.chunks(size) for row in chunk]
    assert sorted(laid, key=place) == sorted(read, key=place)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, size=st.integers(1, 12))
def test_a_household_is_in_one_chunk_unless_it_is_larger(seed: int, size: int) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "archive.xlsx"
        Composer(seed).compose(path)
        found = list(chunks(read_archive(path, TODAY), size=size))
    sizes = Counter(household(row) for chunk in found for row in chunk)
    assert all(1 <= len(chunk) <= size for chunk in found)
    for one, other in pairwise(found):
        assert household(one[-1]) != household(other[0]) or sizes[household(one[-1])] > size


def in_chunks(households: list[int], size: int) -> list[list[int]]:
    """The slow obvious way, household by household."""
    found: list[list[int]] = []
    room: list[int] = []
    for one in sorted(set(households)):
        family = [one] * households.count(one)
        if len(room) + len(family) > size and room:
            found.append(room)
            room = []
        room = room + family
        while len(room) > size:
            found.append(room[:size])
            room = room[size:]
    return [*found, room] if room else found


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=30), size=st.integers(1, 12))
def test_chunks_take_as_many_whole_households_as_fit(sizes: list[int], size: int) -> None:
    households = [at for at, persons in enumerate(sizes) for _ in range(persons)]
    ends = staging._chunk_ends(households, size)
    assert [households[begin:end] for begin, end in pairwise([0, *ends])] == in_chunks(households, size)


def test_the_order_is_that_of_the_households_with_the_head_first(tmp_path: Path) -> None:
    members = [*MEMBERS, [B, "李子", "子", D, "0"], [A, "张子", "子", E, "0"]]
    (chunk,) = staged(tmp_path, members=members).chunks()
    assert [str(row.values["id_number"].text) for row in chunk] == [A, C, E, B, D]  # type: ignore[union-attr]


def test_any_chunk_can_be_opened_by_itself_and_work_goes_on_from_there(tmp_path: Path) -> None:
    families = [number(serial) for serial in range(100, 2_700)]
    archive = staged(tmp_path, [HEADS[0], *map(alone, families)], MEMBERS[:1])
    whole = list(archive.chunks(700))
    assert [len(chunk) for chunk in whole] == [700, 700, 700, 500]
    assert archive.chunk_count(700) == 4
    assert [archive.chunk(at, 700) for at in range(4)] == whole
    assert list(archive.chunks(700, start=2)) == whole[2:]
    with pytest.raises(IndexError):
        archive.chunk(4, 700)


def test_rows_that_are_wrong_or_the_same_are_laid_down_too_and_counted(tmp_path: Path) -> None:
    members = [*MEMBERS, MEMBERS[1], [D, "王五", "子", E, "0"], [B, "", "子", E, "0"]]
    archive = staged(tmp_path, members=members)
    (chunk,) = archive.chunks()
    outcomes = Counter(row.outcome for row in chunk)
    counts = archive.manifest
    assert outcomes == {Outcome.NEW: 3, Outcome.SAME: 1, Outcome.WRONG: 2}
    assert (counts.rows, counts.new, counts.same, counts.wrong, counts.households) == (6, 3, 1, 2, 2)
    assert counts.problems == {"row.no_head": 1, "row.no_name": 1}


def test_the_manifest_names_what_was_left_aside(tmp_path: Path) -> None:
    heads = [[*HEADS[0], "别的"], *([*row, "x"] for row in HEADS[1:])]
    path = write_book(tmp_path / "a.xlsx", {"职工": heads, "家庭成员": MEMBERS, "统计": [["年", "户"], ["2026", "2"]]})
    manifest = stage_archive(path, tmp_path / "staged", TODAY).manifest
    assert (manifest.unknown, manifest.unread, manifest.read_on) == (("别的",), ("统计",), "2026-10-31")


def test_the_same_workbook_gives_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "archive.xlsx"
    Composer(7).compose(path)
    for name in ("one", "two"):
        stage_archive(path, tmp_path / name, TODAY)
    for name in ("rows.parquet", "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_nobody_else_may_look_and_nothing_else_is_left(tmp_path: Path) -> None:
    archive = staged(tmp_path)
    assert archive.folder.stat().st_mode & 0o777 == 0o700
    assert {f.name: f.stat().st_mode & 0o777 for f in archive.folder.iterdir()} == {
        "manifest.json": 0o600,
        "rows.parquet": 0o600,
    }


def test_a_staged_archive_can_be_opened_again(tmp_path: Path) -> None:
    archive = staged(tmp_path)
    again = staged_archive(archive.folder)
    assert again == archive
    assert list(again.chunks()) == list(archive.chunks())


def test_rows_that_were_tampered_with_are_refused(tmp_path: Path) -> None:
    archive = staged(tmp_path)
    rows = archive.folder / "rows.parquet"
    table = pq.read_table(rows)
    mended = [text.replace("张妻", "李妻") for text in table["row"].to_pylist()]
    pq.write_table(table.set_column(1, "row", pa.array(mended)), rows)
    with pytest.raises(Problem) as found:
        staged_archive(archive.folder)
    assert found.value.code == "staged.changed"


@pytest.mark.parametrize("lost", ["rows.parquet", "manifest.json"])
def test_what_was_interrupted_is_refused(lost: str, tmp_path: Path) -> None:
    archive = staged(tmp_path)
    (archive.folder / lost).unlink()
    with pytest.raises(Problem) as found:
        staged_archive(archive.folder)
    assert found.value.code == "staged.missing"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"file": 1}'])
def test_a_manifest_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    archive = staged(tmp_path)
    (archive.folder / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(Problem) as found:
        staged_archive(archive.folder)
    assert found.value.code == "staged.changed"


def test_a_workbook_without_rows_leaves_no_manifest_not_even_an_older_one(tmp_path: Path) -> None:
    archive = staged(tmp_path)
    with pytest.raises(Problem):
        staged(tmp_path, HEADS[:1], MEMBERS[:1])
    with pytest.raises(Problem) as found:
        staged_archive(archive.folder)
    assert found.value.code == "staged.missing"


def test_progress_is_told_every_thousand_rows(tmp_path: Path) -> None:
    people = [number(at % 1000, f"19{80 + at // 1000}0101") for at in range(2_500)]
    path = write_book(tmp_path / "archive.xlsx", {"职工": [HEADS[0], *map(alone, people)], "家庭成员": MEMBERS[:1]})
    told: list[int] = []
    stage_archive(path, tmp_path / "staged", TODAY, told=told.append)
    assert told == [1000, 2000]


def test_all_types_of_values_survive_as_text(tmp_path: Path) -> None:
    heads = [
        ["姓名", "身份证号", "统一社会信用代码", "建筑面积", "次要致困原因", "是否单亲", "出生日期", "家庭人口"],
        ["张三(户主)", A, "915300000000000000", "88.5㎡", "子女上学、其他", "有", "1980.1.1", "两个"],
    ]
    path = write_book(tmp_path / "archive.xlsx", {"职工": heads, "家庭成员": MEMBERS[:1]})
    (row,) = read_archive(path, TODAY)
    assert isinstance(row.values["employer_code"], CreditCode)
    assert {type(value) for value in row.values.values()} >= {int, bool, tuple, date}
    assert row.remarks
    assert row_of_text(text_of_row(row)) == row


def test_without_households_chunks_follow_the_file(tmp_path: Path) -> None:
    path = write_book(tmp_path / "archive.xlsx", {"职工": HEADS, "家庭成员": MEMBERS})
    found = list(chunks(read_archive(path, TODAY), households_whole=False, size=2))
    assert [[row.sheet for row in chunk] for chunk in found] == [["职工", "职工"], ["家庭成员"]]
