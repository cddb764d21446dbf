"""Files that leave: ``determinations.csv`` and the trace. Written beside their place and renamed, so that half a file is never seen."""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from bangfu.core.money import yuan
from bangfu.decide.identification.determinations import Determination
from bangfu.decide.identification.problems import CANNOT_WRITE, NO_FOLDER, SAME_FILE

# DESIGN 4: a contract.
COLUMNS = ("户主身份证号", "类别", "规则", "理由", "人均月净收入")
_BYTE_ORDER_MARK = "\ufeff"


def csv_heading() -> bytes:
    """The first line, with the mark by which spreadsheets know UTF-8."""
    return _BYTE_ORDER_MARK.encode() + _line(COLUMNS)


def csv_row(determination: Determination) -> bytes:
    """One household: full number as plain 18 characters, reasons in Chinese, net income per head and month in yuan."""
    decision = determination.decision
    number = determination.household.head_number
    return _line((number, decision.class_name, decision.rule_id, determination.reasons_zh, yuan(decision.net_fen)))


def check_places(*paths: Path, not_to_be: Path) -> None:
    """Before any work: each path has a folder, none is given twice, none is the file that is read."""
    seen = {not_to_be.resolve()}
    for path in paths:
        if path.resolve() in seen:
            raise SAME_FILE(name=path.name)
        seen.add(path.resolve())
        if path.is_dir() or not path.parent.is_dir():
            raise NO_FOLDER(name=str(path))


@contextmanager
def written_whole(*paths: Path) -> Iterator[list[BinaryIO]]:
    """Files to write to, in the order of the paths; they take their names when the block ends well, and vanish when it does not."""
    parts = [path.with_name(f".{path.name}.{os.getpid()}.part") for path in paths]
    try:
        with ExitStack() as opened:
            yield [opened.enter_context(part.open("wb")) for part in parts]
        for part, path in zip(parts, paths, strict=True):
            part.replace(path)
    except OSError as fault:
        raise CANNOT_WRITE(name=paths[0].name, why=fault.strerror or type(fault).__name__) from fault
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _line(cells: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
