"""New, changed, same, gone: by content and person, against the obvious way of counting."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from bangfu.engine.duckdb_.difference import Difference, difference

Row = tuple[int, str]
SCHEMA = pa.schema([("row", pa.int64()), ("key", pa.int64()), ("name", pa.string()), ("plate", pa.string())])


def staged(folder: Path, name: str, rows: Sequence[Row]) -> list[Path]:
    path = folder / f"{name}.parquet"
    columns = [range(1, len(rows) + 1), [r[0] for r in rows], ["王小明"] * len(rows), [r[1] for r in rows]]
    pq.write_table(pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA), path)
    return [path]


def obvious(now: Sequence[Row], before: Sequence[Row]) -> Difference:
    by_person: dict[int, tuple[Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter()))
    for key, content in now:
        by_person[key][0][content] += 1
    for key, content in before:
        by_person[key][1][content] += 1
    new = changed = same = gone = 0
    for here, there in by_person.values():
        alike = (here & there).total()
        more, less = here.total() - alike, there.total() - alike
        same += alike
        changed += min(more, less)
        new += more - min(more, less)
        gone += less - min(more, less)
    return Difference(new, changed, same, gone)


rows = st.lists(st.tuples(st.integers(1, 4), st.sampled_from("甲乙丙")), max_size=12)


@given(rows, rows)
def test_the_counts_are_those_of_the_obvious_way(now: list[Row], before: list[Row]) -> None:
    with TemporaryDirectory() as folder:
        here, there = staged(Path(folder), "now", now), staged(Path(folder), "before", before)
        assert difference(here, there) == obvious(now, before)


def test_without_a_former_delivery_every_row_is_new(tmp_path: Path) -> None:
    assert difference(staged(tmp_path, "now", [(1, "甲"), (1, "甲"), (2, "乙")]), []) == Difference(3, 0, 0, 0)


def test_the_order_of_rows_says_nothing(tmp_path: Path) -> None:
    now, before = staged(tmp_path, "now", [(1, "甲"), (2, "乙")]), staged(tmp_path, "before", [(2, "乙"), (1, "甲")])
    assert difference(now, before) == Difference(0, 0, 2, 0)


def test_a_column_that_only_one_delivery_has_makes_its_rows_changed(tmp_path: Path) -> None:
    now = staged(tmp_path, "now", [(1, "甲")])
    before = tmp_path / "before.parquet"
    pq.write_table(pq.read_table(now[0]).drop_columns(["plate"]), before)
    assert difference(now, [before]) == Difference(0, 1, 0, 0)
