"""The figures of docs/operations.md, from benchmarks/results/spark.json. Measures nothing."""

import json
import re
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.accuracy import table
from benchmarks.comparison_rows import FULL
from benchmarks.measure import RESULTS

PAGE = Path(__file__).parents[1] / "docs" / "operations.md"
_BEGIN, _END = "<!-- from benchmarks/results/spark.json, by python -m benchmarks.spark -->", "<!-- end -->"
_NOTHING = "Not measured yet: `python -m benchmarks.spark` measures, and writes the figures here.\n"
Result = Mapping[str, Any]
MILLION = 1_000_000


def measured() -> Result | None:
    """What benchmarks/results/spark.json says; None before anybody measured."""
    file = RESULTS / "spark.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else None


def page(text: str, result: Result | None) -> str:
    """The page with its part between the marks written anew."""
    return re.sub(
        f"{_BEGIN}.*?{_END}",
        lambda _: f"{_BEGIN}\n\n{figures(result) if result else _NOTHING}\n{_END}",
        text,
        count=1,
        flags=re.DOTALL,
    )


def figures(result: Result) -> str:
    """What was measured, what was fitted, and what that comes to at other sizes."""
    highest = max(point["load_average"][1] for point in result["points"])
    cores = result["machine"]["cores"]
    return "\n".join(
        (
            f"Measured by `{result['command']}` at commit {result['commit']} on {cores} cores, {result['memory']} for each "
            f"engine, load average up to {highest} (above {cores}, others were working on the machine too).\n",
            _measured(result),
            *(f"{note}\n" for note in result["notes"]),
            _fitted(result),
            _extrapolated(result),
        )
    )


def _measured(result: Result) -> str:
    rows = [
        [
            f"{point['persons']:,}",
            f"{point['rows']:,}",
            f"{statistics.median(point['duckdb_core_seconds']):.2f}",
            f"{statistics.median(point['duckdb_seconds']):.2f}",
            f"{point['spark_core_seconds']:.1f}",
            f"{point['spark_seconds']:.1f}",
            *(f"{seconds:.1f}" for seconds in point["spark_stages"].values()),
        ]
        for point in result["points"]
    ]
    stages = result["points"][0]["spark_stages"]
    heads = ["persons", "department rows", "DuckDB, core-s", "seconds", "Spark, core-s", "seconds"]
    return table([*heads, *(f"{name}, core-s" for name in stages)], rows)


def _fitted(result: Result) -> str:
    rows = [
        [
            name,
            *(_share(fit.get(part)) for part in ("core_seconds", "per_million_rows", "per_million_persons")),
            ", ".join(f"{error:+.0f}" for error in fit["residuals_percent"]),
        ]
        for name, fit in result["fits"].items()
    ]
    return table(
        ["core-seconds = a + b · million rows + c · million persons", "a", "b", "c", "model against measured, %"],
        rows,
    )


def _extrapolated(result: Result) -> str:
    found = result["extrapolated"]
    sizes = {name: size for name, size in found.items() if isinstance(size, Mapping)}
    cores = list(next(iter(sizes.values()))["executors_hours_by_cores"])
    rows = [
        [
            name,
            f"{size['persons']:,}",
            f"{size['rows']:,}",
            size["duckdb_one_machine_hours"],
            size["laying_down_one_process_hours"],
            f"{size['laid_gigabytes']:,}",
            *size["executors_hours_by_cores"].values(),
        ]
        for name, size in sizes.items()
    ]
    heads = ["persons", "rows", "DuckDB, one machine, h", "Spark: laying down, one process, h", "laid down, GB"]
    arithmetic = table(["not run", *heads, *(f"executors of {count} cores, h" for count in cores)], rows)
    return f"{arithmetic}\n{_checked(result)}"


def costs(fit: Mapping[str, float], size: tuple[int, int]) -> tuple[float, float]:
    """Core-seconds that do not depend on the size, and those that do, at a size (persons, rows)."""
    persons, rows = size
    growing = fit.get("per_million_rows", 0) * rows + fit.get("per_million_persons", 0) * persons
    return fit.get("core_seconds", 0), growing / MILLION


def _checked(result: Result) -> str:
    """How far the model is from the only larger run there is: DuckDB at the size of a province (benchmarks.comparison)."""
    file = RESULTS / "comparison-full.json"
    if not file.exists():
        return ""
    run = json.loads(file.read_text("utf-8"))
    taken, size = run["times"][FULL]["median"], (run["persons"], run["department_rows"])
    told = sum(costs(result["fits"]["duckdb"], size)) / result["machine"]["cores"]
    return (
        f"Of these sizes DuckDB alone was run once more elsewhere: `python -m benchmarks.comparison`, {run['persons']:,} persons and "
        f"{run['department_rows']:,} rows, took {taken:.1f} seconds. The model above says {told:.1f}: caches and memory that "
        "suffice for a tenth no longer do. Read its hours as the least that it takes, and expect up to twice as much.\n"
    )


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.3g}"
