"""The offline tool as one Python file that needs nothing but Python 3.11: it carries the very modules that Bangfu itself runs.

The rules of normalising stand in ``core`` and nowhere else. Two libraries that ``core`` leans on cannot come along: for the check digits of
python-stdnum there are a few lines here, for OpenCC the characters that it changes, asked of it when the file is made. A third, pypinyin,
is never asked for. tests/properties/test_sealed_deliveries.py holds the file against Bangfu over random and damaged cells.
"""

import inspect
import json
from importlib import import_module
from pathlib import Path

from bangfu.core.names import simplified
from bangfu.core.whole_files import replacing
from bangfu.engine.sealing.recipes import recipes

# Each after those that it imports.
MODULES = (
    "bangfu.core.problems",
    "bangfu.core.readings",
    "bangfu.core.text",
    "bangfu.core.whole_files",
    "bangfu.core.ids",
    "bangfu.core.credit_codes",
    "bangfu.core.names",
    "bangfu.engine.intake.problems",
    "bangfu.engine.intake.files",
    "bangfu.engine.intake.delimited",
    "bangfu.engine.intake.headings",
    "bangfu.engine.intake.certificates",
    "bangfu.engine.sealing.tokens",
    "bangfu.engine.sealing.sealing",
    "bangfu.engine.sealing.program",
)
_PACKAGES = ("bangfu", "bangfu.core", "bangfu.engine", "bangfu.engine.intake", "bangfu.engine.sealing")
_CHINESE = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
_QUOTES = "'''"

_STAND_INS = {
    "stdnum.cn.ric": '''
def calc_check_digit(number):
    """GB 11643-1999."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(w * int(d) for w, d in zip(weights, number)) % 11]
''',
    "stdnum.cn.uscc": '''
def calc_check_digit(number):
    """GB 32100-2015."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    return alphabet[(31 - sum(w * alphabet.index(c) for w, c in zip(weights, number)) % 31) % 31]
''',
}
_OPENCC = '''
_BECOMES = dict(zip({traditional!r}, {simplified!r}))


class OpenCC:
    """What OpenCC (t2s) makes of single characters."""

    def __init__(self, config):
        assert config == "t2s"

    def convert(self, text):
        return "".join(_BECOMES.get(c, c) for c in text)
'''
_HEAD = """#!/usr/bin/env python3
# 帮扶：部门数据密封工具。只用 Python 3.11 以上的标准库；不联网，不用数据库。
# Bangfu: seals a department's extract. Python 3.11 and its standard library only; no network, no database.
# Apache-2.0. Made by `bangfu seal-delivery --tool`; how to use it: docs/deliveries.md, or --help.
# Each text below is a module of Bangfu as it stands in its own source.
import sys
import types


def _module(name, source, package=False):
    made = types.ModuleType(name)
    if package:
        made.__path__ = []
    sys.modules[name] = made
    exec(compile(source, name, "exec"), made.__dict__)
    above, _, last = name.rpartition(".")
    if above:
        setattr(sys.modules[above], last, made)


"""
_END = """
from bangfu.engine.sealing.program import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], RECIPES))
"""


def write_tool(target: Path) -> None:
    """Write the tool; complete or not at all."""
    with replacing(target) as temporary:
        temporary.write_text(tool_text(), "utf-8")


def tool_text() -> str:
    """The text of the tool."""
    parts = [_HEAD]
    parts += [f'_module("{name}", "", package=True)\n' for name in (*_PACKAGES, "stdnum", "stdnum.cn")]
    stand_ins = _STAND_INS | {"opencc": _opencc()}
    parts += [_embedded(name, source) for name, source in stand_ins.items()]
    parts += [_embedded(name, inspect.getsource(import_module(name))) for name in MODULES]
    parts.append(
        f"RECIPES = {json.dumps(recipes(), ensure_ascii=False, indent=1).replace('false', 'False').replace('true', 'True')}\n"
    )
    return "".join([*parts, _END])


def _embedded(name: str, source: str) -> str:
    if _QUOTES in source or source.endswith("\\"):
        raise ValueError(f"{name} cannot stand between quotes")
    return f"\n# ---- {name}\n_module(\n    {name!r},\n    r{_QUOTES}{source}{_QUOTES},\n)\n"


def _opencc() -> str:
    changed = [
        (c, simplified(c)) for first, last in _CHINESE for c in map(chr, range(first, last + 1)) if simplified(c) != c
    ]
    if any(len(after) != 1 for _, after in changed):
        raise ValueError("a character becomes several")
    return _OPENCC.format(traditional="".join(c for c, _ in changed), simplified="".join(c for _, c in changed))
