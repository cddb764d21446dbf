"""The comparison, whole: a register and deliveries in, findings out. A library without database, clock or output of its own."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from bangfu.core.problems import Problem
from bangfu.core.whole_files import check_places
from bangfu.engine import problems
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.delivered import hashed, take_delivered
from bangfu.engine.duckdb_.facts import Delivery, about_employers, compare_names, drop_matches, match, staged_rows
from bangfu.engine.duckdb_.judgement import judge, told_of
from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.duckdb_.register import lay_out_people, let_go_of_numbers, load_register
from bangfu.engine.duckdb_.session import Limits, count, joined_as_written, session
from bangfu.engine.findings.evidence import gather_evidence
from bangfu.engine.findings.write import Count, check_target, gather, write_gathered, write_sorted
from bangfu.engine.intake.deliveries import Manifest, stage_delivery, staged_columns
from bangfu.engine.intake.deliveries_concerned import DeliveredFile
from bangfu.engine.intake.deliveries_folder import About
from bangfu.engine.intake.deliveries_raw import readable
from bangfu.engine.intake.staged_deliveries import check_totals, delivery_of
from bangfu.engine.intake.staged_register import StagedRegister, use_register
from bangfu.engine.matching.reasons import add_candidates, add_reasons, asked_of
from bangfu.engine.own_folders import own_folder
from bangfu.engine.rules.ruleset import RuleSet, load_rules
from bangfu.engine.sealing.opening import open_sealed
from bangfu.engine.spark_.cluster import Cluster, check_cluster
from bangfu.engine.spark_.folders import run_folder
from bangfu.engine.stages import Stage, Stages

if TYPE_CHECKING:
    from bangfu.engine.matching.candidates import Matcher


@dataclass(frozen=True, slots=True)
class How:
    """How a comparison runs: the base rules or others; limits of the machine; ``told`` hears each dataset's name, at the end "".

    ``stages`` hears of each stage as it begins and when it has ended; ``limits.stop`` ends the work.
    ``matching``: also ask who may be the same person where no number can say it (可能同一人). Nothing else changes by it.
    ``cluster``: on Spark instead of DuckDB; the same rows in the same order.
    ``keys``: the folder of the keys of sealed deliveries; of these nobody can ask who may be the same person.
    """

    rules: RuleSet | None = None
    limits: Limits = field(default_factory=Limits)
    told: Callable[[str], None] = lambda _: None
    stages: Callable[[Stage], None] = lambda _: None
    matching: bool = False
    cluster: Cluster | None = None
    keys: Path | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a comparison did. ``broken`` rows of the register were left out; ``remarks`` are warnings that lost nothing."""

    on: date
    persons: int
    households: int
    broken: int
    manifests: tuple[Manifest, ...]
    about: Mapping[str, About]
    counts: tuple[Count, ...]
    remarks: tuple[Problem, ...] = field(default=())

    @property
    def rows(self) -> int:
        """Rows of all deliveries."""
        return sum(manifest.rows for manifest in self.manifests)

    @property
    def wrong(self) -> int:
        """Rows set aside, of the deliveries and of the register."""
        return self.broken + sum(manifest.wrong for manifest in self.manifests)

    @property
    def findings(self) -> int:
        """All findings."""
        return sum(entry.findings for entry in self.counts)

    @property
    def by_kind(self) -> dict[str, int]:
        """Findings by 种类."""
        found: dict[str, int] = {}
        for entry in self.counts:
            found[entry.kind] = found.get(entry.kind, 0) + entry.findings
        return found


@dataclass(frozen=True, slots=True)
class Compared:
    """What a register beside staged deliveries came to; ``broken`` rows of the register were left out."""

    persons: int
    households: int
    broken: int
    counts: tuple[Count, ...]


def compare(
    registry: Path,
    datasets: Mapping[str, Path],
    on: date,
    out: Path,
    *,
    about: Mapping[str, About] | None = None,
    how: How | None = None,
    evidence: Path | None = None,
) -> Summary:
    """Compare a register with deliveries (dataset → file) as of a day and write the findings to ``out`` (.csv or .parquet).

    ``evidence`` as of compare_staged. Raises a Problem for anything that cannot be used; nothing is written then.
    """
    unknown = [name for name in datasets if name not in declared_datasets()]
    if unknown:
        raise problems.UNKNOWN_DATASET(name=unknown[0], known="、".join(declared_datasets()))
    how, about = how or How(), about or {}
    manifests: list[Manifest] = []
    if how.cluster is not None or how.matching or _asks_about_employers(datasets, how):
        with _workplace(how) as folder:
            staged = _staged(datasets, on, about, how, folder, manifests)
            compared = compare_staged(registry, staged, on, out, how=how, evidence=evidence)
    else:
        with hashed(datasets, about) as files:
            take, stages = _Delivered(files, on, about, how, manifests), Stages(how.stages, how.limits.stop)
            compared = _compare(registry, take, on, out, how=how, stages=stages, evidence=evidence)
    remarks = tuple(problem for manifest in manifests for problem in _remarks(manifest, about.get(manifest.dataset)))
    return Summary(
        on,
        compared.persons,
        compared.households,
        compared.broken,
        tuple(manifests),
        about,
        compared.counts,
        remarks,
    )


