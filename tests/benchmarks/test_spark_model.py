"""The cost model of the comparison on Spark: it finds what made the times, and the manual says what the file says."""

from typing import Any

import pytest

from benchmarks.spark import JUDGING, LAYING, MATCHING, STARTING, extrapolated, fits, fitted
from benchmarks.spark_page import MILLION, PAGE, costs, measured, page

SIZES = [(1, 10), (2, 40), (8, 160), (30, 600), (2, 600), (30, 40)]
POINTS: list[dict[str, Any]] = [{"persons": persons * 10_000, "rows": rows * 10_000} for persons, rows in SIZES]


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
    text = PAGE.read_text("utf-8")
    assert page(text, measured()) == text


def test_control_another_figure_is_noticed() -> None:
    text, stages = PAGE.read_text("utf-8"), (STARTING, LAYING, MATCHING, JUDGING)
    times = {"duckdb_core_seconds": [1.0], "duckdb_seconds": [1.0], "spark_core_seconds": 9.0, "spark_seconds": 5.0}
    more = {"spark_stages": dict.fromkeys(stages, 2.0), "laid_megabytes": 1.0, "load_average": [0.0, 0.0]}
    points = [{**point, **times, **more} for point in POINTS]
    found = fits(points)
    made: dict[str, Any] = {
        "points": points,
        "fits": found,
        "extrapolated": extrapolated(found, points),
        "notes": [],
        "memory": "2GB",
    }
    made |= {"command": "made up", "commit": "0", "machine": {"cores": 2}}
    assert "made up" in page(text, made)
