"""What protection at rest costs: intake and full comparison with it on and off, beside the raw scan; and the rival ways to protect.

``python -m benchmarks.protection``; BANGFU_BENCH_DATA names the folder of a prefecture that was kept. Nothing is measured unless the
protected run finds exactly what the plain one finds.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from bangfu.engine.comparison import How, compare_staged
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import Limits, literal, name, session
from bangfu.engine.intake.deliveries import stage_delivery
from bangfu.engine.intake.staged_deliveries import staged_delivery
from bangfu.engine.intake.staged_register import open_register
from bangfu.engine.own_folders import own_folder
from bangfu.engine.protection.files import Protection, protect, unprotect
from bangfu.engine.protection.private import private_folder
from bangfu.engine.protection.staged import lay_down, opened_delivery, size_at_rest
from benchmarks.bench_data import ON, Bench, prepare, scan_raw, the_bench
from benchmarks.measure import interleaved, peak_megabytes, write

HOUSEHOLDS, SEED, _REPETITIONS = 122_000, 1, 5
KEY = Protection(bytes(range(32)))
RAW = "raw scan"
PLAIN, PROTECTED, ON_DISK = "full comparison, off", "full comparison, on", "full comparison, on, opened on disk"
INTAKE_PLAIN, INTAKE_PROTECTED = "intake, off", "intake, on"
SCAN, SCAN_OPENED, SCAN_PARQUET = "scan, off", "scan, whole files opened", "scan, Parquet encryption by pyarrow"
PAIRS = (
    ("full comparison", PROTECTED, PLAIN),
    ("full comparison, opened on disk", ON_DISK, PLAIN),
    ("intake", INTAKE_PROTECTED, INTAKE_PLAIN),
    ("scan, whole files", SCAN_OPENED, SCAN),
    ("scan, Parquet encryption by pyarrow", SCAN_PARQUET, SCAN),
)
NOTES = (
    "Off: what BANGFU_PROTECT=off does, which computes the SHA-256 of every staged file before it is used. On: each delivery is opened "
    "into memory when its turn comes; what opens is what was written, so that no hash is computed.",
    "Intake on: the delivered file lies protected, is opened, staged in memory, and the staged files are written protected. Off: it is "
    "staged where it is delivered.",
    "Scan: every column of every staged file is decoded. DuckDB cannot write Parquet encryption without an extension, and of what "
    "pyarrow encrypts it reads small files only (parquet_encryption_read_by_duckdb): there pyarrow decodes, and DuckDB takes it over.",
)
_PARQUET_KEY = b"0123456789abcdef"


def rest(bench: Bench) -> Path:
    """Where the protected copies of what :func:`benchmarks.comparison.prepare` staged lie."""
    return bench.work / "protected"


def prepare_protected(bench: Bench) -> None:
    """Protect the staged deliveries, and the files as delivered; write each staged file with Parquet encryption, too."""
    (bench.work / "uploads").mkdir()
    (bench.work / "parquet").mkdir()
    properties = pe.create_encryption_properties(footer_key=_PARQUET_KEY)
    for dataset, path in bench.delivered.files.items():
        lay_down(bench.work / dataset, rest(bench) / dataset, KEY, dataset)
        protect(path, bench.work / "uploads" / path.name, KEY, f"uploads/{path.name}")
        for file in ("clean.parquet", "repaired.parquet"):
            table = pq.read_table(bench.work / dataset / file)
            pq.write_table(table, bench.work / "parquet" / f"{dataset}-{file}", encryption_properties=properties)


def plain_run(bench: Bench) -> None:
    """The full comparison of what lies plain, as with protection off."""
    about = bench.delivered.about
    found = (
        staged_delivery(bench.work / dataset, as_of=about[dataset].as_of, coverage=about[dataset].coverage)
        for dataset in bench.delivered.files
    )
    compare_staged(open_register(bench.work / "register"), found, ON, bench.findings("plain"), how=How())


def protected_run(bench: Bench, *, in_memory: bool = True) -> None:
    """The same of what lies protected."""
    with _opening(bench, in_memory=in_memory) as own:
        register = open_register(bench.work / "register")
        compare_staged(register, _opened(bench, own), ON, bench.findings("protected"), how=How())


@contextmanager
def _opening(bench: Bench, *, in_memory: bool) -> Iterator[Path]:
    room = max(size_at_rest(rest(bench) / dataset) for dataset in bench.delivered.files) if in_memory else 1 << 60
    with private_folder(bench.work / "open", room=room) as own:
        yield own


def _opened(bench: Bench, own: Path) -> Iterator[Delivery]:
    for dataset in bench.delivered.files:
        about, into = bench.delivered.about[dataset], own / dataset
        yield opened_delivery(rest(bench) / dataset, into, KEY, dataset, as_of=about.as_of, coverage=about.coverage)
        for path in into.iterdir():
            path.unlink()
        into.rmdir()


def intake_plain(bench: Bench) -> None:
    """Take every delivered file in, to a folder that is plain."""
    with own_folder(bench.work, "made-") as made:
        for dataset, path in bench.delivered.files.items():
            stage_delivery(dataset, path, made / dataset, today=ON)


def intake_protected(bench: Bench) -> None:
    """The same from protected files to protected files."""
    with own_folder(bench.work, "made-") as at_rest:
        for dataset, path in bench.delivered.files.items():
            upload = bench.work / "uploads" / path.name
            with private_folder(bench.work / "open", room=4 * upload.stat().st_size) as own:
                unprotect(upload, own / path.name, KEY, f"uploads/{path.name}")
                stage_delivery(dataset, own / path.name, own / "staged", today=ON)
                lay_down(own / "staged", at_rest / dataset, KEY, dataset)


def scan(files: Iterable[Path]) -> None:
    """Decode every column of Parquet files."""
    with session(Limits()) as (connection, _):
        for file in files:
            _hash(connection, f"read_parquet({literal(str(file))})")


def scan_encrypted(files: list[Path]) -> None:
    """The same of encrypted ones, by the only library here that reads them whatever their size."""
    properties = pe.create_decryption_properties(footer_key=_PARQUET_KEY)
    with session(Limits()) as (connection, _):
        for file in files:
            connection.register("decoded", pq.read_table(file, decryption_properties=properties))
            _hash(connection, "decoded")
            connection.unregister("decoded")


def _hash(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    columns = [str(column) for column, *_ in connection.execute(f"DESCRIBE FROM {relation}").fetchall()]
    hashes = ", ".join(f"bit_xor(hash({name(column)}))" for column in columns)
    connection.execute(f"SELECT {hashes} FROM {relation}").fetchall()


def read_by_duckdb(folder: Path, rows: int) -> str:
    """What DuckDB says of a table of so many rows that pyarrow encrypted: "read", or its refusal."""
    properties = pe.create_encryption_properties(footer_key=_PARQUET_KEY)
    path = folder / "encrypted.parquet"
    pq.write_table(pa.table({"number": list(range(rows))}), path, encryption_properties=properties)
    with session(Limits()) as (connection, _):
        connection.execute(f"PRAGMA add_parquet_key('bench', '{_PARQUET_KEY.decode()}')")
        try:
            relation = f"read_parquet({literal(str(path))}, encryption_config = {{footer_key: 'bench'}})"
            connection.execute(f"SELECT sum(number) FROM {relation}").fetchall()
        except duckdb.Error as error:
            return str(error).partition(",")[0]
    return "read"


def scan_opened(bench: Bench) -> None:
    """Open each delivery's files, and decode them."""
    with _opening(bench, in_memory=True) as own:
        scan(path for delivery in _opened(bench, own) for path in delivery.staged)


