"""What the comparison is measured on: a prefecture, what is staged of it, and smaller ones cut out of it by number."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine

from bangfu.core.whole_files import replacing
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.register import register_columns
from bangfu.engine.duckdb_.session import STAGED, Limits, literal, name, session
from bangfu.engine.intake.deliveries import stage_delivery, staged_columns
from bangfu.engine.intake.deliveries_folder import DeliveryFolder, open_folder
from bangfu.engine.intake.files import encoding_of
from bangfu.engine.intake.staged_register import StagedRegister, open_register, stage_register
from bangfu.synthetic.days import REFERENCE_DAY
from bangfu.synthetic.prefecture import generate
from benchmarks.province import COPIES, multiply

ON = REFERENCE_DAY
_LARGEST = 200_000
# Departments know more people than the union: eight of ten households are on file, so that there are 3 million persons to 60 million
# rows, as DESIGN 5 asks.
_ON_FILE = 8


@dataclass(frozen=True)
class Bench:
    """A prefecture, and the folder beside it for what is staged and written."""

    prefecture: Path
    work: Path

    @property
    def register(self) -> Path:
        """One row per person on file."""
        return self.prefecture / "register.parquet"

    @cached_property
    def delivered(self) -> DeliveryFolder:
        """The departments' files."""
        return open_folder(self.prefecture / "datasets")

    @cached_property
    def staged(self) -> dict[str, Delivery]:
        """The deliveries as they were staged by :func:`prepare`."""
        found = {}
        for dataset, path in self.delivered.files.items():
            files = tuple(self.work / dataset / file for file in ("clean.parquet", "repaired.parquet"))
            about = self.delivered.about[dataset]
            found[dataset] = Delivery(declared_datasets()[dataset], path.name, files, about.as_of, about.coverage)
        return found

    @cached_property
    def staged_register(self) -> StagedRegister:
        """The register as it was staged by :func:`prepare`."""
        return open_register(self.work / "register")

    def findings(self, of: str) -> Path:
        """Where one of the rivals writes."""
        return self.work / f"findings-{of}.parquet"


@dataclass(frozen=True, slots=True)
class Cut:
    """A share of a bench's keyed data: tenths of the numbers on file and of the department rows."""

    tenths: int
    register: StagedRegister
    deliveries: tuple[Delivery, ...]


@contextmanager
def the_bench(households: int, seed: int) -> Iterator[Bench]:
    """A prefecture to measure on: kept in the folder that BANGFU_BENCH_DATA names, or gone afterwards; what is staged is gone."""
    kept = os.environ.get("BANGFU_BENCH_DATA")
    with TemporaryDirectory(prefix="bangfu-bench-") as temporary:
        prefecture = _made(Path(kept or temporary), households, seed)
        work = Path(temporary) / "work"
        work.mkdir()
        yield Bench(prefecture, work)


