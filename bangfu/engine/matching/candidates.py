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
_SCORED_FROM = 0.001
# How many namesakes are taken for granted where a delivery is too small to show how common a name is.
_SEEN_BEFORE = 1_000
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
        sides = lay_out_sides(self.connection, delivery, self.today)
        if not (sides.people or sides.entries):
            return
        self._count_names(delivery)
        score(
            self.connection,
            Task((FILE, DEPARTMENT), tuple(f"{equal(block)} AND (l.key IS NULL OR r.key IS NULL)" for block in BLOCKS)),
            self.model,
            prior=sides.prior,
            least=_SCORED_FROM,
            target="scored",
            terms="name_term",
        )
        settle(self.connection, both_known="key IS NOT NULL")
        self._keep(delivery, log2(sides.prior / (1 - sides.prior)))

    def _count_names(self, delivery: Delivery) -> None:
        """The table name_term: how common each name is in the delivery, held back where the delivery is small."""
        files = ", ".join(literal(str(path)) for path in delivery.staged)
        delivered = f"(SELECT coalesce(folded, name) AS folded FROM read_parquet([{files}]) WHERE name <> '')"
        usual = next(iter(self.model.weights["name"].values()))[1]
        rows = count(self.connection, f"SELECT count(*) FROM {delivered}")
        self.connection.execute(f"""CREATE OR REPLACE TEMP TABLE name_term AS
            WITH known AS (SELECT folded FROM {FILE} UNION SELECT folded FROM {DEPARTMENT}),
            seen AS (SELECT folded, count(*) AS n FROM {delivered} WHERE folded IN (SELECT folded FROM known) GROUP BY folded)
            SELECT folded, (coalesce(n, 0) + {_SEEN_BEFORE * usual}) / ({rows + _SEEN_BEFORE}) AS tf_folded
            FROM known LEFT JOIN seen USING (folded)""")

    def _keep(self, delivery: Delivery, prior: float) -> None:
        fields = "".join(f", {f.name}_level, {f.name}_weight" for f in self.model.fields)
        as_of = f"CAST({literal(delivery.as_of.isoformat())} AS DATE)" if delivery.as_of else "CAST(NULL AS DATE)"
        self.connection.execute(f"""INSERT INTO candidate
            SELECT CAST(substr(one_rid, 2) AS BIGINT) AS pid, {literal(delivery.dataset.name)}, {as_of},
                entry.rows, round(least(probability, {_NEVER_SURE}), 4), round(weight, 4), {prior:.4f}{fields}
            FROM settled JOIN entry ON other_rid = concat('d', entry.id) WHERE probability >= {LEAST} AND {speaks_for(self.model)}
            QUALIFY row_number() OVER (PARTITION BY one_rid ORDER BY probability DESC, entry.id) <= {MOST}
            ORDER BY pid, entry.id""")


def settle(connection: duckdb.DuckDBPyConnection, *, both_known: str) -> None:
    """Make the table ``settled`` of ``scored``: a probability that knows of the other candidates of both records.

    Where ``both_known`` (a condition on a record) holds for two candidates of one record, they are certainly two persons, and only one
    of them can be the one: of odds o against competing odds s, o / (1 + o + s) is left.
    """
    known = {side: f"(SELECT rid FROM {side} WHERE {both_known})" for side in (FILE, DEPARTMENT)}
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE odds AS
        SELECT *, probability / greatest(1 - probability, 1e-12) AS o,
            one_rid IN {known[FILE]} AS one_known, other_rid IN {known[DEPARTMENT]} AS other_known FROM scored""")
    against = " + ".join(
        f"CASE WHEN {known} THEN sum(CASE WHEN {known} THEN o ELSE 0 END) OVER (PARTITION BY {of}) - o ELSE 0 END"
        for known, of in (("other_known", "one_rid"), ("one_known", "other_rid"))
    )
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE settled AS
        SELECT * EXCLUDE (probability, o, one_known, other_known, against), o / (1 + o + greatest(against, 0)) AS probability
        FROM (SELECT *, {against} AS against FROM odds)""")


def speaks_for(model: Model) -> str:
    """A condition on ``scored``: the names agree in some way, and something besides them does. A mask is never enough."""
    (name,) = (field for field in model.fields if field.name == "name")
    levels: Sequence[int] = [at for at, level in enumerate(name.levels) if level.name in _NAME_LEVELS]
    close: Sequence[int] = [at for at, level in enumerate(name.levels) if level.name in _CLOSE_LEVELS]
    besides = " OR ".join(f"coalesce({field}_weight, 0) > 0" for field in _BESIDES)
    against = f"coalesce(tail_weight, 0) >= 0 OR name_level IN ({', '.join(map(str, close))})"
    return f"name_level IN ({', '.join(map(str, levels))}) AND ({besides}) AND ({against})"
