"""Candidates as findings: one sentence each, and for the queue every field with its level in words and its weight."""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.judgement import Cells
from bangfu.engine.duckdb_.session import literal
from bangfu.engine.matching.model import Model
from bangfu.engine.matching.words import CONCLUSION, KIND

_WORDS = pa.struct([("zh", pa.string()), ("en", pa.string())])
_FIELD = pa.struct(
    [("field", pa.string()), ("name", _WORDS), ("level", pa.string()), ("says", _WORDS), ("weight", pa.float64())]
)
_REASONS = pa.schema(
    [
        ("pid", pa.int64()),
        ("dataset", pa.string()),
        ("as_of", pa.date32()),
        ("rows", pa.list_(pa.int64())),
        ("says", pa.string()),
        ("says_en", pa.string()),
        ("probability", pa.float64()),
        ("start", pa.float64()),
        ("weight", pa.float64()),
        ("fields", pa.list_(_FIELD)),
    ]
)
_MOST_SAID = 4


def asked_of(deliveries: Iterable[Delivery]) -> Cells:
    """What may be asked of these deliveries, for duckdb_.judgement.judge."""
    return {(delivery.dataset.name, CONCLUSION, KIND): delivery.file for delivery in deliveries}


def add_candidates(connection: duckdb.DuckDBPyConnection, model: Model, *, evidence: bool) -> None:
    """Put the candidates into ``found``; make ``reasons``, a row per candidate (see _REASONS).

    start + the weights of the fields = weight, all log2 of odds; the probability also knows of other candidates for the same person.
    """
    rows = connection.sql("SELECT * FROM candidate ORDER BY pid, dataset, rows").to_arrow_table().to_pylist()
    connection.register("_reasons", pa.Table.from_pylist([reason(model, row) for row in rows], _REASONS))
    connection.execute("CREATE OR REPLACE TEMP TABLE reasons AS SELECT * FROM _reasons")
    connection.unregister("_reasons")
    connection.execute(f"INSERT INTO found {found_query(keys=True, evidence=evidence)}")


def found_query(*, keys: bool = False, evidence: bool) -> str:
    """Of ``reasons``, rows of the table ``found``, as of duckdb_.judgement.questions."""
    keyed = ", household_key, people.key" if keys else ""
    more = ", people.pid, people.person_id, people.household_id, says_en, -1, as_of" if evidence else ""
    return f"""SELECT household_rank, person_rank, cell, says, rows{keyed}{more} FROM reasons
        JOIN people ON people.pid = reasons.pid JOIN cell ON cell.dataset = reasons.dataset AND kind = {literal(KIND)}"""


# Where the column ``candidates`` of the evidence comes from: list of {probability, start, weight, rows, fields}, the likeliest first.
WITH_CANDIDATES = f"""SELECT evidence.*, candidates FROM evidence LEFT JOIN (
        SELECT pid, dataset, {literal(KIND)} AS kind, list_transform(list_sort(list({{'order': -probability, 'rows': rows, 'said':
            {{'probability': probability, 'start': start, 'weight': weight, 'rows': rows, 'fields': fields}}}})),
            lambda c: c.said) AS candidates
        FROM reasons GROUP BY pid, dataset) AS r
    ON r.pid = evidence.person_row AND r.dataset = evidence.dataset AND r.kind = evidence.kind"""


def add_reasons(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the table ``evidence`` the column ``candidates``."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE evidence AS {WITH_CANDIDATES}")


def explained(model: Model, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of a scored pair, each field that says something: its level in words and its weight, the heaviest first."""
    fields = []
    for field in model.fields:
        at = row[f"{field.name}_level"]
        if at is not None:
            level = field.levels[at]
            fields.append(
                {
                    "field": field.name,
                    "name": {"zh": field.zh, "en": field.en},
                    "level": level.name,
                    "says": {"zh": level.zh, "en": level.en},
                    "weight": round(row[f"{field.name}_weight"], 2),
                }
            )
    return sorted(fields, key=lambda said: -abs(float(said["weight"])))


def reason(model: Model, row: Mapping[str, Any]) -> dict[str, Any]:
    """Of a row of ``candidate``, its row of ``reasons``."""
    fields = explained(model, row)
    shown = fields[:_MOST_SAID]
    zh = "、".join(f"{said['name']['zh']}{said['says']['zh']}" for said in shown)
    en = ", ".join(f"{said['name']['en']} {said['says']['en']}" for said in shown)
    # Never rounded up to certainty.
    percent = min(int(row["probability"] * 100), 99)
    return {
        **{key: row[key] for key in ("pid", "dataset", "as_of", "rows", "probability", "weight")},
        "start": row["prior"],
        "says": f"没有可用的号码，可能是同一人（概率 {percent}%，第 {row['rows'][0]} 行）：{zh}",
        "says_en": f"No usable number; may be the same person ({percent}% likely, row {row['rows'][0]}): {en}",
        "fields": fields,
    }
