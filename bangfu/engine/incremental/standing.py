"""A standing comparison: begun once from a register and deliveries, then told what changed. What stands always equals a full comparison.

Nobody else's findings are looked at: each change is traced to the homes, or to the kinds of finding, that it may touch; these are judged
again from stored matches by the same declared queries as in a full comparison, and laid beside what stood.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bangfu.engine.comparison import How, take_register
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.numbers import create_macros
from bangfu.engine.duckdb_.session import Limits, session
from bangfu.engine.findings.write import Count, check_target
from bangfu.engine.incremental import dependence, findings, matches, problems
from bangfu.engine.incremental.arriving import Delta, check_delta, check_open, take_deltas
from bangfu.engine.incremental.dependence import OWN
from bangfu.engine.incremental.findings import Changed
from bangfu.engine.incremental.folder import (
    Change,
    Kept,
    Manifest,
    Part,
    commit,
    declared,
    locked,
    prepare,
    read_manifest,
    remove_leftovers,
)
from bangfu.engine.incremental.judging import judge_these, lay_out_judged, lay_out_others
from bangfu.engine.incremental.people import FILED, homes_of_texts, lay_out_arrived
from bangfu.engine.incremental.work import HOME, PEOPLE, Work, absolute, as_judged, let_be
from bangfu.engine.intake.staged_register import StagedRegister
from bangfu.engine.rules.ruleset import RuleSet, load_rules

# So many segments of one table are merged before another change is taken.
_MANY = 24

__all__ = ["Changed", "Delta", "Standing", "begin"]


def begin(
    folder: Path, registry: Path | StagedRegister, deliveries: Iterable[Delivery], on: date, *, how: How | None = None
) -> "Standing":
    """Compare everything and let it stand in ``folder``, in the place of what stood there. Raises a Problem as compare_staged does.

    Where the deliveries are staged is kept, not the deliveries: they are read again when households change.
    """
    how = how or How()
    rules = how.rules or load_rules()
    _check_how(how)
    prepare(folder)
    with locked(folder, to_change=True), session(how.limits, folder) as (connection, own):
        create_macros(connection)
        file, _ = take_register(connection, registry, own, on, how)
        lay_out_arrived(connection, 0)
        let_be(connection, PEOPLE, "")
        connection.execute(f"ALTER TABLE arrived RENAME TO {PEOPLE}")
        let_be(connection, "filed", f"SELECT {FILED} FROM {PEOPLE}")
        datasets = (OWN, *declared_datasets())
        blank = Manifest.model_construct(
            sequence=0, on=on, rules=rules, datasets=datasets, cells=(), deliveries={}, layers={}
        )
        work = Work(connection, Change(connection, folder, _last_sequence(folder) + 1, {}), blank, {})
        work.change.append(PEOPLE, f"SELECT * FROM {PEOPLE}")
        for delivery in deliveries:
            check_open(delivery)
            part = Part(number=0, file=delivery.file, staged=absolute(delivery))
            work.deliveries[delivery.dataset.name] = Kept(
                parts=(part,), files=(part.file,), as_of=delivery.as_of, coverage=delivery.coverage
            )
            work.match_all(delivery.dataset.name, rules.facts)
            how.told(delivery.dataset.name)
        work.keep_matches(work.deliveries, rules.facts)
        judged = [as_judged(dataset, kept) for dataset, kept in work.deliveries.items()]
        lay_out_others(connection, judged)
        cells = judge_these(connection, rules, judged, on, [])
        lay_out_judged(connection, datasets)
        work.change.append(findings.TABLE, "SELECT * FROM judged")
        said = {"on": on, "rules": rules, "facts": rules.facts, "datasets": datasets, "register_files": (file,)}
        nothing = work.change.write(findings.NO_DIFFERENCE, "difference")
        commit(work.change, None, **said, cells=tuple(cells), deliveries=work.deliveries, difference=nothing)
    return Standing(folder, how.limits)


@dataclass(frozen=True, slots=True)
class Standing:
    """A standing comparison in its folder. Each change gives what it opened, changed and closed; ``difference`` has the rows.

    A change counts whole or not at all: one that was interrupted can be made again.
    """

    folder: Path
    limits: Limits = field(default_factory=Limits)

    @property
    def manifest(self) -> Manifest:
        """What stands. Raises a Problem where nothing does, or where it cannot be used."""
        return read_manifest(self.folder)

    def take(self, *deltas: Delta) -> Changed:
        """Take deliveries: whole ones, new rows, withdrawn rows; of any number of datasets, each once."""
        if len({delta.dataset for delta in deltas}) < len(deltas):
            raise ValueError("a dataset is told of once in a change")
        if not deltas:
            return Changed(opened=0, changed=0, moved=0, closed=0, judged=0, homes=0)
        with self._change() as work:
            for delta in deltas:
                check_delta(work, delta)
            take_deltas(work, deltas)
            return work.judge_homes(work.manifest.rules)

    def change_households(self, changed: Path | StagedRegister | None = None, closed: Sequence[str] = ()) -> Changed:
        """Households of the register: each one in ``changed``, with all its persons, takes the place of what stood of it; those whose head
        has one of the numbers ``closed`` are on file no more.
        """
        with self._change() as work:
            files = work.manifest.register_files
            if changed is None:
                work.run(f"CREATE OR REPLACE TEMP TABLE arrived AS SELECT * FROM {work.standing_people} LIMIT 0")
            else:
                how = How(limits=self.limits)
                file, _ = take_register(work.connection, changed, work.scratch, work.manifest.on, how)
                lay_out_arrived(work.connection, len(files))
                files = (*files, file)
            homes_of_texts(work.connection, closed, "closing_homes")
            work.run(
                "CREATE OR REPLACE TEMP TABLE homes AS SELECT home FROM arrived UNION SELECT home FROM closing_homes"
            )
            work.let_be(PEOPLE, "SELECT * FROM arrived", table=True)
            work.let_be("filed", f"SELECT {FILED} FROM {PEOPLE}")
            for dataset in work.deliveries:
                work.match_all(dataset, work.manifest.facts)
            work.keep_matches(work.deliveries, work.manifest.facts)
            work.change.append(PEOPLE, "SELECT * FROM arrived", covers=f"SELECT {HOME} FROM homes")
            numbers = ", ".join(f"({number})" for number in range(len(work.manifest.datasets)))
            work.run(f"""CREATE OR REPLACE TEMP TABLE touched AS SELECT CAST(number AS UTINYINT) AS dataset, home
                FROM homes CROSS JOIN (VALUES {numbers}) AS every(number)""")
            work.touched = {OWN, *work.deliveries}
            found = work.judge_homes(work.manifest.rules, register_files=files)
            return replace(found, read_again=tuple(work.deliveries))

    def change_rules(self, rules: RuleSet | None = None, on: date | None = None) -> Changed:
        """Other rules, or another day of reference: only kinds of finding that may come out otherwise are judged again.

        Deliveries are read again only for facts that no rule asked for before.
        """
        with self._change() as work:
            stands = work.manifest
            rules, on = rules or stands.rules, on or stands.on
            coverages = {dataset: kept.coverage for dataset, kept in work.deliveries.items()}
            before = dependence.judgements(stands.rules, stands.on, coverages)
            after = dependence.judgements(rules, on, coverages)
            differing = {judged for judged in before.keys() | after.keys() if before.get(judged) != after.get(judged)}
            facts = rules.facts | stands.facts
            again = _match_again(work, facts)
            return replace(work.judge_kinds(rules, differing, on=on, facts=facts), read_again=again)

    def write(self, out: Path) -> list[Count]:
        """Write all findings as a full comparison does; .csv or .parquet."""
        check_target(out)
        with locked(self.folder, to_change=False), session(self.limits, self.folder) as (connection, _):
            stands = self.manifest
            create_macros(connection)
            change = Change(connection, self.folder, 0, stands.layers)
            return findings.write_all(connection, stands, change.live(findings.TABLE, *findings.UNITS), out)

    def merge(self) -> None:
        """Lay every table down as one segment: nothing that stands changes, and later changes have less to read."""
        with locked(self.folder, to_change=True), session(self.limits, self.folder) as (connection, _):
            stands = self.manifest
            change = Change(connection, self.folder, stands.sequence + 1, dict(stands.layers))
            _merge(Work(connection, change, stands, dict(stands.deliveries)))

    @property
    def difference(self) -> pa.Table:
        """What the last change opened, changed and closed: rows of findings.DIFFERENCE_COLUMNS."""
        with locked(self.folder, to_change=False):
            return pq.read_table(self.folder / self.manifest.difference)

    @contextmanager
    def _change(self) -> Iterator[Work]:
        if not self.folder.is_dir():
            raise problems.NONE_THERE(folder=self.folder.name)
        if max(len(segments) for segments in self.manifest.layers.values()) >= _MANY:
            self.merge()
        with locked(self.folder, to_change=True), session(self.limits, self.folder) as (connection, own):
            stands = self.manifest
            remove_leftovers(self.folder, stands.used)
            create_macros(connection)
            change = Change(connection, self.folder, stands.sequence + 1, dict(stands.layers))
            yield Work(connection, change, stands, dict(stands.deliveries), scratch=own)


def _merge(work: Work) -> None:
    units = {PEOPLE: (HOME,), findings.TABLE: findings.UNITS}
    for table in work.manifest.layers:
        of_persons = table not in units
        columns = units.get(table, ("pid",) if table.startswith("absent_") else ("row",))
        rows = f"SELECT * FROM {work.change.live(table, *columns)}"
        # What is stored of persons who are on file no more goes; rows that were withdrawn stay known, as the delivery still has them.
        rows += f" SEMI JOIN (SELECT pid FROM {work.standing_people}) USING (pid)" if of_persons else ""
        gone = matches.withdrawn_rows(work.change, table.removeprefix("match_")) if of_persons else ""
        work.change.begin_anew(table)
        work.change.append(
            table, rows, covers=f"SELECT row FROM {gone}" if gone and table.startswith("match_") else None
        )
    commit(work.change, work.manifest)


def _match_again(work: Work, facts: frozenset[str]) -> tuple[str, ...]:
    """Read those deliveries again that state a fact which no rule asked for before."""
    new = facts - work.manifest.facts
    again = [
        dataset for dataset in work.deliveries if "other_name" in new or dependence.facts_of(declared(dataset), new)
    ]
    if again:
        work.let_be(PEOPLE, f"SELECT * FROM {work.standing_people}")
        work.let_be("filed", f"SELECT {FILED} FROM {PEOPLE}")
        withdrawn = {dataset: matches.withdrawn_rows(work.change, dataset) for dataset in again}
        for dataset in again:
            work.match_all(dataset, facts)
            for stored in (matches.stored(dataset), matches.stored_silence(dataset)):
                work.change.begin_anew(stored)
        work.keep_matches(
            again, facts, {dataset: f"SELECT row FROM {gone}" for dataset, gone in withdrawn.items() if gone}
        )
    return tuple(again)


def _check_how(how: How) -> None:
    if how.matching or how.cluster is not None:
        raise problems.DUCKDB_ONLY()


def _last_sequence(folder: Path) -> int:
    """The greatest number that a file of the folder has: what stood there before is removed at the end, not written over."""
    numbers = [int(path.name[:8]) for path in folder.glob("????????-*.parquet") if path.name[:8].isdigit()]
    return max(numbers, default=0)
