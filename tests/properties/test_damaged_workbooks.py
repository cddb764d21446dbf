"""2,400 workbooks damaged at random: rows in = rows read + quarantined, nothing crashes, nothing changes in silence."""

from collections.abc import Iterator
from datetime import date
from itertools import zip_longest
from pathlib import Path

import pytest

from bangfu.core.credit_codes import CreditCode
from bangfu.core.ids import IdNumber
from bangfu.core.names import PersonName
from bangfu.core.readings import Reading
from bangfu.engine.intake import cells
from bangfu.engine.intake.archive import read_archive
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome, Value
from tests.engine.intake.composer import Composer, Effect, TrueRow

BOOKS_PER_TEST = 100
TODAY = date(2026, 10, 31)


def told_apart(row: ArchiveRow, true: TrueRow) -> Iterator[str]:
    """Every way in which a row as read is not what it must be."""
    expected = Outcome.WRONG if true.wrong else Outcome.SAME if true.same else Outcome.NEW
    if row.outcome is not expected:
        yield f"outcome {row.outcome}, expected {expected}: {[problem.code for problem in row.wrong]}"
    flagged = {remark.field for remark in row.remarks if remark.problem}
    noted = {remark.field for remark in row.remarks if remark.repairs}
    for column, value in true.truth.items():
        found = comparable(row.values.get(column))
        effect = true.effects.get(column)
        if found == comparable(value):
            if (
                effect is Effect.LOSSLESS
                and column in ("name", "id_number")
                and column not in noted
                and changed(true, column)
            ):
                yield f"{column} repaired without a word"
        elif found is not None or effect is not Effect.DOUBTFUL:
            yield f"{column} changed in silence or lost"
        elif column not in flagged and not row.wrong:
            yield f"{column} unreadable and not flagged"


def changed(true: TrueRow, column: str) -> bool:
    return str(true.written[column]) != str(true.truth[column])


def comparable(value: Value | object | None) -> object:
    if isinstance(value, IdNumber | PersonName | CreditCode):
        return value.text
    return value.isoformat() if isinstance(value, date) else value


def faults(seed: int, folder: Path) -> list[str]:
    truth = Composer(seed).compose(folder / "archive.xlsx")
    reader = read_archive(folder / "archive.xlsx", TODAY)
    rows = list(reader)
    found = [
        f"seed {seed} row {row.number}: {fault}"
        for row, true in zip(rows, truth, strict=False)
        for fault in told_apart(row, true)
    ]
    counts = reader.counts
    if counts.rows != len(truth) or counts.rows != counts.new + counts.same + counts.wrong:
        found.append(f"seed {seed}: {len(truth)} rows in, {counts} out")
    found += [
        f"seed {seed}: row missing or added" for row, true in zip_longest(rows, truth) if row is None or true is None
    ]
    return found


@pytest.mark.parametrize("batch", range(24))
def test_no_row_is_lost_and_no_value_changes_in_silence(batch: int, tmp_path: Path) -> None:
    assert [
        fault
        for seed in range(batch * BOOKS_PER_TEST, (batch + 1) * BOOKS_PER_TEST)
        for fault in faults(seed, tmp_path)
    ] == []


@pytest.mark.parametrize("broken", ["read_amount", "read_date", "read_name"])
def test_control_a_reader_that_changes_values_in_silence_is_caught(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = getattr(cells, broken)

    def silent(*arguments: object, **options: object) -> Reading[object]:
        reading = honest(*arguments, **options)
        wrong = {"read_amount": 1, "read_date": TODAY, "read_name": PersonName("王五")}[broken]
        return Reading(wrong) if reading.repairs else reading

    monkeypatch.setattr(cells, broken, silent)
    assert [fault for seed in range(40) for fault in faults(seed, tmp_path)] != []


def test_control_a_reader_that_loses_rows_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bangfu.engine.intake.layout._ABOUT_THE_TABLE", __import__("re").compile(r"^[张王1]"))
    assert [fault for seed in range(40) for fault in faults(seed, tmp_path)] != []
