"""Every fault point × what happens there: tried one after the other, noted on disk, since the one who tries may not live to tell."""

import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bangfu.ground.acts import faults
from bangfu.ground.acts.act import declared_acts

KINDS = ("raise", "cut", "kill")
# Those that the door itself has around every act.
AROUND = ("opened", "done", "before_commit", "after_commit")
_TRIES = 3
_LITERAL = re.compile(r"""fault_point\("([a-z_.]+)"\)""")
Item = tuple[str, str]


def all_points() -> list[str]:
    """Of the acts declared by the modules imported so far, and those named in the product's code."""
    named = {
        point
        for path in (Path(__file__).parents[2] / "bangfu").rglob("*.py")
        for point in _LITERAL.findall(path.read_text("utf-8"))
    }
    return sorted({f"{one.verb.code}.{where}" for one in declared_acts() for where in AROUND} | named)


class Matrix:
    """One per walker: its share of the points that are left."""

    def __init__(self, notes: Path, points: Iterable[str], kinds: Iterable[str] = KINDS) -> None:
        self._items = [(point, kind) for kind in kinds for point in points]
        self._tried: dict[Item, int] = {}
        self._struck: set[Item] = set()
        if notes.exists():
            for line in notes.read_text("utf-8").splitlines():
                self._take(*json.loads(line))
        self._file = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    @property
    def struck(self) -> set[Item]:
        """What has happened so far. Of a kill nobody tells: it was tried, and not missed."""
        return self._struck

    @property
    def is_done(self) -> bool:
        """Nothing is left to be tried."""
        return all(item in self._struck or self._tried.get(item, 0) >= _TRIES for item in self._items)

    def around(self, verbs: Iterable[str], step: Callable[[], Any]) -> Any:
        """Do a step with the next fault of these verbs switched on, if one is left."""
        item = self._next(tuple(verbs))
        if item is None:
            return step()
        self._note("try", item)
        faults.switch_on("=".join(item))
        try:
            return step()
        finally:
            self._note("struck" if faults.struck(item[0]) else "missed", item)
            faults.switch_on("")

    def _next(self, verbs: tuple[str, ...]) -> Item | None:
        for item in self._items:
            if item not in self._struck and self._tried.get(item, 0) < _TRIES and item[0].startswith(verbs):
                return item
        return None

    def _note(self, what: str, item: Item) -> None:
        self._take(what, *item)
        os.write(self._file, json.dumps([what, *item]).encode() + b"\n")

    def _take(self, what: str, point: str, kind: str) -> None:
        item = (point, kind)
        if what == "try":
            self._tried[item] = self._tried.get(item, 0) + 1
            self._struck.add(item)
        elif what == "missed":
            self._struck.discard(item)


def struck_in(notes: Iterable[Path]) -> set[Item]:
    """What all walkers together have met."""
    found: set[Item] = set()
    for path in notes:
        if path.exists():
            found |= Matrix(path, ()).struck
    return found
