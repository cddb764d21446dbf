"""``bangfu compare``: the register beside the departments' extracts."""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import kind
from bangfu.core.whole_files import check_places
from bangfu.engine.comparison import How, Summary, compare
from bangfu.engine.duckdb_.session import Limits, limits_within, memory_limit
from bangfu.engine.findings.set_aside import REASONS
from bangfu.engine.findings.write import check_target
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.engine.intake.people import registry_of
from bangfu.engine.rules.ruleset import load_rules, with_further
from bangfu.engine.spark_.cluster import Cluster, check_cluster
from bangfu.engine.stages import Stop, Stopped
from bangfu.terminals.cli.days import day_of
from bangfu.terminals.cli.output import last_line, progress, say
from bangfu.terminals.cli.running import instance
from bangfu.terminals.cli.seal_delivery import keys_folder
from bangfu.terminals.cli.stopping import stopped_by_hand

CONCLUSIONS = {"佐证": "confirms", "矛盾": "contradicts", "疑点": "doubtful", "无法核对": "cannot be checked"}

FILES_TOGETHER = kind(
    "call.files_together",
    zh="不用数据库比对时，--registry、--datasets 和 --out 要一起给，不用 --organisation。",
    en="To compare files with no database, give --registry, --datasets and --out together, and no --organisation.",
    do_zh="要比对已收入的档案，这几项都不写。",
    do_en="To compare what is in the registry, leave them out.",
)
DELTA_OF_FILES = kind(
    "call.delta_of_files",
    zh="--delta 只用于已收入的档案。",
    en="--delta works on the registry only.",
    do_zh="文件之间的比对请不写 --delta。",
    do_en="Leave it out to compare files.",
)


@dataclass(frozen=True, slots=True)
class Call:
    """The options of ``bangfu compare`` as given."""

    registry: Path | None
    datasets: Path | None
    organisation: str | None
    delta: bool
    on_text: str | None
    target: Path | None
    purpose: str
    memory: str
    engine: str
    shared: Path | None
    matching: bool
    employers: bool
    seal_keys: Path | None
    as_json: bool


@click.command("compare")
@click.option(
    "--registry",
    type=click.Path(path_type=Path),
    help="不用数据库，比对这个：people.parquet，或档案工作簿，或放工作簿的文件夹 · "
    "compare this, with no database: people.parquet, a workbook, or a folder of them",
)
@click.option(
    "--datasets",
    type=click.Path(path_type=Path),
    help="部门数据的文件夹，和 --registry 一起用 · folder with one file per dataset, to go with --registry",
)
@click.option(
    "--organisation", metavar="CODE", help="哪个工会的档案，默认最上级 · whose files; default: the topmost union"
)
@click.option(
    "--delta",
    is_flag=True,
    help="只看上次比对以后变了的档案、部门数据和规则，结果和完整比对一样 · "
    "look only at what changed since the last run; the same findings stand afterwards",
)
@click.option(
    "--on",
    "on_text",
    metavar="DATE",
    help="比对日期 · reference date, YYYY-MM-DD; default: newest as-of date, else today",
)
@click.option("--out", "target", type=click.Path(path_type=Path), help="findings.csv 或 / or findings.parquet")
@click.option("--purpose", default="operations", show_default=True, help="用途，导出时记录 · purpose of this export")
@click.option(
    "--memory",
    envvar="BANGFU_MEMORY",
    default="1GB",
    show_default=True,
    metavar="SIZE",
    help="整个比对最多用多少内存，如 2GB · memory that the comparison may take in all",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="在哪个引擎上比对，结果一样；spark 运行在 SPARK_MASTER（默认本机） · "
    "what compares, with the same result; spark runs on SPARK_MASTER (default: this machine)",
)
@click.option(
    "--shared",
    envvar="BANGFU_SHARED",
    type=click.Path(path_type=Path),
    help="spark 集群各机器共用的文件夹 · folder that every machine of a spark cluster sees under the same name",
)
@click.option(
    "--matching/--no-matching",
    help="号码不能用时，再问谁可能是同一人（只列疑点，附概率） · "
    "where a number cannot be used, also ask who may be the same person",
)
@click.option(
    "--employers/--no-employers",
    help="再按信用代码核对档案写的单位是否已吊销、注销、停业（单位状态） · "
    "also ask by credit code whether the employers in the files were struck off or have closed",
)
@click.option(
    "--seal-keys",
    type=click.Path(path_type=Path),
    help="密封数据的密钥文件夹，默认用本机收好的 · keys of sealed deliveries; default: those that are kept here",
)
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON · end with one line of JSON")
def compare_command(**given: Any) -> int:
    """比对：把档案和部门数据放在一起看。 Compare the register with the departments' extracts."""
    call = Call(**given)
    try:
        with stopped_by_hand() as stop:
            return _compare(call, stop)
    except Stopped:
        raise click.Abort from None


def _compare(call: Call, stop: Stop) -> int:
    if call.registry is None and call.datasets is None:
        return _compare_the_registry(call, stop)
    if call.registry is None or call.datasets is None or call.target is None or call.organisation is not None:
        raise FILES_TOGETHER()
    if call.delta:
        raise DELTA_OF_FILES()
    return _compare_files(call, stop, call.registry, call.datasets, call.target)


