"""A generated prefecture, and whose each department row is: noted while it is written, since no file of it says so."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bangfu.synthetic import departments, prefecture
from bangfu.synthetic.outputs import Outputs
from bangfu.synthetic.sinks import Values

# What is counted in a file: the first row of a table is 1 in Parquet and 2 below the headings of a sheet.
_FIRST = {".parquet": 1, ".csv": 2, ".xlsx": 2}


@dataclass(slots=True)
class KnownRows:
    """``owner``: (dataset, row) → the person's row in people.parquet. ``dirt``: what was done to a person's or a row's number."""

    owner: dict[tuple[str, int], int] = field(default_factory=dict)
    file_dirt: dict[int, str] = field(default_factory=dict)
    row_dirt: dict[tuple[str, int], str] = field(default_factory=dict)


def generate_known(households: int, seed: int, folder: Path) -> KnownRows:
    """As synthetic.prefecture.generate, byte for byte, with what is known of its rows."""
    known = KnownRows()
    noted: dict[int, tuple[int, str]] = {}
    kept: list[Any] = []

    class Noting(Outputs):
        def deliver(self, dice: Any, rows: dict[str, list[Values]]) -> None:
            before = {name: sink.rows for name, sink in self._deliveries.items()}
            super().deliver(dice, rows)
            for name, written in rows.items():
                first = before[name]
                for at, values in enumerate(written):
                    if (mine := noted.get(id(values))) is not None:
                        known.owner[name, first + at] = mine[0]
                        if mine[1]:
                            known.row_dirt[name, first + at] = mine[1]
            noted.clear()
            kept.clear()

    class NotingWriter(prefecture._Writer):
        def _write_household(self, county: Any, delivered: dict[str, list[Values]]) -> None:
            people = len(self.is_head)
            before = {name: len(rows) for name, rows in delivered.items()}
            with patch.object(prefecture, "rows_about", _remembering(kept)):
                super()._write_household(county, delivered)
            household, rows = kept[-1]
            for place, person in enumerate(household.persons):
                if not person.filed.readable:
                    known.file_dirt[people + place + 1] = person.filed.dirt
            at = dict(before)
            for row in rows:
                values = delivered[row.dataset][at[row.dataset]]
                at[row.dataset] += 1
                noted[id(values)] = (people + row.person + 1, "" if row.number.readable else row.number.dirt)

    with ExitStack() as stack:
        stack.enter_context(patch.object(prefecture, "Outputs", Noting))
        stack.enter_context(patch.object(prefecture, "_Writer", NotingWriter))
        prefecture.generate(households, seed, folder)
    first = {path.stem: _FIRST.get(path.suffix, 0) for path in (folder / "datasets").iterdir()}
    known.owner = {(name, at + first[name]): who for (name, at), who in known.owner.items()}
    known.row_dirt = {(name, at + first[name]): dirt for (name, at), dirt in known.row_dirt.items()}
    return known


def _remembering(kept: list[Any]) -> Any:
    made = departments.rows_about

    def rows_about(dice: Any, household: Any) -> Any:
        rows = made(dice, household)
        kept.append((household, rows))
        return rows

    return rows_about
