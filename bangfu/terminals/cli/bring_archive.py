"""``bangfu bring archive``: an archive workbook into the registry; or only checked, with ``--dry-run``."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem, kind
from bangfu.core.readings import Repair
from bangfu.core.whole_files import check_places, replacing
from bangfu.engine.intake.archive import ArchiveReader, read_archive
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.engine.intake.error_workbook import problems_by_row, write_error_workbook
from bangfu.engine.intake.people import write_people
from bangfu.terminals.cli.left_aside import tell_left_aside
from bangfu.terminals.cli.output import last_line, progress, say
from bangfu.terminals.cli.running import instance

if TYPE_CHECKING:
    from bangfu.record.registry.bringing import Brought

FILE = click.Path(path_type=Path)
BASES = ("authorisation", "statutory_duty")
_SHOWN_ORGANISATIONS = 20

PEOPLE_ONLY_DRY = kind(
    "call.people_only_dry",
    zh="--people 只和 --dry-run 一起用。",
    en="--people goes with --dry-run only.",
    do_zh="要比对已收入的档案，直接运行 bangfu compare。",
    do_en="To compare what is in the registry, run bangfu compare.",
)
ORGANISATION_NEEDED = kind(
    "call.organisation_needed",
    zh="没有说明是哪个工会的档案。",
    en="It was not said which union's files these are.",
    do_zh="请加上 --organisation 代码：{codes}。",
    do_en="Add --organisation with one of these codes: {codes}.",
)
NOTHING_FOUNDED = kind(
    "call.nothing_founded",
    zh="还没有任何组织机构。",
    en="There are no organisations yet.",
    do_zh="请先运行 bangfu init --prefecture 代码。",
    do_en="Run bangfu init --prefecture CODE first.",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What else may be said of a workbook: see the options of the command."""

    organisation: str | None
    basis: str
    document: str
    source: str
    control_rows: int | None
    control_households: int | None
    reason: str
    errors: Path | None


@click.command("archive")
@click.argument("file", type=FILE)
@click.option("--organisation", metavar="CODE", help="哪个工会的档案。 The union whose files these are.")
@click.option(
    "--basis", type=click.Choice(BASES), default=BASES[0], help="比对依据：授权书或法定职责。 Basis for comparing them."
)
@click.option("--document", default="", metavar="TEXT", help="授权或职责的文件。 The document that says so.")
@click.option("--source", default="", metavar="TEXT", help="谁送来的。 Who sent it.")
@click.option(
    "--control-rows", type=click.IntRange(min=0), metavar="N", help="送档单位说有多少行。 Rows by the sender."
)
@click.option(
    "--control-households",
    type=click.IntRange(min=0),
    metavar="N",
    help="送档单位说有多少户。 Households by the sender.",
)
@click.option(
    "--reason", default="", metavar="TEXT", help="数目不符仍要收入的原因。 Why it is right although these differ."
)
@click.option(
    "--errors", type=FILE, metavar="OUT.xlsx", help="把问题写在原表旁边。 Their own file with a column of problems."
)
@click.option("--people", type=FILE, metavar="OUT.parquet", help="比对用的名册。 The registry that `compare` takes.")
@click.option("--dry-run", is_flag=True, help="只检查，不收入。 Check only.")
@click.option("--json", "as_json", is_flag=True, help="最后一行是 JSON。 The last line is JSON.")
def archive_command(file: Path, people: Path | None, dry_run: bool, as_json: bool, **said: Any) -> int:
    """收入一份困难职工档案工作簿。 Bring in an archive workbook."""
    options = Options(**said)
    if people is not None and not dry_run:
        raise PEOPLE_ONLY_DRY()
    check_places(*(path for path in (options.errors, people) if path), read=file)
    counts = _check_only(file, options, people) if dry_run else _bring(file, options)
    if as_json:
        last_line({name: counts[name] for name in ("rows", "new", "changed", "same", "wrong")})
    return 1 if counts["wrong"] else 0


def _bring(file: Path, options: Options) -> dict[str, int]:
    with progress("启动", "Starting"):
        instance()
    # Only a started instance has models.
    from bangfu.ground.access.selectors import operator  # noqa: PLC0415
    from bangfu.ground.acts.actor import Purpose  # noqa: PLC0415
    from bangfu.record.registry.bringing import About, bring_archive  # noqa: PLC0415
    from bangfu.record.registry.bringing import write_error_workbook as write_errors  # noqa: PLC0415

    code = options.organisation or _ask_for_organisation()
    actor = operator(Purpose.FILING, code=code)
    about = About(
        organisation=code,
        basis=options.basis,
        document=options.document,
        source=options.source,
        control_rows=options.control_rows,
        control_households=options.control_households,
        reason=options.reason,
    )

    def checked(batch: Any) -> None:
        if options.errors is not None:
            with replacing(options.errors) as path:
                write_errors(actor, batch, path)

    with progress("收入档案", "Bringing the archive in") as bar:

        def told(step: str, done: int, total: int) -> None:
            # Checking is the first half of the bar, bringing in the second.
            bar.update(bar.task_ids[0], total=2 * total, completed=done + (total if step == "commit" else 0))

        brought = bring_archive(actor, file, about, told=told, checked=checked)
    _tell(file, brought)
    return brought.counts


