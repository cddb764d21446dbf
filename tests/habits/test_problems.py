"""The catalogue of problems: every code is reached by code that raises or keeps it, and none is left over."""

import ast
from collections.abc import Iterable
from pathlib import Path

from bangfu.core.problems import catalogue
from tests.habits.test_repository import all_kinds

ROOT = Path(__file__).parents[2] / "bangfu"


def declared(tree: ast.Module) -> list[tuple[str, str]]:
    """(name, code) of the kinds that a module declares: the name that holds it, or the table of them; "" where it is handed on at once."""
    return [
        (_name(statement), str(call.args[0].value))
        for statement in tree.body
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "kind"
        if isinstance(call.args[0], ast.Constant)
    ]


def _name(statement: ast.stmt) -> str:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return next((target.id for target in targets if isinstance(target, ast.Name)), "")


def used(tree: ast.Module) -> set[str]:
    """Names that a module reads: by themselves, or of another module. An import alone raises nothing."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def unreached(modules: Iterable[ast.Module]) -> set[str]:
    """Codes that no module uses."""
    trees = list(modules)
    every = [entry for tree in trees for entry in declared(tree)]
    reached = {name for tree in trees for name in used(tree)}
    return {code for name, code in every if name and name not in reached}


def test_every_code_of_the_catalogue_is_reached() -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")]
    all_kinds()
    assert {code for tree in trees for _, code in declared(tree)} == {entry.code for entry in catalogue()}
    assert unreached(trees) == set()


def test_control_a_code_that_nobody_raises_is_noticed() -> None:
    problems = ast.parse('USED = kind("a.used", zh="", en="")\nLEFT = kind("a.left", zh="", en="")')
    services = ast.parse("from problems import LEFT, USED\nraise USED()")
    assert unreached([problems, services]) == {"a.left"}
