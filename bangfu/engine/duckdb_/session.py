"""A DuckDB that lives as long as one piece of work: bounded memory, its own folder for what does not fit, no network."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from bangfu.engine import problems
from bangfu.engine.own_folders import own_folder
from bangfu.engine.stages import Stop

_PREFIX = "bangfu-work-"
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?B)\s*", re.IGNORECASE | re.ASCII)
_UNITS = {"K": 1, "M": 2, "G": 3, "T": 4}
# What is staged is written once and read often: the second version of the format packs numbers and short texts, which makes files a third
# smaller and joins a quarter faster.
STAGED = "FORMAT parquet, COMPRESSION snappy, PARQUET_VERSION v2"
# What a comparison holds beside what DuckDB counts: the libraries, buffers of texts, allocations that were given back only in part. At the
# size of a province 0.35 to 0.4 GB (docs/decisions/0029, Memory).
_BESIDE = 400 * 1000**2
# With less than this the rules can hardly be laid out.
LEAST_MEMORY = _BESIDE + 100 * 1000**2


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of the machine may be used. ``memory`` for DuckDB, as it writes sizes; ``threads`` 0 takes all processors.

    ``stop``: by which somebody may end the work. ``within``: what the whole process may take, where that was said.
    """

    memory: str = "1GB"
    threads: int = 0
    within: str = ""
    stop: Stop | None = field(default=None, compare=False)


def memory_limit(text: str) -> str:
    """A limit as somebody wrote it (2GB, 1.5 GiB, 800mb), as DuckDB and Spark read it. Raises BAD_MEMORY for anything else."""
    found = _SIZE.fullmatch(text)
    if found is None or _size(text) < LEAST_MEMORY:
        raise problems.BAD_MEMORY(given=text[:40], least=f"{LEAST_MEMORY // 1000**2}MB")
    return f"{found[1]}{found[2]}"


def limits_within(text: str, stop: Stop | None = None) -> Limits:
    """The limits for DuckDB in a process that may take so much memory in all, as somebody wrote it. Raises BAD_MEMORY as memory_limit."""
    within = memory_limit(text)
    return Limits(memory=f"{(_size(within) - _BESIDE) // 1000**2}MB", within=within, stop=stop)


def _size(text: str) -> int:
    """Bytes; 0 of a text that is no size."""
    found = _SIZE.fullmatch(text)
    return int(float(found[1]) * _bytes(found[2])) if found else 0


def _bytes(unit: str) -> int:
    base = 1024 if unit[1] in "iI" else 1000
    return int(base ** _UNITS[unit[0].upper()])


@contextmanager
def session(limits: Limits, folder: Path | None = None) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Open a connection and a temporary folder (inside ``folder`` if given); both are gone afterwards, whatever happens.

    What a killed process left in the same place is removed first: it may hold ID numbers.
    Raises OUT_OF_MEMORY where the limit does not suffice, and Stopped where somebody ends the work.
    """
    with own_folder(folder, _PREFIX) as own:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": limits.memory,
            "temp_directory": str(own / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # What lives in memory needs no checkpoint; in the middle of the work one takes longer than to match a delivery.
            "checkpoint_threshold": "1TB",
        }
        if limits.threads:
            settings["threads"] = limits.threads
        connection = duckdb.connect(":memory:", config=settings)
        try:
            with limits.stop.interrupting(connection.interrupt) if limits.stop else nullcontext():
                yield connection, own
        except duckdb.OutOfMemoryException as error:
            # A full disk, on which nothing can be laid aside, is another matter.
            if "No space left" in str(error):
                raise
            raise problems.OUT_OF_MEMORY(limit=limits.within or limits.memory) from error
        finally:
            connection.close()


@contextmanager
def joined_as_written(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Inside, every join keeps its right side in memory, as it is written: how many rows a text has is guessed badly."""
    connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
    try:
        yield
    finally:
        # Where the work was broken off, the connection may be gone already.
        with suppress(duckdb.ConnectionException):
            connection.execute("RESET disabled_optimizers")


def literal(text: str) -> str:
    """A text as an SQL literal, for the few places that take no parameter: file names and headings in COPY and views."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A text as an SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The first value of a query's only row, as a whole number; NULL is 0."""
    # To the end: a connection with an answer that was not read takes no other question.
    rows = connection.execute(query).fetchall()
    return int(rows[0][0] or 0) if rows else 0
