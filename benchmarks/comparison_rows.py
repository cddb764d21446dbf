"""DESIGN 5's table: what each row must reach and aims at, and the rows of benchmarks/results/comparison.json that the figures make."""

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MATCHING = Path(__file__).parents[1] / "docs" / "figures" / "matching.json"
RAW_SCAN, FULL, FIRST = "raw scan", "ours, keyed", "ours, first run on raw files"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``ratio`` is megabytes for memory and F1 for matching; None where it has not been measured."""

    row: str
    ratio: float | None
    must: float
    aim: float
    higher_is_better: bool
    repetitions: int

    @property
    def reached(self) -> bool:
        """Does it reach what it must?"""
        if self.ratio is None:
            return False
        return self.ratio >= self.must if self.higher_is_better else self.ratio <= self.must


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row of DESIGN's table: what it must reach, what it aims at."""

    row: str
    must: float
    aim: float
    higher_is_better: bool = False


KEYED = Wanted("full comparison on keyed data ÷ raw scan of the same columns", 2.0, 1.2)
RAW = Wanted("first run on raw files, intake included ÷ raw scan", 8, 4)
DELTA = Wanted("new deliveries of 1 % ÷ full", 0.2, 0.05)
RULE = Wanted("a changed rule ÷ raw scan", 0.25, 0.1)
PANDAS = Wanted("pandas doing the same ÷ ours (one tenth size)", 20, 60, higher_is_better=True)
GROWTH = Wanted("growth: time at full size ÷ time at one tenth", 11, 10)
MEMORY = Wanted("peak memory", 1500, 600)
_F1 = "F1: {} (weights learnt unsupervised)"
FEBRL = {
    ("febrl4", "without"): Wanted(_F1.format("febrl4 without ID"), 0.996, 0.999, higher_is_better=True),
    ("febrl4", "with"): Wanted(_F1.format("febrl4 with ID"), 0.999, 1, higher_is_better=True),
    ("febrl3", "without"): Wanted(_F1.format("febrl3 without ID"), 0.988, 0.995, higher_is_better=True),
}
CHINESE = Wanted("F1: Chinese names without a usable ID, unsupervised", 0.99, 0.998, higher_is_better=True)


def made(wanted: Wanted, ratio: float | None, repetitions: int) -> Row:
    """A row with its figure."""
    shown = None if ratio is None else round(ratio, 4)
    return Row(wanted.row, shown, wanted.must, wanted.aim, wanted.higher_is_better, repetitions)


def median_ratio(times: Mapping[str, Sequence[float]], above: str, below: str) -> float | None:
    """Of medians; None where one of them was not measured."""
    if not times.get(above) or not times.get(below):
        return None
    return statistics.median(times[above]) / statistics.median(times[below])


@dataclass(frozen=True, slots=True)
class Incremental:
    """The two rows of the incremental engine: each is prepared once, then ``run`` takes its turn among the others at full size.

    ``new_deliveries``: what a run costs when 1 % of each delivery is new; ``changed_rule``: when one rule was changed.
    """

    new_deliveries: Callable[[], object]
    changed_rule: Callable[[], object]

    def rivals(self) -> dict[str, Callable[[], object]]:
        """As the driver measures them."""
        return {DELTA.row: self.new_deliveries, RULE.row: self.changed_rule}


def incremental_rows(times: Mapping[str, Sequence[float]], repetitions: int) -> list[Row]:
    """Their rows; without figures where the driver was given none."""
    return [
        made(DELTA, median_ratio(times, DELTA.row, FULL), repetitions),
        made(RULE, median_ratio(times, RULE.row, RAW_SCAN), repetitions),
    ]


def matching_rows(path: Path = MATCHING) -> list[Row]:
    """The rows of the matching, from the figures that benchmarks/matching.py wrote."""
    figures = json.loads(path.read_text("utf-8"))
    rows = []
    for (dataset, number), wanted in FEBRL.items():
        found = [one["F1"] for one in figures["febrl"] if (one["set"], one["number"]) == (dataset, number)]
        rows.append(made(wanted, min(found, default=None), len(found)))
    chinese = _unsupervised(figures.get("county", ()))
    return [*rows, made(CHINESE, statistics.median(chinese) if chinese else None, len(chinese))]


def _unsupervised(county: Sequence[Mapping[str, Any]]) -> list[float]:
    """Counties without any number, with the noise as it is (not halved, not doubled), weights learnt there."""
    plain = [one for one in county if one["numbers"] == "none" and one["times"] == 1]
    learnt = [one for one in plain if str(one["weights"]).startswith("learnt")]
    return [one["F1"] for one in learnt or plain]


def write_rows(rows: Sequence[Row], folder: Path) -> None:
    """Write comparison.json: a list of rows, with exactly the keys of Row."""
    text = json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1)
    (folder / "comparison.json").write_text(text + "\n", "utf-8")
