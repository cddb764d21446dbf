"""Recall and precision on synthetic prefectures: ``python -m benchmarks.accuracy``, which is ``make figures``.

Invents 2,356 and 100,000 households, does the whole main job on them, and lays what came out beside the truth. Writes
docs/figures/accuracy.json and, from it, docs/figures/accuracy.md.
"""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from bangfu.decide.identification.determinations import determine
from bangfu.decide.identification.exports import csv_heading, csv_row
from bangfu.decide.identification.facts import households_of
from bangfu.decide.identification.findings import FindingsByHousehold, read_findings
from bangfu.decide.identification.parameters import Rules
from bangfu.decide.identification.rule_sets import rule_set
from bangfu.decide.identification.settings import read_settings
from bangfu.engine.comparison import compare
from bangfu.engine.intake.archive import read_archive
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.synthetic.prefecture import generate
from bangfu.synthetic.score import Score, Tally, score_determinations, score_findings

SIZES, SEED = (2_356, 100_000), 1
FIGURES = Path(__file__).parents[1] / "docs" / "figures"
COMMAND = "python -m benchmarks.accuracy"
# What puts a row beyond comparing: a number damaged so that nobody can tell what it was, a place without its code.
_BEYOND_READING = ("一位写错", "数字单元格", "遮掩", "缺失", "一格两号", "写成地名")
_SEVERAL, _OF_FAMILY, _UNEXPLAINED = "不止一处", "家人的档案号码", "没有记录"
Given = TypeVar("Given")
Figures = dict[str, Any]


@dataclass(slots=True)
class Watch:
    """Seconds of each step."""

    seconds: dict[str, float] = field(default_factory=dict)

    def time(self, step: str, run: Callable[[], Given]) -> Given:
        """Run a step."""
        started = time.perf_counter()
        given = run()
        self.seconds[step] = round(time.perf_counter() - started, 1)
        return given


def figures_of(households: int, seed: int, folder: Path) -> Figures:
    """Invent a prefecture in a new folder, compare, identify, and score both."""
    watch = Watch()
    made = watch.time("generate", lambda: generate(households, seed, folder))
    settings = yaml.safe_load((folder / "settings.yaml").read_text("utf-8"))
    on: date = settings["reference_date"]
    findings, truth = folder / "findings.parquet", folder / "truth.parquet"
    delivered = open_folder(folder / "datasets")
    compared = watch.time(
        "compare",
        lambda: compare(folder / "people.parquet", delivered.files, on, findings, about=delivered.about),
    )
    counties = watch.time("identify", lambda: _identify(folder, findings, settings))
    found = watch.time("score findings", lambda: score_findings(findings, truth))
    classes = watch.time(
        "score determinations", lambda: score_determinations(counties, folder / "truth_classes.parquet")
    )
    return {
        "households": households,
        "seed": seed,
        "persons": made.persons,
        "department_rows": made.department_rows,
        "rows_set_aside": compared.wrong,
        "workbooks": len(counties),
        "seconds": watch.seconds,
        "findings": _score(found) | {"not_comparable": dict(not_comparable(folder).most_common())},
        "determinations": _score(classes) | {"not_comparable": dict(_without_class(folder).most_common())},
    }


def _identify(folder: Path, findings: Path, settings: Mapping[str, Any]) -> list[Path]:
    """Determinations of every county's workbook."""
    declared = rule_set(str(settings["rules"]))
    chosen = [f"{name}={settings[name]}" for name in ("minimum_allowance", "accident_ratio")]
    rules = declared.with_settings(read_settings(declared, chosen))
    by_household = read_findings(findings)
    workbooks = sorted((folder / "archive").glob("*.xlsx"))
    return [_identify_county(path, rules, settings["reference_date"], by_household) for path in workbooks]


def _identify_county(workbook: Path, rules: Rules, on: date, findings: FindingsByHousehold) -> Path:
    out = workbook.with_suffix(".csv")
    with out.open("wb") as file:
        file.write(csv_heading())
        for household in households_of(read_archive(workbook, on), on):
            file.write(csv_row(determine(household, on, rules, findings.get(household.head_number, ()))))
    return out


