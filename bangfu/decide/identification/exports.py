"""The export ``determinations.csv``: its lines."""

import csv
import io
from fractions import Fraction

from bangfu.core.money import yuan
from bangfu.decide.identification.determinations import Determination

# DESIGN 4: a contract.
COLUMNS = ("户主身份证号", "类别", "规则", "理由", "人均月净收入")


def csv_heading() -> bytes:
    """The first line. UTF-8 without a mark, as findings.csv: exports are for programs, and spreadsheets cut ID numbers."""
    return _line(COLUMNS)


def csv_row(determination: Determination) -> bytes:
    """One household: full number as plain 18 characters, reasons in Chinese, net income per head and month in yuan."""
    decision = determination.decision
    number = determination.household.head_number
    return csv_cells(number, decision.class_name, decision.rule_id, determination.reasons_zh, decision.net_fen)


def csv_cells(number: str, class_name: str, rule: str, reasons_zh: str, net_fen: Fraction) -> bytes:
    """The same of a determination that was kept."""
    return _line((number, class_name, rule, reasons_zh, yuan(net_fen)))


def _line(cells: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
