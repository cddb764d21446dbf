"""Nothing below the home holds an ID number that can be read: not in a workbook's parts, not in a Parquet column, not as a key."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.conf import settings

from bangfu.ground.acts.faults import Fault, switch_on
from tests.database import OwnDatabase
from tests.decide.union import CARS, LI, WANG, WANGS_WIFE, ZHAO, ZHOU, Union

NUMBERS = (WANG, WANGS_WIFE, LI, ZHAO, ZHOU)
ENCODINGS = ("ascii", "utf-16-le", "utf-16-be")
# Numbers as they are written, in the encodings of files, and their first 17 digits as the engine keys them (eight bytes).
SIGNS = frozenset(number.encode(encoding) for number in NUMBERS for encoding in ENCODINGS) | frozenset(
    int(number[:17]).to_bytes(8, "little") for number in NUMBERS
)


def readable_numbers(home: Path) -> dict[str, int]:
    """Folders of the home (first part of the path) → files with a number in them that can be read."""
    found: dict[str, int] = {}
    for path in sorted(home.rglob("*")):
        if path.is_file() and any(sign in text for text in texts_of(path) for sign in SIGNS):
            folder = path.relative_to(home).parts[0]
            found[folder] = found.get(folder, 0) + 1
    return found


def texts_of(path: Path) -> Iterator[bytes]:
    """The file as it is; the parts of a workbook; the cells of a Parquet file."""
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            yield from (parts.read(name) for name in parts.namelist())
    if path.read_bytes()[:4] == b"PAR1":
        for column in pq.read_table(path).columns:
            for cell in column.to_pylist():
                yield cell.to_bytes(8, "little", signed=True) if isinstance(cell, int) else str(cell).encode()


@pytest.mark.parametrize("protected", [True, False])
def test_nothing_at_rest_can_be_read_and_without_protection_all_of_it_is_found(
    own_database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, protected: bool
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(settings, "BANGFU_HOME", str(home))
    monkeypatch.setattr(settings, "BANGFU_PROTECT", protected)
    union = Union(tmp_path)
    union.bring()
    union.deliver_vehicles([*CARS, (LI, "小型轿车", "非营运"), (f"５{ZHAO[1:]}", "小型轿车", "非营运")])
    switch_on("comparison.compared=raise")
    try:
        # Broken off where everything lies at rest: what a run found, too.
        with pytest.raises(Fault):
            union.compare()
    finally:
        switch_on("")
    kept = {path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()}
    assert kept >= {"uploads", "deliveries"}
    # The union's workbook and the rows read of it, the cars as delivered, and the two staged files that hold whole numbers.
    expected = {} if protected else {"uploads": 3, "deliveries": 2}
    assert readable_numbers(home) == expected
    union.compare()
    assert readable_numbers(home) == expected
