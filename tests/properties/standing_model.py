"""A standing comparison beside its slow, obvious model: lists of rows, each with the place where it was delivered.

After each random change the model lays all live rows down as one file per dataset and compares everything from the beginning.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.core.shipped import policy_folder
from bangfu.engine.comparison import How, compare_staged
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.incremental.standing import Changed, Delta, begin
from bangfu.engine.intake.deliveries import stage_delivery, staged_columns
from bangfu.engine.intake.staged_register import stage_register
from bangfu.engine.rules.ruleset import RuleSet, load_rules
from tests.properties.judge import (
    AMOUNTS,
    DAYS,
    MONTHS,
    NAME_COLUMN,
    UNREADABLE,
    Case,
    Row,
    code,
    key,
    read_number,
    tidy,
)
from tests.properties.registers import DATASETS, compose
from tests.properties.test_comparison_against_judge import write_delivery, write_people

# file, row: where a row was delivered.
Place = tuple[str, int]
Finding = tuple[str, ...]
COLUMNS = ("户主身份证号", "身份证号", "数据集", "结论", "种类", "说明", "来源行")
DAYS_OF_REFERENCE = (date(2026, 10, 31), date(2026, 2, 28), date(2026, 11, 1), date(2025, 12, 31))
LIMITS = Limits(threads=1)
_PLACES = pa.schema([("file", pa.string()), ("row", pa.int64()), ("at", pa.int64())])
_TODAY = date(2026, 10, 31)
_NEW_RULE = "{kind: 医保在保, fact: is_medically_insured, conclude: [{as: 佐证}], says: {zh: 在保, en: Insured}}"
_RULES_BY_OTHERS: tuple[tuple[str, str], ...] = (
    ("fact.base * 120 > person.declared_income * 144", "fact.base * 120 > person.declared_income * 200"),
    ("reference.month - 11", "reference.month - 5"),
    ("total.homes >= 2", "total.homes >= 1"),
    ("person.disabled AND fact.for_disabled", "person.disabled"),
    ("is: \"file.health = '残疾' OR ", "is: \""),
    ("household.serious_illness AND ", ""),
    ("CONTAINS(file.main_cause, '患重特大疾病') OR ", ""),
    ("正在领取养老金", "领着养老金"),
    ("version: 1", "version: 2"),
    ("  - kind: 异地建档", "  - kind: 他处建档"),
    ("rules:\n", f"rules:\n  - {_NEW_RULE}\n"),
)  # fmt: skip


@dataclass
class Model:
    """What stands, as rows: people and, by dataset, department rows, each with its place; and the comparison that is told the changes."""

    random: Random
    folder: Path
    datasets: tuple[str, ...] = tuple(DATASETS)
    registers: int = 10
    people: list[tuple[Place, Row]] = field(default_factory=list)
    rows: dict[str, list[tuple[Place, Row]]] = field(default_factory=dict)
    coverage: tuple[str, ...] | None = None
    on: date = _TODAY
    rules: RuleSet = field(default_factory=load_rules)
    files: Iterable[int] = field(default_factory=count)
    # File → the delivery that it was staged as.
    staged: dict[str, Delivery] = field(default_factory=dict)

    def __post_init__(self) -> None:
        case = self._case(self.registers, everything=True)
        # One of the datasets never came so far.
        begun = self.datasets[:-1]
        case.deliveries = {dataset: case.deliveries[dataset] for dataset in begun}
        self.coverage = tuple(case.coverage) if case.coverage else None
        self.people, register = self._register(case.people)
        deliveries = []
        for dataset, rows in case.deliveries.items():
            self.rows[dataset], delivery = self._delivered(dataset, rows)
            deliveries.append(delivery)
        self.standing = begin(self.folder / "standing", register, deliveries, self.on, how=How(limits=LIMITS))

    # Changes ---------------------------------------------------------------------------------------------------------

    @property
    def changes(self) -> tuple[Callable[[], Changed], ...]:
        """The five kinds of change."""
        return self.take_whole, self.take_rows, self.change_households, self.change_rules, self.change_day

    def take_whole(self) -> Changed:
        """One or two whole deliveries, perhaps of a dataset that never came; one may be taken out of force."""
        deltas = []
        for dataset in self.random.sample(self.datasets, self.random.choice((1, 2))):
            if dataset in self.rows and self.random.random() < 0.2:
                del self.rows[dataset]
                deltas.append(Delta(dataset))
                continue
            if dataset == "population":
                self.coverage = self.random.choice((None, ("5329",), ("532901", "5301")))
            kept = [row for _, row in self.rows.get(dataset, []) if self.random.random() < 0.5]
            self.rows[dataset], delivery = self._delivered(dataset, kept + self._new_rows(dataset))
            deltas.append(Delta(dataset, whole=delivery))
        return self.standing.take(*deltas)

    def take_rows(self) -> Changed:
        """New, corrected and deleted rows of several datasets."""
        deltas = []
        for dataset in self.random.sample(sorted(self.rows), min(4, len(self.rows))):
            new = self._new_rows(dataset) if self.random.random() < 0.7 else []
            taken = [row for _ in range(self.random.choice((0, 1, 2, 3))) if (row := self._withdraw(dataset))]
            corrected = [dict(row) | self._cell(dataset) for row in taken if self.random.random() < 0.5]
            added, withdrawn = None, None
            if new or corrected:
                arrived, added = self._delivered(dataset, new + corrected)
                self.rows[dataset] += arrived
            if taken:
                _, withdrawn = self._delivered(dataset, taken)
            if added or withdrawn:
                deltas.append(Delta(dataset, added=added, withdrawn=withdrawn))
        if not deltas:
            return self.take_rows()
        changed = self.standing.take(*deltas)
        assert changed.unfound == 0
        return changed

    def change_households(self) -> Changed:
        """Households changed, new, and closed."""
        heads = sorted({head for _, row in self.people if (head := read_number(row["户主身份证号"]))})
        some = self.random.sample(heads, min(len(heads), self.random.choice((2, 4, 6))))
        closing, changing = some[: len(some) // 3], some[len(some) // 3 :]
        coming = [dict(row) for _, row in self.people if read_number(row["户主身份证号"]) in changing]
        for row in coming:
            row.update(
                self._case(1, everything=False).people[0] | {h: row[h] for h in ("姓名", "身份证号", "户主身份证号")}
            )
        if len(coming) > 3:
            # Somebody left the family, which may be the last of it: then it is as if nothing had been said of it.
            coming.pop(self.random.randrange(len(coming)))
        coming += [row for row in self._case(2, everything=False).people if read_number(row["户主身份证号"])]
        gone = {read_number(row["户主身份证号"]) for row in coming} | set(closing)
        self.people = [(place, row) for place, row in self.people if read_number(row["户主身份证号"]) not in gone]
        arrived, register = self._register(coming)
        self.people += arrived
        return self.standing.change_households(register, closed=[self._written(head) for head in closing])

    def change_rules(self) -> Changed:
        """Some of the rules are others, and perhaps those of before are back."""
        text = (policy_folder() / "comparison" / "base.yaml").read_text("utf-8")
        for right, other in self.random.sample(_RULES_BY_OTHERS, self.random.choice((1, 2, 3))):
            assert right in text
            text = text.replace(right, other)
        path = self.folder / "rules.yaml"
        path.write_text(text, "utf-8")
        self.rules = load_rules(path)
        return self.standing.change_rules(self.rules)

    def change_day(self) -> Changed:
        """Another day of reference."""
        self.on = self.random.choice([day for day in DAYS_OF_REFERENCE if day != self.on])
        return self.standing.change_rules(on=self.on)

    # What stands -----------------------------------------------------------------------------------------------------

    def everything_anew(self) -> set[Finding]:
        """All findings of a full comparison of the live rows, with the places where these were delivered."""
        people = self.folder / "everybody"
        people.mkdir(exist_ok=True)
        register = write_people(Case([row for _, row in self.people], {}, None, self.on), people)
        with duckdb.connect() as connection:
            deliveries = [self._one_file(connection, dataset) for dataset in sorted(self.rows)]
        out = self.folder / "anew.parquet"
        compare_staged(register, deliveries, self.on, out, how=How(rules=self.rules, limits=LIMITS))
        places = {name: [place for place, _ in rows] for name, rows in self.rows.items()}
        places[""] = [place for place, _ in self.people]
        return {self._placed(row, places[row["数据集"]]) for row in pq.read_table(out).to_pylist()}

    def findings(self) -> set[Finding]:
        """What stands, as the standing comparison writes it."""
        out = self.folder / "standing.parquet"
        self.standing.write(out)
        rows = pq.read_table(out).to_pylist()
        found = {tuple(row[column] for column in COLUMNS) for row in rows}
        assert len(found) == len(rows)
        return found

    def _one_file(self, connection: duckdb.DuckDBPyConnection, dataset: str) -> Delivery:
        """The live rows of a dataset as if they had come in one file: row 1, 2, ... in the order of the model."""
        places = tuple(place for place, _ in self.rows[dataset])
        out = self.folder / f"anew-{dataset}-{hash(places)}.parquet"
        if not out.exists():
            rows = [{"file": file, "row": row, "at": at} for at, (file, row) in enumerate(places, 1)]
            connection.register("places", pa.Table.from_pylist(rows, _PLACES))
            parts = " UNION ALL ".join(
                f"SELECT '{file}' AS file, * FROM read_parquet({[str(path) for path in delivery.staged]})"
                for file, delivery in self.staged.items()
                if delivery.dataset.name == dataset
            )
            connection.execute(f"""COPY (SELECT staged.* EXCLUDE (file) REPLACE (places.at AS row) FROM ({parts}) AS staged
                JOIN places USING (file, row)) TO '{out}' (FORMAT parquet)""")
        covered = self.coverage if dataset == "population" else None
        return Delivery(declared_datasets()[dataset], out.name, (out,), None, covered)

    @staticmethod
    def _placed(row: dict[str, Any], places: list[Place]) -> Finding:
        at = [int(source.rpartition(":")[2]) for source in row["来源行"].split(";") if source]
        sources = [f"{file}:{number}" for file, number in (places[one - 1] for one in at)]
        return (*(row[column] for column in COLUMNS[:-1]), ";".join(sources))

    # Rows ------------------------------------------------------------------------------------------------------------

    def _case(self, registers: int, *, everything: bool) -> Case:
        return compose(self.random, registers, everything=everything)

    def _new_rows(self, dataset: str) -> list[Row]:
        """Rows about people who are on file, and about strangers."""
        rows = self._case(3, everything=True).deliveries[dataset]
        numbers = [number for _, person in self.people if (number := read_number(person["身份证号"]))]
        column = {"population": "公民身份号码", "real_estate": "证件号", "disability": "残疾人证号"}.get(
            dataset, "身份证号"
        )
        for row in rows:
            if self.random.random() < 0.8:
                row[column] = self.random.choice(numbers) + (
                    tidy(row[column])[18:20] if dataset == "disability" else ""
                )
        return rows

    def _cell(self, dataset: str) -> Row:
        """One cell that says something else."""
        heading = self.random.choice(
            [h for h, values in DATASETS[dataset].items() if isinstance(values[0], str) and values[0] != "<number>"]
        )
        return {heading: self.random.choice(DATASETS[dataset][heading])}

    def _withdraw(self, dataset: str) -> Row | None:
        """Take a live row away: the newest of those that say the same of the same person."""
        rows = self.rows[dataset]
        live = [entry for entry in rows if key(dataset, entry[1])]
        if not live:
            return None
        _, chosen = self.random.choice(live)
        same = [number for number, (_, row) in enumerate(rows) if said(dataset, row) == said(dataset, chosen)]
        return rows.pop(same[-1])[1]

    def _written(self, number: str) -> str:
        return self.random.choice((number, f" {number}", "'" + number))

    def _register(self, rows: list[Row]) -> tuple[list[tuple[Place, Row]], Any]:
        folder = self.folder / f"people-{next(iter(self.files))}"
        folder.mkdir()
        written = write_people(Case(rows, {}, None, _TODAY), folder).rename(folder / f"{folder.name}.parquet")
        staged = stage_register(written, folder / "staged", today=_TODAY)
        return [((written.name, number), row) for number, row in enumerate(rows, 1)], staged

    def _delivered(self, dataset: str, rows: list[Row]) -> tuple[list[tuple[Place, Row]], Delivery]:
        stem = f"{dataset}-{next(iter(self.files))}"
        target = self.folder / stem
        file = write_delivery("csv", self.folder / stem, dataset, rows)
        manifest = stage_delivery(dataset, file, target, today=_TODAY, limits=LIMITS)
        staged = tuple(target / name for name in manifest.staged)
        coverage = self.coverage if dataset == "population" else None
        self.staged[file.name] = Delivery(declared_datasets()[dataset], file.name, staged, None, coverage)
        return [((file.name, number), row) for number, row in enumerate(rows, 2)], self.staged[file.name]


def said(dataset: str, row: Row) -> tuple[object, ...]:
    """What a row says to the comparison, and of whom: two rows of which this is the same are interchangeable."""
    declared = declared_datasets()[dataset]
    values: list[object] = [key(dataset, row), row[NAME_COLUMN.get(dataset, "姓名")]]
    for column in staged_columns(declared):
        if column not in declared.columns:
            values.append(tidy(row[declared.columns[declared.key].heading])[18:20])
            continue
        heading, kind = declared.columns[column].heading, declared.columns[column].type
        values.append(_value(row[heading], kind))
    return tuple(values)


def _value(cell: str, kind: str) -> object:
    if kind == "yuan":
        return AMOUNTS[cell]
    if kind == "date":
        return DAYS[cell]
    if kind == "month":
        return -1 if cell in UNREADABLE else MONTHS[cell]
    return code(cell) if kind == "code" else cell