def check_same(bench: Bench) -> None:
    """The protected run must find what the plain one finds."""
    plain_run(bench)
    protected_run(bench)
    if not pq.read_table(bench.findings("plain")).equals(pq.read_table(bench.findings("protected"))):
        raise SystemExit("the protected run finds something else")


def rivals(bench: Bench) -> dict[str, Callable[[], object]]:
    """What takes turns; the raw scan is what all are measured by."""
    plain = [file for delivery in bench.staged.values() for file in delivery.staged]
    encrypted = sorted((bench.work / "parquet").iterdir())
    return {
        RAW: lambda: scan_raw(bench),
        PLAIN: lambda: plain_run(bench),
        PROTECTED: lambda: protected_run(bench),
        ON_DISK: lambda: protected_run(bench, in_memory=False),
        SCAN: lambda: scan(plain),
        SCAN_OPENED: lambda: scan_opened(bench),
        SCAN_PARQUET: lambda: scan_encrypted(encrypted),
        INTAKE_PLAIN: lambda: intake_plain(bench),
        INTAKE_PROTECTED: lambda: intake_protected(bench),
    }


def bounded(bench: Bench, dataset: str = "population", memory: str = "200MB") -> dict[str, object]:
    """Peak memory of taking one large file in under a limit, in a fresh process; and of opening it first."""
    path = bench.delivered.files[dataset]
    made = f"Bench(Path({str(bench.prefecture)!r}), Path({str(bench.work)!r}))"
    stage = f"stage_delivery({dataset!r}, Path({str(path)!r}), Path({str(bench.work / 'bounded')!r}), today=ON, limits=Limits({memory!r}))"
    opening = f"unprotect({made}.work / 'uploads' / {path.name!r}, Path({str(bench.work / 'opened')!r}), KEY, 'uploads/{path.name}')"
    imports = "from benchmarks.protection import *"
    return {
        "file_megabytes": path.stat().st_size >> 20,
        "limit": memory,
        "imports_alone_megabytes": peak_megabytes(imports),
        "staging_megabytes": peak_megabytes(f"{imports}; {stage}"),
        "opening_megabytes": peak_megabytes(f"{imports}; {opening}"),
    }


