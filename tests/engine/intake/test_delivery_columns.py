"""What the columns of a delivery are taken for, and what becomes of it when somebody says otherwise."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import dbf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from bangfu.core.problems import Problem
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.intake.deliveries import Manifest, stage_delivery
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.engine.intake.delivery_columns import delivery_columns
from bangfu.synthetic.prefecture import generate
from tests.engine.small import HEAD, ON, WIFE

Columns = Mapping[str, str | None]
ROWS = (("张伟", HEAD, "2026-01-02"), ("王芳", WIFE, "2026-01-03"))
ODD = ("何人", "号", "何日")
CHOSEN: Columns = {"何人": "name", "号": "id_number", "何日": "day"}


def write(path: Path, headings: tuple[str, ...], rows: tuple[tuple[str, ...], ...] = ROWS) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(pa.table({h: [row[at] for row in rows] for at, h in enumerate(headings)}), path)
    elif path.suffix == ".xlsx":
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet("数据")
        for number, row in enumerate((("死亡名单",), headings, *rows)):
            sheet.write_row(number, 0, row)
        book.close()
    else:
        path.write_text("".join(",".join(row) + "\n" for row in (headings, *rows)), "utf-8")
    return path


def stage(path: Path, columns: Columns | None = None, widths: dict[str, int] | None = None) -> Manifest:
    return stage_delivery("deaths", path, path.parent / "staged", today=ON, columns=columns, widths=widths)


def staged(path: Path, columns: Columns | None = None) -> list[tuple[int, str, date | None]]:
    stage(path, columns)
    rows = pq.read_table(path.parent / "staged" / "clean.parquet").to_pylist()
    return [(row["key"], row["name"], row["day"]) for row in rows]


def refused(path: Path, columns: Columns | None = None) -> str:
    with pytest.raises(Problem) as found:
        stage(path, columns)
    return found.value.code


EXPECTED = [(int(number[:17]), name, date.fromisoformat(day)) for name, number, day in ROWS]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_every_kind_of_file_shows_its_columns(ending: str, tmp_path: Path) -> None:
    seen = delivery_columns("deaths", write(tmp_path / f"deaths.{ending}", ("姓名", "身份证号", "火化日期")))
    assert (seen.dataset, seen.missing, seen.known) == ("deaths", (), True)
    assert [(c.index, c.heading, c.key, c.field, c.type, c.required) for c in seen.columns] == [
        (0, "姓名", "姓名", "name", "name", False),
        (1, "身份证号", "身份证号", "id_number", "id", True),
        (2, "火化日期", "火化日期", "day", "date", False),
    ]
    assert [column.samples for column in seen.columns][1] == (HEAD, WIFE)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_delivery_with_odd_headings_can_be_read_when_somebody_says_what_they_mean(
    ending: str, tmp_path: Path
) -> None:
    path = write(tmp_path / f"deaths.{ending}", ODD)
    before = delivery_columns("deaths", path)
    assert (before.missing, before.known) == (("身份证号",), False)
    assert [column.heading for column in before.columns] == list(ODD)
    assert refused(path) == "dataset.missing_columns"
    after = delivery_columns("deaths", path, json.loads(json.dumps(CHOSEN)))
    assert [column.field for column in after.columns] == ["name", "id_number", "day"]
    assert after.known
    assert staged(path, CHOSEN) == EXPECTED


def test_text_of_fixed_width_takes_choices_too(tmp_path: Path) -> None:
    path = tmp_path / "deaths.txt"
    path.write_bytes("".join(f"{name:<8}{number}{day}\n" for name, number, day in ROWS).encode("gb18030"))
    widths = {"何人": 10, "号": 18, "何日": 10}
    seen = delivery_columns("deaths", path, CHOSEN, widths=widths)
    assert [(column.field, column.samples[0]) for column in seen.columns] == [
        ("name", "张伟"), ("id_number", HEAD), ("day", "2026-01-02"),
    ]  # fmt: skip
    assert stage(path, CHOSEN, widths).keyed == 2


def test_dbase_takes_choices_too(tmp_path: Path) -> None:
    path = tmp_path / "deaths.dbf"
    with dbf.Table(str(path), "XM C(20); SFZH C(18); RQ C(10)", codepage="cp936") as table:
        table.open(dbf.READ_WRITE)
        for row in ROWS:
            table.append(row)
    assert staged(path, {"XM": "name", "SFZH": "id_number", "RQ": "day"}) == EXPECTED


def test_a_chosen_column_outweighs_what_would_be_recognised_when_that_is_left_out(tmp_path: Path) -> None:
    headings = ("姓名", "身份证号", "死亡日期", "正确的号")
    rows = tuple((*row[:1], "作废", *row[2:], row[1]) for row in ROWS)
    path = write(tmp_path / "deaths.csv", headings, rows)
    assert refused(path, {"正确的号": "id_number"}) == "dataset.column_twice"
    assert staged(path, {"正确的号": "id_number", "身份证号": None}) == EXPECTED


def test_two_columns_for_one_field_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "deaths.csv", ODD)
    assert refused(path, {**CHOSEN, "何日": "name"}) == "dataset.column_twice"


def test_a_column_that_the_dataset_does_not_have_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "deaths.csv", ODD)
    assert refused(path, {"何人": "plate"}) == "columns.unknown_field"
    with pytest.raises(Problem) as found:
        delivery_columns("lottery", path)
    assert found.value.code == "dataset.unknown"


def test_a_column_left_out_is_empty_and_not_unknown(tmp_path: Path) -> None:
    path = write(tmp_path / "deaths.csv", ("姓名", "身份证号", "死亡日期"))
    manifest = stage(path, {"死亡日期": None})
    assert (manifest.missing, manifest.unknown) == (("死亡日期",), ())
    assert [row[2] for row in staged(path, {"死亡日期": None})] == [None, None]
    assert [column.left_out for column in delivery_columns("deaths", path, {"死亡日期": None}).columns][2]


def test_a_required_column_cannot_be_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "deaths.csv", ("姓名", "身份证号", "死亡日期"))
    assert refused(path, {"身份证号": None}) == "dataset.missing_columns"


def test_a_column_in_another_unit_may_be_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "deaths.csv", ("姓名", "身份证号", "补助(万元)"))
    assert refused(path) == "archive.unit"
    assert stage(path, {"补助(万元)": None}).keyed == 2


def test_of_two_columns_with_one_heading_one_is_meant_by_its_number(tmp_path: Path) -> None:
    rows = tuple(("别名", *row) for row in ROWS)
    path = write(tmp_path / "deaths.csv", ("姓名", "姓名", "身份证号", "死亡日期"), rows)
    assert [column.key for column in delivery_columns("deaths", path).columns][:2] == ["姓名#1", "姓名#2"]
    assert staged(path, {"姓名#2": "name", "姓名#1": None}) == EXPECTED


def test_saying_what_is_so_anyway_changes_nothing(tmp_path: Path) -> None:
    generate(30, 5, tmp_path / "made")
    folder = open_folder(tmp_path / "made" / "datasets")
    for name, path in folder.files.items():
        widths = folder.about[name].widths
        seen = delivery_columns(name, path, widths=widths)
        required = {key for key, column in declared_datasets()[name].columns.items() if column.required}
        columns = {column.key: column.field for column in seen.columns if column.field}
        assert seen.known
        assert required <= set(columns.values())
        plain = stage_delivery(name, path, tmp_path / "plain", today=ON, widths=widths)
        chosen = stage_delivery(name, path, tmp_path / "chosen", today=ON, widths=widths, columns=columns)
        assert chosen == plain


def test_a_damaged_parquet_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "deaths.parquet", ODD)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(Problem) as found:
        delivery_columns("deaths", path)
    assert found.value.code == "file.damaged"


def test_a_file_without_a_row_below_its_headings_has_columns_without_samples(tmp_path: Path) -> None:
    seen = delivery_columns("deaths", write(tmp_path / "deaths.csv", ("姓名", "身份证号"), ()))
    assert [column.samples for column in seen.columns] == [(), ()]
