"""A standing comparison equals a full one after any sequence of changes, and says exactly what each of them changed; and we would notice.

BANGFU_SEEDS=20 pytest tests/properties/test_incremental.py tries many times as many sequences.
"""

import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.properties.standing_model import COLUMNS, Finding, Model

SEEDS, STEPS = range(int(os.environ.get("BANGFU_SEEDS", "1"))), 10


def walk(seed: int, folder: Path, kinds: tuple[int, ...] = (), steps: int = STEPS) -> tuple[int, str] | None:
    """Make random changes, each kind at least twice or only those of ``kinds``; gives the first step after which something is wrong."""
    random = Random(seed)
    model = Model(random, folder)
    stood = model.findings()
    if stood != model.everything_anew():
        return -1, "begin"
    order = [*kinds, *range(5), *range(5)][:steps] if not kinds else [random.choice(kinds) for _ in range(steps)]
    random.shuffle(order)
    for step, number in enumerate(order):
        change = model.changes[number]
        changed = change()
        told = model.standing.difference.to_pylist()
        stands, expected = model.findings(), model.everything_anew()
        if stands != expected or what_changed(stood, expected) != sorted((row["变化"], said(row)) for row in told):
            return step, change.__name__
        assert (changed.opened, changed.changed, changed.moved, changed.closed) == tuple(
            sum(row["变化"] == kind for row in told) for kind in ("新增", "变更", "移位", "消除")
        )
        stood = stands
    return None


def said(row: dict[str, Any]) -> Finding:
    return tuple(row[column] for column in COLUMNS)


def what_changed(before: set[Finding], after: set[Finding]) -> list[tuple[str, Finding]]:
    """The difference of two sets of findings; the same person, dataset, 种类 and 结论 are the same finding."""
    was, now = ({row[:5]: row for row in rows} for rows in (before, after))
    found = [("消除", row) for finding, row in was.items() if finding not in now]
    for finding, row in now.items():
        if finding not in was:
            found.append(("新增", row))
        elif row != was[finding]:
            found.append(("移位" if row[5] == was[finding][5] else "变更", row))
    return sorted(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_every_change_it_equals_a_full_comparison_and_tells_the_difference(seed: int, tmp_path: Path) -> None:
    assert walk(seed, tmp_path) is None
