"""A DuckDB that lives as long as one piece of work: bounded memory, its own folder for what does not fit, no network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bangfu.engine.own_folders import own_folder

_PREFIX = "bangfu-work-"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of the machine may be used. ``memory`` as DuckDB writes sizes; ``threads`` 0 takes all processors."""

    memory: str = "1GB"
    threads: int = 0


@contextmanager
def session(limits: Limits, folder: Path | None = None) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Open a connection and a temporary folder (inside ``folder`` if given); both are gone afterwards, whatever happens.

    What a killed process left in the same place is removed first: it may hold ID numbers.
    """
    with own_folder(folder, _PREFIX) as own:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": limits.memory,
            "temp_directory": str(own / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if limits.threads:
            settings["threads"] = limits.threads
        connection = duckdb.connect(":memory:", config=settings)
        try:
            yield connection, own
        finally:
            connection.close()


def literal(text: str) -> str:
    """A text as an SQL literal, for the few places that take no parameter: file names and headings in COPY and views."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A text as an SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The first value of a query's only row, as a whole number; NULL is 0."""
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0