def _made(folder: Path, households: int, seed: int) -> Path:
    """Where the prefecture is, made first if it is not there; what is larger than any is a province of ten of them."""
    prefecture = folder / f"prefecture-{households}-{seed}"
    if not prefecture.exists():
        if households > _LARGEST:
            multiply(_made(folder, households // COPIES, seed), prefecture)
        else:
            generate(households, seed, prefecture, workbooks=False)
    put_on_file(prefecture)
    return prefecture


def put_on_file(prefecture: Path) -> None:
    """Make register.parquet of those households that are on file, whole, unless it is there."""
    register = prefecture / "register.parquet"
    if register.exists():
        return
    with duckdb.connect() as connection, replacing(register) as target:
        people = f"read_parquet({literal(str(prefecture / 'people.parquet'))})"
        connection.execute(f"""COPY (SELECT * FROM {people} WHERE hash("户主身份证号") % 10 < {_ON_FILE})
            TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)""")


def prepare(bench: Bench) -> None:
    """Stage every delivery and the register, and convert what DuckDB cannot scan as delivered."""
    put_on_file(bench.prefecture)
    for dataset, path in bench.delivered.files.items():
        stage_delivery(dataset, path, bench.work / dataset, today=ON)
        convert(bench, dataset, path)
    stage_register(bench.register, bench.work / "register", today=ON)


def convert(bench: Bench, dataset: str, path: Path) -> None:
    """Make UTF-8 of GB18030 and Parquet of a workbook: only so can they be scanned."""
    if path.suffix == ".xlsx":
        _workbook_to_parquet(path, bench.work / f"{dataset}.parquet")
    elif path.suffix == ".csv" and encoding_of(path) == "gb18030":
        converted = bench.work / f"{dataset}.csv"
        with path.open(encoding="gb18030", newline="") as old, converted.open("w", encoding="utf-8", newline="") as new:
            shutil.copyfileobj(old, new, 1 << 22)


def _workbook_to_parquet(path: Path, target: Path) -> None:
    rows = calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    columns = list(zip(*rows[1:], strict=True))
    texts = [pa.array([str(cell) for cell in column], pa.string()) for column in columns]
    pq.write_table(pa.Table.from_arrays(texts, names=[str(heading) for heading in rows[0]]), target)


def cut(bench: Bench, tenths: int) -> Cut:
    """Cut some tenths of the keyed data out: people and rows by a hash of their number.

    A household may be cut apart: that costs the same.
    """
    folder = bench.work / f"cut-{tenths}"
    (folder / "register").mkdir(parents=True)
    own = f"CASE WHEN key IS NULL THEN hash(row) ELSE hash(key) END % 10 < {tenths}"
    with session(Limits()) as (connection, _):
        register = bench.staged_register
        for table in register.hashes:
            where = own.replace("row", "pid") if table == "filed.parquet" else "TRUE"
            _copy(connection, register.folder / table, folder / "register" / table, where)
        deliveries = []
        for dataset, delivery in bench.staged.items():
            files = []
            for path in delivery.staged:
                files.append(folder / f"{dataset}-{path.name}")
                _copy(connection, path, files[-1], own)
            deliveries.append(replace(delivery, staged=tuple(files)))
    return Cut(tenths, replace(register, folder=folder / "register"), tuple(deliveries))


def _copy(connection: duckdb.DuckDBPyConnection, source: Path, target: Path, where: str) -> None:
    connection.execute(f"""COPY (SELECT * FROM read_parquet({literal(str(source))}) WHERE {where})
        TO {literal(str(target))} ({STAGED})""")


def scan_raw(bench: Bench) -> None:
    """The limit: decode the columns that the comparison reads, as delivered."""
    with session(Limits()) as (connection, _):
        for path, wanted in raw_columns(bench):
            scan(connection, path, wanted)


def raw_columns(bench: Bench) -> Iterator[tuple[Path, set[str]]]:
    """The files that can be scanned, with the headings that the comparison reads, the register first."""
    known = {column.heading for column in register_columns().values()}
    yield bench.register, known & set(pq.read_schema(bench.register).names)
    for dataset, path in bench.delivered.files.items():
        declared = declared_datasets()[dataset]
        keys = {declared.key, declared.person, *staged_columns(declared)} & declared.columns.keys()
        converted = [bench.work / f"{dataset}{suffix}" for suffix in (".csv", ".parquet")]
        yield (
            next((file for file in converted if file.exists()), path),
            {declared.columns[key].heading for key in keys},
        )


def scan_keyed(bench: Bench) -> None:
    """Decode all that is staged, and the register."""
    with session(Limits()) as (connection, _):
        scan(connection, bench.work / "register" / "filed.parquet", set())
        for delivery in bench.staged.values():
            for file in delivery.staged:
                scan(connection, file, set(pq.read_schema(file).names) - {"written", "broken"})


def scan(connection: duckdb.DuckDBPyConnection, path: Path, wanted: set[str]) -> None:
    """Add up cells of the wanted columns, of all where none is named. No answer comes from statistics: lengths of texts and hashes of
    figures need every cell.
    """
    csv = path.suffix == ".csv"
    options = ", all_varchar = TRUE, header = TRUE, delim = ',', quote = '\"'" if csv else ""
    relation = f"{'read_csv' if csv else 'read_parquet'}({literal(str(path))}{options})"
    types = {
        str(column): str(sql_type)
        for column, sql_type, *_ in connection.execute(f"DESCRIBE FROM {relation}").fetchall()
    }
    if not wanted <= types.keys():
        raise SystemExit(f"{path.name} has no column {sorted(wanted - types.keys())}")
    answers = [
        f"sum(strlen({name(column)}))" if types[column] == "VARCHAR" else f"bit_xor(hash({name(column)}))"
        for column in sorted(wanted or types)
    ]
    connection.execute(f"SELECT {', '.join(answers)} FROM {relation}").fetchall()