def compare_staged(
    registry: Path | StagedRegister,
    deliveries: Iterable[Delivery],
    on: date,
    out: Path,
    *,
    how: How | None = None,
    evidence: Path | None = None,
) -> Compared:
    """The same with deliveries that are staged already, and perhaps the register too (with what the matching asks for, if that is asked).

    Deliveries are taken one by one: only what concerns the register is kept of each.
    ``evidence``: a second file of the same findings for a database to take over, Parquet (findings/evidence.py).
    """
    check_target(out)
    if evidence is not None:
        check_places(out, evidence)
    how = how or How()
    if how.cluster is not None:
        return _on_spark(registry, deliveries, on, out, how, evidence)
    stages = Stages(how.stages, how.limits.stop)

    def matched(connection: duckdb.DuckDBPyConnection, folder: Path, facts: frozenset[str]) -> Iterator[Delivery]:
        for delivered in deliveries:
            stages.begin("match", delivered.dataset.name)
            delivery = _matched(connection, delivered, how, folder, facts)
            stages.end(staged_rows(delivery))
            yield delivery

    return _compare(registry, matched, on, out, how=how, stages=stages, evidence=evidence)


def _compare(
    registry: Path | StagedRegister,
    take: Callable[[duckdb.DuckDBPyConnection, Path, frozenset[str]], Iterable[Delivery]],
    on: date,
    out: Path,
    *,
    how: How,
    stages: Stages,
    evidence: Path | None,
) -> Compared:
    """On DuckDB; ``take`` matches the deliveries, one by one, in a connection that knows the register."""
    check_target(out)
    if evidence is not None:
        check_places(out, evidence)
    rules = how.rules or load_rules()
    with session(how.limits) as (connection, folder):
        stages.begin("register")
        create_macros(connection)
        file, broken = take_register(connection, registry, folder, on, how)
        lay_out_people(connection, told_of(rules, evidence=evidence is not None))
        if not (how.matching or isinstance(registry, StagedRegister)):
            let_go_of_numbers(connection)
        matcher = _matcher(connection, on) if how.matching else None
        stages.end(count(connection, "SELECT count(*) FROM people"))
        matched = []
        with joined_as_written(connection) if matcher is None else nullcontext():
            for delivery in take(connection, folder, rules.facts):
                if matcher is not None and not delivery.sealed:
                    matcher.take(delivery)
                matched.append(delivery)
        stages.begin("names")
        compare_names(connection, matched)
        stages.begin("judge")
        also = asked_of(matched) if matcher is not None else None
        judge(connection, rules, matched, file, on, evidence=evidence is not None, also=also)
        if matcher is not None:
            add_candidates(connection, matcher.model, evidence=evidence is not None)
        else:
            drop_matches(connection, matched)
        counts = gather(connection)
        stages.begin("write", rows=sum(entry.findings for entry in counts))
        if evidence is not None:
            gather_evidence(connection, rules)
            if matcher is not None:
                add_reasons(connection)
            write_sorted(connection, "evidence", evidence)
        persons = count(connection, "SELECT count(*) FROM people")
        households = count(connection, "SELECT count(*) FROM household")
        # Sorting a province's findings takes all the memory there is.
        connection.execute("DROP TABLE people; DROP TABLE household")
        write_gathered(connection, out)
        stages.end()
    return Compared(persons, households, broken, tuple(counts))


def take_register(
    connection: duckdb.DuckDBPyConnection, registry: Path | StagedRegister, folder: Path, on: date, how: How
) -> tuple[str, int]:
    """Let ``filed`` and what stands beside it be there; gives the name of the register's file and how many broken rows were left out."""
    if isinstance(registry, StagedRegister):
        use_register(connection, registry)
        return registry.file, registry.broken
    with readable(registry):
        return registry.name, load_register(connection, registry, folder, on, matching=how.matching)


