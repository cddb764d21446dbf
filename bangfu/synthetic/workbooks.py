"""The union's workbooks, one per county, made from the registry a batch at a time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from bangfu.synthetic.forms import headings
from bangfu.synthetic.places import County
from bangfu.synthetic.sinks import Values, cell_of
from bangfu.synthetic.xlsx import Cell, write_sheets

_FIGURES = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
# Columns that a clerk types figures into; numbers of persons, cards and codes are text.
_FIGURE_HEADING = re.compile(r"收入|支出|成本|损失|人口$|^年龄$|^年制$|^入学年份$")


@dataclass(frozen=True, slots=True)
class Part:
    """Where a county's persons stand in the registry."""

    county: County
    first: int
    persons: int


class Registry:
    """The registry's rows, with a mark for each head; read again for each sheet, so that no county is held in memory."""

    def __init__(self, path: Path, is_head: bytearray) -> None:
        self._path, self._is_head = path, is_head

    def rows(self, part: Part, wanted: Sequence[str]) -> Iterator[tuple[bool, Values]]:
        """The rows of a county: is it a head, and the wanted columns."""
        at = part.first
        for values in self._slice(part, wanted):
            yield bool(self._is_head[at]), values
            at += 1

    def _slice(self, part: Part, wanted: Sequence[str]) -> Iterator[Values]:
        with pq.ParquetFile(self._path) as file:
            first_row = 0
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                low, high = max(part.first, first_row), min(part.first + part.persons, first_row + rows)
                if low < high:
                    table = file.read_row_group(group, columns=list(wanted)).slice(low - first_row, high - low)
                    yield from zip(*(table.column(heading).to_pylist() for heading in wanted), strict=True)
                first_row += rows


def write_two_sheets(registry: Registry, part: Part, path: Path) -> None:
    """职工 and 家庭成员, tied by 户主身份证号."""
    sheets = {
        "职工": _records(registry, part, headings("worker"), heads=True),
        "家庭成员": _records(registry, part, headings("member"), heads=False),
    }
    write_sheets(path, sheets)


def _records(registry: Registry, part: Part, wanted: tuple[str, ...], *, heads: bool) -> Iterator[dict[str, Cell]]:
    figures = [holds_figures(heading) for heading in wanted]
    found = False
    for is_head, values in registry.rows(part, wanted):
        if is_head == heads:
            found = True
            yield {h: figure_cell(v, f) for h, v, f in zip(wanted, values, figures, strict=True)}
    if not found:
        # A sheet without rows still has its headings.
        yield dict.fromkeys(wanted)


def figure_cell(text: str | None, is_figure: bool) -> Cell:
    """A cell as a clerk types it: figures as figures, all else as text."""
    if text and is_figure and _FIGURES.fullmatch(text):
        return float(text)
    return cell_of(text)


def holds_figures(heading: str) -> bool:
    """Does a clerk type figures into this column?"""
    return _FIGURE_HEADING.search(heading) is not None
