"""The instance under the command line: its database, its web server and worker. The site lies above, and says how (``use``).

Commands that need the database call ``instance()`` first, and import what needs Django only then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from bangfu.core.problems import kind

NO_INSTANCE = kind(
    "call.no_instance",
    zh="这里只有读文件的命令，没有数据库可用。",
    en="Only the commands that read files work here; there is no database.",
    do_zh="请用安装好的 bangfu 命令（make setup 之后是 .venv/bin/bangfu）。",
    do_en="Use the installed command bangfu (after make setup it is .venv/bin/bangfu).",
)


class Ended(NamedTuple):
    """What was running and has been ended."""

    serving: bool
    database: bool


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """What to type into a browser on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104, only compared
        return f"http://{host}:{self.port}/"


class Machine(Protocol):
    """What only the site can do."""

    def database_folder(self) -> Path | None:
        """Where the embedded database lies, if there is one yet."""
        ...

    def database_url(self, *, owner: bool) -> str:
        """How to connect; starts the embedded database if need be."""
        ...

    def serve(self, address: Address, ready: Callable[[], None]) -> None:
        """Run web server and worker until asked to end; ``ready`` is called once the pages answer."""
        ...

    def serve_apart(self, address: Address) -> None:
        """The same in a process of its own; returns once the pages answer."""
        ...

    def serving(self) -> Address | None:
        """Where this home is being served now."""
        ...

    def stop(self) -> Ended:
        """End web server, worker and embedded database."""
        ...


_starters: list[Callable[[], None]] = []
_machines: list[Machine] = []
_started: list[bool] = []


def use(starter: Callable[[], None], site: Machine | None = None) -> None:
    """Say how an instance is started, and who serves it."""
    _starters[:] = [starter]
    _machines[:] = [site] if site else []
    _started.clear()


def instance() -> None:
    """Start what is needed (embedded database, migrations, Django), once in a process. Raises NO_INSTANCE where nobody said how."""
    if not _starters:
        raise NO_INSTANCE()
    if not _started:
        _starters[0]()
        _started.append(True)


def machine() -> Machine:
    """Who serves the instance. Raises NO_INSTANCE where nobody said."""
    if not _machines:
        raise NO_INSTANCE()
    return _machines[0]
