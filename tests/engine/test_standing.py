"""A standing comparison in its folder: whole or not at all, closed to others, and plain about what it cannot take."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.problems import Problem
from bangfu.engine.comparison import How, compare_staged
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.incremental import dependence, work
from bangfu.engine.incremental import folder as folders
from bangfu.engine.incremental.standing import Delta, Standing, begin
from bangfu.engine.intake.deliveries import stage_delivery
from bangfu.engine.intake.staged_deliveries import delivery_of
from bangfu.engine.spark_.cluster import Cluster
from tests.engine.intake.books import number

ON = date(2026, 10, 31)
WANG, LI, ZHOU, WIFE = (number(sequence) for sequence in (101, 102, 104, 105))
LIMITS = Limits(threads=1)


def register(at: Path, *rows: tuple[str, str, str]) -> Path:
    """People (name, number, the head's number) with nothing else said of them."""
    names, numbers, heads = (list(column) for column in zip(*rows, strict=True))
    pq.write_table(pa.table({"姓名": names, "身份证号": numbers, "户主身份证号": heads}), at)
    return at


def homes(at: Path, *rows: tuple[str, str]) -> Delivery:
    """Homes (number of the owner, unit), staged."""
    lines = [f",{who},{unit},住宅,全部,现势" for who, unit in rows]
    return staged(at, "real_estate", ["权利人,证件号,不动产单元号,用途,共有份额,状态", *lines])


def staged(at: Path, dataset: str, lines: list[str]) -> Delivery:
    at.mkdir()
    file = at / f"{at.name}.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return delivery_of(stage_delivery(dataset, file, at / "staged", today=ON, limits=LIMITS), at / "staged")


@pytest.fixture
def standing(tmp_path: Path) -> Standing:
    """王明 and his wife have a home each; 李芳 and 周静 one; two persons stand under no head's number."""
    people = register(
        tmp_path / "people.parquet",
        ("王明", WANG, WANG), ("王妻", WIFE, WANG), ("李芳", LI, LI), ("某人", "", ""), ("某某", "1234", ""),
    )  # fmt: skip
    rows = ((WANG, "U1"), (WIFE, "U2"), (LI, "U3"))
    return begin(tmp_path / "standing", people, [homes(tmp_path / "homes", *rows)], ON, how=How(limits=LIMITS))


def stands(standing: Standing) -> list[tuple[Any, ...]]:
    out = standing.folder.parent / "out.parquet"
    counts = standing.write(out)
    rows = [tuple(row.values()) for row in pq.read_table(out).to_pylist()]
    assert sum(one.findings for one in counts) == len(rows)
    return rows


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Problem) as raised:
        call()
    return raised.value.code


def test_rows_come_and_go_and_a_home_is_counted_for_the_whole_family(standing: Standing, tmp_path: Path) -> None:
    two = [row for row in stands(standing) if row[4] == "多套住房"]
    assert [(row[0], row[6]) for row in two] == [(WANG, "homes.csv:2;homes.csv:3")]
    # The wife's home was sold to 李芳, who has two now.
    changed = standing.take(
        Delta(
            "real_estate", added=homes(tmp_path / "new", (LI, "U2")), withdrawn=homes(tmp_path / "gone", (WIFE, "U2"))
        )
    )
    assert (changed.opened, changed.closed, changed.homes, changed.unfound) == (1, 1, 2, 0)
    (opened, closed) = sorted(standing.difference.to_pylist(), key=lambda row: row["变化"], reverse=True)[::-1]
    assert {(row["变化"], row["户主身份证号"], row["来源行"]) for row in (opened, closed)} == {
        ("消除", WANG, "homes.csv:2;homes.csv:3"),
        ("新增", LI, "homes.csv:4;new.csv:2"),
    }
    # A row that nobody has is told, and changes nothing.
    assert standing.take(Delta("real_estate", withdrawn=homes(tmp_path / "no", (LI, "U9")))).unfound == 1
    closed_at_last = standing.change_households(closed=[f" {LI[:17]}{LI[17].lower()}"])
    assert (closed_at_last.opened, closed_at_last.closed) == (0, 1)