def not_comparable(folder: Path) -> Counter[str]:
    """Why true findings could not be compared, by what made them so: each finding once."""
    columns = ["户主身份证号", "原因"]
    rows = pq.read_table(folder / "truth.parquet", columns=columns, filters=~pc.field("可比")).to_pylist()
    of_file = pq.read_table(folder / "damage.parquet", columns=columns, filters=pc.field("数据集") == "").to_pylist()
    damaged = {row["户主身份证号"] for row in of_file if _causes(row["原因"])}
    counted: Counter[str] = Counter()
    for row in rows:
        reason = beyond_reading(row["原因"])
        # Several homes hang on the numbers of the whole family.
        counted[_OF_FAMILY if reason == _UNEXPLAINED and row["户主身份证号"] in damaged else reason] += 1
    return counted


def _without_class(folder: Path) -> Counter[str]:
    """Why households have no true class to compare with: the number of the head, whom the workbook cannot name."""
    table = pq.read_table(folder / "damage.parquet", filters=pc.field("数据集") == "").to_pylist()
    known = set(pq.read_table(folder / "truth_classes.parquet", columns=["户主身份证号"]).column(0).to_pylist())
    heads = [row for row in table if row["户主身份证号"] == row["身份证号"] not in known]
    return Counter(beyond_reading(row["原因"]) for row in heads if _causes(row["原因"]))


def beyond_reading(reasons: str) -> str:
    """Of all that was done to a row, what made it impossible to compare."""
    causes = _causes(reasons)
    return causes[0] if len(causes) == 1 else _SEVERAL if causes else _UNEXPLAINED


def _causes(reasons: str) -> list[str]:
    return [said for said in reasons.split(";") if said.endswith(_BEYOND_READING)]


def _score(score: Score) -> Figures:
    return {
        "comparable": _tally(score.comparable) | {"not_comparable": score.rest.expected},
        "not_comparable_found_nonetheless": score.rest.found,
        "by_kind": {
            kind: _tally(comparable) | {"not_comparable": rest.expected}
            for kind, (comparable, rest) in sorted(score.by_kind.items())
        },
        "misses": _groups(score.misses),
        "false_alarms": _groups(score.false_alarms),
    }


def _tally(tally: Tally) -> Figures:
    return asdict(tally) | {"recall": tally.recall, "precision": tally.precision}


def _groups(groups: Counter[tuple[str, str]]) -> list[Figures]:
    return [{"what": what, "why": why, "count": count} for (what, why), count in groups.most_common()]


_HEAD = """# Accuracy on synthetic prefectures

Recall: of the findings that are true, how many were found. Precision: of those found, how many are true. The truth is computed by
`bangfu/synthetic` alone, from what it invented before any office damaged it. A finding is one household, person, dataset, 种类 and 结论,
and counts only if all five agree. *Not comparable* is what no exact engine can know: a number that is damaged beyond reading on either
side, or a place without its code where silence would count. `accuracy.json` holds the same figures, and every miss with its reason.

"""


def page(result: Mapping[str, Any]) -> str:
    """The figures as a page for people."""
    sizes: list[Figures] = result["sizes"]
    parts = [
        _HEAD,
        f"Repeat all of it: `{result['command']}` (seed {SEED}; measured at commit {result['commit']}). One size on the command line: "
        "`bangfu generate --households N --seed 1 --out DIR`, `bangfu compare`, `bangfu identify` per workbook, `bangfu score`.\n",
        "\n## The runs\n\n" + _runs(sizes),
        "\n## Findings\n\nExpected, recall and precision are of comparable rows.\n\n" + _by_kind(sizes, "findings"),
        "\n## Findings that are true but not comparable, by reason\n\n" + _reasons(sizes, "findings"),
        "\n## Determinations\n\nRight is the class and the net income per head and month, to the fen.\n\n"
        + _by_kind(sizes, "determinations"),
        "\n## Households without a determination to compare, by reason\n\n" + _reasons(sizes, "determinations"),
        "\n## Missed or wrongly claimed\n\n" + _wrong(sizes),
    ]
    return "".join(parts)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] + ["--:"] * (len(heads) - 1), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _runs(sizes: list[Figures]) -> str:
    keys = ("households", "seed", "persons", "department_rows", "rows_set_aside", "workbooks")
    rows: list[list[object]] = [[key.replace("_", " "), *(f"{size[key]:,}" for size in sizes)] for key in keys]
    rows += [[f"{step}, seconds", *(size["seconds"][step] for size in sizes)] for step in sizes[0]["seconds"]]
    return table(["", *_names(sizes)], rows)


