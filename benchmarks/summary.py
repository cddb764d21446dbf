"""The page benchmarks/results/SUMMARY.md and its chart, made of the JSON files beside it. Measures nothing, and touches no database."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.accuracy import table
from benchmarks.summary_chart import chart

# The comparison's table comes first; the figures of each benchmark are behind the link.
SHOWN = ("reading", "importing", "acts", "lists", "determinations", "protection")
TABLE, FULL, CHART = "comparison.json", "comparison-full", "comparison.svg"
Result = Mapping[str, Any]


def summary(folder: Path) -> str:
    """One page from the results in a folder."""
    results = {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in SHOWN}
    head = (
        "# Benchmarks\n\nRivals take turns in one run; seconds are medians, ratios are of medians to the first line. Written by "
        "`python -m benchmarks` from the JSON files beside this page.\n\nA load average above the number of cores says that others were "
        "working on the machine: rivals that use all cores lose more by it than those that use one.\n"
    )
    return head + _comparison(folder) + "".join(_section(name, result) for name, result in results.items())


def drawing(folder: Path) -> str | None:
    """The chart of the comparison's table; None where it has not been measured."""
    path = folder / TABLE
    return chart(json.loads(path.read_text("utf-8"))) if path.is_file() else None


def _comparison(folder: Path) -> str:
    """DESIGN 5's table, with its chart."""
    if not (folder / TABLE).is_file():
        return ""
    rows = json.loads((folder / TABLE).read_text("utf-8"))
    result = json.loads((folder / f"{FULL}.json").read_text("utf-8"))
    lines = [
        [row["row"], _shown(row["ratio"]), _bound(row, "must"), _bound(row, "aim"), str(row["repetitions"]), _mark(row)]
        for row in rows
    ]
    machine, load = result["machine"], result["load_average"]
    return (
        f"\n## {result['about'][:1].upper()}{result['about'][1:]}\n\n`{result['command']}` · commit {result['commit']} · "
        f"{machine['cores']} cores, Python {machine['python']} · load average {load[0]} before and {load[1]} after · "
        f"[{TABLE}]({TABLE}), [{FULL}.json]({FULL}.json)\n\n![How far each row is from what it must reach]({CHART})\n\n"
        + table(["", "measured", "must reach", "aim", "n", ""], lines)
        + "".join(f"\n{note}\n" for note in result["notes"])
    )


def _shown(value: float | None) -> str:
    return "not measured" if value is None else f"{value:g}"


def _bound(row: Mapping[str, Any], which: str) -> str:
    return f"{'≥' if row['higher_is_better'] else '≤'} {row[which]:g}"


def _mark(row: Mapping[str, Any]) -> str:
    def holds(bound: float) -> bool:
        return bool(row["ratio"] >= bound if row["higher_is_better"] else row["ratio"] <= bound)

    if row["ratio"] is None:
        return ""
    return "aim reached" if holds(row["aim"]) else "reached" if holds(row["must"]) else "missed"


def _section(name: str, result: Result) -> str:
    machine, load = result["machine"], result.get("load_average")
    busy = f"load average {load[0]} before and {load[1]} after · " if load else ""
    return (
        f"\n## {result['about'][:1].upper()}{result['about'][1:]}\n\n"
        f"`{result['command']}` · commit {result['commit']} · {machine['cores']} cores, Python {machine['python']} · "
        f"{busy}[{name}.json]({name}.json)\n\n{_times(result)}{_ratios(result)}{_notes(result)}"
    )


def _times(result: Result) -> str:
    extras = [(head, column) for head, column in _COLUMNS.items() if isinstance(result.get(column), dict)]
    if not result["times"]:
        return ""
    rows = [
        [
            rival,
            f"{taken['median']:.3f}",
            f"{min(taken['seconds']):.3f}–{max(taken['seconds']):.3f}, {len(taken['seconds'])}",
            f"{taken['ratio']:.2f}",
            *(_figure(result[column].get(rival)) for _, column in extras),
        ]
        for rival, taken in result["times"].items()
    ]
    return table(["", "seconds", "range, n", "ratio", *(head for head, _ in extras)], rows)


# Columns that a benchmark may have, by heading: figures for each rival.
_COLUMNS = {"per second": "per_second", "rows per second": "rows_per_second", "peak MB": "peak_megabytes"}


def _figure(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _ratios(result: Result) -> str:
    if "ratios" not in result:
        return ""
    rows = [[what, r["ratio"], f"{r['least']}–{r['greatest']}"] for what, r in result["ratios"].items()]
    return "\n" + table(["", "ratio", "range of single turns"], rows)


def _notes(result: Result) -> str:
    return "".join(f"\n{note}\n" for note in result.get("notes", ()))
