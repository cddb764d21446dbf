"""A province of ten prefectures: one that was invented, and copies of it with other people's numbers.

Inventing 60 million rows person by person takes most of an hour. Each copy keeps names, lives and damage, and gives every person a number
that the invented prefecture never handed out. ``python -m benchmarks.province PREFECTURE TARGET``.
"""

import argparse
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine
import yaml
from rustpy_xlsxwriter import write_worksheet

from bangfu.core.ids import read_id
from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.duckdb_.session import literal, name
from bangfu.synthetic.datasets import DATASETS

COPIES = 10
# A prefecture takes the first few of 491 places for each division, day and sex (synthetic/codes.py, which steps through them by 181):
# each copy begins 49 places further on.
_PLACES, _STEP, _APART = 491, 181, 49
# What no worksheet of one office would hold any more is delivered as text.
_WORKSHEET = 300_000
_PEOPLE = ("身份证号", "户主身份证号")
_WIDE, _NARROW = "０１２３４５６７８９Ｘ", "0123456789X"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file of the prefecture, how it is encoded, and which column holds the number."""

    path: Path
    encoding: str
    number: str


def multiply(prefecture: Path, target: Path, copies: int = COPIES) -> None:
    """Write the province made of so many times the prefecture, register and deliveries, into a new folder."""
    with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as made, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {literal(made)}")
        _create_macros(connection)
        new = Path(made) / "new"
        (new / "datasets").mkdir(parents=True)
        people = f"read_parquet({literal(str(prefecture / 'people.parquet'))})"
        _copy(connection, people, _PEOPLE, copies, new / "people.parquet")
        for dataset, declared in DATASETS.items():
            source = prefecture / "datasets" / f"{dataset}.{declared.suffix}"
            _deliver(connection, Delivered(source, declared.encoding, declared.number_heading), copies, new)
        about = yaml.safe_load((prefecture / "datasets" / "deliveries.yaml").read_text("utf-8"))
        for said in about.values():
            said["rows"] *= copies
        (new / "datasets" / "deliveries.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), "utf-8")
        shutil.copy(prefecture / "settings.yaml", new)
        new.replace(target)


def _create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """shifted(key, copy): the first 17 digits of that person's number in a copy. dressed(text, number): with the damage of the text."""
    create_macros(connection)
    back = pow(_STEP, -1, _PLACES)
    connection.execute("""CREATE TEMP MACRO days(k) AS date_diff('day', DATE '1920-01-01',
        make_date(k // 10000000 % 10000, k // 100000 % 100, k // 1000 % 100))""")
    connection.execute("CREATE TEMP MACRO phase(k) AS days(k) * 37 + k // 100000000000 % 10 * 53")
    connection.execute(f"""CREATE TEMP MACRO place_of(k, copy) AS
        (((((k % 1000 - 1) // 2 - phase(k)) % {_PLACES} + {_PLACES}) * {back} + {_APART} * copy) * {_STEP} + phase(k)) % {_PLACES}""")
    connection.execute("""CREATE TEMP MACRO shifted(k, copy) AS
        k // 1000 * 1000 + CAST(2 * place_of(k, copy) + 1 + (k % 1000 - 1) % 2 AS BIGINT)""")
    connection.execute(f"""CREATE TEMP MACRO dressed(text, number) AS CASE WHEN length(text) = 18 AND text >= '0' AND text < ':'
        THEN CASE WHEN text LIKE '%x' THEN lower(number) ELSE number END
        WHEN length(text) = 15 THEN substr(number, 1, 6) || substr(number, 9, 9)
        WHEN text LIKE '５%' THEN translate(number, '{_NARROW}', '{_WIDE}')
        WHEN text LIKE '''%' THEN '''' || number
        WHEN contains(text, ' ') THEN substr(number, 1, 6) || ' ' || substr(number, 7, 8) || ' ' || substr(number, 15)
        ELSE chr(8203) || number END""")


