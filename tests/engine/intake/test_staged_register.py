"""A register staged before: compared it gives what its file gives, and nothing that was changed since is used."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.problems import Problem
from bangfu.engine.comparison import compare, compare_staged
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.names import NAME_HASH
from bangfu.engine.intake.deliveries import stage_delivery
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.engine.intake.staged_deliveries import delivery_of
from bangfu.engine.intake.staged_register import StagedRegister, open_register, stage_register
from bangfu.synthetic.prefecture import generate
from tests.engine.small import ON, family, write_csv


def stage(folder: Path) -> StagedRegister:
    return stage_register(write_csv(folder / "people.csv", family()), folder / "register", today=ON)


def refused(folder: Path) -> str:
    with pytest.raises(Problem) as found:
        open_register(folder)
    return found.value.code


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A prefecture with all its dirt; what a comparison of its files finds is raw.csv and raw.parquet."""
    generate(150, 3, tmp_path / "made")
    folder = open_folder(tmp_path / "made" / "datasets")
    registry = tmp_path / "made" / "people.parquet"
    compare(registry, folder.files, ON, tmp_path / "raw.csv", about=folder.about, evidence=tmp_path / "raw.parquet")
    return tmp_path


def staged(made: Path) -> list[Delivery]:
    folder, found = open_folder(made / "made" / "datasets"), []
    for name, path in folder.files.items():
        about, own = folder.about[name], made / "staged" / name
        manifest = stage_delivery(name, path, own, today=ON, widths=about.widths)
        found.append(delivery_of(manifest, own, as_of=about.as_of, coverage=about.coverage))
    return found


def expect_the_same(made: Path, deliveries: list[Delivery]) -> None:
    stage_register(made / "made" / "people.parquet", made / "register", today=ON)
    compared = compare_staged(
        open_register(made / "register"), deliveries, ON, made / "staged.csv", evidence=made / "staged.parquet"
    )
    assert compared.persons > 300
    assert (made / "staged.csv").read_bytes() == (made / "raw.csv").read_bytes()
    assert pq.read_table(made / "staged.parquet").equals(pq.read_table(made / "raw.parquet"))


def test_a_staged_register_gives_exactly_what_its_file_gives(made: Path) -> None:
    expect_the_same(made, staged(made))


def test_names_hashed_by_another_version_of_the_library_are_hashed_anew(made: Path) -> None:
    deliveries = staged(made)
    for path in (path for delivery in deliveries for path in delivery.staged):
        table = pq.read_table(path)
        wrong = table.set_column(table.schema.get_field_index(NAME_HASH), "name_hash 0.1", table.column("row"))
        pq.write_table(wrong, path)
    expect_the_same(made, deliveries)


def test_control_a_name_without_its_hash_differs_from_none(made: Path) -> None:
    deliveries = staged(made)
    for path in (path for delivery in deliveries for path in delivery.staged):
        table = pq.read_table(path)
        nothing = pa.nulls(len(table), pa.uint64())
        pq.write_table(table.set_column(table.schema.get_field_index(NAME_HASH), NAME_HASH, nothing), path)
    with pytest.raises(AssertionError):
        expect_the_same(made, deliveries)


def test_what_was_left_out_is_remembered(tmp_path: Path) -> None:
    register = stage(tmp_path)
    assert (register.broken, register.file, register.for_matching) == (0, "people.csv", False)
    assert open_register(tmp_path / "register") == register


def test_nobody_else_may_look(tmp_path: Path) -> None:
    folder = stage(tmp_path).folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["filed.parquet", "texts.parquet"])
def test_one_changed_byte_is_noticed(name: str, tmp_path: Path) -> None:
    path = stage(tmp_path).folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert refused(tmp_path / "register") == "staged.changed"


@pytest.mark.parametrize("name", ["filed.parquet", "texts.parquet", "manifest.json"])
def test_a_missing_file_is_noticed(name: str, tmp_path: Path) -> None:
    (stage(tmp_path).folder / name).unlink()
    assert refused(tmp_path / "register") == "staged.missing"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"form": 0}, "staged.old"),
        ({"hashes": {}}, "staged.changed"),
        ({"hashes": {"../people.parquet": ""}}, "staged.changed"),
        ({"more": 1}, "staged.changed"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(changed: dict[str, object], code: str, tmp_path: Path) -> None:
    path = stage(tmp_path).folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changed), "utf-8")
    assert refused(tmp_path / "register") == code