def main(repetitions: int = _REPETITIONS) -> None:
    """Measure and write benchmarks/results/protection.json."""
    with the_bench(HOUSEHOLDS, SEED) as bench:
        prepare(bench)
        prepare_protected(bench)
        check_same(bench)
        before = os.getloadavg()
        cpu: dict[str, list[float]] = {}
        times = interleaved(_counting(rivals(bench), cpu), repetitions)
        plain = sum(size_at_rest(bench.work / dataset) for dataset in bench.delivered.files)
        figures = {
            "repetitions": repetitions,
            "finds_the_same": True,
            "megabytes_staged": plain >> 20,
            "notes": NOTES,
            "load_average": [round(before[0], 2), round(os.getloadavg()[0], 2)],
            "times": times,
            # Of the processors, which others that work beside do not change as they change the clock's.
            "cpu_seconds": {rival: [round(second, 3) for second in taken] for rival, taken in cpu.items()},
            "ratios": {
                **{f"{what}, on ÷ off": _ratio(times[on]["seconds"], times[off]["seconds"]) for what, on, off in PAIRS},
                **{
                    f"{what} ÷ raw scan": _ratio(times[what]["seconds"], times[RAW]["seconds"])
                    for what in (PLAIN, PROTECTED)
                },
            },
            "on_to_off_cpu": {what: _ratio(cpu[on], cpu[off]) for what, on, off in PAIRS},
            "to_raw_scan_cpu": {
                what: _ratio(cpu[what], cpu[RAW]) for what in (PLAIN, PROTECTED, INTAKE_PLAIN, INTAKE_PROTECTED)
            },
            "parquet_encryption_read_by_duckdb": {str(n): read_by_duckdb(bench.work, n) for n in (10, 120_000)},
            "bounded_memory": bounded(bench),
        }
    write("protection", "what protection at rest costs", "python -m benchmarks.protection", figures)


def _counting(
    rivals: Mapping[str, Callable[[], object]], cpu: dict[str, list[float]]
) -> dict[str, Callable[[], object]]:
    """The same rivals, and the processor seconds of each turn kept."""

    def counted(rival: str, run: Callable[[], object]) -> Callable[[], object]:
        def turn() -> None:
            began = time.process_time()
            run()
            cpu.setdefault(rival, []).append(time.process_time() - began)

        return turn

    return {rival: counted(rival, run) for rival, run in rivals.items()}


def _ratio(above: object, below: object) -> dict[str, float]:
    """Of medians, with the least and greatest of single turns."""
    assert isinstance(above, list)
    assert isinstance(below, list)
    single = sorted(one / other for one, other in zip(above, below, strict=True))
    of_medians = statistics.median(above) / statistics.median(below)
    return {"ratio": round(of_medians, 2), "least": round(single[0], 2), "greatest": round(single[-1], 2)}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _REPETITIONS)
