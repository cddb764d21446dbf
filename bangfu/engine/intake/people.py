"""The registry that the comparison takes: one row per person, the headings of both sheets together, everything text (DESIGN 4)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.core.credit_codes import CreditCode
from bangfu.core.ids import IdNumber
from bangfu.core.money import yuan
from bangfu.core.names import PersonName
from bangfu.engine.intake import problems
from bangfu.engine.intake.archive import ArchiveReader, read_archive
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome, Value
from bangfu.engine.intake.files import FileKind, kind_of
from bangfu.engine.intake.forms import FieldSpec, archive_form

_BATCH = 20_000
HEAD_NUMBER = "户主身份证号"
SOURCE = "来源行"
# Names that a database gives to persons and households (duckdb_/register.py); workbooks have none.
PERSON_ID, HOUSEHOLD_ID = "人员标识", "档案标识"


@dataclass(frozen=True, slots=True)
class Registry:
    """People to compare, as a table on disk; ``rows`` and ``wrong`` of the workbooks it was made of (0 of none)."""

    path: Path
    rows: int = 0
    wrong: int = 0


@contextmanager
def registry_of(path: Path, today: date) -> Iterator[Registry]:
    """A table of people as it is, or one made of an archive workbook, or of all workbooks in a folder.

    Rows that are wrong in a workbook are left out, as they would not be in the register either.
    """
    if not path.is_dir() and kind_of(path) not in (FileKind.XLSX, FileKind.XLS, FileKind.HTML):
        yield Registry(path)
        return
    workbooks = sorted(file for file in path.iterdir() if file.suffix in (".xlsx", ".xls")) if path.is_dir() else [path]
    if not workbooks:
        raise problems.NO_WORKBOOKS(folder=path.name)
    with TemporaryDirectory(prefix="bangfu-") as folder:
        people = Path(folder) / "people.parquet"
        readers = [read_archive(workbook, today) for workbook in workbooks]
        write_people(readers, people)
        rows, wrong = sum(reader.counts.rows for reader in readers), sum(reader.counts.wrong for reader in readers)
        yield Registry(people, rows, wrong)


def headings() -> list[str]:
    """Headings of both sheets, each once: 户主身份证号 first, then 职工, then what only 家庭成员 has; last, where each row stands."""
    form = archive_form()
    names = [
        HEAD_NUMBER,
        *(spec.heading for spec in form.worker.values()),
        *(spec.heading for spec in form.member.values()),
        SOURCE,
    ]
    return list(dict.fromkeys(names))


def write_people(readers: Iterable[ArchiveReader], path: Path) -> int:
    """Write the rows that were not wrong as people.parquet; the number of persons. Unreadable numbers stay as written."""
    people = (person_of(row, reader.path.name) for reader in readers for row in reader if row.outcome is Outcome.NEW)
    return _write(people, headings(), path)


def write_people_rows(rows: Iterable[tuple[ArchiveRow, Mapping[str, str]]], path: Path, *, file: str) -> int:
    """Write rows from anywhere as people.parquet, each with further columns; the number of persons. All rows are written.

    The further columns are 人员标识 and 档案标识, which come back with the evidence, and may be any heading of the form: they stand over
    what the row says (来源行 too, which else is ``file``/sheet:row). Another heading is a programming error (ValueError).
    The rows are streamed: twenty thousand are in memory at a time.
    """
    known = [*headings(), PERSON_ID, HOUSEHOLD_ID]
    allowed = frozenset(known)

    def people() -> Iterator[dict[str, str]]:
        for row, more in rows:
            if not allowed.issuperset(more):
                raise ValueError(f"no columns of the register: {sorted(set(more) - allowed)}")
            yield person_of(row, file) | dict(more)

    return _write(people(), known, path)


def _write(people: Iterator[dict[str, str]], columns: list[str], path: Path) -> int:
    schema = pa.schema([(heading, pa.string()) for heading in columns])
    persons = 0
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(people, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema))
            persons += len(batch)
    return persons


def person_of(row: ArchiveRow, file: str) -> dict[str, str]:
    """One row of the registry."""
    form = archive_form()
    specs = form.worker if row.is_head else form.member
    person = {}
    for field, spec in specs.items():
        text = _written(row, field, spec)
        if text:
            person[spec.heading] = text
    person[HEAD_NUMBER] = row.household.text if row.household else ""
    person[SOURCE] = f"{file}/{row.sheet}:{row.number}"
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
