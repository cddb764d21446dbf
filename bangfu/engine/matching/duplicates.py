"""Two files of one family, perhaps in two counties: by numbers where both have them, else by the same means as candidates.

For people to look at. Nothing is merged, and nothing is claimed but where two verified numbers are equal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import log2
from pathlib import Path
from typing import Any

import duckdb

from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.duckdb_.register import load_register
from bangfu.engine.duckdb_.session import Limits, count, session
from bangfu.engine.intake.deliveries_raw import readable
from bangfu.engine.intake.staged_register import StagedRegister, use_register
from bangfu.engine.matching.candidates import LEAST, settle, speaks_for
from bangfu.engine.matching.fields import BLOCKS, PERSON, equal
from bangfu.engine.matching.linking import Task, create_functions, score
from bangfu.engine.matching.model import Model, shipped_model
from bangfu.engine.matching.reasons import explained
from bangfu.engine.matching.sides import DEPARTMENT, FILE, lay_out_doubles, lay_out_people

_BATCH = 5_000
_SEEN_BEFORE = 1_000


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Two rows of the register. ``by_number``: two verified numbers are equal; else ``fields`` (reasons.explained) say why.

    ``start``: log2 of the odds that two rows taken at random are one person. ``one_ids``, ``other_ids``: file and person as a database
    named them (档案标识, 人员标识), None where the register has none.
    """

    one_row: int
    other_row: int
    probability: float
    by_number: bool
    fields: tuple[dict[str, Any], ...] = ()
    start: float = 0.0
    one_ids: tuple[str, str] | None = None
    other_ids: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SameFamily:
    """Two households, by the numbers of their heads as in the contract file, and who in both may be one person, the likeliest first."""

    one: str
    other: str
    persons: tuple[SamePerson, ...]


def duplicates(
    registry: Path | StagedRegister, today: date, *, limits: Limits | None = None, model: Model | None = None
) -> list[SameFamily]:
    """Households of a register that share a person, surely or perhaps; those that share most come first.

    ``registry`` as for the comparison, staged with what the matching asks for. Raises a Problem for a file that cannot be used.
    """
    model = model or shipped_model(PERSON)
    with session(limits or Limits()) as (connection, folder):
        create_macros(connection)
        if isinstance(registry, StagedRegister):
            use_register(connection, registry)
        else:
            with readable(registry):
                load_register(connection, registry, folder, today, matching=True)
        create_functions(connection)
        lay_out_people(connection)
        lay_out_doubles(connection, today)
        _score(connection, model)
        found = list(_families(connection, model))
    return sorted(
        found, key=lambda family: (-sum(same.probability for same in family.persons), family.one, family.other)
    )


def _score(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """The table ``double``: pairs of rows of different households, the smaller row first."""
    usual = next(iter(model.weights["name"].values()))[1]
    people = count(connection, "SELECT count(*) FROM filed AS people")
    same = count(connection, "SELECT count(key) - count(DISTINCT key) FROM filed AS people")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE name_term AS
        SELECT folded, (count(*) + {_SEEN_BEFORE * usual}) / {people + _SEEN_BEFORE} AS tf_folded FROM filed GROUP BY folded""")
    rules = tuple(f"{equal(block)} AND (l.key IS NULL OR r.key IS NULL)" for block in BLOCKS)
    prior = (same + 0.5) / (people + 1) ** 2
    score(
        connection, Task((FILE, DEPARTMENT), rules), model, prior=prior, least=0.001, target="scored", terms="name_term"
    )
    settle(connection, both_known="key IS NOT NULL")
    cells = "".join(f", {field.name}_level, {field.name}_weight" for field in model.fields)
    nothing = "".join(f", NULL AS {field.name}_level, NULL AS {field.name}_weight" for field in model.fields)
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE double AS
        WITH asked AS (SELECT *, CAST(substr(one_rid, 2) AS BIGINT) AS a, CAST(substr(other_rid, 2) AS BIGINT) AS b FROM settled),
        likely AS (SELECT least(a, b) AS one, greatest(a, b) AS other, probability, FALSE AS by_number{cells} FROM asked
            WHERE a <> b AND probability >= {LEAST} AND {speaks_for(model)}
            QUALIFY row_number() OVER (PARTITION BY one, other ORDER BY probability DESC) = 1),
        pair AS (SELECT * FROM likely
            UNION ALL SELECT a.pid, b.pid, 1.0, TRUE{nothing} FROM filed AS a JOIN filed AS b ON a.key = b.key AND a.pid < b.pid)
        SELECT pair.*, CAST({log2(prior / (1 - prior)):.4f} AS DOUBLE) AS prior, a.household_id AS one_file, a.person_id AS one_person,
            b.household_id AS other_file, b.person_id AS other_person, least(a.household_text, b.household_text) AS family,
            greatest(a.household_text, b.household_text) AS other_family
        FROM pair JOIN filed AS a ON a.pid = one JOIN filed AS b ON b.pid = other WHERE a.household <> b.household""")


def _families(connection: duckdb.DuckDBPyConnection, model: Model) -> Iterator[SameFamily]:
    query = "SELECT * FROM double ORDER BY family, other_family, probability DESC, one, other"
    rows = (row for batch in connection.sql(query).to_arrow_reader(_BATCH) for row in batch.to_pylist())
    for (one, other), pairs in groupby(rows, key=lambda row: (row["family"], row["other_family"])):
        yield SameFamily(one, other, tuple(_person(model, row) for row in pairs))


def _person(model: Model, row: dict[str, Any]) -> SamePerson:
    one, other = (
        (row[f"{which}_file"], row[f"{which}_person"]) if row[f"{which}_file"] else None for which in ("one", "other")
    )
    if row["by_number"]:
        return SamePerson(row["one"], row["other"], 1.0, by_number=True, one_ids=one, other_ids=other)
    probability = min(round(row["probability"], 4), 0.9999)
    return SamePerson(
        row["one"],
        row["other"],
        probability,
        by_number=False,
        fields=tuple(explained(model, row)),
        start=row["prior"],
        one_ids=one,
        other_ids=other,
    )