def _compare_the_registry(call: Call, stop: Stop) -> int:
    on = day_of(call.on_text) if call.on_text is not None else None
    if call.target is not None:
        check_target(call.target)
    how = _how(call, stop)
    with progress("比对", "comparing") as bar:
        instance()
        # Only a started instance has models.
        from bangfu.terminals.cli.over_registry import compare_registry, operator_for  # noqa: PLC0415

        operator = operator_for(call.purpose, call.organisation)
        said = compare_registry(operator, on, call.target, how, bar, delta=call.delta)
    if call.as_json:
        last_line(said)
    return 0


def _compare_files(call: Call, stop: Stop, registry: Path, datasets: Path, target: Path) -> int:
    given = day_of(call.on_text) if call.on_text is not None else None
    how = _how(call, stop)
    check_places(target, read=registry)
    deliveries = open_folder(datasets)
    for file in deliveries.files.values():
        check_places(target, read=file)
    on = given or deliveries.newest or today(MachineClock())
    started = time.monotonic()
    with (
        progress("比对", "comparing", total=len(deliveries.files)) as bar,
        registry_of(registry, on) as people,
    ):
        summary = compare(
            people.path,
            deliveries.files,
            on,
            target,
            about=deliveries.about,
            how=replace(
                how,
                told=lambda name: bar.advance(bar.task_ids[0], 1 if name else 0),
                keys=call.seal_keys or keys_folder(),
            ),
        )
    if people.rows:
        say(
            f"档案 {people.rows:,} 行，其中 {people.wrong:,} 行有错、没有收入（bangfu bring archive --dry-run 说明原因）",
            f"{people.rows:,} archive rows, {people.wrong:,} of them wrong and left out (bangfu bring archive --dry-run says why)",
        )
    _tell(summary, target, call.purpose, time.monotonic() - started)
    if call.as_json:
        last_line(
            {
                "persons": summary.persons,
                "households": summary.households,
                "rows": summary.rows,
                "wrong": summary.wrong + people.wrong,
                "findings": summary.findings,
                "by_kind": summary.by_kind,
            }
        )
    return 1 if summary.wrong + people.wrong else 0


def _how(call: Call, stop: Stop) -> How:
    """Bad calls: an engine that cannot be had here, a memory limit that is none."""
    limits, cluster = limits_within(call.memory, stop), None
    if call.engine == "spark":
        # Each of its processes may take so much (docs/operations.md).
        limits = Limits(memory=memory_limit(call.memory), stop=stop)
        cluster = Cluster(os.environ.get("SPARK_MASTER") or "local[*]", call.shared)
        check_cluster(cluster)
    rules = with_further(load_rules()) if call.employers else None
    return How(rules=rules, limits=limits, matching=call.matching, cluster=cluster)


def _tell(summary: Summary, target: Path, purpose: str, seconds: float) -> None:
    say(
        f"比对日期 {summary.on}：{summary.persons:,} 人，{summary.households:,} 户；{summary.rows:,} 行部门数据",
        f"As of {summary.on}: {summary.persons:,} persons, {summary.households:,} households; {summary.rows:,} department rows",
    )
    for manifest in summary.manifests:
        about = summary.about.get(manifest.dataset)
        as_of = f"{about.as_of}" if about and about.as_of else ""
        places = " ".join(about.coverage) if about and about.coverage else ""
        zh = "，".join(f"{REASONS[reason][0]} {rows:,}" for reason, rows in manifest.quarantined.items())
        en = ", ".join(f"{REASONS[reason][1]} {rows:,}" for reason, rows in manifest.quarantined.items())
        say(
            f"  {manifest.dataset:<19}{manifest.rows:>11,} 行  截至 {as_of or '未注明'}  范围 {places or '不限'}"
            + (f"  搁置 {manifest.wrong:,}（{zh}）" if zh else ""),
            f"  {manifest.dataset:<19}{manifest.rows:>11,} rows  as of {as_of or 'not said'}  covers {places or 'everywhere'}"
            + (f"  set aside {manifest.wrong:,} ({en})" if en else ""),
        )
    for remark in summary.remarks:
        say(f"  注意：{remark.zh}", f"  Note: {remark.en}")
    if summary.broken:
        say(
            f"  名册有 {summary.broken:,} 行列数不对，没有比对",
            f"  {summary.broken:,} broken rows of the register were left out",
        )
    for entry in summary.counts:
        english = CONCLUSIONS[entry.conclusion]
        zh, en = f"  {entry.kind} · {entry.conclusion}", f"  {entry.kind} · {entry.conclusion} ({english})"
        say(f"{zh}  {entry.findings:,}", f"{en}  {entry.findings:,}")
    say(
        f"共 {summary.findings:,} 条，写入 {target}（用途：{purpose}），用时 {seconds:.1f} 秒",
        f"{summary.findings:,} findings written to {target} (purpose: {purpose}) in {seconds:.1f} s",
    )
