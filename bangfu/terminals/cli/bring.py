"""``bangfu bring`` and ``bangfu template``: what comes in, and the form to fill in."""

from pathlib import Path

import click

from bangfu.core.problems import kind
from bangfu.core.whole_files import replacing
from bangfu.engine.intake.template import write_template
from bangfu.terminals.cli.bring_archive import archive_command
from bangfu.terminals.cli.bring_dataset import dataset_command
from bangfu.terminals.cli.output import say

TEMPLATE_EXISTS = kind(
    "call.template_exists",
    zh="“{file}”已经有了，可能已填过，没有覆盖。",
    en="“{file}” is there already and may have been filled in; it was not replaced.",
    do_zh="请换一个名字。",
    do_en="Choose another name.",
)


@click.group()
def bring() -> None:
    """收入档案工作簿或部门数据；--dry-run 只检查。 Bring in workbooks and deliveries; --dry-run only checks them."""


bring.add_command(archive_command)
bring.add_command(dataset_command)


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
def template(out: Path) -> None:
    """写一份空白的档案工作簿。 Write an empty archive workbook to fill in."""
    if out.exists():
        raise TEMPLATE_EXISTS(file=out.name)
    with replacing(out) as path:
        write_template(path)
    say(f"已写好 {out}：两张表，下拉选项，一行示例。", f"Wrote {out}: two sheets, drop-downs, an example row.")
