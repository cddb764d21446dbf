"""Findings as a file: one row per household, person, dataset, kind and conclusion (DESIGN 4), complete or not at all."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from bangfu.core.whole_files import CANNOT_WRITE, check_place, replacing
from bangfu.engine import problems
from bangfu.engine.duckdb_.session import literal

COLUMNS = ("户主身份证号", "身份证号", "数据集", "结论", "种类", "说明", "来源行")

# What reads the same to a person is one finding, as two rows without any head's number are.
# A finding's rows come from one file; a finding without rows (silence) has no source; a person of a workbook has its own.
_FINDINGS = """CREATE OR REPLACE TEMP TABLE findings AS
SELECT household_text AS "户主身份证号", person_text AS "身份证号", dataset AS "数据集", conclusion AS "结论", kind AS "种类",
    array_to_string(list_sort(list_distinct(list(says))), '；') AS "说明",
    coalesce(array_to_string(coalesce(list_sort(list_distinct(list(source) FILTER (WHERE source <> ''))),
        list_transform(list_sort(list_distinct(list(row))), lambda r: concat(min(file), ':', r))), ';'), '') AS "来源行"
FROM found LEFT JOIN (SELECT pid, source FROM people) AS origin ON found.dataset = '' AND origin.pid = found.row
GROUP BY household_text, person_text, dataset, conclusion, kind"""


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings of one kind came to one conclusion."""

    kind: str
    conclusion: str
    findings: int


def gather(connection: duckdb.DuckDBPyConnection) -> list[Count]:
    """Make the table ``findings`` from ``found``; counts in the order of kind and conclusion."""
    connection.execute(_FINDINGS)
    counted = connection.execute('SELECT "种类", "结论", count(*) FROM findings GROUP BY ALL ORDER BY ALL').fetchall()
    return [Count(str(kind), str(conclusion), int(findings)) for kind, conclusion, findings in counted]


def check_target(path: Path) -> None:
    """Refuse a target that could not be written, before any work is done."""
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise problems.OUTPUT_TYPE(file=path.name)
    check_place(path)


def write_findings(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the table ``findings`` as .csv (UTF-8) or .parquet by the name's ending, sorted. A failure leaves no file behind."""
    check_target(path)
    write_sorted(connection, "findings", path)


def write_sorted(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    """Write a table, ordered by its columns from the first on; complete or not at all."""
    form = "FORMAT csv, HEADER" if path.suffix.lower() == ".csv" else "FORMAT parquet, COMPRESSION zstd"
    with replacing(path) as temporary:
        try:
            connection.execute(f"COPY (SELECT * FROM {table} ORDER BY ALL) TO {literal(str(temporary))} ({form})")  # noqa: S608, the name is a literal
        except duckdb.IOException as error:
            raise CANNOT_WRITE(file=path, why="IO") from error