def _on_spark(
    registry: Path | StagedRegister,
    deliveries: Iterable[Delivery],
    on: date,
    out: Path,
    how: How,
    evidence: Path | None,
) -> Compared:
    # pyspark is an extra of its own, and most comparisons do without it.
    from bangfu.engine.spark_.run import compare_on_spark  # noqa: PLC0415

    return compare_on_spark(registry, deliveries, on, out, how=how, evidence=evidence)


@contextmanager
def _workplace(how: How) -> Iterator[Path]:
    """Where deliveries are staged for one comparison."""
    if how.cluster is None:
        with own_folder(None, "bangfu-staged-") as folder:
            yield folder
        return
    check_cluster(how.cluster)
    with run_folder(how.cluster.shared) as own:
        yield own


def _matcher(connection: duckdb.DuckDBPyConnection, on: date) -> "Matcher":
    # Splink takes half a second to import, and most comparisons do without it.
    from bangfu.engine.matching.candidates import Matcher  # noqa: PLC0415

    return Matcher.of_register(connection, on)


def _staged(
    datasets: Mapping[str, Path],
    on: date,
    about: Mapping[str, About],
    how: How,
    folder: Path,
    manifests: list[Manifest],
) -> Iterator[Delivery]:
    """Stage each file when its turn comes, and remove what was staged when it has passed."""
    stages = Stages(how.stages, how.limits.stop)
    for name, path in datasets.items():
        how.told(name)
        stages.begin("intake", name)
        said = about.get(name) or About()
        own = folder / name
        manifest = stage_delivery(name, path, own, today=on, widths=said.widths, limits=how.limits)
        manifests.append(manifest)
        stages.end(manifest.rows)
        yield delivery_of(manifest, own, as_of=said.as_of, coverage=said.coverage)
        shutil.rmtree(own)
    how.told("")


@dataclass(frozen=True, slots=True)
class _Delivered:
    """Takes files straight into a comparison, without staging more than what concerns the register."""

    files: Mapping[str, DeliveredFile]
    on: date
    about: Mapping[str, About]
    how: How
    manifests: list[Manifest]

    def __call__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, facts: frozenset[str]
    ) -> Iterator[Delivery]:
        """Matched deliveries."""
        stages = Stages(self.how.stages, self.how.limits.stop)

        def told(dataset: str) -> None:
            self.how.told(dataset)
            stages.begin("match", dataset)

        for name, one in take_delivered(connection, self.files, self.about, folder, on=self.on, facts=facts, told=told):
            if one.delivery is not None and one.manifest is not None:
                stages.end(one.manifest.rows)
                self.manifests.append(one.manifest)
                yield one.delivery
                continue
            stages.end()
            # Sealed: which rows concern whom can only be told of all of them.
            alone = {name: self.files[name].path}
            for staged in _staged(alone, self.on, self.about, replace(self.how, told=_nobody), folder, self.manifests):
                yield _matched(connection, staged, self.how, folder, facts)
        self.how.told("")


def _matched(
    connection: duckdb.DuckDBPyConnection, delivered: Delivery, how: How, folder: Path, facts: frozenset[str]
) -> Delivery:
    delivery = open_sealed(connection, delivered, how.keys, folder)
    match(connection, delivery, facts, rows=staged_rows(delivery))
    return delivery


def _asks_about_employers(datasets: Iterable[str], how: How) -> bool:
    """Then rows matter that concern nobody on file: all are staged."""
    facts = (how.rules or load_rules()).facts
    return any(about_employers(declared_datasets()[name], facts) for name in datasets)


def _nobody(_: str) -> None:
    """Hears nothing."""


def _remarks(manifest: Manifest, about: About | None) -> list[Problem]:
    """Control total, columns that facts need and the file lacks, cells that could not be read."""
    found = []
    if wrong_total := check_totals(manifest, rows=about.rows if about else None):
        found.append(wrong_total)
    dataset = declared_datasets()[manifest.dataset]
    read = (*staged_columns(dataset, employers=False), dataset.person)
    needed = {dataset.columns[c].heading for c in read if c in dataset.columns}
    if lacking := [heading for heading in manifest.missing if heading in needed]:
        found.append(problems.COLUMNS_LACKING(dataset=manifest.dataset, columns="、".join(lacking)))
    for column, cells in manifest.unreadable.items():
        found.append(problems.UNREADABLE(dataset=manifest.dataset, column=column, count=cells))
    return found
