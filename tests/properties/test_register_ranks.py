"""Persons and households are numbered in the order of their numbers' texts, readable or not: findings are sorted by that number alone."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bangfu.core.ids import read_id
from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.duckdb_.register import load_register
from bangfu.engine.duckdb_.session import Limits, session
from tests.engine.small import ON, number

READABLE = st.integers(1, 999).map(number)
# A number that was cut off, went on, or is another one in its last place sorts closely beside a readable one.
NEAR = st.tuples(READABLE, st.integers(0, 18), st.sampled_from(["", "*", "0", "9", "X", "x", "年", " "])).map(
    lambda parts: parts[0][: parts[1]] + parts[2]
)
ODD = st.text(st.sampled_from("0123456789Xx*-不详 Ａ"), max_size=20)


@settings(max_examples=40)
@example(
    texts=[
        "",
        "1",
        "53299",
        "532990",
        "9" * 20,
        "X",
        "0",
        number(1),
        number(1)[:17],
        number(1)[:17] + "年",
        number(1)[:16] + "9",
    ]
)
@given(texts=st.lists(st.one_of(READABLE, NEAR, ODD), min_size=1, max_size=40))
def test_ranks_follow_the_order_of_the_texts(texts: list[str]) -> None:
    with TemporaryDirectory() as folder, session(Limits(threads=1)) as (connection, own):
        people = {"姓名": ["王芳"] * len(texts), "身份证号": texts, "户主身份证号": texts[::-1]}
        pq.write_table(pa.table(people), Path(folder) / "people.parquet")
        create_macros(connection)
        load_register(connection, Path(folder) / "people.parquet", own, ON)
        ranked = connection.execute("SELECT text FROM texts ORDER BY rank").fetchall()
        named = connection.execute("""SELECT person_text, person.text, household_text, head.text FROM filed
            JOIN texts AS person ON person.rank = person_rank JOIN texts AS head ON head.rank = household_rank""").fetchall()
    exported = {reading.value.text if (reading := read_id(text)).value else text for text in texts}
    assert [text for (text,) in ranked] == sorted(exported, key=str.encode)
    assert len(named) == len(texts)
    assert all(person == own and home == head for own, person, head, home in named)
