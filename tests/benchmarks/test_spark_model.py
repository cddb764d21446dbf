"""The cost model of the comparison on Spark: it finds what made the times, and the manual says what the file says."""

import json

import pytest

from benchmarks.measure import RESULTS
from benchmarks.spark import MILLION, costs, fitted
from benchmarks.spark_page import PAGE, page

SIZES = [(1, 10), (2, 40), (8, 160), (30, 600), (2, 600), (30, 40)]
POINTS = [{"persons": persons * 10_000, "rows": rows * 10_000} for persons, rows in SIZES]


def test_the_model_finds_what_made_the_times() -> None:
    found = fitted(POINTS, lambda point: 5 + 2 * point["rows"] / MILLION + 30 * point["persons"] / MILLION)
    assert [found[part] for part in ("core_seconds", "per_million_rows", "per_million_persons")] == pytest.approx(
        [5, 2, 30]
    )
    assert max(map(abs, found["residuals_percent"])) < 0.1
    assert costs(found, (3 * MILLION, 60 * MILLION)) == pytest.approx((5, 210))


def test_what_the_model_does_not_explain_is_told() -> None:
    found = fitted(POINTS, lambda point: 5 + (point["rows"] / MILLION) ** 2)
    assert max(map(abs, found["residuals_percent"])) > 5


def test_nothing_costs_less_than_nothing() -> None:
    found = fitted(POINTS, lambda point: 5 + 2 * point["rows"] / MILLION - point["persons"] / MILLION)
    assert "per_million_persons" not in found
    assert found["per_million_rows"] > 0


def test_the_manual_says_what_was_measured() -> None:
    result, text = json.loads((RESULTS / "spark.json").read_text("utf-8")), PAGE.read_text("utf-8")
    assert page(text, result) == text
    result["points"][0]["spark_seconds"] += 1
    assert page(text, result) != text
