"""Sealing as a department and a union do it: the command, the one file, keys, and what is refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bangfu.core.problems import Problem
from bangfu.engine.comparison import How, compare
from bangfu.engine.sealing.program import main as program
from bangfu.engine.sealing.recipes import recipes
from bangfu.engine.sealing.sealing import seal_file
from bangfu.engine.sealing.tokens import new_key, read_key, write_key
from bangfu.terminals.cli.seal_delivery import seal_delivery, seal_key
from tests.engine.small import CHILD, HEAD, ON, STRANGER, WIFE, family, write_csv

CARS = [
    {"所有人": "张伟", "身份证号": f"'{HEAD}", "号牌号码": "云L00001", "车辆类型": "小型轿车", "状态": "正常"},
    {"所有人": "王方", "身份证号": WIFE.lower(), "号牌号码": "云L00002", "车辆类型": "小型轿车", "状态": "报废"},
    {"所有人": "张小偉", "身份证号": CHILD, "号牌号码": "云L00003", "车辆类型": "小型轿车", "状态": "正常"},
    {"所有人": "李四", "身份证号": STRANGER, "号牌号码": "云L00004", "车辆类型": "小型轿车", "状态": "正常"},
    {
        "所有人": "赵五",
        "身份证号": "53299019****01001X",
        "号牌号码": "云L00005",
        "车辆类型": "小型轿车",
        "状态": "正常",
    },
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BANGFU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BANGFU_LANGUAGE", "en")
    return tmp_path


def test_from_key_to_finding(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The union makes a key and hands it over; the department seals; the union compares."""
    extract = write_csv(home / "extract.csv", CARS)
    assert call(seal_key, "new", home / "department.key").exit_code == 0
    kept = list((home / "home" / "seal-keys").glob("*.key"))
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600]
    assert read_key(kept[0]) == read_key(home / "department.key")
    assert kept[0].stem in call(seal_key, "list").stdout
    sealed = home / "vehicles.csv"
    done = call(seal_delivery, "vehicles", extract, sealed, "--key", home / "department.key", "--json")
    assert done.return_value == 1
    told = json.loads((done.stdout + capfd.readouterr().out).strip().splitlines()[-1])
    assert (told["rows"], told["keyed"], told["unkeyed"]) == (5, 4, {"masked": 1})
    assert told["left_out"] == ["号牌号码"]
    found = compared(home, sealed, home / "home" / "seal-keys")
    assert found == [
        (HEAD, "名下机动车", "vehicles.csv:2"),
        (WIFE, "姓名不符", "vehicles.csv:3"),
        (CHILD, "名下机动车", "vehicles.csv:4"),
    ]


def test_a_key_of_the_department_is_taken_in(home: Path) -> None:
    assert program(["--new-key", str(home / "own.key")], recipes()) == 0
    assert call(seal_key, "take", home / "own.key").exit_code == 0
    assert read_key(home / "own.key").fingerprint in call(seal_key, "list").stdout


def test_a_key_is_never_written_over(home: Path) -> None:
    assert program(["--new-key", str(home / "own.key")], recipes()) == 0
    before = (home / "own.key").read_bytes()
    with pytest.raises(SystemExit) as ended:
        program(["--new-key", str(home / "own.key")], recipes())
    assert ended.value.code == 2
    assert (home / "own.key").read_bytes() == before


def test_without_the_key_nothing_is_compared(home: Path) -> None:
    sealed = seal(home)
    (home / "none").mkdir()
    with pytest.raises(Problem) as refused:
        compared(home, sealed, home / "none")
    assert refused.value.code == "seal.no_key"


def test_open_rows_in_a_sealed_file_are_refused(home: Path) -> None:
    sealed = seal(home)
    refused_as_mixed(home, sealed.read_text("utf-8") + f'"","{HEAD}","小型轿车","正常"\n')


def test_rows_of_two_keys_are_refused(home: Path) -> None:
    first = seal(home).read_text("utf-8")
    refused_as_mixed(home, first + seal(home).read_text("utf-8").partition("\n")[2])


def test_what_cannot_be_sealed_is_refused_and_leaves_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed, key = seal(home), home / "k.key"
    write_key(new_key(), key)
    bad = home / "bad.key"
    bad.write_text("secret\n", "utf-8")
    extract = write_csv(home / "strange.csv", [{"名字": "张伟", "号": HEAD}])
    for code, arguments in (
        ("seal.already", (sealed, home / "out.csv", recipes()["vehicles"], key)),
        ("seal.no_column", (extract, home / "out.csv", recipes()["vehicles"], key)),
        ("seal.key_file", (extract, home / "out.csv", recipes()["vehicles"], bad)),
    ):
        path, out, recipe, secret = arguments
        with pytest.raises(Problem) as refused:
            seal_file(path, out, recipe, read_key(secret))
        assert refused.value.code == code
        assert not out.exists()
    assert program(["vehicles", str(extract), str(home / "out.csv"), "--key", str(key)], recipes()) == 1
    assert "身份证号" in capsys.readouterr().err
    with pytest.raises(Problem) as refused:
        CliRunner().invoke(seal_delivery, ["vehicles"], standalone_mode=False, catch_exceptions=False)
    assert refused.value.code == "call.what_to_seal"


def test_the_tool_is_written_as_one_file(home: Path) -> None:
    assert call(seal_delivery, "--tool", home / "seal.py").exit_code == 0
    assert (home / "seal.py").read_text("utf-8").startswith("#!/usr/bin/env python3")


def refused_as_mixed(home: Path, text: str) -> None:
    (home / "vehicles.csv").write_text(text, "utf-8")
    with pytest.raises(Problem) as refused:
        compared(home, home / "vehicles.csv", home / "keys")
    assert refused.value.code == "seal.mixed"


def seal(home: Path) -> Path:
    """The extract, sealed with a new key that is kept in ``keys``."""
    (home / "keys").mkdir(exist_ok=True)
    key = new_key()
    write_key(key, home / "keys" / f"{key.fingerprint}.key")
    seal_file(write_csv(home / "extract.csv", CARS), home / "vehicles.csv", recipes()["vehicles"], key)
    return home / "vehicles.csv"


def compared(home: Path, sealed: Path, keys: Path) -> list[tuple[str, str, str]]:
    out = home / "findings.csv"
    compare(write_csv(home / "people.csv", family()), {"vehicles": sealed}, ON, out, how=How(keys=keys))
    lines = [line.split(",") for line in out.read_text("utf-8").splitlines()[1:]]
    return [(line[1], line[4], line[-1]) for line in lines]


def call(command: object, *arguments: object) -> Result:
    return CliRunner().invoke(command, list(map(str, arguments)), standalone_mode=False, catch_exceptions=False)  # type: ignore[arg-type]
