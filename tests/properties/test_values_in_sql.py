"""Cells at scale are read as ``core`` reads them; regular text read by DuckDB gives the rows that the slow way gives."""

import csv
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.dates import read_date, read_month
from bangfu.core.money import read_amount
from bangfu.core.text import plain
from bangfu.engine.duckdb_.session import Limits, session
from bangfu.engine.duckdb_.values import UNREADABLE_MONTH, prepare
from bangfu.engine.intake.delimited import text_rows
from bangfu.engine.intake.deliveries_text import regular_text
from tests.properties.judge import AMOUNTS, DAYS, MONTHS

TODAY = date(2026, 10, 31)
PIECES = st.sampled_from(
    [*"0123456789.-/, 万元年月日'`（）Ａ１\u200b\u3000", "2026", "-10-", "02-30", "1e5", "正常", ""]
)
CELLS = st.one_of(
    st.sampled_from([*AMOUNTS, *DAYS, *MONTHS]),
    st.lists(PIECES, max_size=6).map("".join),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(str),
    st.decimals(min_value=0, max_value=10**13, places=2).map(str),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, min_size=30, max_size=80))
def test_cells_are_read_as_core_reads_them(cells: list[str]) -> None:
    with session(Limits(threads=1)) as (connection, _):
        connection.register("given", pa.table({"place": range(len(cells)), "cell": [cell or None for cell in cells]}))
        for column_type in ("code", "yuan", "date", "month"):
            prepared = prepare(connection, "given", "cell", column_type, TODAY)
            query = f"SELECT {prepared.value} FROM given AS source {prepared.join} ORDER BY place"
            values = [value for (value,) in connection.execute(query).fetchall()]
            assert values == [_by_core(column_type, cell) for cell in cells]
            assert prepared.unreadable == sum(_is_unreadable(column_type, cell) for cell in cells)


def _by_core(column_type: str, cell: str) -> object:
    if column_type == "code":
        return plain(cell)
    if column_type == "yuan":
        return read_amount(cell).value
    if column_type == "date":
        return read_date(cell, TODAY).value
    reading = read_month(cell)
    if reading.problem is not None:
        return UNREADABLE_MONTH
    return reading.value.number if reading.value else None


def _is_unreadable(column_type: str, cell: str) -> bool:
    if column_type == "code":
        return False
    if column_type == "yuan":
        return read_amount(cell).problem is not None
    reading = read_date(cell, TODAY) if column_type == "date" else read_month(cell)
    return reading.problem is not None


TEXT_CELLS = st.text(st.sampled_from('ab,;|\t"\n\r 张'), max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(TEXT_CELLS, min_size=3, max_size=3), max_size=6), st.booleans(), st.data())
def test_regular_text_is_read_the_same_by_duckdb(rows: list[list[str]], windows: bool, data: st.DataObject) -> None:
    with TemporaryDirectory() as name, session(Limits(threads=1)) as (connection, folder):
        path = Path(name) / "text.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n" if windows else "\n")
            writer.writerows([["甲", "乙", "丙"], *rows])
        if data.draw(st.booleans()):
            # Somebody edited the file with a text editor.
            content = path.read_text("utf-8")
            at = data.draw(st.integers(content.index("\n"), len(content)))
            path.write_text(
                content[:at] + data.draw(st.sampled_from(['"', ",", "\n", "\r", '""'])) + content[at:],
                "utf-8",
                newline="",
            )
        slow = [
            (number, cells) for number, cells, broken in text_rows(path) if number > 1 and not broken and any(cells)
        ]
        text = regular_text(path, folder)
        if text is None or not text.copy_to(connection, folder / "raw.parquet", range(3)):
            return
        relation = connection.read_parquet(str(folder / "raw.parquet"), file_row_number=True)
        rows_read = relation.filter("NOT blank").project("file_row_number + 2, c0, c1, c2").fetchall()
        fast = [(row[0], tuple(row[1:])) for row in rows_read]
        assert fast == [(number, tuple((*cells, None, None, None)[:3])) for number, cells in slow]
