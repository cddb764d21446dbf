"""The register taken in once, for any number of comparisons: what duckdb_.register makes of the file, as Parquet in a closed folder."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb

from bangfu.core.whole_files import replacing
from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.duckdb_.register import load_register
from bangfu.engine.duckdb_.session import STAGED, Limits, literal, session
from bangfu.engine.intake import problems
from bangfu.engine.intake.deliveries_raw import readable
from bangfu.engine.intake.files import MANIFEST_FILE, make_closed, sha256_of

# ``written`` is what engine/matching asks for beside the two that every comparison takes.
_TABLES, _WRITTEN = ("filed", "texts"), "written"
# Another number whenever a column of these tables changes.
_FORM = 3


@dataclass(frozen=True, slots=True)
class StagedRegister:
    """``file``: as evidence names it. ``broken`` rows were left out. ``hashes``: SHA-256 of each table's Parquet file."""

    folder: Path
    file: str
    broken: int
    hashes: dict[str, str]

    @property
    def for_matching(self) -> bool:
        """Does it hold what the matching asks for?"""
        return f"{_WRITTEN}.parquet" in self.hashes


def stage_register(
    path: Path, out_dir: Path, *, today: date, matching: bool = False, limits: Limits | None = None
) -> StagedRegister:
    """Take a register in: its tables as Parquet and at last manifest.json in ``out_dir``, which is made, closed to other users.

    ``matching``: also keep what engine/matching compares. Raises a Problem for a file that cannot be used; then there is no manifest.
    """
    make_closed(out_dir)
    (out_dir / MANIFEST_FILE).unlink(missing_ok=True)
    with session(limits or Limits(), out_dir) as (connection, folder):
        create_macros(connection)
        with readable(path):
            broken = load_register(connection, path, folder, today, matching=matching)
        hashes = {}
        for table in (*_TABLES, _WRITTEN) if matching else _TABLES:
            target = out_dir / f"{table}.parquet"
            connection.execute(f"COPY {table} TO {literal(str(target))} ({STAGED})")
            target.chmod(0o600)
            hashes[target.name] = sha256_of(target)
    register = StagedRegister(out_dir, path.name, broken, hashes)
    with replacing(out_dir / MANIFEST_FILE) as temporary:
        said = {name: value for name, value in asdict(register).items() if name != "folder"} | {"form": _FORM}
        temporary.write_text(json.dumps(said, ensure_ascii=False, indent=1), "utf-8")
    return register


def open_register(folder: Path) -> StagedRegister:
    """A register that was staged before. Raises a Problem where staging was interrupted, or a file is no longer what was staged."""
    if not (folder / MANIFEST_FILE).is_file():
        raise problems.NOT_STAGED(file=MANIFEST_FILE)
    try:
        said = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
        form = said.pop("form")
        register = StagedRegister(folder, **said)
        known = {f"{table}.parquet" for table in (*_TABLES, _WRITTEN)}
        whole = known >= set(register.hashes) >= {f"{table}.parquet" for table in _TABLES}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise problems.STAGED_CHANGED(file=MANIFEST_FILE) from error
    if form != _FORM:
        raise problems.STAGED_OLD(file=register.file)
    if not whole:
        raise problems.STAGED_CHANGED(file=MANIFEST_FILE)
    for name, sha256 in register.hashes.items():
        if not (folder / name).is_file():
            raise problems.NOT_STAGED(file=name)
        if sha256_of(folder / name) != sha256:
            raise problems.STAGED_CHANGED(file=name)
    return register


def use_register(connection: duckdb.DuckDBPyConnection, register: StagedRegister) -> None:
    """What load_register makes, as views."""
    for name in register.hashes:
        connection.read_parquet(str(register.folder / name)).create_view(Path(name).stem)
