"""A sealed delivery on its way through the union: checked, put to use, compared; the findings are those of the open one."""

from pathlib import Path

import pytest
from django.conf import settings

from bangfu.decide.comparison.models import Finding, Run
from bangfu.decide.comparison.running import compare_now
from bangfu.engine.sealing.recipes import recipes
from bangfu.engine.sealing.sealing import seal_file
from bangfu.engine.sealing.tokens import new_key, write_key
from bangfu.ground.access.sealing import key_file
from bangfu.ground.acts.door import acting
from bangfu.record.sources.about import seal_keys
from bangfu.record.sources.checking import check_delivery
from bangfu.record.sources.models import Delivery
from tests.decide.filing import ON, deliver
from tests.decide.union import LI, WANG, Union, clerk
from tests.record.sources.making import officer, received

HEADINGS = "所有人,身份证号,号牌号码,车辆类型,使用性质,状态"


@pytest.fixture
def extract(union: Union, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Cars of two families, with a name that differs and a number that is damaged."""
    # Another home, with the keys that the union's numbers were encrypted with.
    monkeypatch.setattr(settings, "BANGFU_KEYS", str(key_file()))
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path / "home"))
    seal_keys().mkdir(parents=True)
    path = tmp_path / "vehicles.csv"
    cars = f"王明,'{WANG},云L00001,小型轿车,非营运,正常\n李方,{LI},云L00002,小型轿车,非营运,正常\n周静,5329,云L3,小型轿车,,正常\n"
    path.write_text(f"{HEADINGS}\n{cars}", "utf-8")
    return path


def test_sealed_or_open_the_findings_are_the_same(extract: Path, tmp_path: Path) -> None:
    deliver("vehicles", extract)
    compare_now(clerk(), ON)
    before = findings()
    delivery = deliver("vehicles", sealed(extract, tmp_path / "sealed.csv"))
    run_id = compare_now(clerk(), ON)
    with acting(clerk()):
        run = Run.objects.get(pk=run_id)
        row = Delivery.objects.get(pk=delivery)
    assert findings() == before
    assert {kind for _, kind, _ in before} >= {"名下机动车", "姓名不符"}
    # What is said of a name that differs is another sentence: nobody knows the name.
    assert (run.state, run.opened, run.closed, run.changed) == ("done", 0, 0, 1)
    assert (row.rows, row.keyed, row.quarantined) == (3, 2, {"length": 1})


def test_without_its_key_a_sealed_delivery_does_not_come_into_use(extract: Path, tmp_path: Path) -> None:
    path = sealed(extract, tmp_path / "sealed.csv")
    for kept in seal_keys().iterdir():
        kept.unlink()
    delivery = received(path.read_bytes())
    problem = check_delivery(officer(), delivery)
    assert problem is not None
    assert problem.code == "seal.no_key"


def sealed(extract: Path, target: Path) -> Path:
    key = new_key()
    write_key(key, seal_keys() / f"{key.fingerprint}.key")
    seal_file(extract, target, recipes()["vehicles"], key)
    return target


def findings() -> set[tuple[str, str, str]]:
    with acting(clerk()):
        rows = Finding.objects.filter(state="open").values_list("case_file__head_name", "kind", "conclusion")
        return set(rows)
