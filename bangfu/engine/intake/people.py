"""The registry that the comparison takes: one row per person, the headings of both sheets together, everything text (DESIGN 4)."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.core.credit_codes import CreditCode
from bangfu.core.ids import IdNumber
from bangfu.core.money import yuan
from bangfu.core.names import PersonName
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome, Value
from bangfu.engine.intake.forms import FieldSpec, archive_form

_BATCH = 20_000
HEAD_NUMBER = "户主身份证号"


def headings() -> list[str]:
    """Headings of both sheets, each once: 户主身份证号 first, then 职工, then what only 家庭成员 has."""
    form = archive_form()
    names = [
        HEAD_NUMBER,
        *(spec.heading for spec in form.worker.values()),
        *(spec.heading for spec in form.member.values()),
    ]
    return list(dict.fromkeys(names))


def write_people(rows: Iterable[ArchiveRow], path: Path) -> int:
    """Write the rows that were not wrong as people.parquet; the number of persons. Unreadable numbers stay as written."""
    schema = pa.schema([(heading, pa.string()) for heading in headings()])
    persons = 0
    kept = (row for row in rows if row.outcome is Outcome.NEW)
    with pq.ParquetWriter(path, schema) as writer:
        for batch in _batches(kept):
            writer.write_table(pa.Table.from_pylist([person_of(row) for row in batch], schema))
            persons += len(batch)
    return persons


def person_of(row: ArchiveRow) -> dict[str, str]:
    """One row of the registry."""
    form = archive_form()
    specs = form.worker if row.is_head else form.member
    person = {}
    for field, spec in specs.items():
        text = _written(row, field, spec)
        if text:
            person[spec.heading] = text
    person[HEAD_NUMBER] = row.household.text if row.household else ""
    return person


def text_of_value(value: Value, spec: FieldSpec) -> str:
    """A typed value as text that the same reader reads back to the same value."""
    if isinstance(value, IdNumber | PersonName | CreditCode):
        return value.text
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(value)
    if isinstance(value, int):
        return yuan(value) if spec.type in ("yuan", "area") else str(value)
    return value


def _written(row: ArchiveRow, field: str, spec: FieldSpec) -> str:
    value = row.values.get(field)
    return row.raw.get(field, "") if value is None else text_of_value(value, spec)


def _batches(rows: Iterator[ArchiveRow]) -> Iterator[list[ArchiveRow]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch
