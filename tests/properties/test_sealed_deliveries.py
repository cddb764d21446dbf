"""Sealed deliveries give the findings of open ones; the one-file tool seals to the byte as Bangfu does; both would be noticed."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.core.ids import FAULTS, Fault, IdNumber, check_digit, read_id
from bangfu.core.names import differ, fold, is_unknown, units_of
from bangfu.core.problems import Problem
from bangfu.core.readings import Reading
from bangfu.engine.comparison import How, compare
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.intake.deliveries_folder import About
from bangfu.engine.sealing import sealing
from bangfu.engine.sealing.one_file import tool_text, write_tool
from bangfu.engine.sealing.opening import SEALED_NAME, may_be_same
from bangfu.engine.sealing.recipes import recipes
from bangfu.engine.sealing.sealing import seal_file
from bangfu.engine.sealing.tokens import SealKey, write_key
from tests.properties.judge import Case, Row
from tests.properties.registers import PEOPLE, compose

KEY, OTHER = SealKey(bytes(range(32))), SealKey(bytes(range(1, 33)))
RUNS, REGISTERS = 3, 150
_CHARACTERS = "张張伟偉芳□?*.·•买買提吐尔爾逊喆哲淼三水乾坤WEIwei李 　〇○（户主）代-12\ue123𠮷"


@pytest.mark.parametrize("seed", range(RUNS))
def test_findings_of_sealed_deliveries_are_those_of_open_ones(seed: int, tmp_path: Path) -> None:
    case = compose(Random(seed), REGISTERS)
    opened, sealed = found(case, tmp_path, None), found(case, tmp_path, KEY)
    lost = [row for key, row in opened.items() if key not in sealed]
    assert not sealed.keys() - opened.keys()
    # What the file itself cannot write is not held against anybody.
    unwritable = {row["身份证号"] for row in case.people if any(map(is_unknown, units_of(fold(row["姓名"]))))}
    assert all(row["种类"] == "姓名不符" for row in lost)
    assert len(lost) < len(opened) / 50
    assert len(unwritable) > 5
    said = {key for key, row in sealed.items() if row["说明"] != opened[key]["说明"]}
    assert said
    assert all(sealed[key]["种类"] == "姓名不符" and SEALED_NAME in sealed[key]["说明"] for key in said)
    assert len(sealed) > 1_000


def test_a_tool_that_does_not_normalise_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: dirty numbers that are sealed as they stand are nobody's."""
    case = compose(Random(0), 20)
    case.deliveries.pop("population", None)
    opened = found(case, tmp_path, None)
    assert found(case, tmp_path, KEY).keys() == opened.keys()
    dirty: Reading[IdNumber] = Reading(None, problem=FAULTS[Fault.MISSING]())
    monkeypatch.setattr(sealing, "read_id", lambda raw: read_id(raw) if raw and raw.isalnum() else dirty)
    assert found(case, tmp_path, KEY).keys() != opened.keys()


def test_a_key_is_told_by_its_secret_and_not_by_its_file_name(tmp_path: Path) -> None:
    case = compose(Random(0), 5)
    keys = tmp_path / "keys"
    keys.mkdir()
    write_key(OTHER, keys / f"{KEY.fingerprint}.key")
    with pytest.raises(Problem) as refused:
        found(case, tmp_path, KEY, keys=keys)
    assert refused.value.code == "seal.no_key"


def test_the_tool_seals_to_the_byte_as_bangfu_does(tmp_path: Path) -> None:
    """Run without any library, over what people and spreadsheets write, in both encodings."""
    tool, secret = tmp_path / "tool.py", tmp_path / "secret.key"
    write_tool(tool)
    write_key(KEY, secret)
    for dataset, encoding in (("companies", "utf-8"), ("disability", "gb18030")):
        extract = _damaged(Random(1), dataset, tmp_path / f"{dataset}.csv", encoding)
        mine = seal_file(extract, tmp_path / "mine.csv", recipes()[dataset], KEY)
        theirs = tmp_path / f"theirs-{dataset}.csv"
        call = [sys.executable, "-I", "-S", str(tool), dataset, str(extract), str(theirs), "--key", str(secret)]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stdout + done.stderr
        assert theirs.read_bytes() == (tmp_path / "mine.csv").read_bytes()
        told = json.loads(done.stdout)
        assert told["rows"] == told["keyed"] + sum(told["unkeyed"].values()) == mine.rows
        assert {"missing", "check_digit", "length", "columns"} <= told["unkeyed"].keys()


