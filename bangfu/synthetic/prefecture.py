"""Invents a prefecture: the union's workbooks, the departments' extracts, and the answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bangfu.synthetic import problems
from bangfu.synthetic.classes import expected_class, net_per_head, yuan_of
from bangfu.synthetic.codes import NumberRoll
from bangfu.synthetic.datasets import DATASETS
from bangfu.synthetic.departments import rows_about
from bangfu.synthetic.dice import Dice
from bangfu.synthetic.expected import expected_findings
from bangfu.synthetic.families import FamilyMaker
from bangfu.synthetic.filing import Cells, file_household
from bangfu.synthetic.forms import registry_headings
from bangfu.synthetic.lives import live
from bangfu.synthetic.outputs import Outputs
from bangfu.synthetic.places import COUNTIES, EMPLOYERS, ONE_SHEET_COUNTY, County, shares, write_organisations
from bangfu.synthetic.sinks import Values
from bangfu.synthetic.strangers import Strangers
from bangfu.synthetic.summary_sheet import write_one_sheet
from bangfu.synthetic.workbooks import Part, Registry, write_two_sheets
from bangfu.synthetic.world import Household, Row
from bangfu.synthetic.writing import file_persons, reasons_of, write_row

DEFAULT_HOUSEHOLDS = 2356
MOST_HOUSEHOLDS = 1_250_000
_CHUNK = 250

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What was made."""

    households: int
    persons: int
    department_rows: int
    findings: int


def generate(
    households: int, seed: int, folder: Path, progress: Progress = lambda _: None, *, workbooks: bool = True
) -> Summary:
    """Write a prefecture into a new or empty folder; ``progress`` hears of every so many households.

    Without ``workbooks`` the union's archive is only there as people.parquet.
    """
    _check(households, folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Made beside its place and moved there when whole: an interrupted run leaves no half prefecture under the name.
        with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent, ignore_cleanup_errors=True) as made:
            summary = _generate(households, seed, Path(made) / "new", progress, workbooks=workbooks)
            (Path(made) / "new").replace(folder)
    except OSError as error:
        raise problems.CANNOT_WRITE(folder=folder, reason=error.strerror) from error
    return summary


def _generate(households: int, seed: int, folder: Path, progress: Progress, *, workbooks: bool) -> Summary:
    outputs = Outputs(folder)
    writer = _Writer(seed, outputs, progress)
    with outputs.open_until_closed():
        for county, count in zip(COUNTIES, shares(households), strict=True):
            writer.county(county, count)
        counts = outputs.close()
    registry = Registry(folder / "people.parquet", writer.is_head)
    for part in writer.parts if workbooks else ():
        write = write_one_sheet if part.county.code == ONE_SHEET_COUNTY else write_two_sheets
        write(registry, part, folder / "archive" / f"{part.county.code}.xlsx")
    write_organisations(folder / "organisations.csv")
    return Summary(households, outputs.people.rows, sum(counts.values()), outputs.truth.rows)


def _check(households: int, folder: Path) -> None:
    if not 1 <= households <= MOST_HOUSEHOLDS:
        raise problems.HOUSEHOLDS_RANGE(households=households, most=MOST_HOUSEHOLDS)
    if folder.exists() and not folder.is_dir():
        raise problems.NOT_A_FOLDER(folder=folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise problems.FOLDER_NOT_EMPTY(folder=folder)


class _Writer:
    """Goes through the counties; holds one chunk of households at a time."""

    def __init__(self, seed: int, outputs: Outputs, progress: Progress) -> None:
        self._seed, self._outputs, self._progress = seed, outputs, progress
        self._roll = NumberRoll()
        self._household = self._chunk = self._county_begins = 0
        self._without_head: set[tuple[str, ...]] = set()
        self.is_head = bytearray()
        self.parts: list[Part] = []

    def county(self, county: County, households: int) -> None:
        """Write a county's households, and the strangers among whom the departments know them."""
        first = self._county_begins = len(self.is_head)
        while households > 0:
            self._write_chunk(county, min(households, _CHUNK))
            households -= _CHUNK
        self.parts.append(Part(county, first, len(self.is_head) - first))

    def _write_chunk(self, county: County, households: int) -> None:
        rows: dict[str, list[Values]] = {name: [] for name in DATASETS}
        before = len(self.is_head)
        for _ in range(households):
            self._write_household(county, rows)
        dice = Dice(f"{self._seed}/chunk/{self._chunk}")
        self._chunk += 1
        strangers = Strangers(dice, self._roll, len(self.is_head) - before)
        for name, dataset in DATASETS.items():
            rows[name] += strangers.rows(dataset)
        self._outputs.deliver(dice, rows)
        if before == self._county_begins:
            employers = {"companies": strangers.companies(EMPLOYERS[COUNTIES.index(county)])}
            self._outputs.deliver(Dice(f"{self._seed}/employers/{county.code}"), employers)
        self._progress(households)

    def _write_household(self, county: County, delivered: dict[str, list[Values]]) -> None:
        dice = Dice(f"{self._seed}/household/{self._household}")
        self._household += 1
        household = Household(county, dice.pick(county.townships), FamilyMaker(dice, self._roll).make())
        live(dice, household)
        file_persons(dice, household, one_sheet=county.code == ONE_SHEET_COUNTY)
        filed = file_household(dice, household)
        rows = rows_about(dice, household)
        for row in rows:
            write_row(dice, household, row)
            delivered[row.dataset].append(tuple(row.cells.get(h, "") for h in DATASETS[row.dataset].headings))
        self._write_file(filed)
        self._write_truth(household, rows)

    def _write_file(self, filed: list[Cells]) -> None:
        self._outputs.people.write([tuple(cells.get(h) or None for h in registry_headings()) for cells in filed])
        self.is_head += b"\x01" + bytes(len(filed) - 1)

    def _write_truth(self, household: Household, rows: list[Row]) -> None:
        findings = []
        for found in expected_findings(household, rows):
            key = (found.household, found.number, found.dataset, found.verdict, found.kind)
            # Heads without any number share an empty one: findings about them fall together.
            if found.household or key not in self._without_head:
                findings.append((*key, found.certain, found.reasons))
            if not found.household:
                self._without_head.add(key)
        self._outputs.truth.write(findings)
        self._outputs.damage.write(list(_damage(household, rows)))
        head = household.head
        if head.filed.readable:
            net, reasons = (
                yuan_of(net_per_head(household)),
                ";".join(sorted({*household.money_dirt, *_number_dirt(household)})),
            )
            self._outputs.classes.write([(head.number, expected_class(household), net, household.county.code, reasons)])


def _number_dirt(household: Household) -> Iterator[str]:
    for person in household.persons:
        yield from (dirt for dirt in person.dirt if dirt.startswith("档案号码"))


def _damage(household: Household, rows: list[Row]) -> Iterator[tuple[str, str, str, str]]:
    keys = []
    for place, person in enumerate(household.persons):
        number = person.number if person.filed.readable else person.filed.text
        keys.append((number if place == 0 else household.head.number, number))
        if person.dirt:
            yield (*keys[-1], "", ";".join(person.dirt))
    for row in rows:
        if said := reasons_of(row):
            yield (*keys[row.person], row.dataset, ";".join(said))
