"""Reading a workbook of 100,000 persons, beside python-calamine alone: ``python -m benchmarks.reading``."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine
import xlsxwriter

from bangfu.engine.intake.archive import read_archive
from bangfu.engine.intake.forms import archive_form
from bangfu.engine.intake.ooxml import look
from bangfu.synthetic.prefecture import generate
from benchmarks.measure import interleaved, peak_megabytes, write

HOUSEHOLDS = 33_400
REPETITIONS = 5
ON = date(2026, 10, 31)


def one_workbook(folder: Path) -> tuple[Path, int]:
    """The union's rows of a synthetic prefecture, dirt included, in one two-sheet workbook."""
    generate(HOUSEHOLDS, 1, folder / "prefecture", lambda _: None)
    people = pq.read_table(folder / "prefecture" / "people.parquet")
    path = folder / "archive.xlsx"
    workbook_of(people, path)
    return path, people.num_rows


def workbook_of(people: pa.Table, path: Path) -> None:
    """The rows of people.parquet as one two-sheet workbook."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    form = archive_form()
    heads = {row["身份证号"] for row in _rows(people) if row["身份证号"] == row["户主身份证号"]}
    for names, fields, is_head in ((form.worker_sheet, form.worker, True), (form.member_sheet, form.member, False)):
        sheet = book.add_worksheet(names.name)
        headings = [spec.heading for spec in fields.values() if spec.heading in people.column_names]
        sheet.write_row(0, 0, headings)
        rows = (row for row in _rows(people) if (row["身份证号"] == row["户主身份证号"] in heads) == is_head)
        for number, row in enumerate(rows, 1):
            for column, heading in enumerate(headings):
                if row[heading]:
                    sheet.write_string(number, column, row[heading])
    book.close()


def _rows(people: pa.Table) -> Iterator[dict[str, str]]:
    for batch in people.to_batches(10_000):
        yield from batch.to_pylist()


def calamine_alone(path: Path) -> int:
    """Every cell of every sheet, and nothing done with it."""
    book = calamine.load_workbook(str(path))
    return sum(1 for name in book.sheet_names for _ in book.get_sheet_by_name(name).iter_rows())


def main() -> None:
    """Measure and write benchmarks/results/reading.json."""
    with TemporaryDirectory() as name:
        path, persons = one_workbook(Path(name))
        times = interleaved(
            {
                "python-calamine alone": lambda: calamine_alone(path),
                "look at the XML": lambda: look(path),
                "bangfu, typed and checked": lambda: sum(1 for _ in read_archive(path, ON)),
            },
            REPETITIONS,
        )
        megabytes = {
            "python-calamine alone": peak_megabytes(
                f"from benchmarks.reading import *; calamine_alone(Path({str(path)!r}))"
            ),
            "bangfu, typed and checked": peak_megabytes(
                f"from benchmarks.reading import *; print(sum(1 for _ in read_archive(Path({str(path)!r}), ON)))"
            ),
        }
        write(
            "reading",
            f"reading a two-sheet archive workbook of {persons:,} persons ({path.stat().st_size >> 20} MB)",
            "python -m benchmarks.reading",
            {"persons": persons, "times": times, "peak_megabytes": megabytes},
        )


if __name__ == "__main__":
    main()
