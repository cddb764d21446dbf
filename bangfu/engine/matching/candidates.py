"""Of scored pairs, those that a person is asked about: with what speaks for and against each, and never by a number's mask alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log2

import duckdb

from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import count, literal
from bangfu.engine.matching.fields import BLOCKS, PERSON, equal
from bangfu.engine.matching.linking import Task, create_functions, score
from bangfu.engine.matching.model import Model, shipped_model
from bangfu.engine.matching.sides import DEPARTMENT, FILE, lay_out_people, lay_out_sides

LEAST = 0.5
MOST = 3
_NEVER_SURE = 0.9999
# Far less likely than anything that is shown, so that competitors are weighed that are not candidates themselves.
SCORED_FROM = 0.001
# How many namesakes are taken for granted where a delivery is too small to show how common a name is.
_SEEN_BEFORE = 1_000
# What is scored: pairs of which one record has no usable number.
TASK = Task((FILE, DEPARTMENT), tuple(f"{equal(block)} AND (l.key IS NULL OR r.key IS NULL)" for block in BLOCKS))
KNOWN = "key IS NOT NULL"
# At these levels a name speaks for one person; below them nothing else may.
_NAME_LEVELS = ("same", "unwritten", "sound", "shape", "near_sound", "one_off")
# Where the tail of the number speaks against it, only these: who differs in name and number is another one born on the same day.
_CLOSE_LEVELS = ("same", "unwritten", "sound")
# Besides the name, one of these has to speak for it. Not the employer: a large one has many of one name.
_BESIDES = ("birth", "tail", "address")


@dataclass(slots=True)
class Matcher:
    """The matching of one comparison: deliveries one by one, candidates gathered in the table ``candidate``.

    Its columns: pid, dataset, as_of, rows (of the delivery, sorted), probability, weight, prior, and of every field <field>_level
    (from 0, the best; NULL where it says nothing) and <field>_weight. At most MOST per person and dataset, none below LEAST.
    """

    connection: duckdb.DuckDBPyConnection
    today: date
    model: Model

    @classmethod
    def of_register(cls, connection: duckdb.DuckDBPyConnection, today: date, model: Model | None = None) -> "Matcher":
        """Ready for deliveries; the register has been loaded with ``matching``."""
        create_functions(connection)
        lay_out_people(connection)
        matcher = cls(connection, today, model or shipped_model(PERSON))
        cells = "".join(f", {f.name}_level INTEGER, {f.name}_weight DOUBLE" for f in matcher.model.fields)
        connection.execute(f"""CREATE OR REPLACE TEMP TABLE candidate (pid BIGINT, dataset VARCHAR, as_of DATE, rows BIGINT[],
            probability DOUBLE, weight DOUBLE, prior DOUBLE{cells})""")
        return matcher

    def take(self, delivery: Delivery) -> None:
        """Look for candidates in one delivery, while it is still staged."""
        prior = prepare(self.connection, delivery, self.today, self.model)
        if prior is None:
            return
        score(self.connection, TASK, self.model, prior=prior, least=SCORED_FROM, target="scored", terms="name_term")
        settle(self.connection, both_known=KNOWN)
        self.connection.execute(
            f"INSERT INTO candidate {kept_query(self.model, delivery, prior)} ORDER BY pid, rows[1]"
        )


def prepare(connection: duckdb.DuckDBPyConnection, delivery: Delivery, today: date, model: Model) -> float | None:
    """Make the tables FILE, DEPARTMENT, ``entry`` (sides.py) and ``name_term``; gives how likely two random records are one person.

    None: there is nobody to look for. Needs person_shown.
    """
    sides = lay_out_sides(connection, delivery, today)
    if not (sides.people or sides.entries):
        return None
    _count_names(connection, delivery, next(iter(model.weights["name"].values()))[1])
    return sides.prior


def _count_names(connection: duckdb.DuckDBPyConnection, delivery: Delivery, usual: float) -> None:
    """The table name_term: how common each name is in the delivery, held back where the delivery is small."""
    files = ", ".join(literal(str(path)) for path in delivery.staged)
    delivered = f"(SELECT coalesce(folded, name) AS folded FROM read_parquet([{files}]) WHERE name <> '')"
    rows = count(connection, f"SELECT count(*) FROM {delivered}")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE name_term AS
        WITH known AS (SELECT folded FROM {FILE} UNION SELECT folded FROM {DEPARTMENT}),
        seen AS (SELECT folded, count(*) AS n FROM {delivered} WHERE folded IN (SELECT folded FROM known) GROUP BY folded)
        SELECT folded, (coalesce(n, 0) + {_SEEN_BEFORE * usual}) / ({rows + _SEEN_BEFORE}) AS tf_folded
        FROM known LEFT JOIN seen USING (folded)""")


