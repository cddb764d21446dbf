"""Reads a prefecture's files the plain way, for tests."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import yaml
from python_calamine import CalamineWorkbook

from bangfu.synthetic.datasets import DATASETS

Record = dict[str, str]


def parquet(path: Path) -> list[Record]:
    rows: list[dict[str, object]] = pq.read_table(path).to_pylist()
    return [{heading: "" if value is None else str(value) for heading, value in row.items()} for row in rows]


def delivery(folder: Path, name: str) -> list[Record]:
    dataset = DATASETS[name]
    path = folder / "datasets" / f"{name}.{dataset.suffix}"
    if dataset.suffix == "parquet":
        return parquet(path)
    if dataset.suffix == "csv":
        with path.open(encoding=dataset.encoding, newline="") as file:
            return list(csv.DictReader(file))
    first, *others = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [dict(zip([str(h) for h in first], [text(cell) for cell in row], strict=True)) for row in others]


def text(cell: object) -> str:
    return f"{cell:.0f}" if isinstance(cell, float) else str(cell)


def control_totals(folder: Path) -> dict[str, int]:
    notes = yaml.safe_load((folder / "datasets" / "deliveries.yaml").read_text("utf-8"))
    return {name: note["rows"] for name, note in notes.items()}
