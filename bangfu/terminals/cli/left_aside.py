"""What a workbook holds that was not read: told by every command that reads one."""

from bangfu.engine.intake.archive import ArchiveReader
from bangfu.terminals.cli.output import say


def tell_left_aside(reader: ArchiveReader) -> None:
    """Name the columns that the form does not have, the sheets that are no part of it, and how many cells are formulas."""
    if reader.unknown_headings:
        names = "、".join(reader.unknown_headings)
        say(f"档案表里没有的列，没有读：{names}", f"Columns that the form does not have, not read: {names}")
    if reader.unread:
        names = "、".join(reader.unread)
        say(f"没有读的工作表：{names}", f"Sheets not read: {names}")
    if reader.formulas:
        say(
            f"{reader.formulas} 个公式格，读的是文件里存的结果。",
            f"{reader.formulas} formula cells: their stored results were read.",
        )
