"""``bangfu bring dataset``: a department's delivery, checked and put to use; or only checked, with ``--dry-run``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from bangfu.core.whole_files import check_places, replacing
from bangfu.engine.findings.set_aside import REASONS
from bangfu.engine.intake.deliveries import Manifest, stage_delivery
from bangfu.engine.intake.error_workbook import write_quarantine
from bangfu.terminals.cli.days import day_of
from bangfu.terminals.cli.output import last_line, progress, say
from bangfu.terminals.cli.running import instance

FILE = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True)
class Options:
    """What else may be said of a delivery: see the options of the command."""

    organisation: str | None = None
    coverage: tuple[str, ...] = ()
    rows: int | None = None
    source: str = ""
    document: str = ""
    reason: str = ""
    errors: Path | None = None


@click.command("dataset")
@click.argument("name")
@click.argument("file", type=FILE)
@click.option("--as-of", "as_of", metavar="DATE", required=True, help="数据截至哪一天。 The day the data are of.")
@click.option(
    "--organisation", metavar="CODE", help="收数据的工会，默认最上级。 The union that receives it; the topmost."
)
@click.option("--coverage", metavar="CODE", multiple=True, help="覆盖的地方，默认全部。 Places it covers; all of them.")
@click.option(
    "--rows", type=click.IntRange(min=0), metavar="N", help="部门说有多少行。 How many rows the department states."
)
@click.option("--source", default="", metavar="TEXT", help="谁给的。 Who sent it.")
@click.option("--document", default="", metavar="TEXT", help="依据的协议或来函。 The agreement or letter it rests on.")
@click.option(
    "--reason", default="", metavar="TEXT", help="行数不符仍要启用的原因。 Why to use it although its totals differ."
)
@click.option("--errors", type=FILE, metavar="OUT.xlsx", help="搁置的行和原因。 The rows set aside, with reasons.")
@click.option("--dry-run", is_flag=True, help="只检查，不收入。 Check only.")
@click.option("--json", "as_json", is_flag=True, help="最后一行是 JSON。 The last line is JSON.")
def dataset_command(name: str, file: Path, as_of: str, dry_run: bool, as_json: bool, **said: Any) -> int:
    """收入一份部门数据。 Bring in a department's delivery."""
    options, day = Options(**said), day_of(as_of)
    check_places(*(path for path in (options.errors,) if path), read=file)
    counts = _check_only(name, file, day, options.errors) if dry_run else bring_dataset(name, file, day, options)
    if as_json:
        last_line(counts)
    return 1 if counts["wrong"] else 0


def bring_dataset(name: str, file: Path, as_of: date, options: Options) -> Mapping[str, int]:
    """Bring a file into use as the machine's operator; gives rows, new, changed, same, wrong. Raises a Problem where nothing is in."""
    instance()
    # Only a started instance has models.
    from bangfu.ground.acts.actor import Purpose  # noqa: PLC0415
    from bangfu.record.sources.about import About  # noqa: PLC0415
    from bangfu.record.sources.bringing import bring_delivery  # noqa: PLC0415
    from bangfu.terminals.cli.over_registry import operator_for  # noqa: PLC0415

    about = About(
        dataset=name,
        as_of=as_of,
        coverage=options.coverage,
        control_rows=options.rows,
        document=options.document,
        source=options.source,
    )
    actor = operator_for(Purpose.OPERATIONS.value, options.organisation)
    with progress("收入数据", "Bringing the delivery in"):
        brought = bring_delivery(actor, file, about, reason=options.reason)
    if options.errors is not None:
        _take_errors(actor, brought.delivery.pk, options.errors)
    row, counts = brought.delivery, brought.counts
    say(
        f"{file.name}（{name}，截至 {as_of}）：{counts['rows']:,} 行 = 新增 {counts['new']:,} + 变更 {counts['changed']:,}"
        f" + 相同 {counts['same']:,} + 搁置 {counts['wrong']:,}",
        f"{file.name} ({name}, as of {as_of}): {counts['rows']:,} rows = {counts['new']:,} new + {counts['changed']:,} changed"
        f" + {counts['same']:,} same + {counts['wrong']:,} set aside",
    )
    if brought.already:
        say("  与正在使用的一份完全相同，什么也没有改变。", "  The same as the one in use; nothing was changed.")
    _tell(row.quarantined, row.unreadable, row.missing, row.unknown)
    return counts


def _take_errors(actor: Any, delivery_id: Any, errors: Path) -> None:
    from uuid import uuid4  # noqa: PLC0415

    from bangfu.record.sources.checking import write_error_workbook  # noqa: PLC0415
    from bangfu.record.sources.services import take_quarantine  # noqa: PLC0415

    take_quarantine(actor=actor, act_id=uuid4(), delivery_id=delivery_id)
    with replacing(errors) as path:
        write_error_workbook(actor, delivery_id, path)


def _check_only(name: str, file: Path, as_of: date, errors: Path | None) -> Mapping[str, int]:
    with TemporaryDirectory(prefix="bangfu-") as folder:
        with progress("读取数据", "Reading the delivery"):
            manifest = stage_delivery(name, file, Path(folder), today=as_of)
        if errors is not None:
            with replacing(errors) as path:
                write_quarantine(Path(folder) / manifest.quarantine, manifest.file, path)
    _report(manifest, as_of)
    return {"rows": manifest.rows, "new": manifest.keyed, "changed": 0, "same": 0, "wrong": manifest.wrong}


def _report(manifest: Manifest, as_of: date) -> None:
    say(
        f"{manifest.file}（{manifest.dataset}，截至 {as_of}）：{manifest.rows:,} 行 = 可用 {manifest.keyed:,} + 搁置 {manifest.wrong:,}",
        f"{manifest.file} ({manifest.dataset}, as of {as_of}): "
        f"{manifest.rows:,} rows = {manifest.keyed:,} usable + {manifest.wrong:,} set aside",
    )
    _tell(manifest.quarantined, manifest.unreadable, manifest.missing, manifest.unknown)


def _tell(quarantined: Mapping[str, int], unreadable: Mapping[str, int], missing: Any, unknown: Any) -> None:
    for reason, rows in quarantined.items():
        zh, en = REASONS[reason]
        say(f"  搁置      {rows:>6,}  {zh}", f"  Set aside       {rows:>6,}  {en}")
    for heading, cells in unreadable.items():
        say(f"  读作空    {cells:>6,}  {heading}", f"  Read as empty   {cells:>6,}  {heading}")
    if missing:
        headings = "、".join(missing)
        say(f"  缺少的列：{headings}", f"  Columns not there: {headings}")
    if unknown:
        headings = "、".join(unknown)
        say(f"  用不着的列：{headings}", f"  Columns not used: {headings}")