def kept_query(model: Model, delivery: Delivery, prior: float) -> str:
    """The rows of ``candidate`` that ``settled`` and ``entry`` come to."""
    fields = "".join(f", {f.name}_level, {f.name}_weight" for f in model.fields)
    as_of = f"CAST({literal(delivery.as_of.isoformat())} AS DATE)" if delivery.as_of else "CAST(NULL AS DATE)"
    # Rounded before they are put in order: which of two equals comes first is not for the last binary digit to say.
    return f"""SELECT pid, dataset, as_of, rows, shown AS probability, round(weight, 4) AS weight, prior{fields} FROM (
            SELECT *, row_number() OVER (PARTITION BY pid ORDER BY shown DESC, first_row) AS place FROM (
                SELECT CAST(substr(one_rid, 2) AS BIGINT) AS pid, {literal(delivery.dataset.name)} AS dataset, {as_of} AS as_of, rows,
                    entry.id AS first_row, round(least(probability, {_NEVER_SURE}), 4) AS shown, weight,
                    CAST({log2(prior / (1 - prior)):.4f} AS DOUBLE) AS prior{fields}
                FROM settled JOIN entry ON other_rid = concat('d', entry.id) WHERE probability >= {LEAST} AND {speaks_for(model)}))
        WHERE place <= {MOST}"""


def settle(connection: duckdb.DuckDBPyConnection, *, both_known: str) -> None:
    """Make the table ``settled`` of ``scored`` (settle_queries)."""
    for table, query in settle_queries(both_known).items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}")


def settle_queries(both_known: str) -> dict[str, str]:
    """Tables by name, one made of the other: at last ``settled``, with a probability that knows of the other candidates of both records.

    Where ``both_known`` (a condition on a record) holds for two candidates of one record, they are certainly two persons, and only one
    of them can be the one: of odds o against competing odds s, o / (1 + o + s) is left.
    """
    odds = f"""SELECT scored.*, probability / greatest(1 - probability, 1e-12) AS o, one.known AS one_known, other.known AS other_known
        FROM scored JOIN (SELECT rid, {both_known} AS known FROM {FILE}) AS one ON one.rid = one_rid
        JOIN (SELECT rid, {both_known} AS known FROM {DEPARTMENT}) AS other ON other.rid = other_rid"""
    against = " + ".join(
        f"CASE WHEN {known} THEN sum(CAST(CASE WHEN {known} THEN o ELSE 0 END AS DOUBLE)) OVER (PARTITION BY {of}) - o ELSE 0 END"
        for known, of in (("other_known", "one_rid"), ("one_known", "other_rid"))
    )
    settled = f"""SELECT * EXCLUDE (probability, o, one_known, other_known, against), o / (1 + o + greatest(against, 0)) AS probability
        FROM (SELECT *, {against} AS against FROM odds)"""
    return {"odds": odds, "settled": settled}


def speaks_for(model: Model) -> str:
    """A condition on ``scored``: the names agree in some way, and something besides them does. A mask is never enough."""
    (name,) = (field for field in model.fields if field.name == "name")
    levels: Sequence[int] = [at for at, level in enumerate(name.levels) if level.name in _NAME_LEVELS]
    close: Sequence[int] = [at for at, level in enumerate(name.levels) if level.name in _CLOSE_LEVELS]
    besides = " OR ".join(f"coalesce({field}_weight, 0) > 0" for field in _BESIDES)
    against = f"coalesce(tail_weight, 0) >= 0 OR name_level IN ({', '.join(map(str, close))})"
    return f"name_level IN ({', '.join(map(str, levels))}) AND ({besides}) AND ({against})"
