"""Splink, and nothing but Splink: learning a model and scoring pairs. All that is its own (names of columns, warnings) ends here.

Everything can be repeated: Splink samples by hashing the records' names, and results are ordered before they are used.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import PythonUDFType
from duckdb.sqltypes import INTEGER, VARCHAR
from splink import DuckDBAPI, Linker

from bangfu.engine.matching.model import Model, Weights
from bangfu.engine.matching.names import alike

# No level is so rare that a single one should settle the matter.
_LEAST_M, _LEAST_U = 5e-4, 1e-6


@dataclass(frozen=True, slots=True)
class Task:
    """What to link: two tables of records, or one whose doubles are looked for; the rules that make candidates of them.

    A table has ``rid``, a text, and the columns that the model and the rules read.
    """

    tables: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def link_type(self) -> str:
        """As Splink calls it."""
        return "link_only" if len(self.tables) == 2 else "dedupe_only"


@dataclass(frozen=True, slots=True)
class Lessons:
    """How to learn: ``certain`` rules find nearly only true pairs, and ``recall`` of them; ``free`` rules leave other fields free.

    ``pairs``: how many random pairs show what agrees by chance.
    """

    certain: tuple[str, ...]
    recall: float
    free: tuple[str, ...]
    pairs: int = 1_000_000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model, and the probability that two random records of what it was learnt on are one person."""

    model: Model
    prior: float


def create_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make name_alike(one, other) in a connection: see names.alike."""

    def levels(one: Any, other: Any) -> Any:
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return pa.array([int(alike(a or "", b or "")) for a, b in pairs], pa.int32())

    # A result that was not read to its end would be in the way.
    connection.complete()
    connection.create_function("name_alike", levels, [VARCHAR, VARCHAR], INTEGER, type=PythonUDFType.ARROW)


def learn(connection: duckdb.DuckDBPyConnection, task: Task, model: Model, lessons: Lessons) -> Learnt:
    """Weights for the fields of ``model`` by expectation maximisation, without any judged pair."""
    _, linker = _linker(connection, task, model, prior=0.0001)
    training = linker.training
    with _quiet():
        training.estimate_probability_two_random_records_match(list(lessons.certain), recall=lessons.recall)
        training.estimate_u_using_random_sampling(max_pairs=lessons.pairs, seed=lessons.seed, min_count_per_level=None)
        for rule in lessons.free:
            training.estimate_parameters_using_expectation_maximisation(rule)
    settings = linker.misc.save_model_to_json()
    weights = {field.name: _weights(settings, field.name) for field in model.fields}
    return Learnt(replace(model, weights=weights), settings["probability_two_random_records_match"])


def score(
    connection: duckdb.DuckDBPyConnection,
    task: Task,
    model: Model,
    *,
    prior: float,
    least: float,
    target: str,
    terms: str | None = None,
) -> None:
    """Make the table ``target``: one_rid, other_rid, probability, weight, and for each field <field>_level and <field>_weight.

    ``least``: pairs below this probability are left out. ``terms``: a table (folded, tf_folded) of how common names are; without one
    the tables themselves say it. A level is counted from 0, the best; NULL where the field says nothing (and its weight is 0).
    """
    api, linker = _linker(connection, task, model, prior=prior)
    if terms is not None:
        term = next(field.term for field in model.fields if field.term)
        linker.table_management.register_term_frequency_lookup(api.register(terms), term)
    predicted = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
    query = scored_query(model, predicted.as_duckdbpyrelation().columns, predicted.physical_name)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS {query}")
    linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]


def scored_query(model: Model, columns: Iterable[str], predicted: str) -> str:
    """What ``score`` makes of the table that Splink predicted."""
    found = set(columns)
    cells = "".join(f", {_cells(model, at, found)}" for at in range(len(model.fields)))
    return f"""SELECT rid_l AS one_rid, rid_r AS other_rid, match_probability AS probability, match_weight AS weight{cells}
        FROM {predicted}"""


def _linker(connection: duckdb.DuckDBPyConnection, task: Task, model: Model, prior: float) -> tuple[DuckDBAPI, Linker]:
    connection.complete()
    api = DuckDBAPI(connection)
    # The left table of two comes first in the alphabet: Splink orders a pair by these names.
    tables: Sequence[Any] = [
        api.register(table, table_name=f"side_{at}", dataset_display_name=f"side_{at}")
        for at, table in enumerate(task.tables)
    ]
    settings = model.settings(task.link_type, prior, task.rules)
    return api, Linker(tables if len(tables) > 1 else tables[0], settings, log_level=None, validate_settings=False)


def _cells(model: Model, at: int, found: set[str]) -> str:
    """A field's level and weight; what is common about a rare value belongs to its weight."""
    field = model.fields[at]
    top = len(field.levels) - 1
    rarity = f" + mw_tf_adj_{field.name}" if f"mw_tf_adj_{field.name}" in found else ""
    return (
        f"CASE WHEN gamma_{field.name} >= 0 THEN {top} - gamma_{field.name} END AS {field.name}_level, "
        f"mw_{field.name}{rarity} AS {field.name}_weight"
    )


def _weights(settings: dict[str, Any], field: str) -> Weights:
    """What was learnt of a field. A level that was never seen says nothing; no level is ever quite impossible."""
    levels = next(c["comparison_levels"] for c in settings["comparisons"] if c["output_column_name"] == field)
    found = {}
    for level in levels:
        if not level.get("is_null_level"):
            m, u = (_share(level, which) for which in "mu")
            unseen = m == u == 0
            found[level["label_for_charts"]] = (1.0, 1.0) if unseen else (max(m, _LEAST_M), max(u, _LEAST_U))
    return found


def _share(level: dict[str, Any], which: str) -> float:
    share = level.get(f"{which}_probability")
    return float(share) if isinstance(share, float | int) else 0.0


@contextmanager
def _quiet() -> Iterator[None]:
    """Splink says at length which levels it never saw; _weights takes care of them."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
