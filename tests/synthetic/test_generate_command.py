import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bangfu.core.problems import Problem
from bangfu.synthetic.prefecture import generate
from bangfu.terminals.cli.generate import generate_command
from tests.synthetic.conftest import refusal


def run(*arguments: str) -> Result:
    return CliRunner().invoke(generate_command, [*arguments, "--json"], standalone_mode=False, catch_exceptions=False)


def test_it_says_what_it_made(tmp_path: Path) -> None:
    made = run("--households", "12", "--out", str(tmp_path / "p"))
    last = json.loads(made.stdout.splitlines()[-1])
    assert last["households"] == 12
    assert last["persons"] >= 12
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p"]


def test_it_takes_an_empty_folder(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    assert run("--households", "1", "--out", str(folder)).exit_code == 0
    assert (folder / "people.parquet").exists()


def test_it_never_writes_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Problem) as refused:
        run("--out", str(tmp_path))
    assert refused.value.code == "call.folder_not_empty"
    assert str(tmp_path) in refused.value.zh
    assert str(tmp_path) in refused.value.en
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("households", [0, -1, 1_250_001])
def test_it_refuses_a_number_of_households_that_cannot_be(tmp_path: Path, households: int) -> None:
    with refusal("call.households_range"):
        generate(households, 1, tmp_path / "p")


def test_it_refuses_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("", encoding="utf-8")
    with refusal("call.not_a_folder"):
        generate(1, 1, path)
    with refusal("generate.cannot_write"):
        generate(1, 1, path / "below")


def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(10, 1, tmp_path / "p", stop)
    assert list(tmp_path.iterdir()) == []
