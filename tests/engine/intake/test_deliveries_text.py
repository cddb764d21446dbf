"""Which texts DuckDB may read: only those of which it reads the same cells as the slow reader, row by row."""

from pathlib import Path

import pytest

from bangfu.core.problems import Problem
from bangfu.engine.intake.deliveries_text import regular_text

MEGABYTE = 1 << 20


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    ("rows", "regular"),
    [
        ('"杨兰",5\n', True),
        ('"杨""兰",5\n', True),
        # Inside of a quoted cell a blank behind a quote is text like any other.
        ('"杨"" 兰",5\n', True),
        # DuckDB takes this cell for 杨兰 without the blank.
        ('"杨兰" ,5\n', False),
        ('杨兰,"" \n', False),
        ("杨兰,5\n\n", False),
        ('"杨兰,5\n', False),
        # Line ends of two kinds: which row is which?
        ("杨兰,5\r\n", False),
        ("杨兰\r,5\n", False),
    ],
)
def test_only_what_duckdb_reads_alike_is_regular(tmp_path: Path, encoding: str, rows: str, regular: bool) -> None:
    path = tmp_path / "delivery.csv"
    path.write_text(f"姓名,金额\n{rows}", encoding, newline="")
    assert (regular_text(path, tmp_path) is not None) is regular


@pytest.mark.parametrize("before", range(-3, 2))
def test_pieces_of_a_text_are_looked_at_across_their_border(tmp_path: Path, before: int) -> None:
    start, cell = "甲,乙\n", '"b" ,c\n'
    lines = "a,b\n" * ((MEGABYTE - 40 - len(start.encode())) // 4)
    filler = f"{'x' * (MEGABYTE - len((start + lines).encode()) - 3 + before)},y\n"
    path = tmp_path / "delivery.csv"
    for written, regular in ((cell, False), (cell.replace(" ", ""), True)):
        path.write_text(start + lines + filler + written, "utf-8", newline="")
        assert (regular_text(path, tmp_path) is not None) is regular


def test_a_line_end_of_two_characters_may_lie_across_the_border(tmp_path: Path) -> None:
    path = tmp_path / "delivery.csv"
    start = "甲,乙\r\n"
    path.write_text(f"{start}{'x' * (MEGABYTE - len(start.encode()) - 3)},y\r\n", "utf-8", newline="")
    text = regular_text(path, tmp_path)
    assert text is not None
    assert (text.headings, text.rows) == (("甲", "乙"), 1)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_text_that_ends_within_a_character_is_refused(tmp_path: Path, encoding: str) -> None:
    path, written = tmp_path / "delivery.csv", "姓名,金额\n杨兰,5\n杨".encode(encoding)
    path.write_bytes(written)
    assert regular_text(path, tmp_path) is not None
    path.write_bytes(written[:-1])
    with pytest.raises(Problem):
        regular_text(path, tmp_path)
