"""What a run records, made ready: the register out of the database, the engine beside the deliveries in force, and at last the plan.

It runs outside of any transaction, on files that lie open only for as long as it works. ``running.py`` records what the plan names.
"""

import json
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from bangfu.core.whole_files import replacing
from bangfu.decide.comparison import services
from bangfu.decide.comparison.delta import Leg, legs, run_before, signatures, unchanged_since
from bangfu.decide.comparison.evidence import CHUNK, Laid, lay_in_order, part
from bangfu.decide.comparison.folders import PLAN
from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.progress import Progress
from bangfu.decide.comparison.rules import ORDERING, READING, STAGING
from bangfu.decide.comparison.services import used_of
from bangfu.decide.comparison.services_duplicates import Pair, pairs_of
from bangfu.engine.comparison import How, compare_staged
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.engine.intake.people import HOUSEHOLD_ID, PERSON_ID, SOURCE, write_people_rows
from bangfu.engine.intake.staged_register import StagedRegister, stage_register
from bangfu.engine.matching.words import KIND as LIKENESS
from bangfu.engine.protection.staged import opened_delivery, size_at_rest
from bangfu.engine.rules.ruleset import RuleSet, further_rules, load_rules
from bangfu.engine.stages import Stages, Stop
from bangfu.ground.access.at_rest import opening_folder, protection
from bangfu.ground.acts.actor import Actor
from bangfu.ground.acts.door import acting
from bangfu.record.registry.models import CaseFile
from bangfu.record.registry.reading import FiledRow, bundles, rows_of
from bangfu.record.registry.selectors.rows import open_files
from bangfu.record.sources.about import label_of, seal_keys
from bangfu.record.sources.selectors import ActiveDelivery, deliveries_in_force

if TYPE_CHECKING:
    from bangfu.engine.matching.duplicates import SameFamily

_PEOPLE = "people.parquet"
# Bytes of one household's rows and findings while a run works.
_PER_FILE = 20_000
_Round = dict[str, ActiveDelivery]


def left_out(how: How) -> tuple[str, ...]:
    """Kinds beyond the base rules that a run does not ask about: what another run found of them stays open."""
    asked = {rule.kind for rule in rules_of_run(how).rules} | ({LIKENESS} if how.matching else set())
    return tuple(sorted({LIKENESS, *(rule.kind for rule in further_rules().rules)} - asked))


def rules_of_run(how: How) -> RuleSet:
    """The rules that a run judges by."""
    return how.rules or load_rules()


def prepare(actor: Actor, run: Run, folder: Path, how: How, stages: Stages, progress: Progress) -> None:
    """Lay the register down, run the engine, and at last write the plan: what is recorded then no longer depends on the tables."""
    started, rules = time.monotonic(), rules_of_run(how)
    with acting(actor):
        files, without_basis = files_to_compare(actor)
        deliveries = list(deliveries_in_force(actor, run.on))
        # Who may be the same person is weighed by everybody on file: then there is nothing to leave out.
        before = run_before(actor) if run.delta and not how.matching else None
        same = unchanged_since(before, files) if before else []
        versions = dict(CaseFile.objects.filter(pk__in=files).values_list("pk", "version"))
    now = signatures(rules, run.on, deliveries)
    walked = legs(now, before.signatures if before else {}, files, same)
    again = {file for leg in walked for file in leg.files}
    rounds = in_rounds(deliveries)
    attempt = services.begin_run(
        actor=actor,
        act_id=uuid4(),
        run_id=run.pk,
        deliveries=[used_of(delivery) for one in rounds for delivery in one.values()],
        files=len(files),
        without_basis=without_basis,
        left_out=left_out(how),
        signatures=now,
        not_again=len(files) - len(again),
    )
    progress.begin_again()
    with opening_folder(_room(files, rounds)) as open_folder:
        engine = _Engine(actor, run.on, open_folder, how, stages)
        for number, leg in enumerate(walked):
            engine.compare(leg, [*_asked(rounds, leg, number, rules)])
        stages.begin(ORDERING)
        lay_in_order(engine.laid, open_folder, folder, how.limits)
        stages.end()
    plan = {
        "attempt": attempt,
        "legs": [{"files": [(str(f), versions[f]) for f in leg.files], "datasets": leg.asked} for leg in walked],
        "rounds": [named(one.deliveries) for one in engine.laid],
        "in_force": [named(one) for one in rounds],
        "kept": sorted(str(file) for file in set(files) - again),
        "before": str(before.pk) if before else None,
        "persons": engine.persons,
        "seconds": round(time.monotonic() - started, 3),
        "rules_version": str(rules.version),
        "pairs": None if not how.matching else [_plain(pair) for pair in engine.pairs],
    }
    with replacing(folder / PLAN) as temporary:
        temporary.write_text(json.dumps(plan), "utf-8")


def named(one: Any) -> dict[str, str]:
    """A round's deliveries by their names."""
    return {dataset: str(delivery.id) for dataset, delivery in one.items()}


