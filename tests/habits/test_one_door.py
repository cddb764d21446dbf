"""One door for every change: what writes to the database is an act, or is reached from acts alone.

Every call in the product that writes rows is found by walking its syntax. A function that writes must be an act, or be called by name from
functions that are acts or themselves reached so; whatever else writes is on the list below, each with its reason.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "bangfu"
WRITES = frozenset(
    {
        *("save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "update"),
        *("insert_rows", "insert_encoded", "write_rows"),
    }
)
# Of sets, dictionaries and hashes; what is written to rows is called on a manager, a queryset or a row.
ON_ROWS = frozenset({"objects", "filter", "exclude", "all", "select_for_update", "order_by"})
SQL = ("insert", "update ", "delete from", "truncate")
# Not acts, and why they write all the same.
WITHOUT_AN_ACT = {
    "ground/trail/services.py:record_looks": "who looked is written with the reading itself; nothing is decided",
    "ground/acts/bulk.py:_write": "how acts write many rows; its callers are counted",
    "ground/acts/act.py:_enter": "the door itself writes the entry",
    "ground/access/services/glass.py:record_page": "pages seen through broken glass, as looks are",
    "ground/access/sessions.py:begin_session": "a session begins before anybody acts; signing in is told by an act of its own",
    "ground/access/sessions.py:held_session": "when it was last seen",
    "ground/access/sessions.py:proved": "beside the act that tells of the proof",
    "ground/access/sessions.py:leave_session": "signing out is told by an act of its own",
    "ground/access/throttle.py:_count": "tries at the sign-in, by people who are nobody yet",
    "ground/access/throttle.py:succeeded": "the same",
    "ground/approval/services/decide.py:decide": "what every deciding act does; pure rules are called decide too",
    "ground/approval/services/decide.py:close": "of that; files are closed too",
    "decide/identification/refusal.py:_approved": "carried out by the decision's act, under the name that it registers",
    "decide/identification/refusal.py:_returned": "the same",
    "decide/identification/services/undo.py:take_back": "by the act of undoing, and by what a returned refusal carries out",
    "decide/comparison/progress.py:keep": "how far a run is, told while its engine works: nothing is decided",
    "decide/comparison/exports.py:findings_export": "put together in DuckDB, which holds a copy",
    "ground/trail/seals.py:seal": "seals what acts wrote; told by the checkpoint, which is signed",
    "ground/trail/seals.py:shapes": "of that: which columns a table had when it was sealed",
}
# Migrations make tables; the launcher makes roles and databases; neither serves anybody. Synthetic prefectures know no database.
OUTSIDE = ("/migrations/", "/site/", "/synthetic/", "/engine/", "/core/")


@dataclass(frozen=True)
class Function:
    """A function at the top of a module, or a method: what it calls, and whether it writes."""

    where: str
    name: str
    is_act: bool
    calls: frozenset[str]
    writes: tuple[str, ...]


def functions(path: str, tree: ast.Module) -> Iterator[Function]:
    for node in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        calls = {name for call in ast.walk(node) if isinstance(call, ast.Call) and (name := called(call))}
        # A function that is handed on (to a pool, a table of ways, on_commit) is called by whoever takes it.
        handed = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        handed |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
        yield Function(f"{path}:{node.name}", node.name, is_act(node), frozenset(calls | handed), tuple(writes(node)))


def is_act(node: ast.FunctionDef) -> bool:
    return any(isinstance(d, ast.Call) and called(d) == "act" for d in node.decorator_list)


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def writes(node: ast.FunctionDef) -> Iterator[str]:
    """Calls that write rows: of the ORM, of ``bulk``, of a cursor with SQL that changes something."""
    for call in [n for n in ast.walk(node) if isinstance(n, ast.Call)]:
        name = called(call)
        if name in ("insert_rows", "insert_encoded", "write_rows") or (name in WRITES and is_on_rows(call)):
            yield name
        if name in ("execute", "executemany", "copy") and any(changes(text) for text in texts(call)):
            yield "sql"


def is_on_rows(call: ast.Call) -> bool:
    """Is it called on ``Model.objects…``, on a queryset, or on a row with words that only a row's method takes?"""
    inside = {n.attr for n in ast.walk(call.func) if isinstance(n, ast.Attribute)}
    if inside & ON_ROWS:
        return True
    takes = {keyword.arg for keyword in call.keywords}
    name = called(call)
    bare_row = (
        name in ("save", "delete") and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    )
    return bare_row and (not call.args or bool(takes & {"update_fields", "force_insert", "force_update"}))


def texts(call: ast.Call) -> Iterator[str]:
    for node in ast.walk(call):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def changes(text: str) -> bool:
    return text.strip().lower().startswith(SQL)


def past_the_door(found: Iterable[Function]) -> dict[str, tuple[str, ...]]:
    """Functions that write, and are neither acts nor reached from acts alone."""
    every = list(found)
    callers: dict[str, list[Function]] = {}
    for function in every:
        for name in function.calls:
            callers.setdefault(name, []).append(function)
    safe = {f.where for f in every if f.is_act} | set(WITHOUT_AN_ACT)
    grown = True
    while grown:
        grown = False
        for function in every:
            by = [one for one in callers.get(function.name, []) if may_mean(one, function)]
            if function.where not in safe and by and all(one.where in safe for one in by):
                safe.add(function.where)
                grown = True
    return {f.where: f.writes for f in every if f.writes and f.where not in safe}


def may_mean(caller: Function, function: Function) -> bool:
    """Does the name that is called mean this function? A private one is called in its own module alone."""
    same_module = caller.where.partition(":")[0] == function.where.partition(":")[0]
    return caller.where != function.where and (same_module or not function.name.startswith("_"))


def of_the_product() -> list[Function]:
    return [
        function
        for path in sorted(ROOT.rglob("*.py"))
        if not any(part in f"/{path.relative_to(ROOT)}" for part in OUTSIDE)
        for function in functions(str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8")))
    ]


def test_whatever_writes_is_an_act_or_is_reached_from_acts_alone() -> None:
    assert past_the_door(of_the_product()) == {}


def test_the_list_of_exceptions_is_short_and_each_is_there() -> None:
    known = {function.where for function in of_the_product()}
    assert set(WITHOUT_AN_ACT) <= known
    assert len(WITHOUT_AN_ACT) <= 20


BYPASS = {
    "a view that saves": "def view(request):\n    row.save(update_fields=['x'])",
    "a view that creates": "def view(request):\n    Model.objects.create(x=1)",
    "raw SQL": "def view(request):\n    cursor.execute('UPDATE t SET x = 1')",
    "many rows": "def view(request):\n    insert_rows(Model, rows)",
    "a helper of an act that a view calls too": "@act(V)\ndef do():\n    helper()\ndef view(request):\n    helper()\n"
    "def helper():\n    Model.objects.filter(x=1).update(x=2)",
}


@pytest.mark.parametrize("source", BYPASS.values(), ids=BYPASS)
def test_control_a_way_around_the_door_is_noticed(source: str) -> None:
    assert past_the_door(functions("x.py", ast.parse(source))) != {}


def test_control_what_an_act_alone_calls_is_no_way_around() -> None:
    source = "@act(V)\ndef do():\n    helper()\ndef helper():\n    Model.objects.create(x=1)"
    assert past_the_door(functions("x.py", ast.parse(source))) == {}
