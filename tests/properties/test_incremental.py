"""A standing comparison equals a full one after any sequence of changes, and says exactly what each of them changed; and we would notice.

BANGFU_SEEDS=20 pytest tests/properties/test_incremental.py tries twenty sequences, each longer, of all datasets.
"""

import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bangfu.engine.incremental import dependence
from bangfu.engine.incremental.work import Work
from tests.properties.registers import DATASETS
from tests.properties.standing_model import COLUMNS, Finding, Model

MANY = "BANGFU_SEEDS" in os.environ
SEEDS = range(int(os.environ.get("BANGFU_SEEDS", "1")))
WHOLE, ROWS, HOUSEHOLDS, RULES, DAY = range(5)
# Facts of every form: totals of persons and of households, silence, what describes the person, days; one that no rule asks for.
SOME = (
    "population",
    "vehicles",
    "disability",
    "real_estate",
    "income_tax",
    "medical_settlement",
    "medical_insurance",
    "deaths",
)


def walk(model: Model, kinds: list[int]) -> tuple[int, str] | None:
    """Make random changes of these kinds; gives the first step after which something is wrong."""
    stood = model.findings()
    if stood != model.everything_anew():
        return -1, "begin"
    for step, kind in enumerate(kinds):
        change = model.changes[kind]
        if step % 3 == 1:
            # Which changes nothing.
            model.standing.merge()
            assert model.findings() == stood
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
    random = Random(seed)
    kinds = [WHOLE, ROWS, HOUSEHOLDS, RULES, DAY] * (2 if MANY else 1)
    random.shuffle(kinds)
    model = Model(random, tmp_path, tuple(DATASETS) if MANY else SOME, 10 if MANY else 6)
    assert walk(model, kinds) is None


def no_family(patched: pytest.MonkeyPatch) -> None:
    """Only persons with a new row are judged again, not their families."""
    let = Work.let_matches_be

    def of_those_alone(work: Work, dataset: str, own: str = "") -> None:
        let(work, dataset, f"(SELECT pid FROM {own} SEMI JOIN touched_pids USING (pid))")

    patched.setattr(Work, "let_matches_be", of_those_alone)


def no_day(patched: pytest.MonkeyPatch) -> None:
    """Rules that ask for the day are not judged again on another one."""
    patched.setattr(dependence, "_reference", lambda _: {"day": "", "year_start": "", "month": ""})


@pytest.mark.parametrize(
    ("broken", "kind", "datasets"),
    [
        (no_family, ROWS, ("real_estate", "deaths")),
        (no_day, DAY, ("income_tax", "deaths")),
    ],
)
def test_control_what_is_not_judged_again_is_noticed(
    broken: Callable[[pytest.MonkeyPatch], None],
    kind: int,
    datasets: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken(monkeypatch)
    for seed in range(8):
        folder = tmp_path / str(seed)
        folder.mkdir()
        # The dataset that never came is the last one.
        if walk(Model(Random(seed), folder, datasets, 12), [kind] * 12) is not None:
            return
    pytest.fail("no walk noticed")
