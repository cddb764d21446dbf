"""Habits of this repository, kept by tests: each says what is wrong and where, and each is shown to notice."""

import ast
import importlib
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import bangfu
from bangfu.core.ids import read_id
from bangfu.core.problems import ProblemKind, catalogue
from bangfu.terminals.cli.main import bangfu as command

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".txt", ".cfg", ".sh", ""}
# The vectors of DOMAIN 4.3, which the tests may use; 110101199003072000 and its like are damaged on purpose and not valid.
VECTORS = {
    "11010519491231002X", "440524188001010014", "360426199101010071", "120103198806018241", "110101199003072316",
    "230306196304054513", "130503196704010016",
}  # fmt: skip
INVENTED = re.compile("53299[0-9]")
LIKE_A_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
# Put together from parts, so that this file does not name what it looks for.
NOT_TO_BE_NAMED = re.compile(
    "|".join(
        ["pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.", "deb" + r"ian\.org", "/wo" + "rk/", "/ro" + "ot/"]
    )
)
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def files() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in TEXT and path.is_file() and path.name != "LICENSE":
            yield path


def real_numbers(text: str) -> list[str]:
    """ID numbers that could be somebody's: valid, not of the invented range, no vector."""
    found = [number.upper() for number in LIKE_A_NUMBER.findall(text)]
    return [n for n in found if read_id(n).value and not INVENTED.match(n) and n not in VECTORS]


def all_kinds() -> list[ProblemKind]:
    for module in pkgutil.walk_packages(bangfu.__path__, "bangfu."):
        importlib.import_module(module.name)
    return list(catalogue())


def long_functions(source: str) -> list[str]:
    """Names of functions over the limit, counted from ``def`` to the last line."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return [node.name for node in nodes if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION]


def test_no_id_number_outside_the_invented_range() -> None:
    assert {
        str(path.relative_to(ROOT)): found for path in files() if (found := real_numbers(path.read_text("utf-8")))
    } == {}


def test_control_a_real_looking_number_is_noticed() -> None:
    assert real_numbers("身份证号：" + "11010119900307" + "7758。") == ["110101199003" + "077758"]


def test_no_registry_host_and_no_path_of_a_machine_is_named() -> None:
    assert {
        str(path.relative_to(ROOT)): found[0]
        for path in files()
        if (found := NOT_TO_BE_NAMED.search(path.read_text("utf-8")))
    } == {}


def test_control_a_registry_host_is_noticed() -> None:
    assert NOT_TO_BE_NAMED.search("index-url = https://py" + "pi.org/simple")


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in files()
        if path.suffix == ".py" and not path.match("migrations/0001_*.py")  # generated
    }
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_functions_stay_small() -> None:
    found = {str(p.relative_to(ROOT)): long_functions(p.read_text("utf-8")) for p in files() if p.suffix == ".py"}
    assert {name: functions for name, functions in found.items() if functions} == {}


def test_control_a_long_function_is_noticed() -> None:
    assert long_functions("def f():\n" + "    x = 1\n" * LONGEST_FUNCTION) == ["f"]


@pytest.mark.parametrize("entry", all_kinds(), ids=lambda entry: entry.code)
def test_every_problem_has_both_languages_and_says_what_to_do(entry: ProblemKind) -> None:
    assert re.search("[\u4e00-\u9fff]", entry.zh)
    assert re.search("[\u4e00-\u9fff]", entry.do_zh)
    assert re.fullmatch(
        "[^\u4e00-\u9fff]*", re.sub("“[^”]*”|职工|家庭成员|是|否|户主身份证号", "", entry.en + entry.do_en)
    )
    for text in (entry.zh, entry.do_zh):
        assert text.endswith(("。", "）", "：", "}"))
    for text in (entry.en, entry.do_en):
        assert text[-1] in ".)}:"


def test_every_command_can_be_found_in_the_manual() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text("utf-8")
        assert [c for c in command.commands if f"bangfu {c}" not in text] == []


def helps() -> Iterator[tuple[str, str]]:
    """Every command's and every option's help, by its name."""
    commands = dict(command.commands)
    for name, entry in command.commands.items():
        if isinstance(entry, click.Group):
            commands |= {f"{name} {inner}": found for inner, found in entry.commands.items()}
    for name, entry in commands.items():
        yield name, entry.help or ""
        yield from ((f"{name} {o.opts[0]}", o.help) for o in entry.params if isinstance(o, click.Option) and o.help)


@pytest.mark.parametrize(("name", "text"), list(helps()))
def test_help_comes_in_both_languages(name: str, text: str) -> None:
    assert re.search("[\u4e00-\u9fff]", text), name
    assert re.search("[A-Za-z]{2}", text), name


def test_no_room_is_empty() -> None:
    packages = [path.parent for path in (ROOT / "bangfu").rglob("__init__.py")]
    assert [
        str(p)
        for p in packages
        if not [f for f in p.rglob("*.*") if f.suffix in (".py", ".yaml") and f.name != "__init__.py"]
    ] == []
