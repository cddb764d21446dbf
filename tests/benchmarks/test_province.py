"""A province made of copies of a prefecture: so many times its people and rows, each copy with other people's numbers."""

from pathlib import Path

import pyarrow.parquet as pq

from bangfu.engine.comparison import Summary, compare
from bangfu.engine.intake.deliveries import stage_delivery
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.synthetic.days import REFERENCE_DAY
from bangfu.synthetic.prefecture import generate
from benchmarks.province import multiply

COPIES = 3


def compared(prefecture: Path) -> Summary:
    delivered = open_folder(prefecture / "datasets")
    out = prefecture / "findings.parquet"
    return compare(prefecture / "people.parquet", delivered.files, REFERENCE_DAY, out, about=delivered.about)


def test_a_province_has_so_many_times_the_people_rows_and_findings(tmp_path: Path) -> None:
    generate(400, 5, tmp_path / "prefecture", workbooks=False)
    multiply(tmp_path / "prefecture", tmp_path / "province", COPIES)
    one, several = compared(tmp_path / "prefecture"), compared(tmp_path / "province")
    assert several.persons == COPIES * one.persons
    rows = {manifest.dataset: manifest.rows for manifest in one.manifests}
    assert {manifest.dataset: manifest.rows for manifest in several.manifests} == {
        dataset: COPIES * count for dataset, count in rows.items()
    }
    # Whoever has no readable number at all is found once for each row that is.
    assert COPIES * one.findings * 0.95 < several.findings <= COPIES * one.findings
    numbers = pq.read_table(tmp_path / "province" / "people.parquet", columns=["身份证号"]).column(0).to_pylist()
    readable = [number for number in numbers if number and len(number) == 18 and number.isdigit()]
    assert len(set(readable)) > 0.98 * len(readable)
    # Copies are as dirty as the prefecture, the numbers on disability cards among them.
    assert dirty_cards(tmp_path / "province", tmp_path) == COPIES * dirty_cards(tmp_path / "prefecture", tmp_path)


def dirty_cards(folder: Path, work: Path) -> int:
    path = open_folder(folder / "datasets").files["disability"]
    staged = stage_delivery("disability", path, work / f"staged-{folder.name}", today=REFERENCE_DAY)
    written = pq.read_table(work / f"staged-{folder.name}" / staged.staged[0], columns=["written"]).column(0)
    return len(written) - int(written.null_count)
