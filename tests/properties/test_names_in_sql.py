"""Names are folded and compared in SQL as core.names does it; most never reach Python."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bangfu.core.names import differ, fold
from bangfu.engine.duckdb_.names import fold_names, name_hash, really_differ
from bangfu.engine.duckdb_.session import Limits, session

NAMES = st.one_of(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4),
    st.text(st.sampled_from("王買买乾干隆坤后後里裡鍾钟喆哲三水淼·•. 　WEI伟□?*〇（代）"), max_size=6),
    st.text(max_size=6).map(lambda text: text.replace("\x00", "")),
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session(Limits(threads=1)) as (opened, _):
        yield opened


@settings(max_examples=60, deadline=None)
@example(names=["三水", "王三水"])
@given(names=st.lists(NAMES, min_size=1, max_size=200))
def test_sql_folds_as_core_does(connection: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE given AS SELECT unnest(?::VARCHAR[]) AS written", [names])
    fold_names(connection, "given", "written", "folds")
    query = "SELECT written, coalesce(folded, written) FROM given LEFT JOIN folds ON text = written"
    for written, folded in connection.execute(query).fetchall():
        assert folded == fold(written), written


def test_no_name_has_no_hash(connection: duckdb.DuckDBPyConnection) -> None:
    query = (
        f"SELECT {name_hash('name')} FROM (VALUES ('王明', 1), ('', 2), (NULL, 3)) AS said (name, place) ORDER BY place"
    )
    (named,), *others = connection.execute(query).fetchall()
    assert (named is None, others) == (False, [(None,), (None,)])


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=100))
def test_sql_and_core_find_the_same_names_different(
    connection: duckdb.DuckDBPyConnection, pairs: list[tuple[str, str]]
) -> None:
    rows = [(one, fold(one), other, fold(other)) for one, other in pairs if fold(one) and fold(other)]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE met (file_name VARCHAR, file_folded VARCHAR, name VARCHAR, folded VARCHAR)"
    )
    for row in rows:
        connection.execute("INSERT INTO met VALUES (?, ?, ?, ?)", row)
    really_differ(connection, "met", "differing")
    found = set(connection.execute("SELECT in_file, in_delivery FROM differing").fetchall())
    assert found == {(one, other) for one, _, other, _ in rows if differ(one, other)}


def test_a_character_folds_alike_beside_any_other() -> None:
    """OpenCC leaves 乾 in 乾隆 as it is; a name is no other one for its neighbours (decision 26)."""
    assert fold("乾隆") == fold("乾") + fold("隆") == "干隆"