@dataclass
class _Engine:
    """Compares leg after leg, each round into a part of its own that ``laid`` tells of; counts the persons."""

    actor: Actor
    on: date
    folder: Path
    how: How
    stages: Stages

    def __post_init__(self) -> None:
        self.laid: list[Laid] = []
        self.pairs: list[Pair] = []
        self.persons = 0

    def compare(self, leg: Leg, rounds: list[tuple[Laid, list[ActiveDelivery]]]) -> None:
        """Compare the files of a leg."""
        if not leg.files:
            return
        people, matching = self.folder / _PEOPLE, self.how.matching
        self.stages.begin(READING)
        persons = write_people_rows(_register(self.actor, leg.files, self.how.limits.stop), people, file="档案")
        self.stages.end(persons)
        self.persons += persons
        if persons:
            self.stages.begin(STAGING, rows=persons)
            # Each round takes the same register: it is read once.
            own = self.folder / "register"
            register = stage_register(people, own, today=self.on, matching=matching, limits=self.how.limits)
            self.stages.end()
            with_keys = replace(self.how, keys=seal_keys())
            for one, deliveries in rounds:
                out, evidence = self.folder / "findings.parquet", part(self.folder, len(self.laid))
                opened = _opened(deliveries, self.folder)
                compare_staged(register, opened, self.on, out, how=with_keys, evidence=evidence)
                out.unlink()
                self.laid.append(one)
            if matching:
                self.pairs += pairs_of(_same_families(register, self.on))
            shutil.rmtree(register.folder)
        people.unlink()


def _same_families(register: StagedRegister, on: date) -> "list[SameFamily]":
    # Splink takes half a second to import, and most comparisons do without it.
    from bangfu.engine.matching.duplicates import duplicates  # noqa: PLC0415

    return duplicates(register, on)


def _plain(pair: Pair) -> dict[str, Any]:
    return {"one": str(pair.one), "other": str(pair.other), "persons": pair.persons}


def files_to_compare(actor: Actor) -> tuple[list[UUID], int]:
    """Open files of the actor's area that a standing basis lets us compare, in a fixed order; and how many have none."""
    every = open_files(with_basis=False).filter(**inside(actor)).count()
    files = sorted(open_files(with_basis=True).filter(**inside(actor)).values_list("pk", flat=True))
    return files, every - len(files)


def inside(actor: Actor) -> dict[str, str]:
    """The conditions on ``org`` that hold in the actor's area."""
    return {"org__gte": actor.scope, "org__lt": f"{actor.scope[:-1]}0"}


def in_rounds(deliveries: Iterable[ActiveDelivery]) -> list[_Round]:
    """One delivery of each dataset to a round, the widest first: the engine takes one of each. At least one round."""
    by_dataset: dict[str, list[ActiveDelivery]] = {}
    for delivery in sorted(deliveries, key=lambda d: (bool(d.coverage), str(d.as_of), str(d.id))):
        by_dataset.setdefault(delivery.dataset, []).append(delivery)
    rounds: list[_Round] = [{}]
    for dataset, several in sorted(by_dataset.items()):
        for number, delivery in enumerate(several):
            if number == len(rounds):
                rounds.append({})
            rounds[number][dataset] = delivery
    return rounds


def _asked(rounds: list[_Round], leg: Leg, number: int, rules: RuleSet) -> Iterator[tuple[Laid, list[ActiveDelivery]]]:
    """The rounds of a leg, each with what the engine takes: besides its own datasets those of the first round that say something about
    the person which other datasets are judged by (a disability).
    """
    asked = {attribute.or_fact for attribute in rules.person.values() if attribute.or_fact}
    helping = {name for name, dataset in declared_datasets().items() if asked & dataset.states.keys()}
    for at, one in enumerate(rounds):
        own = {name: delivery for name, delivery in one.items() if leg.datasets is None or name in leg.datasets}
        if own or not at:
            helpers = [rounds[0][name] for name in sorted(helping & (rounds[0].keys() - own.keys()))]
            yield Laid(number, own, first=not at), [*own.values(), *helpers]


def _register(actor: Actor, files: list[UUID], stop: Stop | None) -> Iterator[tuple[ArchiveRow, dict[str, str]]]:
    """The rows of the register, a thousand files to a door, with the names by which findings come back."""
    for begin in range(0, len(files), CHUNK):
        if stop is not None:
            stop.check()
        with acting(actor):
            slice_of = CaseFile.objects.filter(pk__in=files[begin : begin + CHUNK])
            rows: list[FiledRow] = [filed for bundle in bundles(slice_of) for filed in rows_of(bundle)]
        for filed in rows:
            yield filed.row, {PERSON_ID: str(filed.member), HOUSEHOLD_ID: str(filed.case_file), SOURCE: filed.source}


def _opened(deliveries: Iterable[ActiveDelivery], open_folder: Path) -> Iterator[Delivery]:
    """One after the other, each open for as long as it is matched."""
    into = open_folder / "delivery"
    for delivery in deliveries:
        yield opened_delivery(
            delivery.folder,
            into,
            protection(),
            label_of(delivery.id),
            as_of=delivery.as_of,
            coverage=delivery.coverage,
        )
        shutil.rmtree(into, ignore_errors=True)


def _room(files: list[UUID], rounds: list[_Round]) -> int:
    """About how many bytes lie open at once: the register, its findings, and the largest delivery."""
    largest = max((size_at_rest(delivery.folder) for one in rounds for delivery in one.values()), default=0)
    return len(files) * _PER_FILE + largest