@pytest.mark.parametrize("described", [True, False])
def test_a_certificate_changes_what_a_vehicle_means(
    described: bool, standing: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cars = staged(tmp_path / "cars", "vehicles", ["姓名,身份证号,车辆类型,状态", f"李芳,{LI},残疾人专用汽车,正常"])
    standing.take(Delta("vehicles", whole=cars))
    if not described:
        # The control: vehicles are not judged again when certificates come.
        monkeypatch.setattr(dependence, "linked", lambda _, datasets: {dataset: {dataset} for dataset in datasets})
    certificates = staged(tmp_path / "certificates", "disability", ["姓名,残疾人证号,状态", f"李芳,{LI}42,有效"])
    standing.take(Delta("disability", whole=certificates))
    assert [row[3] for row in stands(standing) if row[2] == "vehicles"] == ["疑点" if described else "矛盾"]


def test_households_without_a_number_are_replaced_together(standing: Standing, tmp_path: Path) -> None:
    unusable = [row for row in stands(standing) if row[4] == "号码无效"]
    assert [(row[0], row[1], row[6]) for row in unusable] == [
        ("", "", "people.parquet:4"),
        ("", "1234", "people.parquet:5"),
    ]
    changed = standing.change_households(register(tmp_path / "more.parquet", ("某人", "12345", "")))
    assert (changed.opened, changed.closed, changed.homes) == (1, 2, 1)
    assert [(row[1], row[6]) for row in stands(standing) if row[4] == "号码无效"] == [("12345", "more.parquet:1")]


def test_an_interrupted_change_left_everything_as_it_stood_and_can_be_made_again(
    standing: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, manifest = stands(standing), standing.manifest
    delta = Delta("real_estate", added=homes(tmp_path / "new", (LI, "U4")))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(work, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            standing.take(delta)
    left = {path.name for path in standing.folder.glob("*.parquet")} - manifest.used
    assert left
    assert (stands(standing), standing.manifest) == (before, manifest)
    assert standing.take(delta).opened == 1
    assert {path.name for path in standing.folder.glob("*.parquet")} == standing.manifest.used
    assert standing.folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in standing.folder.iterdir())


def test_what_cannot_be_taken_is_refused_and_nothing_changes(standing: Standing, tmp_path: Path) -> None:
    manifest, new = standing.manifest, homes(tmp_path / "new", (LI, "U4"))
    assert code_of(lambda: standing.take(Delta("vehicles", added=new))) == "standing.not_delivered"
    assert (
        code_of(lambda: standing.take(Delta("real_estate", added=replace(new, file="homes.csv"))))
        == "standing.file_twice"
    )
    assert code_of(lambda: standing.take(Delta("real_estate", whole=replace(new, sealed="k")))) == "standing.sealed"
    sealed = How(limits=LIMITS, cluster=Cluster())
    assert (
        code_of(lambda: begin(tmp_path / "other", tmp_path / "people.parquet", [], ON, how=sealed))
        == "standing.duckdb_only"
    )
    assert standing.manifest == manifest
    standing.take(Delta("real_estate", withdrawn=new))
    assert code_of(lambda: standing.take(Delta("real_estate", withdrawn=new))) == "standing.file_twice"
    for path in manifest.deliveries["real_estate"].parts[0].staged:
        Path(path).unlink()
    assert code_of(lambda: standing.change_households(closed=[LI])) == "standing.delivery_gone"
    # Rules need no delivery: what it stated is stored.
    assert standing.change_rules(on=date(2026, 1, 31)).read_again == ()


def test_a_folder_that_cannot_be_trusted_is_refused(
    standing: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code_of(lambda: Standing(tmp_path / "nowhere").change_rules()) == "standing.none"
    with monkeypatch.context() as patched:
        patched.setattr(folders, "FORM", folders.FORM + 1)
        assert code_of(lambda: standing.manifest) == "standing.version"
    findings = standing.folder / standing.manifest.layers["findings"][0].rows
    findings.write_bytes(findings.read_bytes()[:-1])
    assert code_of(lambda: stands(standing)) == "standing.damaged"
    (standing.folder / "manifest.json").write_text("{", "utf-8")
    assert code_of(lambda: standing.manifest) == "standing.damaged"


def test_the_first_comparison_is_an_ordinary_one(standing: Standing, tmp_path: Path) -> None:
    out = tmp_path / "full.parquet"
    staged = tmp_path / "homes" / "staged"
    parts = standing.manifest.deliveries["real_estate"].parts
    assert [Path(path).parent for path in parts[0].staged] == [staged, staged]
    rows = Delivery(
        homes(tmp_path / "again", (WANG, "U1"), (WIFE, "U2"), (LI, "U3")).dataset,
        "homes.csv",
        tuple(map(Path, parts[0].staged)),
    )
    compare_staged(tmp_path / "people.parquet", [rows], ON, out, how=How(limits=LIMITS))
    assert [tuple(row.values()) for row in pq.read_table(out).to_pylist()] == stands(standing)
