"""``bangfu bring``: check what would come in. There is no register yet to bring it into: ``--dry-run`` says so."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import Problem, kind
from bangfu.core.readings import Repair
from bangfu.core.whole_files import check_places, replacing
from bangfu.engine.intake.archive import ArchiveReader, read_archive
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome
from bangfu.engine.intake.error_workbook import problems_by_row, write_error_workbook
from bangfu.engine.intake.people import write_people
from bangfu.engine.intake.template import write_template
from bangfu.terminals.cli.bring_dataset import dataset_command
from bangfu.terminals.cli.left_aside import tell_left_aside
from bangfu.terminals.cli.output import last_line, progress, say

FILE = click.Path(path_type=Path)

TEMPLATE_EXISTS = kind(
    "call.template_exists",
    zh="“{file}”已经有了，可能已填过，没有覆盖。",
    en="“{file}” is there already and may have been filled in; it was not replaced.",
    do_zh="请换一个名字。",
    do_en="Choose another name.",
)
DRY_RUN_ONLY = kind(
    "call.dry_run_only",
    zh="这一版还没有数据库，只能检查文件。",
    en="This version has no database yet and can only check the file.",
    do_zh="请加上 --dry-run。",
    do_en="Add --dry-run.",
)


@click.group()
def bring() -> None:
    """检查要收进来的文件。 Check files that are to come in."""


@bring.command("archive")
@click.argument("file", type=FILE)
@click.option("--organisation", metavar="CODE", help="送来这份档案的工会。 The union that sends it.")
@click.option(
    "--errors", type=FILE, metavar="OUT.xlsx", help="把问题写在原表旁边。 Their own file with a column of problems."
)
@click.option("--people", type=FILE, metavar="OUT.parquet", help="比对用的名册。 The registry that `compare` takes.")
@click.option("--dry-run", is_flag=True, help="只检查，不收入。 Check only.")
@click.option("--json", "as_json", is_flag=True, help="最后一行是 JSON。 The last line is JSON.")
def bring_archive(
    file: Path, organisation: str | None, errors: Path | None, people: Path | None, dry_run: bool, as_json: bool
) -> int:
    """检查一份困难职工档案工作簿。 Check an archive workbook."""
    if not dry_run:
        raise DRY_RUN_ONLY()
    check_places(*(path for path in (errors, people) if path), read=file)
    reader = read_archive(file, today(MachineClock()))
    seen = _Seen()
    with progress("读取档案", "Reading the archive"):
        said = problems_by_row(seen.watch(reader))
        if people is not None:
            with replacing(people) as path:
                write_people([reader], path)
        if errors is not None:
            with replacing(errors) as path:
                write_error_workbook(reader, said, path)
    _report(reader, seen, organisation)
    counts = reader.counts
    if as_json:
        last_line({"rows": counts.rows, "new": counts.new, "changed": 0, "same": counts.same, "wrong": counts.wrong})
    return 1 if counts.wrong else 0


bring.add_command(dataset_command)


@click.command()
@click.argument("out", type=FILE)
def template(out: Path) -> None:
    """写一份空白的档案工作簿。 Write an empty archive workbook to fill in."""
    if out.exists():
        raise TEMPLATE_EXISTS(file=out.name)
    with replacing(out) as path:
        write_template(path)
    say(f"已写好 {out}：两张表，下拉选项，一行示例。", f"Wrote {out}: two sheets, drop-downs, an example row.")


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
