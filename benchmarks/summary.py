"""The page benchmarks/results/SUMMARY.md, made of the JSON files beside it. Measures nothing, and touches no database."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.accuracy import table

SHOWN = ("reading", "importing", "acts", "lists", "comparison-a", "determinations")
Result = Mapping[str, Any]


def summary(folder: Path) -> str:
    """One page from the results in a folder."""
    results = {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in SHOWN}
    head = (
        "# Benchmarks\n\nRivals take turns in one run; seconds are medians, ratios are of medians to the first line. Written by "
        "`python -m benchmarks` from the JSON files beside this page.\n\nA load average above the number of cores says that others were "
        "working on the machine: rivals that use all cores lose more by it than those that use one.\n"
    )
    return head + "".join(_section(name, result) for name, result in results.items())


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