def test_no_number_and_no_name_leaves_the_house(tmp_path: Path) -> None:
    extract = _damaged(Random(2), "companies", tmp_path / "companies.csv", "utf-8")
    seal_file(extract, tmp_path / "out.csv", recipes()["companies"], KEY)
    sealed = (tmp_path / "out.csv").read_text("utf-8")
    with extract.open(encoding="utf-8", newline="") as file:
        next(file)
        for row in csv.DictReader(file):
            for heading in ("法定代表人", "身份证号", "统一社会信用代码"):
                assert len(row[heading] or "") < 6 or row[heading] not in sealed


def test_sealed_names_answer_as_open_ones() -> None:
    random, number = Random(3), "532990197001010010"
    told = 0
    for _ in range(3_000):
        mine, other = ("".join(random.choices(_CHARACTERS, k=random.randint(0, 4))) for _ in range(2))
        if random.random() < 0.5:
            other = mine.replace("张", "張").replace("伟", random.choice("偉□伟"))
        answer = may_be_same(KEY, number, KEY.name(number, other), mine) if KEY.name(number, other) else True
        if answer is not None:
            assert answer is not differ(mine, other), (mine, other)
            told += 1
    assert told > 1_500


def test_tokens_stay_what_they_are() -> None:
    """Whoever changes a rule of normalising changes tokens.FORM: departments seal with the tool that they have."""
    assert KEY.fingerprint == "12c386c8"
    assert KEY.number("11010119900307123X") == "b5a2d84fe837e03a734a67424790faad"
    assert KEY.name("11010119900307123X", "買買提•吐爾遜(户主)") == "7dac1b2dccf7dcaa3de9dc9b3c11a702"
    assert KEY.name("11010119900307123X", "王WEI") == "49b5e7f1ccf54af184249c7ae330bf08.HL"
    assert KEY.credit_code("91350100M000100Y43") == "bae04eefe191d0d915063e7f610c88d9"


def test_the_tool_carries_the_modules_as_they_stand() -> None:
    text = tool_text()
    for place in ("core/ids.py", "core/names.py", "core/text.py", "core/credit_codes.py", "engine/intake/delimited.py"):
        assert (Path(__file__).resolve().parents[2] / "bangfu" / place).read_text("utf-8") in text


def found(case: Case, folder: Path, key: SealKey | None, keys: Path | None = None) -> dict[tuple[str, ...], Row]:
    """Findings by all but what they say; the deliveries sealed with a key, or open."""
    registry = folder / "people.parquet"
    pq.write_table(pa.Table.from_pylist(case.people, pa.schema([(h, pa.string()) for h in PEOPLE])), registry)
    if keys is None:
        keys = folder / "kept"
        keys.mkdir(exist_ok=True)
        write_key(KEY, keys / f"{KEY.fingerprint}.key")
    files = {}
    for name, rows in case.deliveries.items():
        path = _written(folder / f"{name}.csv", rows)
        files[name] = path
        if key is not None and path.stat().st_size:
            files[name] = folder / "sealed" / f"{name}.csv"
            files[name].parent.mkdir(exist_ok=True)
            seal_file(path, files[name], recipes()[name], key)
    about = {"population": About(coverage=tuple(case.coverage))} if case.coverage else {}
    out = folder / "findings.parquet"
    compare(registry, files, case.on, out, about=about, how=How(limits=Limits(threads=1), keys=keys))
    rows = pq.read_table(out).to_pylist()
    return {
        tuple(row[c] for c in ("户主身份证号", "身份证号", "数据集", "结论", "种类", "来源行")): row for row in rows
    }


def _written(path: Path, rows: list[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["姓名"])
        writer.writeheader()
        writer.writerows(rows)
    return path


def _damaged(random: Random, dataset: str, path: Path, encoding: str) -> Path:
    """Every kind of cell that composed registers have, any characters, broken rows, blank rows, quotes, a title above."""
    recipe = recipes()[dataset]
    headings = [names[0] for names in recipe["columns"].values()]
    composed = [row for seed in range(6) for row in compose(Random(seed), 60).deliveries.get(dataset, [])]
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["某县数据"] + [""] * (len(headings) - 1))
        writer.writerow(headings)
        for row in composed:
            cells = [row.get(heading, "") for heading in headings]
            if random.random() < 0.4:
                at = random.randrange(len(cells))
                cells[at] = "".join(random.choices(_CHARACTERS + '"\n,1234567890Xx*', k=random.randint(0, 20)))
            if random.random() < 0.2:
                digits = "".join(random.choices("0123456789", k=17))
                at = headings.index(recipe["columns"][recipe["key"]][0])
                cells[at] = digits + random.choice([check_digit(digits), "x", "0"])
            writer.writerow(
                cells[:-1] if random.random() < 0.03 else cells if random.random() > 0.03 else [""] * len(cells)
            )
    return path
