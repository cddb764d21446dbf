"""Delivered files beside a register, straight from the files: some are read at once, each in a connection of its own to one DuckDB."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import local

import duckdb

from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery, match
from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.duckdb_.session import count
from bangfu.engine.intake.deliveries import Manifest
from bangfu.engine.intake.deliveries_concerned import RELATION, know_people, read_concerned
from bangfu.engine.intake.deliveries_folder import About

# How many rows a text has is guessed (at 42): hash tables would be built of the deliveries, strings and all, and not of the register.
# Every join that is asked here has the side to be kept in memory on its right.
_AS_WRITTEN = "build_side_probe_side"
# A text is read by one thread, since its rows are numbered: two texts keep two processors busy, and no more memory is needed than that.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that was matched, with its manifest; of a sealed one neither, as only staging can open it."""

    delivery: Delivery | None
    manifest: Manifest | None


def take_delivered(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, Path],
    about: Mapping[str, About],
    folder: Path,
    *,
    on: date,
    facts: frozenset[str],
    told: Callable[[str], None],
) -> Iterator[tuple[str, Taken]]:
    """Match each file (by dataset) with ``people``, as facts.match: its tables are there when it is given, in the order of ``files``."""
    know_people(connection)
    connection.execute(f"SET disabled_optimizers = '{_AS_WRITTEN}'")
    own, cursors = local(), []

    def start() -> None:
        own.cursor = connection.cursor()
        cursors.append(own.cursor)
        create_macros(own.cursor)

    def take(dataset: str) -> Taken:
        return _take(own.cursor, dataset, files[dataset], about.get(dataset) or About(), folder / dataset, on, facts)

    with ThreadPoolExecutor(_AT_ONCE, initializer=start) as pool:
        largest_first = sorted(files, key=lambda dataset: -_size(files[dataset]))
        taken: dict[str, Future[Taken]] = {dataset: pool.submit(take, dataset) for dataset in largest_first}
        try:
            for dataset in files:
                told(dataset)
                yield dataset, taken[dataset].result()
        finally:
            pool.shutdown(cancel_futures=True)
            for cursor in cursors:
                cursor.close()
            # Where the work was broken off, the connection may be gone already.
            with suppress(duckdb.ConnectionException):
                connection.execute("RESET disabled_optimizers")


def _size(path: Path) -> int:
    # A file that is not there is refused when its turn comes.
    return path.stat().st_size if path.is_file() else 0


def _take(
    cursor: duckdb.DuckDBPyConnection,
    dataset: str,
    path: Path,
    about: About,
    folder: Path,
    on: date,
    facts: frozenset[str],
) -> Taken:
    folder.mkdir(mode=0o700)
    try:
        manifest = read_concerned(cursor, dataset, path, folder, today=on, facts=facts, widths=about.widths)
        if manifest is None:
            return Taken(None, None)
        delivery = Delivery(declared_datasets()[dataset], path.name, (), about.as_of, about.coverage, table=RELATION)
        # Of a row in memory all columns are there, of a person three.
        few = count(cursor, "SELECT count(*) FROM kept") * 3 < count(cursor, "SELECT count(*) FROM people")
        match(cursor, delivery, facts, few=few)
        cursor.execute("DROP TABLE IF EXISTS kept")
        return Taken(delivery, manifest)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
