"""``supervisor.pid``: the supervisor's and its children's processes, each with its start, so that a re-used number is never hit."""

import json
from dataclasses import dataclass
from pathlib import Path

from bangfu.core.whole_files import replacing
from bangfu.site.processes import birth

PROCESS_LIST = "supervisor.pid"


@dataclass(frozen=True, slots=True)
class Entry:
    """One process: its number, and when it began."""

    pid: int
    began: str

    def is_alive(self) -> bool:
        """True while this very process runs."""
        return birth(self.pid) == self.began


def write_list(home: Path, entries: list[Entry]) -> None:
    """Write the list whole or not at all, the supervisor first."""
    with replacing(home / PROCESS_LIST) as draft:
        draft.write_text(json.dumps([[entry.pid, entry.began] for entry in entries]), "utf-8")


def read_list(home: Path) -> list[Entry]:
    """The list; empty when there is none or it cannot be read."""
    try:
        return [Entry(int(pid), str(began)) for pid, began in json.loads((home / PROCESS_LIST).read_text("utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
