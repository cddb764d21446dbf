"""``bangfu score``: findings or determinations beside the truth of a synthetic prefecture."""

from collections import Counter
from pathlib import Path

import click

from bangfu.synthetic.score import Score, Tally, score_determinations, score_findings
from bangfu.terminals.cli.output import last_line, say

_PATH = click.Path(path_type=Path)
_SHOWN_GROUPS = 20


@click.command("score")
@click.option("--findings", type=_PATH, help="compare 写出的文件 · what compare wrote")
@click.option("--determinations", type=_PATH, multiple=True, help="identify 写出的文件，可多份 · what identify wrote")
@click.option("--truth", type=_PATH, required=True, help="truth.parquet 或 / or truth_classes.parquet")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON · end with one line of JSON")
def score_command(findings: Path | None, determinations: tuple[Path, ...], truth: Path, *, as_json: bool) -> int:
    """打分：查全率和查准率，漏的、错的各为什么。 Recall and precision, and why anything was missed or wrongly claimed."""
    if (findings is None) == (not determinations):
        raise click.UsageError(
            "--findings 或 --determinations 给且只给一种 · give either --findings or --determinations"
        )
    score = score_findings(findings, truth) if findings else score_determinations(list(determinations), truth)
    _tell(score)
    if as_json:
        last_line(_as_json(score))
    return 0 if score.is_perfect else 1


def _tell(score: Score) -> None:
    if score.scope:
        say(f"县：{' '.join(score.scope)}", f"Counties: {' '.join(score.scope)}")
    _tell_tally("能核对的", "comparable", score.comparable)
    for kind, (comparable, rest) in sorted(score.by_kind.items()):
        _tell_tally(f"  {kind}", f"  {kind}", comparable)
        if rest.expected:
            _tell_rest(f"    {kind}，核对不了的", f"    {kind}, cannot be compared", rest)
    if score.rest.expected:
        _tell_rest(
            "核对不了的（号码损坏、地名没有代码）",
            "cannot be compared (number damaged, place without code)",
            score.rest,
        )
    if score.not_judged:
        say(f"可能同一人 {score.not_judged:,} 条，不计分", f"{score.not_judged:,} probable matches, not scored")
    _tell_groups("漏掉", "Missed", score.misses)
    _tell_groups("误报", "False alarms", score.false_alarms)
    _tell_groups("核对不了而没有找到", "Not found, cannot be compared", score.misses_of_rest)


def _tell_tally(zh: str, en: str, tally: Tally) -> None:
    figures = f"{share(tally.recall)}  {share(tally.precision)}"
    say(
        f"{zh}：查全 查准 {figures}（应有 {tally.expected:,}，找到 {tally.found:,}，误报 {tally.false_alarms:,}）",
        f"{en}: recall, precision {figures} "
        f"(expected {tally.expected:,}, found {tally.found:,}, false alarms {tally.false_alarms:,})",
    )


def _tell_rest(zh: str, en: str, tally: Tally) -> None:
    say(f"{zh}：{tally.found:,} / {tally.expected:,}", f"{en}: {tally.found:,} / {tally.expected:,}")


def _tell_groups(zh: str, en: str, groups: Counter[tuple[str, str]]) -> None:
    for (what, why), count in groups.most_common(_SHOWN_GROUPS):
        say(f"{zh} {count:,}：{what} ← {why}", f"{en} {count:,}: {what} ← {why}")
    if len(groups) > _SHOWN_GROUPS:
        more = len(groups) - _SHOWN_GROUPS
        say(f"{zh}：另有 {more:,} 组", f"{en}: {more:,} more groups")


def share(value: float | None) -> str:
    """A share for people, never rounded up to 1: a single miss among a million must show."""
    return "  –  " if value is None else "1.000" if value == 1 else f"{min(value, 0.9999):.4f}"


def _as_json(score: Score) -> dict[str, object]:
    return {
        "comparable": _tally_json(score.comparable),
        "rest": _tally_json(score.rest),
        "by_kind": {
            kind: {"comparable": _tally_json(comparable), "rest": _tally_json(rest)}
            for kind, (comparable, rest) in sorted(score.by_kind.items())
        },
        "misses": _groups_json(score.misses),
        "false_alarms": _groups_json(score.false_alarms),
        "misses_of_rest": _groups_json(score.misses_of_rest),
        "not_judged": score.not_judged,
        "counties": list(score.scope),
    }


def _tally_json(tally: Tally) -> dict[str, object]:
    return {
        "recall": tally.recall,
        "precision": tally.precision,
        "expected": tally.expected,
        "found": tally.found,
        "false_alarms": tally.false_alarms,
    }


def _groups_json(groups: Counter[tuple[str, str]]) -> list[dict[str, object]]:
    return [{"what": what, "why": why, "count": count} for (what, why), count in groups.most_common()]
