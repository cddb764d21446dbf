"""The demo's stages, in a started instance. Each finds out by itself what is there already, so that an interrupted demo goes on."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from bangfu.core.clock import MachineClock, today
from bangfu.core.declared import declared_in
from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.running import asking_everything, compare_now
from bangfu.engine.intake.files import sha256_of
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from bangfu.record.registry.bringing import About, bring_archive
from bangfu.record.registry.models import Batch
from bangfu.record.sources.about import About as AboutDelivery
from bangfu.record.sources.bringing import bring_delivery
from bangfu.synthetic.places import COUNTIES, PREFECTURE
from bangfu.synthetic.prefecture import generate
from bangfu.terminals.cli.demonstration import people, weeks
from bangfu.terminals.cli.demonstration.filed_twice import file_twice
from bangfu.terminals.cli.demonstration.people import SignIn
from bangfu.terminals.cli.demonstration.workbooks import split
from bangfu.terminals.cli.founding import found_places

SEED = 1
# Hears a stage by its name, and how much of how much is done.
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the demo keeps what it made, below the home."""

    top: Path

    @property
    def prefecture(self) -> Path:
        """What ``bangfu generate`` writes."""
        return self.top / "prefecture"

    @property
    def split(self) -> Path:
        """Xiangyun's workbook in two."""
        return self.top / "split"

    @property
    def twice(self) -> Path:
        """Families of Xiangyun that Binchuan filed as well."""
        return self.top / "twice.xlsx"

    @property
    def sign_ins(self) -> Path:
        """Names and passwords, closed to others."""
        return self.top / "sign-ins.txt"


class Seeding:
    """Goes through the stages; ``seconds`` says how long each took."""

    def __init__(self, top: Path, told: Told) -> None:
        self.folders, self._told = Folders(top), told
        self.seconds: dict[str, float] = {}

    def run(self, households: int) -> list[SignIn]:
        """All stages; gives who may sign in."""
        with self._stage("generate"):
            if not self.folders.prefecture.is_dir():
                done = 0

                def one_more(made: int) -> None:
                    nonlocal done
                    done += made
                    self._told("generate", done, households)

                generate(households, SEED, self.folders.prefecture, one_more)
        with self._stage("found"):
            found_places(PREFECTURE, self.folders.prefecture / "organisations.csv")
        with self._stage("accounts"):
            entries = people.sign_ins(self.folders.sign_ins)
            people.open_accounts(entries)
        with self._stage("archives"):
            self._bring_archives()
        with self._stage("deliveries"):
            self._bring_deliveries()
        with self._stage("compare"):
            self._compare()
        with self._stage("propose"):
            weeks.propose(self._as(people.PREFECTURE_CLERK, Purpose.IDENTIFICATION), self._day)
        with self._stage("settle"):
            weeks.settle_some(self._day)
        return entries

    @property
    def _day(self) -> date:
        return today(MachineClock())

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        self._told(name, 0, 0)
        yield
        self.seconds[name] = round(time.monotonic() - started, 2)

    def _as(self, person: people.Person, purpose: Purpose) -> Actor:
        return people.actor(person, purpose)

    def _bring_archives(self) -> None:
        prefecture, county = (
            self._as(people.PREFECTURE_CLERK, Purpose.FILING),
            {
                person.organisation: self._as(person, Purpose.FILING)
                for person in (people.CLERK, people.NEIGHBOUR, people.CHAIR)
            },
        )
        workbooks = self._workbooks()
        for number, (code, path, sender) in enumerate(workbooks, 1):
            actor = county.get(code, prefecture)
            if not _is_in(actor, path):
                about = About(code, document="演示：家庭经济状况核对授权书", source=sender)
                bring_archive(actor, path, about)
            self._told("archives", number, len(workbooks))

    def _workbooks(self) -> list[tuple[str, Path, str]]:
        """Code of the union, its workbook, who sent it."""
        found = []
        for county in COUNTIES:
            path = self._workbook(county.code)
            if county.code == people.XIANGYUN:
                inside, rest = (self.folders.split / f"{code}.xlsx" for code in (people.TOWNSHIP, county.code))
                if inside.is_file() or split(path, self._day, people.TOWNSHIP_NAME, inside, rest):
                    found.append((people.TOWNSHIP, inside, f"{people.TOWNSHIP_NAME}工会"))
                    path = rest
            found.append((county.code, path, f"{county.name}总工会"))
        moved = "云南省大理州宾川县金牛镇"
        if self.folders.twice.is_file() or file_twice(self._workbook(people.XIANGYUN), self.folders.twice, moved):
            found.append((people.BINCHUAN, self.folders.twice, "宾川县总工会补报"))
        return found

    def _workbook(self, county: str) -> Path:
        return self.folders.prefecture / "archive" / f"{county}.xlsx"

    def _bring_deliveries(self) -> None:
        folder = self.folders.prefecture / "datasets"
        about = declared_in((folder / "deliveries.yaml").read_text("utf-8"))
        actor = self._as(people.DATA_OFFICER, Purpose.COMPARISON)
        files = {path.stem: path for path in folder.iterdir() if path.stem in about}
        for number, name in enumerate(sorted(files), 1):
            said = AboutDelivery(
                name,
                about[name]["as_of"],
                coverage=tuple(about[name]["coverage"]),
                control_rows=about[name]["rows"],
                document="演示：部门数据共享协议",
            )
            bring_delivery(actor, files[name], said)
            self._told("deliveries", number, len(files))

    def _compare(self) -> None:
        actor = self._as(people.DATA_OFFICER, Purpose.COMPARISON)
        with acting(actor):
            done = Run.objects.filter(state=Run.State.DONE).exists()
        if not done:
            settings = declared_in((self.folders.prefecture / "settings.yaml").read_text("utf-8"))
            compare_now(actor, settings["reference_date"], asking_everything())


def _is_in(actor: Actor, path: Path) -> UUID | None:
    with acting(actor):
        batch = Batch.objects.filter(sha256=sha256_of(path), state=Batch.State.DONE).first()
    return batch.pk if batch else None
