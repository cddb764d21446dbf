"""What the engine found, laid down in the order of the files and read back a thousand files at a time."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq

from bangfu.core.whole_files import replacing
from bangfu.decide.comparison.rules import Found, merged, together
from bangfu.engine.duckdb_.session import Limits, literal, session
from bangfu.engine.protection.files import ProtectedReader, is_protected, protect
from bangfu.ground.access.at_rest import protection
from bangfu.record.sources.selectors import ActiveDelivery

CHUNK = 1_000
_EVIDENCE = "evidence.parquet"
_LONGEST_FILE = 300


def part(folder: Path, number: int) -> Path:
    """The file of one round's evidence."""
    return folder / f"evidence-{number}.parquet"


@dataclass(frozen=True, slots=True)
class Laid:
    """One round of one leg (delta.py): what its part of the evidence says of these datasets counts, and in the first round of a leg
    what it says of the file itself.
    """

    leg: int
    deliveries: Mapping[str, ActiveDelivery]
    first: bool


def lay_in_order(laid: Sequence[Laid], folder: Path, target: Path, limits: Limits) -> None:
    """Make one file of the evidence of all parts in ``folder``, ordered by leg and household, and put it to rest in ``target``."""
    (target / _EVIDENCE).unlink(missing_ok=True)
    if not laid:
        return
    parts = []
    for number, one in enumerate(laid):
        # What helpers say was said in the first round, or stands as it was found before; what the file itself says, in the first.
        mine = ", ".join(map(literal, [*one.deliveries, *([""] if one.first else [])]))
        read = f"read_parquet({literal(str(part(folder, number)))})"
        own = f"SELECT * EXCLUDE (household, person), {number} AS round, {one.leg} AS leg"
        parts.append(f"{own} FROM {read} WHERE dataset IN ({mine or 'NULL'})")
    with session(limits, folder) as (connection, _), replacing(folder / _EVIDENCE) as temporary:
        connection.execute(
            f"COPY ({' UNION ALL BY NAME '.join(parts)} ORDER BY leg, household_id, person_id, dataset, kind, conclusion, round) "
            f"TO {literal(str(temporary))} (FORMAT parquet, COMPRESSION zstd)"
        )
    at_rest = protection()
    if at_rest.on:
        protect(folder / _EVIDENCE, target / _EVIDENCE, at_rest, _label(target))
    else:
        shutil.move(folder / _EVIDENCE, target / _EVIDENCE)


def in_chunks(files: list[UUID], folder: Path) -> list[list[UUID]]:
    """The files in chunks, none with more than CHUNK findings unless one file alone has more: the same however often it is asked."""
    counts: Counter[str] = Counter()
    if (folder / _EVIDENCE).exists():
        with _evidence(folder) as file:
            counts.update(file.read(columns=["household_id"])["household_id"].to_pylist())
    sized = ((file, counts[str(file)]) for file in files)
    return list(together(sized, CHUNK))


def found_in(
    chunks: list[list[UUID]], rounds: list[dict[str, str]], folder: Path
) -> Iterator[tuple[list[UUID], list[Found]]]:
    """Each chunk with what was found in its files; both are in the same order."""
    rows = _rows(folder)
    waiting = next(rows, None)
    for chunk in chunks:
        found: list[Found] = []
        wanted = {str(file) for file in chunk}
        while waiting is not None and waiting["household_id"] in wanted:
            found.append(_one(waiting, rounds[waiting["round"]]))
            waiting = next(rows, None)
        yield chunk, merged(found)


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    if (folder / _EVIDENCE).exists():
        with _evidence(folder) as file:
            for batch in file.iter_batches(batch_size=5_000):
                yield from batch.to_pylist()


@contextmanager
def _evidence(folder: Path) -> Iterator[pq.ParquetFile]:
    path = folder / _EVIDENCE
    stream: Any = ProtectedReader(path, protection(), _label(folder)) if is_protected(path) else path.open("rb")
    with stream, pq.ParquetFile(stream) as file:
        yield file


def _label(folder: Path) -> str:
    return f"comparison/{folder.name}"


def _one(row: dict[str, Any], deliveries: dict[str, str]) -> Found:
    delivery = deliveries.get(row["dataset"])
    sources = tuple(filter(None, row["sources"]))
    file, first_row = row["file"] or "", row["first_row"]
    if not row["dataset"]:
        # What the file itself shows stands in the workbook that the person came with.
        file, _, first_row = sources[0].rpartition(":") if sources else ("", "", None)
    return Found(
        case_file=UUID(row["household_id"]),
        member=UUID(row["person_id"]) if row["person_id"] else None,
        dataset=row["dataset"],
        kind=row["kind"],
        conclusion=row["conclusion"],
        says_zh=row["says_zh"],
        says_en=row["says_en"],
        may_be=tuple((words["zh"], words["en"]) for words in row["may_be"]),
        sources=sources,
        row_count=row["row_count"] if row["dataset"] else len(sources),
        first_row="" if first_row is None else str(first_row),
        file=file[:_LONGEST_FILE],
        rule=row["rule"],
        rules_version=str(row["rules_version"]),
        as_of=row["as_of"],
        delivery=UUID(delivery) if delivery else None,
        candidates=tuple(row.get("candidates") or ()),
    )
