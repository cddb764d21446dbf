"""A model: which fields of two records are compared, at which levels, and what each level weighs. Written for Splink, kept as JSON.

A level's weight is log2(m / u): m is its share among pairs that are one person, u among pairs that are not. Both are learnt without
any pair that somebody has judged (learning.py).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bangfu.core.shipped import policy_folder
from bangfu.core.whole_files import replacing

# Level → (m, u), best level first.
Weights = Mapping[str, tuple[float, float]]
_SHIPPED = "people-1.json"


@dataclass(frozen=True, slots=True)
class Level:
    """How far two values agree: ``condition`` in SQL on <column>_l and <column>_r ("ELSE" for the last), and in words."""

    name: str
    condition: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Field:
    """What is compared. ``missing``: the condition under which it says nothing; ``term``: a column whose rare values weigh more."""

    name: str
    zh: str
    en: str
    missing: str
    levels: tuple[Level, ...]
    term: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """Fields with their weights. ``note`` says on what they were learnt."""

    version: int
    note: str
    fields: tuple[Field, ...]
    weights: Mapping[str, Weights]

    def settings(
        self,
        link_type: str,
        prior: float,
        rules: Sequence[str],
        said: Callable[[str], str] = str,
        dialect: str = "duckdb",
    ) -> dict[str, Any]:
        """As Splink takes it; ``prior``: the probability that two records taken at random are one person.

        ``said`` says a condition, written for DuckDB, in another ``dialect``.
        """
        return {
            "link_type": link_type,
            "probability_two_random_records_match": prior,
            "comparisons": [_comparison(field, self.weights.get(field.name, {}), said) for field in self.fields],
            "blocking_rules_to_generate_predictions": [
                {"blocking_rule": said(rule), "sql_dialect": dialect} for rule in rules
            ],
            "unique_id_column_name": "rid",
            "retain_matching_columns": True,
            "retain_intermediate_calculation_columns": True,
            "em_convergence": 0.0001,
            "max_iterations": 30,
        }

    def save(self, path: Path) -> None:
        """Write version, note and weights; the fields are declared in code."""
        kept = {
            field: {level: [float(f"{share:.4g}") for share in shares] for level, shares in levels.items()}
            for field, levels in self.weights.items()
        }
        with replacing(path) as temporary:
            text = json.dumps(
                {"version": self.version, "note": self.note, "weights": kept}, ensure_ascii=False, indent=1
            )
            temporary.write_text(text + "\n", "utf-8")


def load_model(fields: tuple[Field, ...], path: Path) -> Model:
    """A model that was saved. ValueError where it was made for other fields or levels."""
    kept = json.loads(path.read_text("utf-8"))
    weights = {field: {level: (m, u) for level, (m, u) in levels.items()} for field, levels in kept["weights"].items()}
    for field in fields:
        if set(weights.get(field.name, ())) != {level.name for level in field.levels}:
            raise ValueError(f"{path.name} was learnt for other levels of {field.name}")
    return Model(int(kept["version"]), str(kept["note"]), fields, weights)


@lru_cache(maxsize=4)
def shipped_model(fields: tuple[Field, ...]) -> Model:
    """The model that ships in policy/matching."""
    return load_model(fields, policy_folder() / "matching" / _SHIPPED)


def _comparison(field: Field, weights: Weights, said: Callable[[str], str]) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": said(field.missing), "label_for_charts": "missing", "is_null_level": True}
    ]
    for at, level in enumerate(field.levels):
        condition = level.condition if level.condition == "ELSE" else said(level.condition)
        shown: dict[str, Any] = {"sql_condition": condition, "label_for_charts": level.name}
        if level.name in weights:
            shown["m_probability"], shown["u_probability"] = weights[level.name]
        if field.term and at == 0:
            shown["tf_adjustment_column"] = field.term
        levels.append(shown)
    return {"output_column_name": field.name, "comparison_levels": levels}
