"""Delivered files beside a register, straight from the files: some are read at once, each in a connection of its own to one DuckDB."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import local

import duckdb

from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery, match_concerned
from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.intake.deliveries import Manifest
from bangfu.engine.intake.deliveries_concerned import RELATION, SILENT, DeliveredFile, know_people, read_concerned
from bangfu.engine.intake.deliveries_folder import About
from bangfu.engine.intake.files import sha256_of

# A text is read by one thread, since its rows are numbered: two texts keep two processors busy, and no more memory is needed than that.
_AT_ONCE = 2
# Workbooks are packed, and read by one thread row by row: a byte of theirs takes as long as so many of a text.
_PACKED = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that was matched, with its manifest; of a sealed one neither, as only staging can open it."""

    delivery: Delivery | None
    manifest: Manifest | None


@contextmanager
def hashed(files: Mapping[str, Path], about: Mapping[str, About]) -> Iterator[Mapping[str, DeliveredFile]]:
    """The files (by dataset). Their SHA-256 are taken beside whatever else is done: there is always a moment when a processor waits."""
    with ThreadPoolExecutor(1) as pool:
        hashes = {dataset: pool.submit(sha256_of, files[dataset]) for dataset in _longest_first(files)}
        try:
            yield {
                dataset: DeliveredFile(path, hashes[dataset].result, (about.get(dataset) or About()).widths)
                for dataset, path in files.items()
            }
        finally:
            pool.shutdown(cancel_futures=True)


def take_delivered(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, DeliveredFile],
    about: Mapping[str, About],
    folder: Path,
    *,
    on: date,
    facts: frozenset[str],
    told: Callable[[str], None],
) -> Iterator[tuple[str, Taken]]:
    """Match each file (by dataset) with ``people``, as facts.match: its tables are there when it is given, in the order of ``files``.

    ``files`` as of ``hashed``. Wants session.joined_as_written.
    """
    know_people(connection)
    own, cursors = local(), []

    def start() -> None:
        own.cursor = connection.cursor()
        cursors.append(own.cursor)
        create_macros(own.cursor)

    def take(dataset: str) -> Taken:
        return _take(own.cursor, dataset, files[dataset], about.get(dataset) or About(), folder / dataset, on, facts)

    order = _longest_first({dataset: file.path for dataset, file in files.items()})
    with ThreadPoolExecutor(_AT_ONCE, initializer=start) as pool:
        taken: dict[str, Future[Taken]] = {dataset: pool.submit(take, dataset) for dataset in order}
        try:
            for dataset in files:
                told(dataset)
                yield dataset, taken[dataset].result()
        finally:
            pool.shutdown(cancel_futures=True)
            for cursor in cursors:
                cursor.close()


def _longest_first(files: Mapping[str, Path]) -> Iterable[str]:
    return sorted(files, key=lambda dataset: -_size(files[dataset]))


def _size(path: Path) -> int:
    # A file that is not there is refused when its turn comes.
    size = path.stat().st_size if path.is_file() else 0
    return size * _PACKED if path.suffix.lower() in (".xlsx", ".xls") else size


def _take(
    cursor: duckdb.DuckDBPyConnection,
    dataset: str,
    file: DeliveredFile,
    about: About,
    folder: Path,
    on: date,
    facts: frozenset[str],
) -> Taken:
    folder.mkdir(mode=0o700)
    try:
        manifest = read_concerned(cursor, dataset, file, folder, today=on, facts=facts)
        if manifest is None:
            return Taken(None, None)
        delivery = Delivery(declared_datasets()[dataset], file.path.name, (), about.as_of, about.coverage)
        match_concerned(cursor, delivery, facts, RELATION, SILENT)
        cursor.execute("DROP TABLE IF EXISTS kept")
        return Taken(delivery, manifest)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
