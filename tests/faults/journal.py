"""What a client knows of its own acts, on disk: sent, acknowledged, refused. A process that is killed finds it again.

One line of JSON per event, written by one call: the kernel keeps it whatever happens to the process.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

_TAIL = 1 << 20


@dataclass(frozen=True)
class Sent:
    """An act as it was sent, ready to be sent again."""

    act_id: UUID
    name: str
    who: str
    given: dict[str, Any]


class Journal:
    """One per client; only its own process writes."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def sent(self, sent: Sent) -> None:
        self._write({"sent": str(sent.act_id), "name": sent.name, "who": sent.who, "given": sent.given})

    def acknowledged(self, act_id: UUID, answer: object) -> None:
        """The answer has come: from now on nothing may ever undo this act."""
        self._write({"ok": str(act_id), "answer": to_jsonable_python(answer)})

    def done_by_job(self, act_id: UUID) -> None:
        """A job has come to its end: its acts are done."""
        self._write({"job": str(act_id)})

    def contradicted(self, act_id: UUID) -> None:
        """The same act, sent again, was answered otherwise than before."""
        self._write({"other": str(act_id)})

    def refused(self, act_id: UUID, code: str) -> None:
        """A problem has come: nothing was done."""
        self._write({"no": str(act_id), "code": code})

    def _write(self, event: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def events(path: Path) -> Iterator[dict[str, Any]]:
    """All events, in their order."""
    with path.open("rb") as file:
        yield from (json.loads(line) for line in file)


def unanswered(path: Path) -> Sent | None:
    """The last act that was sent and neither acknowledged nor refused. A client has one at a time."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        lines = file.read().splitlines()
    for line in reversed(lines):
        if line.startswith(b'{"job"'):
            continue
        if not line.startswith(b'{"sent"'):
            return None
        event = json.loads(line)
        return Sent(UUID(event["sent"]), event["name"], event["who"], event["given"])
    return None
