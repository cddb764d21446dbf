"""Findings of a standing comparison: what a change opened, changed and closed; and all of them as the file that a full run writes."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from bangfu.engine.duckdb_.session import count, literal, name
from bangfu.engine.findings.write import Count, write_query
from bangfu.engine.incremental.folder import PART, Manifest
from bangfu.engine.incremental.people import text_of

TABLE = "findings"
# What the units of a change are: these findings of these homes were judged anew.
UNITS = ("dataset", "home")
_OPENED, _CHANGED, _MOVED, _CLOSED = "新增", "变更", "移位", "消除"
DIFFERENCE = "SELECT * FROM difference ORDER BY ALL"
DIFFERENCE_COLUMNS = ("变化", "户主身份证号", "身份证号", "数据集", "结论", "种类", "说明", "来源行")
NO_DIFFERENCE = f"""SELECT {", ".join(f"'' AS {name(column)}" for column in DIFFERENCE_COLUMNS)} WHERE FALSE"""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to. ``moved`` findings say the same as before, read in other rows.

    ``judged`` findings were judged anew (of ``homes`` homes; all of them where None); ``unfound`` rows that a department took back are
    nowhere. ``read_again``: datasets whose staged rows were read for more than the change itself.
    """

    opened: int
    changed: int
    moved: int
    closed: int
    judged: int
    homes: int | None = None
    unfound: int = 0
    read_again: tuple[str, ...] = ()


def lay_beside(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, former: str, *, homes: int | None, unfound: int
) -> Changed:
    """Make the table ``difference`` (DIFFERENCE_COLUMNS) of the tables ``judged`` and ``former`` (a relation of findings)."""
    _name_files(connection, manifest)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE former AS SELECT * FROM {former}")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE beside AS
        SELECT coalesce(judged.cell, former.cell) AS cell, household, person,
            coalesce(judged.household_text, former.household_text) AS household_text,
            coalesce(judged.person_text, former.person_text) AS person_text,
            coalesce(judged.says, former.says) AS says, coalesce(judged.dataset, former.dataset) AS dataset,
            CASE WHEN former.cell IS NULL THEN '{_OPENED}' WHEN judged.cell IS NULL THEN '{_CLOSED}'
                WHEN judged.says <> former.says THEN '{_CHANGED}' ELSE '{_MOVED}' END AS change,
            CASE WHEN judged.cell IS NULL THEN former.rows ELSE judged.rows END AS rows,
            CASE WHEN judged.cell IS NULL THEN former.sources ELSE judged.sources END AS sources,
            former.rows AS former_rows, former.sources AS former_sources
        FROM judged FULL JOIN former USING (household, person, cell)
        WHERE judged.cell IS NULL OR former.cell IS NULL OR judged.says <> former.says OR judged.rows IS DISTINCT FROM former.rows
            OR judged.sources IS DISTINCT FROM former.sources""")
    now, before = _sources("sources", "rows"), _sources("former_sources", "former_rows")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE difference AS SELECT change AS "变化", {_columns(now)}
        FROM beside JOIN named USING (dataset) JOIN kept_cell USING (cell)
        WHERE change <> '{_MOVED}' OR {now} IS DISTINCT FROM {before}""")
    found = dict(connection.execute('SELECT "变化", count(*) FROM difference GROUP BY ALL').fetchall())
    opened, changed, moved, closed = (int(found.get(change, 0)) for change in (_OPENED, _CHANGED, _MOVED, _CLOSED))
    return Changed(
        opened,
        changed,
        moved,
        closed,
        judged=count(connection, "SELECT count(*) FROM judged"),
        homes=homes,
        unfound=unfound,
    )


def write_all(connection: duckdb.DuckDBPyConnection, manifest: Manifest, standing: str, out: Path) -> list[Count]:
    """Write all findings (a relation) as a full comparison does, .csv or .parquet; gives the counts of kinds and conclusions."""
    _name_files(connection, manifest)
    source = f"{standing} JOIN named USING (dataset) JOIN kept_cell USING (cell)"
    write_query(connection, f"SELECT {_columns(_sources('sources', 'rows'))} FROM {source} ORDER BY 1, 2, 3, 4, 5", out)
    found = connection.execute(f"""SELECT kind, conclusion, count(*) FROM {standing} JOIN kept_cell USING (cell)
        GROUP BY ALL ORDER BY ALL""").fetchall()
    return [Count(str(kind), str(conclusion), int(findings)) for kind, conclusion, findings in found]


def _columns(sources: str) -> str:
    return f"""{text_of("household", "household_text")} AS "户主身份证号", {text_of("person", "person_text")} AS "身份证号",
        dataset_name AS "数据集", conclusion AS "结论", kind AS "种类", says AS "说明", {sources} AS "来源行\""""


def _sources(sources: str, rows: str) -> str:
    """来源行: each row by its file and its number there."""
    one = f"concat(files[(r // {PART}) + 1], ':', r % {PART})"
    return f"coalesce({sources}, array_to_string(list_transform({rows}, lambda r: {one}), ';'), '')"


def _name_files(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    """The tables ``named`` (dataset, dataset_name, files) and ``kept_cell`` (cell, conclusion, kind)."""
    kept = {dataset: manifest.deliveries[dataset].files for dataset in manifest.deliveries}
    files = [manifest.register_files if not dataset else kept.get(dataset, ()) for dataset in manifest.datasets]
    named = [
        f"({number}, {literal(dataset)}, [{', '.join(map(literal, files[number]))}]::VARCHAR[])"
        for number, dataset in enumerate(manifest.datasets)
    ]
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE named AS SELECT CAST(number AS UTINYINT) AS dataset, dataset_name, files
        FROM (VALUES {", ".join(named)}) AS known(number, dataset_name, files)""")
    cells = [
        f"({number}, {literal(conclusion)}, {literal(kind)})"
        for number, (_, conclusion, kind) in enumerate(manifest.cells)
    ]
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE kept_cell AS SELECT CAST(number AS USMALLINT) AS cell, conclusion, kind
        FROM (VALUES {", ".join(["(65535, '', '')", *cells])}) AS known(number, conclusion, kind)""")
