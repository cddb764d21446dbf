"""``bangfu demo``: the main job on a synthetic prefecture, each command shown before its output."""

import csv
import shutil
import time
from itertools import islice
from pathlib import Path

import click
import yaml

from bangfu.synthetic.prefecture import DEFAULT_HOUSEHOLDS
from bangfu.synthetic.score import score_determinations, score_findings
from bangfu.terminals.cli.home import home_folder
from bangfu.terminals.cli.output import out, say
from bangfu.terminals.cli.score import share

# 大理市: the largest workbook, in which some rows are wrong.
_COUNTY = "532901"
_SHOWN_HOUSEHOLDS = 3


@click.command()
@click.option("--households", default=DEFAULT_HOUSEHOLDS, show_default=True, help="户数。 Number of households.")
def demo(households: int) -> int:
    """虚构一个州，把主线走一遍。 Invent a prefecture and do the main job on it."""
    started = time.monotonic()
    folder = home_folder() / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _run("generate", "--households", str(households), "--seed", "1", "--out", str(folder))
    settings = yaml.safe_load((folder / "settings.yaml").read_text("utf-8"))
    findings, on = folder / "findings.parquet", str(settings["reference_date"])
    people, datasets = folder / "people.parquet", folder / "datasets"
    _run("compare", "--registry", str(people), "--datasets", str(datasets), "--on", on, "--out", str(findings))
    archive, errors = folder / "archive" / f"{_COUNTY}.xlsx", folder / "errors.xlsx"
    _run("bring", "archive", str(archive), "--dry-run", "--errors", str(errors))
    determinations = folder / "determinations.csv"
    chosen = [f"{name}={settings[name]}" for name in ("minimum_allowance", "accident_ratio")]
    sets = [word for setting in chosen for word in ("--set", setting)]
    _run(
        *("identify", "--archive", str(archive), "--rules", str(settings["rules"]), *sets, "--on", on),
        *("--findings", str(findings), "--out", str(determinations), "--trace", str(folder / "trace.jsonl")),
    )
    _show_reasons(determinations)
    _show_accuracy(folder, findings, determinations)
    seconds = time.monotonic() - started
    say(f"用时 {seconds:.0f} 秒；文件都在 {folder}", f"Done in {seconds:.0f} s; all files are in {folder}")
    return 0


def _run(*words: str) -> None:
    """Show a command as it would be typed, and run it; rows that are wrong do not stop the demo."""
    out.print(f"\n$ bangfu {' '.join(words)}", style="bold", markup=False)
    group = click.get_current_context().find_root().command
    group.main(list(words), prog_name="bangfu", standalone_mode=False)


def _show_reasons(determinations: Path) -> None:
    with determinations.open(encoding="utf-8", newline="") as file:
        for row in islice(csv.DictReader(file), _SHOWN_HOUSEHOLDS):
            out.print(f"  · {row['理由']}", markup=False)


def _show_accuracy(folder: Path, findings: Path, determinations: Path) -> None:
    out.print()
    found = score_findings(findings, folder / "truth.parquet").comparable
    classes = score_determinations([determinations], folder / "truth_classes.parquet").comparable
    for zh, en, tally in (("比对结果", "findings", found), ("认定建议", "determinations", classes)):
        recall, precision = share(tally.recall), share(tally.precision)
        say(
            f"对照标准答案，{zh}：应有 {tally.expected:,}，找到 {tally.found:,}，误报 {tally.false_alarms:,}；"
            f"查全率 {recall}，查准率 {precision}",
            f"Against the truth, {en}: {tally.expected:,} expected, {tally.found:,} found, {tally.false_alarms:,} false alarms; "
            f"recall {recall}, precision {precision}",
        )
