"""Findings as a file: one row per household, person, dataset, kind and conclusion (DESIGN 4), complete or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bangfu.core.whole_files import CANNOT_WRITE, check_place, replacing
from bangfu.engine import problems
from bangfu.engine.duckdb_.session import count, literal

COLUMNS = ("户主身份证号", "身份证号", "数据集", "结论", "种类", "说明", "来源行")

# What reads the same to a person is one finding, as two rows without any head's number are. Almost every finding is one row of
# ``found``: only the others need to be put together.
SEVERAL = "SELECT household, person, cell FROM found GROUP BY household, person, cell HAVING count(*) > 1"


def _as_one(one: str = "", of_several: str = "") -> str:
    """All findings, from ``found`` and ``several``; further columns of one row, and of several."""
    return f"""SELECT household, person, cell, says, CASE WHEN len(rows) < 2 THEN rows ELSE list_sort(list_distinct(rows)) END AS rows{one}
FROM found ANTI JOIN several USING (household, person, cell)
UNION ALL SELECT household, person, cell,
    array_to_string(list_sort(list_distinct(list(says))), '；'), list_sort(list_distinct(flatten(list(rows)))){of_several}
FROM found SEMI JOIN several USING (household, person, cell) GROUP BY household, person, cell"""  # noqa: S608, columns of our own


TOGETHER = f"WITH several AS ({SEVERAL}) {_as_one()}"
_WITH_KEYS = _as_one(", household_key, person_key", ", any_value(household_key), any_value(person_key)")
# What the register's own rows say stands where the workbook had it that the register was made of.
ORIGINS = """SELECT household, person, cell, array_to_string(list_sort(list(DISTINCT source)), ';') AS sources
FROM (SELECT household, person, cell, unnest(rows) AS pid FROM gathered JOIN cell USING (cell) WHERE dataset = '')
JOIN (SELECT pid, source FROM filed) USING (pid) WHERE source <> '' GROUP BY household, person, cell"""
# A finding's rows come from one file; a finding without rows (silence) has no source.
_SOURCES = """coalesce(sources, CASE WHEN len(rows) = 1 THEN concat({file}, ':', rows[1])
        ELSE array_to_string(list_transform(rows, lambda r: concat({file}, ':', r)), ';') END, '')"""
WRITTEN = f"""SELECT heads.text AS "户主身份证号", persons.text AS "身份证号", dataset AS "数据集", conclusion AS "结论", kind AS "种类",
    says AS "说明", {_SOURCES.format(file="file")} AS "来源行"
FROM gathered JOIN texts AS heads ON heads.rank = household JOIN texts AS persons ON persons.rank = person JOIN cell USING (cell)
LEFT JOIN origins USING (household, person, cell) ORDER BY household, person, cell"""  # noqa: S608, of our own
# The same where ``gathered`` has keys: only numbers that are none are looked up, and what is sorted is a third as wide. The words of a
# cell are put in afterwards, without a join: what is sorted stays in its order.
_ODD = """CREATE OR REPLACE TEMP TABLE odd_texts AS SELECT rank, text FROM texts WHERE rank IN (
    SELECT household FROM found WHERE household_key IS NULL UNION SELECT person FROM found WHERE person_key IS NULL)"""
_SORTED = """SELECT household_key, person_key, cell, says, rows, heads.text AS head_text, persons.text AS person_text, {sources}
FROM gathered LEFT JOIN odd_texts AS heads ON heads.rank = household LEFT JOIN odd_texts AS persons ON persons.rank = person
{origins} ORDER BY household, person, cell"""
_ORIGINS = "LEFT JOIN origins USING (household, person, cell)"


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings of one kind came to one conclusion."""

    kind: str
    conclusion: str
    findings: int


def gather(connection: duckdb.DuckDBPyConnection) -> list[Count]:
    """Make the view ``gathered`` of ``found``, which memory need not hold twice; counts in the order of kind and conclusion."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE several AS {SEVERAL}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW gathered AS {_WITH_KEYS}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE origins AS {ORIGINS}")
    counted = connection.execute("""SELECT kind, conclusion, CAST(sum(findings) AS BIGINT)
        FROM (SELECT cell, count(*) AS findings FROM gathered GROUP BY cell) JOIN cell USING (cell) GROUP BY ALL ORDER BY ALL""")
    return [Count(str(kind), str(conclusion), int(findings)) for kind, conclusion, findings in counted.fetchall()]


def check_target(path: Path) -> None:
    """Refuse a target that could not be written, before any work is done."""
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise problems.OUTPUT_TYPE(file=path.name)
    check_place(path)


def write_gathered(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write what ``gather`` made as .csv (UTF-8) or .parquet by the name's ending, sorted. A failure leaves no file behind."""
    check_target(path)
    connection.execute(_ODD)
    _write(connection, _written(connection), path)


def _written(connection: duckdb.DuckDBPyConnection) -> str:
    """The rows of WRITTEN in its order, of findings with keys."""
    cells = connection.execute("SELECT dataset, conclusion, kind, file FROM cell ORDER BY cell").fetchall()
    words = [f"[{', '.join(literal(str(word)) for word in column)}][cell + 1]" for column in zip(*cells, strict=True)]
    # Only a register that was made from workbooks has any.
    several = count(connection, "SELECT count(*) FROM origins")
    findings = _SORTED.format(sources="sources" if several else "NULL AS sources", origins=_ORIGINS if several else "")
    dataset, conclusion, kind, file = words or ["''"] * 4
    return f"""SELECT coalesce(head_text, concat(household_key, check_of(household_key))) AS "户主身份证号",
        coalesce(person_text, concat(person_key, check_of(person_key))) AS "身份证号",
        {dataset} AS "数据集", {conclusion} AS "结论", {kind} AS "种类", says AS "说明", {_SOURCES.format(file=file)} AS "来源行"
        FROM ({findings})"""  # noqa: S608, words of our own


def write_findings(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The same for a table ``findings`` with the columns COLUMNS."""
    check_target(path)
    write_sorted(connection, "findings", path)


def write_sorted(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    """Write a table, ordered by its columns from the first on; complete or not at all."""
    _write(connection, f"SELECT * FROM {table} ORDER BY ALL", path)  # noqa: S608, the name is a literal


def write_query(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of a query with the columns COLUMNS, in its order; as write_gathered."""
    check_target(path)
    _write(connection, query, path)


def write_parts(connection: duckdb.DuckDBPyConnection, parts: Sequence[Path], path: Path) -> None:
    """Write Parquet files that follow each other, sorted, as one file: row by row, complete or not at all."""
    files = ", ".join(literal(str(part)) for part in parts)
    _write(connection, f"SELECT * FROM read_parquet([{files}])", path)  # noqa: S608, names of our own


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    # A dictionary of numbers or sentences is given up in the end: better soon.
    form = "FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 10000"
    if path.suffix.lower() == ".csv":
        form = "FORMAT csv, HEADER"
    with replacing(path) as temporary:
        try:
            connection.execute(f"COPY ({query}) TO {literal(str(temporary))} ({form})")
        except duckdb.IOException as error:
            raise CANNOT_WRITE(file=path, why="IO") from error
