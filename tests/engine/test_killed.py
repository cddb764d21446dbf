"""A comparison that is killed at any of its stages writes nothing; the next one is whole and leaves nothing of the first behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bangfu.engine.comparison import How, compare
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.stages import Stage
from tests.engine.small import CHILD, HEAD, ON, WIFE, family, write_csv

_DIES = """
import os, signal, sys
from pathlib import Path
from bangfu.engine.comparison import How, compare
from bangfu.engine.duckdb_.session import Limits
from tests.engine.small import ON
place, number = Path(sys.argv[1]), int(sys.argv[2])
heard = []

def dies(stage):
    heard.append(stage)
    if len(heard) > number:
        os.kill(os.getpid(), signal.SIGKILL)

how = How(limits=Limits(threads=1), stages=dies)
compare(place / "people.csv", {"deaths": place / "deaths.csv", "vehicles": place / "vehicles.csv"}, ON, place / "findings.csv", how=how)
"""
# Register, two deliveries, names, judgement, findings: each begins, and each ends.
TOLD = 12


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A register and two deliveries."""
    write_csv(tmp_path / "people.csv", family())
    write_csv(tmp_path / "deaths.csv", [{"姓名": "张三", "身份证号": HEAD, "死亡日期": "2026-01-02"}])
    car = {"姓名": "王芳", "身份证号": WIFE, "车辆类型": "小型轿车", "使用性质": "非营运", "状态": "正常"}
    write_csv(tmp_path / "vehicles.csv", [car, {**car, "身份证号": CHILD, "状态": "报废"}])
    (tmp_path / "temporary").mkdir()
    return tmp_path


def whole(place: Path) -> tuple[list[Stage], str]:
    """A comparison that nobody disturbs: what it tells, and what it writes."""
    heard: list[Stage] = []
    how = How(limits=Limits(threads=1), stages=heard.append)
    datasets = {"deaths": place / "deaths.csv", "vehicles": place / "vehicles.csv"}
    compare(place / "people.csv", datasets, ON, place / "findings.csv", how=how)
    return heard, (place / "findings.csv").read_text("utf-8")


def test_the_stages_that_are_told_are_those_below(place: Path) -> None:
    heard, _ = whole(place)
    assert len(heard) == TOLD
    assert list(dict.fromkeys(stage.name for stage in heard)) == ["register", "match", "names", "judge", "write"]


@pytest.mark.parametrize("number", range(TOLD))
def test_killed_there_it_writes_nothing_and_the_next_one_is_whole(
    number: int, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = place / "temporary"
    died = subprocess.run(
        [sys.executable, "-c", _DIES, place, str(number)],
        env={**os.environ, "TMPDIR": str(temporary)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert HEAD not in died.stdout + died.stderr
    # What is told last is that the file is written: complete, or not there.
    written = (place / "findings.csv").read_text("utf-8") if number == TOLD - 1 else None
    assert (place / "findings.csv").exists() == (written is not None)
    left = list(temporary.iterdir())
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in left)

    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    _, found = whole(place)
    assert written in (None, found)
    assert len(found.splitlines()) > 2
    assert list(temporary.iterdir()) == []
