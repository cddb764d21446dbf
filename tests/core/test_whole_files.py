"""Files that appear whole or not at all."""

from pathlib import Path

import pytest

from bangfu.core.problems import Problem
from bangfu.core.whole_files import replacing


def test_a_file_appears_when_all_went_well_readable_by_its_owner_only(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with replacing(target) as path:
        path.write_text("甲", "utf-8")
        assert not target.exists()
    assert target.read_text("utf-8") == "甲"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("旧", "utf-8")
    with pytest.raises(ZeroDivisionError), replacing(target) as path:
        path.write_text(f"{1 / 0}", "utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]
    assert target.read_text("utf-8") == "旧"


def test_a_full_disk_is_a_problem_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(Problem) as refused, replacing(target):
        raise OSError(28, "No space left on device")
    assert refused.value.code == "file.cannot_write"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["nowhere/out.csv", "folder"])
def test_a_target_without_a_place_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Problem) as refused, replacing(tmp_path / place):
        pass
    assert refused.value.code == "call.no_place"