def _ask_for_organisation() -> str:
    from bangfu.ground.access.models import Organisation  # noqa: PLC0415

    found = Organisation.objects.order_by("path").values_list("code", "name")
    upper = list(found.filter(level__in=("prefecture", "county"))[:_SHOWN_ORGANISATIONS])
    if not upper:
        raise NOTHING_FOUNDED()
    raise ORGANISATION_NEEDED(codes="、".join(f"“{code} {name}”" for code, name in upper))


def _tell(file: Path, brought: "Brought") -> None:
    counts, tally = brought.counts, brought.batch.tally
    if brought.went_on:
        say("上次中断了，这次接着收完。", "The last call was interrupted; this one carried it on.")
    say(
        f"{file.name}：{counts['rows']:,} 行 = 新增 {counts['new']:,} + 变更 {counts['changed']:,} + 相同 {counts['same']:,}"
        f" + 有错 {counts['wrong']:,}；{tally['households']:,} 户，不再列出的成员 {counts['departed']:,} 人。",
        f"{file.name}: {counts['rows']:,} rows = {counts['new']:,} new + {counts['changed']:,} changed + {counts['same']:,} same"
        f" + {counts['wrong']:,} wrong; {tally['households']:,} households, {counts['departed']:,} members no longer listed.",
    )
    if tally["unknown"]:
        names = "、".join(tally["unknown"])
        say(f"档案表里没有的列，没有收入：{names}", f"Columns that the form does not have, not brought in: {names}")
    if tally["unread"]:
        names = "、".join(tally["unread"])
        say(f"没有读的工作表：{names}", f"Sheets not read: {names}")
    for why in tally["wrong"]:
        say(f"  没有收入  {why['count']:>6,}  {why['zh']}", f"  Not brought in  {why['count']:>6,}  {why['en']}")


def _check_only(file: Path, options: Options, people: Path | None) -> dict[str, int]:
    reader = read_archive(file, today(MachineClock()))
    seen = _Seen()
    with progress("读取档案", "Reading the archive"):
        said = problems_by_row(seen.watch(reader))
        if people is not None:
            with replacing(people) as path:
                write_people([reader], path)
        if options.errors is not None:
            with replacing(options.errors) as path:
                write_error_workbook(reader, said, path)
    _report(reader, seen, options.organisation)
    counts = reader.counts
    return {"rows": counts.rows, "new": counts.new, "changed": 0, "same": counts.same, "wrong": counts.wrong}


class _Seen:
    """What passes by while the rows are read once."""

    def __init__(self) -> None:
        self.households = 0
        self.unverified = 0
        self.wrong = _Tally()
        self.doubts = _Tally()
        self.repairs: Counter[Repair] = Counter()

    def watch(self, rows: Iterable[ArchiveRow]) -> Iterator[ArchiveRow]:
        for row in rows:
            self.households += row.is_head and row.outcome is Outcome.NEW
            self.unverified += not row.is_head and row.outcome is Outcome.NEW and "id_number" not in row.values
            self.wrong.add(row.wrong)
            if row.outcome is Outcome.NEW:
                self.doubts.add(remark.problem for remark in row.remarks if remark.problem)
                for remark in row.remarks:
                    self.repairs.update(remark.repairs)
            yield row


def _without_value(problem: Problem) -> Problem:
    """For the screen: in a shifted column the value may be an illness. Their own error workbook shows it beside the row."""
    return problem.kind(**{**problem.values, "value": "…"}) if "value" in problem.values else problem


class _Tally:
    """How often each kind of problem came, with its first case for the wording."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: dict[str, Problem] = {}

    def add(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.counts[problem.code] += 1
            self.first.setdefault(problem.code, _without_value(problem))

    def lines(self) -> Iterator[tuple[int, str, str]]:
        for code, number in self.counts.most_common():
            yield number, self.first[code].zh, self.first[code].en


def _report(reader: ArchiveReader, seen: _Seen, organisation: str | None) -> None:
    counts = reader.counts
    sender = f"（{organisation}）" if organisation else ""
    say(
        f"{reader.path.name}{sender}：{counts.rows:,} 行 = 新增 {counts.new:,} + 变更 0 + 相同 {counts.same:,} + 有错 {counts.wrong:,}；"
        f"{seen.households:,} 户，其中成员号码待核实 {seen.unverified:,} 人。",
        f"{reader.path.name}: {counts.rows:,} rows = {counts.new:,} new + 0 changed + {counts.same:,} same + {counts.wrong:,} wrong; "
        f"{seen.households:,} households, {seen.unverified:,} members with numbers to verify.",
    )
    tell_left_aside(reader)
    for number, zh, en in seen.wrong.lines():
        say(f"  没有收入  {number:>6,}  {zh}", f"  Not brought in  {number:>6,}  {en}")
    for number, zh, en in seen.doubts.lines():
        say(f"  请核对    {number:>6,}  {zh}", f"  To be checked   {number:>6,}  {en}")
    for repair, number in seen.repairs.most_common():
        say(f"  已整理    {number:>6,}  {repair.zh}", f"  Tidied up       {number:>6,}  {repair.en}")