def _names(sizes: list[Figures]) -> list[str]:
    return [f"{size['households']:,} households" for size in sizes]


def _by_kind(sizes: list[Figures], what: str) -> str:
    shown = ("expected", "recall", "precision", *(("not comparable",) if what == "findings" else ()))
    heads = ["", *(f"{name}: {head}" for name in _names(sizes) for head in shown)]
    kinds = sorted({kind for size in sizes for kind in size[what]["by_kind"]})
    lines = [(kind, [size[what]["by_kind"].get(kind) for size in sizes]) for kind in kinds]
    lines.append(("**all**", [size[what]["comparable"] for size in sizes]))
    return table(
        heads, [[kind, *(cell for tally in tallies for cell in _cells(tally)[: len(shown)])] for kind, tallies in lines]
    )


def _cells(tally: Figures | None) -> tuple[str, str, str, str]:
    if tally is None:
        return "0", "–", "–", "0"
    shares = share(tally["recall"]), share(tally["precision"])
    return f"{tally['expected']:,}", *shares, f"{tally['not_comparable']:,}"


def share(value: float | None) -> str:
    """A share, never rounded up to 1: a single miss among a million must show."""
    return "–" if value is None else "1.000" if value == 1 else f"{min(value, 0.9999):.4f}"


def _reasons(sizes: list[Figures], what: str) -> str:
    counted: list[dict[str, int]] = [size[what]["not_comparable"] for size in sizes]
    reasons = sorted({reason for each in counted for reason in each}, key=lambda reason: -counted[-1].get(reason, 0))
    rows = [[in_english(reason), *(f"{each.get(reason, 0):,}" for each in counted)] for reason in reasons]
    rows.append(["**all**", *(f"{sum(each.values()):,}" for each in counted)])
    return table(["", *_names(sizes)], rows)


_SIDES = {
    "档案号码": "the file's number",
    "户主档案号码": "the file's number of the head",
    "部门号码": "the department's number",
    "档案行政区划": "the file's place",
}
_WAYS = {
    "一位写错": "one digit wrong",
    "数字单元格": "last digits lost in a numeric cell",
    "遮掩": "masked",
    "缺失": "missing",
    "一格两号": "two numbers in one cell",
    "写成地名": "a name and no code",
    _SEVERAL: "more than one of these",
    _OF_FAMILY: "the file's number of another member, damaged",
    _UNEXPLAINED: "no damage recorded for the row",
}


def in_english(reason: str) -> str:
    """A reason in both languages."""
    side, _, way = reason.rpartition("：")
    return f"{reason} ({': '.join(filter(None, (_SIDES.get(side, ''), _WAYS[way])))})"


def _wrong(sizes: list[Figures]) -> str:
    rows = [
        [f"{what} · {label}: {group['what']} ← {group['why']}", f"{size['households']:,}", group["count"]]
        for size in sizes
        for what in ("findings", "determinations")
        for label, key in (("missed", "misses"), ("false alarm", "false_alarms"))
        for group in size[what][key]
    ]
    return table(["what ← why", "households", "count"], rows) if rows else "Nothing, at either size.\n"


def all_figures(sizes: tuple[int, ...]) -> Iterator[Figures]:
    """The figures of each size, in a folder that is gone afterwards."""
    for households in sizes:
        with TemporaryDirectory(prefix="bangfu-figures-") as temporary:
            yield figures_of(households, SEED, Path(temporary) / "prefecture")


def main() -> None:
    """Measure and write docs/figures/accuracy.json and accuracy.md."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    result = {"command": COMMAND, "commit": done.stdout.strip(), "sizes": list(all_figures(SIZES))}
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "accuracy.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    text = page(result)
    (FIGURES / "accuracy.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
