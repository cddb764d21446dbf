"""``bangfu identify``: over the registry, or the rules alone, with no database; and ``bangfu recompute``."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import click

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem, kind
from bangfu.core.whole_files import check_places, replacing
from bangfu.decide.identification.determinations import determine, recompute
from bangfu.decide.identification.exports import csv_heading, csv_row
from bangfu.decide.identification.facts import households_of
from bangfu.decide.identification.findings import read_findings
from bangfu.decide.identification.household import Household
from bangfu.decide.identification.parameters import Rules
from bangfu.decide.identification.problems import CANNOT_READ
from bangfu.decide.identification.rule_sets import RuleSet, rule_set
from bangfu.decide.identification.rules import flags_of
from bangfu.decide.identification.settings import read_settings
from bangfu.engine.intake.archive import ArchiveReader, read_archive
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.terminals.cli.days import day_of
from bangfu.terminals.cli.left_aside import tell_left_aside
from bangfu.terminals.cli.output import complain, last_line, progress, say
from bangfu.terminals.cli.running import instance

_SHOWN_LINES = 5
# Households between two steps of the progress bar: a step costs as much as a decision.
_SHOWN_EVERY = 500
_PATH = click.Path(path_type=Path)

FILES_TOGETHER = kind(
    "call.archive_together",
    zh="不用数据库认定时，--archive、--rules 和 --out 要一起给（可加 --set、--findings、--trace），不用 --organisation。",
    en="To identify a workbook with no database, give --archive, --rules and --out together (--set, --findings and --trace go with them), "
    "and no --organisation.",
    do_zh="要认定已收入的档案，这几项都不写。",
    do_en="To identify what is in the registry, leave them out.",
)


@dataclass(frozen=True, slots=True)
class Call:
    """The options of ``bangfu identify`` as given."""

    archive: Path | None
    rules: str | None
    settings: tuple[str, ...]
    organisation: str | None
    on: str | None
    out: Path | None
    findings: Path | None
    trace: Path | None
    as_json: bool
    purpose: str


@dataclass(slots=True)
class Tally:
    """What came out of a run."""

    households: int = 0
    flagged: int = 0
    by_class: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Problem] = field(default_factory=dict)


@click.command()
@click.option("--archive", type=_PATH, help="不用数据库，认定这份工作簿。 Identify this workbook, with no database.")
@click.option("--rules", help="和 --archive 一起用：规则集的名称。 Goes with --archive: the rule set's name.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="规则要的数字，如 minimum_allowance=1062.00。 A figure that the rules need.",
)
@click.option(
    "--organisation", metavar="CODE", help="哪个工会的档案，默认最上级。 Whose files; default: the topmost union."
)
@click.option(
    "--on", metavar="DATE", help="参照日，默认最新数据的日期，否则今天。 Reference date; the newest data's, else today."
)
@click.option("--out", type=_PATH, help="认定建议（.csv）。 The determinations.")
@click.option(
    "--findings", type=_PATH, help="比对结果。 Findings of bangfu compare, laid beside as possible exclusions."
)
@click.option(
    "--trace", type=_PATH, help="计算过程，每行一条，可重算。 Every determination with its trace, one to a line."
)
@click.option("--json", "as_json", is_flag=True, help="最后一行给机器读。 The last line is JSON.")
@click.option("--purpose", default="operations", help="导出用途。 What the export is for.")
def identify(**given: Any) -> int:
    """按规则给出认定建议，由人决定。 Propose a class for every household by a rule set; a person decides."""
    call = Call(**given)
    alone = (call.archive, call.rules, call.findings, call.trace, *call.settings)
    if not any(alone):
        return _identify_the_registry(call)
    if call.archive is None or call.rules is None or call.out is None or call.organisation is not None:
        raise FILES_TOGETHER()
    return _identify_file(call, call.archive, rule_set(call.rules), call.out)


def _identify_the_registry(call: Call) -> int:
    on = day_of(call.on) if call.on is not None else None
    if call.out is not None:
        check_places(call.out)
    with progress("认定", "identifying") as bar:
        instance()
        # Only a started instance has models.
        from bangfu.terminals.cli.over_registry import identify_registry, operator_for  # noqa: PLC0415

        said = identify_registry(operator_for(call.purpose, call.organisation), on, call.out, bar)
    if call.as_json:
        last_line(said)
    return 1 if said["wrong"] else 0


def _identify_file(call: Call, archive: Path, declared: RuleSet, out: Path) -> int:
    rules = declared.with_settings(read_settings(declared, call.settings))
    on = day_of(call.on) if call.on is not None else today(MachineClock())
    outputs = [out] if call.trace is None else [out, call.trace]
    check_places(*outputs, read=archive)
    findings = read_findings(call.findings) if call.findings else {}
    reader, tally = read_archive(archive, on), Tally()
    with progress("读取档案", "reading the archive"):
        households = households_of(_watched(reader, tally), on)
    with progress("认定", "identifying", len(households)) as bar, _written_whole(outputs) as files:
        files[0].write(csv_heading())
        for household in households:
            determination = determine(household, on, rules, findings.get(household.head_number, ()))
            files[0].write(csv_row(determination))
            if call.trace is not None:
                files[1].write(determination.as_json() + b"\n")
            _count(tally, household, determination.decision.class_name)
            if tally.households % _SHOWN_EVERY == 0:
                bar.advance(bar.task_ids[0], _SHOWN_EVERY)
    _tell(call, declared, rules, on, reader, tally)
    return 1 if reader.counts.wrong else 0


@click.command("recompute")
@click.argument("trace", type=_PATH)
def recompute_trace(trace: Path) -> int:
    """把保存的认定逐条重算，逐字节核对。 Compute stored determinations again; says how many are the same to the byte."""
    computed, different = 0, list[int]()
    with progress("重算", "computing again"):
        for line in _lines(trace):
            computed += 1
            problem = _differs(line)
            if problem is not None:
                different.append(computed)
            if isinstance(problem, Problem) and len(different) == 1:
                complain(problem)
    same = computed - len(different)
    say(
        f"重算 {computed} 条：{same} 条逐字节相同，{len(different)} 条不同。",
        f"{computed} computed again: {same} the same to the byte, {len(different)} different.",
    )
    if different:
        numbers = ", ".join(str(number) for number in different[:_SHOWN_LINES])
        more = " …" if len(different) > _SHOWN_LINES else ""
        say(f"不同的在这些行：{numbers}{more}", f"Different are the lines {numbers}{more}")
    return 1 if different else 0


@contextmanager
def _written_whole(paths: list[Path]) -> Iterator[list[BinaryIO]]:
    """Files to write to, in the order of the paths; none takes its name unless all could be written."""
    with ExitStack() as finished, ExitStack() as opened:
        parts = [finished.enter_context(replacing(path)) for path in paths]
        yield [opened.enter_context(part.open("wb")) for part in parts]


def _watched(rows: Iterable[ArchiveRow], tally: Tally) -> Iterator[ArchiveRow]:
    """The rows themselves, while what is wrong with them is counted by kind."""
    for row in rows:
        for problem in row.wrong:
            tally.wrong[problem.code] += 1
            tally.examples.setdefault(problem.code, problem)
        yield row


def _count(tally: Tally, household: Household, class_name: str) -> None:
    tally.households += 1
    tally.by_class[class_name] += 1
    tally.flagged += bool(flags_of(household))


def _tell(call: Call, declared: RuleSet, rules: Rules, on: date, reader: ArchiveReader, tally: Tally) -> None:
    tell_left_aside(reader)
    counts, by_class = reader.counts, {name: tally.by_class[name] for name in rules.class_names}
    if call.as_json:
        rows = {"rows": counts.rows, "new": counts.new, "changed": 0, "same": counts.same, "wrong": counts.wrong}
        last_line(rows | {"households": tally.households, "by_class": by_class})
        return
    say(f"{declared.title.zh}（{declared.name}），参照日 {on}", f"{declared.title.en} ({declared.name}), as of {on}")
    if on not in declared.period:
        period = f"{declared.period.start} – {declared.period.end or '…'}"
        say(f"注意：这套规则适用于 {period}。", f"Mind: these rules apply {period}.")
    english = dict(rules.english)
    for name, households in by_class.items():
        say(f"  {name}  {households} 户", f"  {name} ({english.get(name, 'not met')})  {households} households")
    say(
        f"共 {tally.households} 户建议，由人决定；其中 {tally.flagged} 户有须核对之处。",
        f"{tally.households} proposals, for a person to decide; {tally.flagged} have something to check.",
    )
    say(
        f"工作簿 {counts.rows} 行：新 {counts.new}，同 {counts.same}，错 {counts.wrong}。",
        f"Workbook: {counts.rows} rows: {counts.new} new, {counts.same} same, {counts.wrong} wrong.",
    )
    for code, rows_wrong in tally.wrong.most_common():
        example = tally.examples[code]
        say(f"  {rows_wrong} 行：{example.zh}", f"  {rows_wrong} rows: {example.en}")
    say(f"已写入 {call.out}（用途：{call.purpose}）。", f"Written to {call.out} (purpose: {call.purpose}).")


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as opened:
            for line in opened:
                yield line.removesuffix(b"\n")
    except OSError as fault:
        raise CANNOT_READ(name=path.name, why=fault.strerror or type(fault).__name__) from fault


def _differs(line: bytes) -> Problem | bool | None:
    """None: the same to the byte. True: different. A problem: it cannot be computed again at all."""
    try:
        return None if recompute(line) == line else True
    except Problem as problem:
        return problem
