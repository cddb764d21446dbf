"""What all processes of a run share: folders, counters in shared memory, the wish to end."""

import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path

_SLOTS = 64
_SLOT = struct.Struct("<QQ")


class Stop(Exception):
    """The run is over."""


@dataclass(frozen=True)
class Plan:
    """``folder`` holds the journals; ``seed`` makes every run's choices its own, and the same again."""

    folder: Path
    seed: int
    _memory: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, 4096), repr=False)

    def journal(self, client: int) -> Path:
        """The journal of a client."""
        return self.folder / f"client-{client:02}.jsonl"

    def count(self, client: int) -> None:
        """One more acknowledged act. Each client writes to its own place."""
        done, disturbed = self._read(client)
        _SLOT.pack_into(self._memory, 16 * (1 + client), done + 1, disturbed)

    def count_disturbed(self, client: int) -> None:
        """One more act that was not answered at once."""
        done, disturbed = self._read(client)
        _SLOT.pack_into(self._memory, 16 * (1 + client), done, disturbed + 1)

    @property
    def acknowledged(self) -> int:
        """All clients' together, so far."""
        return sum(self._read(client)[0] for client in range(_SLOTS))

    @property
    def disturbed(self) -> int:
        """How often an act had to be sent again, so far."""
        return sum(self._read(client)[1] for client in range(_SLOTS))

    def ask_to_end(self) -> None:
        """Clients finish the act they are at, and end."""
        self._memory[0] = 1

    def abandon(self) -> None:
        """They end even where an act is not answered."""
        self._memory[0] = 2

    def start_again(self) -> None:
        """For another round."""
        self._memory[0] = 0

    def is_over(self) -> bool:
        """Shall clients end?"""
        return self._memory[0] > 0

    def is_abandoned(self) -> bool:
        """Shall they end at once?"""
        return self._memory[0] > 1

    def _read(self, client: int) -> tuple[int, int]:
        done, disturbed = _SLOT.unpack_from(self._memory, 16 * (1 + client))
        return int(done), int(disturbed)
