"""The comparison gives exactly what the slow judge gives, on more than a thousand random registers; and the judge would notice."""

import csv
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from bangfu.core.shipped import policy_folder
from bangfu.engine.comparison import How, compare
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.intake.deliveries_folder import About
from bangfu.engine.rules.ruleset import further_rules, load_rules, with_further
from tests.properties.judge import Case, Finding, Row, judge
from tests.properties.registers import DATASETS, PEOPLE, compose

REGISTERS, RUNS = 210, 5
_COLUMNS = ("户主身份证号", "身份证号", "数据集", "结论", "种类", "来源行")


def test_more_than_a_thousand_registers_are_promised() -> None:
    assert REGISTERS * RUNS >= 1_000


@pytest.mark.parametrize("seed", range(RUNS))
def test_comparison_finds_exactly_what_the_judge_finds(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    case = compose(random, REGISTERS)
    # The further rules beside the base rules in every second run, and never a row of theirs in the others.
    further = seed % 2 == 1
    how = How(rules=with_further(load_rules()) if further else None, limits=Limits(threads=1))
    expected, found = judge(case, employers=further), run(case, random, tmp_path, how)
    assert sorted(expected - found) == []
    assert sorted(found - expected) == []
    assert len(found) > 1_500


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("fact.base * 120 > person.declared_income * 144", "fact.base * 120 >= person.declared_income * 144"),
        ("reference.month - 11", "reference.month - 12"),
        ("total.homes >= 2", "total.homes >= 3"),
        ("person.disabled AND fact.for_disabled", "fact.for_disabled"),
        ("household.serious_illness AND ", ""),
        ("fact.until >= reference.month", "fact.until > reference.month"),
    ],
)
def test_the_judge_notices_a_broken_rule(rule: str, broken: str, tmp_path: Path) -> None:
    text = (policy_folder() / "comparison" / "base.yaml").read_text("utf-8")
    assert rule in text
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace(rule, broken), "utf-8")
    # A few at a time: most broken rules show at once.
    for seed in range(5 * RUNS):
        random = Random(seed)
        case = compose(random, REGISTERS // 5)
        folder = tmp_path / str(seed)
        folder.mkdir()
        if judge(case) != run(case, random, folder, How(rules=load_rules(path))):
            return
    pytest.fail("no register told the broken rule from the right one")


def test_the_judge_notices_a_broken_further_rule(tmp_path: Path) -> None:
    rules = with_further(load_rules())
    case = compose(random := Random(1), REGISTERS, everything=True)
    assert any(kind == "单位状态" for *_, kind, _ in judge(case, employers=True))
    forgetful = [rule.model_copy(update={"where": "fact.status <> '停业'"}) for rule in further_rules().rules]
    broken = rules.model_copy(update={"rules": load_rules().rules + tuple(forgetful)})
    assert judge(case, employers=True) != run(case, random, tmp_path, How(rules=broken, limits=Limits(threads=1)))


def run(case: Case, random: Random, folder: Path, how: How | None = None) -> set[Finding]:
    """Write the case as files of mixed kinds, compare, and read the findings back, without endings of file names."""
    registry = write_people(case, folder)
    datasets = {
        name: write_delivery(random.choice(("csv", "csv", "gb", "parquet", "xlsx")), folder / name, name, rows)
        for name, rows in case.deliveries.items()
    }
    about = {"population": About(coverage=tuple(case.coverage))} if case.coverage else {}
    out = folder / "findings.parquet"
    compare(registry, datasets, case.on, out, about=about, how=how or How(limits=Limits(threads=1)))
    moved = {name: 1 if path.suffix == ".parquet" else 0 for name, path in datasets.items()}
    return {_finding(row, moved) for row in pq.read_table(out).to_pylist()}


def write_people(case: Case, folder: Path) -> Path:
    """The case's register as a file."""
    registry = folder / "people.parquet"
    pq.write_table(pa.Table.from_pylist(case.people, pa.schema([(h, pa.string()) for h in PEOPLE])), registry)
    return registry


def _finding(row: Row, moved: dict[str, int]) -> Finding:
    household, person, dataset, conclusion, kind, source = (row[column] for column in _COLUMNS)
    rows = []
    for place in source.split(";") if source else ():
        file, _, number = place.rpartition(":")
        # A Parquet file has no heading row: its first row is row 1, where a sheet has 2.
        rows.append(f"{file.split('.')[0]}:{int(number) + moved.get(dataset, 0)}")
    return household, person, dataset, conclusion, kind, ";".join(rows)


def write_delivery(form: str, stem: Path, name: str, rows: list[Row]) -> Path:
    """A delivery of the case as a file of some form."""
    headings = list(DATASETS[name])
    path = stem.with_suffix(".csv" if form == "gb" else f".{form}")
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(rows, pa.schema([(h, pa.string()) for h in headings])), path)
    elif form == "xlsx":
        book = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})
        sheet = book.add_worksheet(name)
        for number, cells in enumerate([headings, *([row[h] for h in headings] for row in rows)]):
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
        book.close()
    else:
        with path.open("w", encoding="gb18030" if form == "gb" else "utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, headings)
            writer.writeheader()
            writer.writerows(rows)
    return path
