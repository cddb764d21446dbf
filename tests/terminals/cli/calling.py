"""The command line as people call it: exit code, what it prints, in a home and a database of the test's."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bangfu.terminals.cli import main, running
from tests.engine.intake.books import HEADS, Cell, number, write_book

BANGFU = Path(sys.executable).parent / "bangfu"


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> dict[str, Any]:
        """The last line, for machines."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


class Calling:
    """``bangfu`` in one home; everything else comes from the environment."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self.variables = {"BANGFU_HOME": str(home), **variables}

    def begins(self, *words: object, **variables: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [BANGFU, *map(str, words)],
            env={**os.environ, **self.variables, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def says(self, *words: object, **variables: str) -> Said:
        return ended(self.begins(*words, **variables))


def said_here(monkeypatch: pytest.MonkeyPatch, *words: object) -> Said:
    """The same in this process, whose database runs already: two seconds quicker."""
    for name, value in (("_starters", [lambda: None]), ("_started", [])):
        monkeypatch.setattr(running, name, value)
    monkeypatch.setattr(sys, "argv", ["bangfu", *map(str, words)])
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main.run()
    return Said(int(left.value.code or 0), out.getvalue(), err.getvalue())


def ended(process: "subprocess.Popen[str]", seconds: float = 240) -> Said:
    """Wait for a command."""
    out, err = process.communicate(timeout=seconds)
    return Said(process.returncode, out, err)


def long_archive(path: Path, households: int, first: int = 0) -> Path:
    """Heads only: a thousand to a chunk."""
    numbers = [number(at % 900 + 1, birth=f"{1950 + at // 900}0101") for at in range(first, first + households)]
    heads: list[list[Cell]] = [["张三", one, 1, "1000"] for one in numbers]
    return write_book(path, {"职工": [HEADS[0], *heads]})
