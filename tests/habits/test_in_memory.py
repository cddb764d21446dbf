"""The tests' own home and temporary files: in memory where there is room, and nothing of them stays."""

import sys
from pathlib import Path

import pytest

from tests.in_memory import HOME, run

SAYS = """
import os, pathlib, tempfile
home = os.environ.get('BANGFU_TEST_HOME', '')
pathlib.Path({!r}).write_text(home + " " + tempfile.mkdtemp())
if home:
    os.mkdir(home)
exit(3)
"""


@pytest.mark.parametrize(("room", "inside"), [(1, True), (1 << 60, False)])
def test_the_home_is_in_memory_if_there_is_room_and_gone_afterwards(
    room: int, inside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(HOME, raising=False)
    memory, said = tmp_path / "memory", tmp_path / "said"
    memory.mkdir()
    assert run([sys.executable, "-c", SAYS.format(str(said))], memory, room) == 3
    assert [path.startswith(str(memory)) for path in said.read_text().split(" ")] == [inside, inside]
    assert list(memory.iterdir()) == []


def test_a_home_that_somebody_named_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    said = tmp_path / "said"
    assert run([sys.executable, "-c", SAYS.format(str(said))], tmp_path, 1) == 3
    assert said.read_text().split(" ")[0] == str(tmp_path / "home")
