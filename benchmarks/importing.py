"""An archive workbook into the register, beside python-calamine alone and a bare COPY: ``python -m benchmarks.importing``.

Ours is end to end: upload kept and hashed, workbook read, rows laid down, checked against the register, committed in chunk acts with
row history, trail entries, sealed numbers, row-level security and constraints, fsync on.
"""

import statistics
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.database import HOME, fresh_database, server
from benchmarks.measure import interleaved, write
from benchmarks.reading import calamine_alone, workbook_of

SIZES = (1_000, 10_000, 100_000)
REPETITIONS = {1_000: 5, 10_000: 5, 100_000: 3}
HOUSEHOLDS = 33_400


def bring(path: Path) -> dict[str, int]:
    """As ``bangfu bring archive`` does it."""
    from bangfu.ground.access.selectors import operator  # noqa: PLC0415, after Django is set up
    from bangfu.ground.access.services import found_organisations, founder, shipped_organisations  # noqa: PLC0415
    from bangfu.ground.acts.actor import Purpose  # noqa: PLC0415
    from bangfu.ground.acts.door import acting  # noqa: PLC0415
    from bangfu.record.registry import services, work  # noqa: PLC0415
    from bangfu.record.registry.models import Batch  # noqa: PLC0415
    from bangfu.record.registry.uploads import chunks_of, keep  # noqa: PLC0415

    found_organisations(actor=founder("5329"), act_id=uuid4(), rows=shipped_organisations("5329"))
    actor, act_id = operator(Purpose.FILING), uuid4()
    with path.open("rb") as file:
        stored = keep(chunks_of(file), path.name, upload_id=act_id, home=HOME, largest=10**10)
    batch = services.receive_archive(
        actor=actor, act_id=act_id, stored=stored, organisation_code="532923", basis="authorisation"
    )
    services.choose_columns(actor=actor, act_id=uuid4(), batch_id=batch, seen_version=1, columns={})
    work.check(actor, batch, 2)
    with acting(actor):
        version = Batch.objects.get(pk=batch).version
    services.start_commit(actor=actor, act_id=uuid4(), batch_id=batch, seen_version=version, in_background=False)
    return work.commit(actor, batch)


def bare_copy(people: pa.Table, owner: str) -> int:
    """The same persons into a table of texts without key, index, history or policy."""
    columns = ", ".join(f'"{name}" text' for name in people.column_names)
    with psycopg.connect(owner, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare_{uuid4().hex} ({columns})".encode())
        cursor.execute(b"SELECT relname FROM pg_class WHERE relname LIKE 'bare_%' ORDER BY oid DESC LIMIT 1")
        (name,) = cursor.fetchone() or ("",)
        with cursor.copy(f"COPY {name} FROM STDIN".encode()) as copy:
            for batch in people.to_batches(10_000):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
    return int(people.num_rows)


def measured(people: pa.Table, folder: Path) -> dict[str, Any]:
    """One size: seconds of the three, and persons per second."""
    path = folder / f"{people.num_rows}.xlsx"
    workbook_of(people, path)
    counts: list[dict[str, int]] = []

    def ours() -> None:
        with fresh_database("bench_import"):
            counts.append(bring(path))

    def copied() -> None:
        with fresh_database("bench_copy") as owner:
            bare_copy(people, owner)

    def nothing() -> None:
        with fresh_database("bench_nothing"):
            pass

    rivals: dict[str, Callable[[], object]] = {
        "python-calamine alone": lambda: calamine_alone(path),
        "ours, end to end": ours,
        "bare COPY": copied,
        "making the database (in the two above)": nothing,
    }
    times = interleaved(rivals, REPETITIONS[min(SIZES, key=lambda size: abs(size - people.num_rows))])
    making = float(str(times["making the database (in the two above)"]["median"]))
    assert all(count == counts[0] for count in counts), counts
    assert counts[0]["rows"] == people.num_rows == sum(counts[0][n] for n in ("new", "changed", "same", "wrong"))
    own = float(str(times["ours, end to end"]["median"])) - making
    return {"persons": people.num_rows, "counts": counts[0], "times": times, "per_second": round(people.num_rows / own)}


def main() -> None:
    """Measure and write benchmarks/results/importing.json."""
    from bangfu.synthetic.prefecture import generate  # noqa: PLC0415

    with TemporaryDirectory() as name, server():
        folder = Path(name)
        generate(HOUSEHOLDS, 1, folder / "prefecture", lambda _: None)
        people = pq.read_table(folder / "prefecture" / "people.parquet")
        sizes = [measured(people.slice(0, _whole(people, size)), folder) for size in SIZES]
    speeds = [size["per_second"] for size in sizes]
    largest = sizes[-1]
    write(
        "importing",
        f"an archive workbook of {largest['persons']:,} persons into the register, end to end",
        "python -m benchmarks.importing",
        {
            "times": largest["times"],
            "sizes": sizes,
            "notes": [
                "Persons per second, end to end, without the time to make an empty database: "
                + ", ".join(f"{size['persons']:,}: **{size['per_second']:,}**" for size in sizes)
                + f". Aim: 2,000 and linear; largest ÷ median speed {speeds[-1] / statistics.median(speeds):.2f}.",
            ],
        },
    )


def _whole(people: pa.Table, size: int) -> int:
    """The number of rows, near ``size``, after which a household ends."""
    heads, own = people["户主身份证号"].to_pylist(), people["身份证号"].to_pylist()
    rows = int(people.num_rows)
    at = min(size, rows)
    while at < rows and heads[at] != own[at]:
        at += 1
    return at


if __name__ == "__main__":
    main()