def _copy(
    connection: duckdb.DuckDBPyConnection, relation: str, numbers: Sequence[str], copies: int, target: Path
) -> int:
    """Write the relation so many times, with other numbers; gives the rows. What is no number stays as it is in every copy."""
    columns = [str(column) for column, *_ in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
    texts = " UNION ALL ".join(f"SELECT substr({name(number)}, 1, 40) AS text FROM {relation}" for number in numbers)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE asked AS SELECT DISTINCT text FROM ({texts}) WHERE text <> ''")
    _read_numbers(connection)
    cells, joins = [], []
    for column in columns:
        if column not in numbers:
            cells.append(name(column))
            continue
        alias = name(f"of {column}")
        joins.append(f"LEFT JOIN copied AS {alias} ON {alias}.text = {name(column)} AND {alias}.copy = c.copy")
        cells.append(f"coalesce({alias}.other, {name(column)}) AS {name(column)}")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE copied AS SELECT text, copy,
        CASE WHEN copy = 0 THEN text ELSE dressed(substr(text, 1, length(text) - length(tail)), CAST(moved AS VARCHAR) || check_of(moved))
            || tail END AS other
        FROM (SELECT text, copy, tail, shifted(key, copy) AS moved FROM keyed, range({copies}) AS r(copy))""")
    done = connection.execute(f"""COPY (SELECT {", ".join(cells)} FROM range({copies}) AS c(copy) CROSS JOIN {relation} {" ".join(joins)})
        TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)""").fetchone()
    return int(done[0]) if done else 0


def _read_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``keyed`` (text, key, tail) of the texts that are numbers; behind a disability card's number stand two digits."""
    texts = [str(text) for (text,) in connection.execute("SELECT text FROM asked").fetchall()]
    read = (
        (text, text[18:] if len(text) == 20 else "", read_id(text[:18] if len(text) == 20 else text).value)
        for text in texts
    )
    found = [(text, int(number.text[:17]), tail) for text, tail, number in read if number is not None]
    columns = list(zip(*found, strict=True))
    types = (pa.string(), pa.int64(), pa.string())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    connection.register("_keyed", pa.Table.from_arrays(arrays, ["text", "key", "tail"]))
    connection.execute("CREATE OR REPLACE TEMP TABLE keyed AS SELECT * FROM _keyed")
    connection.unregister("_keyed")


def _deliver(connection: duckdb.DuckDBPyConnection, delivered: Delivered, copies: int, province: Path) -> None:
    """Write a department's file so many times as large, in the format and encoding of the prefecture's, but no giant worksheet."""
    parquet = province / "datasets" / f"{delivered.path.stem}.parquet"
    with _readable(delivered, parquet.parent) as relation:
        rows = _copy(connection, relation, [delivered.number], copies, parquet)
    if delivered.path.suffix == ".parquet":
        return
    made = f"read_parquet({literal(str(parquet))})"
    if delivered.path.suffix == ".xlsx" and rows <= _WORKSHEET:
        table = connection.sql(f"SELECT * FROM {made}").to_arrow_table().to_pylist()
        write_worksheet(table, str(parquet.with_suffix(".xlsx")))
    else:
        csv = parquet.with_suffix(".csv")
        connection.execute(f"COPY (SELECT * FROM {made}) TO {literal(str(csv))} (FORMAT csv, HEADER)")
        _encode(csv, delivered.encoding)
    parquet.unlink()


def _encode(csv: Path, encoding: str) -> None:
    if encoding == "utf-8":
        return
    utf8 = csv.rename(csv.with_suffix(".utf8"))
    with utf8.open(encoding="utf-8", newline="") as read, csv.open("w", encoding=encoding, newline="") as write:
        shutil.copyfileobj(read, write, 1 << 22)
    utf8.unlink()


@contextmanager
def _readable(delivered: Delivered, folder: Path) -> Iterator[str]:
    """The prefecture's file as a relation of texts."""
    if delivered.path.suffix == ".parquet":
        yield f"read_parquet({literal(str(delivered.path))})"
        return
    made = folder / f"{delivered.path.stem}.readable"
    if delivered.path.suffix == ".xlsx":
        rows = calamine.load_workbook(str(delivered.path)).get_sheet_by_index(0).to_python()
        columns = [pa.array([str(cell) for cell in column], pa.string()) for column in zip(*rows[1:], strict=True)]
        pq.write_table(pa.Table.from_arrays(columns, [str(heading) for heading in rows[0]]), made)
        relation = f"read_parquet({literal(str(made))})"
    else:
        made.write_text(delivered.path.read_text(delivered.encoding), "utf-8", newline="")
        relation = f"read_csv({literal(str(made))}, all_varchar = TRUE, header = TRUE, delim = ',', quote = '\"')"
    yield relation
    made.unlink()


def main() -> None:
    """Make a province on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefecture", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--copies", type=int, default=COPIES)
    given = parser.parse_args()
    multiply(given.prefecture, given.target, given.copies)


if __name__ == "__main__":
    main()
