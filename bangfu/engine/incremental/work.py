"""One change of a standing comparison under way: its connection, its coming files, and the tables that judgement asks of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from bangfu.engine.duckdb_.facts import Delivery, fact_query
from bangfu.engine.duckdb_.session import count, name
from bangfu.engine.incremental import dependence, findings, matches
from bangfu.engine.incremental.dependence import OWN, Judged
from bangfu.engine.incremental.findings import Changed
from bangfu.engine.incremental.folder import Change, Kept, Manifest, commit, declared
from bangfu.engine.incremental.judging import Cell, judge_these, lay_out_judged, lay_out_others
from bangfu.engine.incremental.people import FILED, JUDGED
from bangfu.engine.rules.asked import file_columns
from bangfu.engine.rules.ruleset import RuleSet

PEOPLE, HOME = "people", "home"


@dataclass(slots=True)
class Work:
    """``deliveries``: as they will stand. ``touched``: datasets (OWN: the register itself) of which the table ``touched`` (dataset, home)
    names the homes whose findings are judged again. ``unfound`` rows that were to be withdrawn are nowhere. ``scratch``: a folder that is
    gone with the connection.
    """

    connection: duckdb.DuckDBPyConnection
    change: Change
    manifest: Manifest
    deliveries: dict[str, Kept]
    touched: set[str] = field(default_factory=set)
    unfound: int = 0
    scratch: Path = Path()

    def run(self, query: str) -> None:
        """Execute."""
        self.connection.execute(query)

    @property
    def standing_people(self) -> str:
        """A relation of all persons who are on file."""
        return self.change.live(PEOPLE, HOME)

    @property
    def standing_findings(self) -> str:
        """A relation of all findings that stand."""
        return self.change.live(findings.TABLE, *findings.UNITS)

    def delivery(self, dataset: str) -> Delivery:
        """A dataset as judgement asks for it."""
        return as_judged(dataset, self.deliveries[dataset])

    def match_all(self, dataset: str, facts: frozenset[str]) -> None:
        """Make the tables of all that a dataset's deliveries state about ``people``."""
        kept = self.deliveries[dataset]
        matches.check_there(dataset, kept.parts)
        gone = matches.withdrawn_rows(self.change, dataset)
        matches.match_parts(self.connection, declared(dataset), kept.parts, facts, gone)
        if declared(dataset).silence in facts:
            absent = matches.absent_of(kept.parts, gone)
            self.run(f"CREATE OR REPLACE TEMP TABLE {name(matches.stored_silence(dataset))} AS {absent}")

    def keep_matches(
        self, datasets: Iterable[str], facts: frozenset[str], withdrawn: Mapping[str, str] | None = None
    ) -> None:
        """Settle the names of what match_all made, through ``filed``, and write it down; with queries of rows that count no more."""
        several = list(datasets)
        matches.settle_names(self.connection, several)
        for dataset in several:
            covers = (withdrawn or {}).get(dataset)
            self.change.append(matches.stored(dataset), f"SELECT * FROM {name(matches.stored(dataset))}", covers=covers)
            if declared(dataset).silence in facts:
                silence = matches.stored_silence(dataset)
                self.change.append(silence, f"SELECT pid, place FROM {name(silence)}")

    def let_be(self, relation: str, query: str, *, table: bool = False) -> None:
        """Make a view, or a table, of this name, whatever had it before."""
        query = f"SELECT * FROM ({query})"
        if table:
            self.run(f"CREATE OR REPLACE TEMP TABLE coming AS {query}")
        let_be(self.connection, relation, "" if table else query)
        if table:
            self.run(f"ALTER TABLE coming RENAME TO {name(relation)}")

    def let_matches_be(self, dataset: str, own: str = "") -> None:
        """Make the tables of a dataset's stored matches, of the persons in ``own`` (a relation of pid); without it views of all."""
        for stored, unit in ((matches.stored(dataset), "row"), (matches.stored_silence(dataset), "pid")):
            if stored in self.change.layers:
                live = f"SELECT * FROM {self.change.live(stored, unit)}"
                self.let_be(stored, f"{live} SEMI JOIN {own} USING (pid)" if own else live, table=bool(own))

    # What is touched -------------------------------------------------------------------------------------------------

    def judge_homes(self, rules: RuleSet, **said: Any) -> Changed:
        """Judge what is touched: ``people`` has these homes whole, and the tables of matches all that is stated about them."""
        delivered = sorted(
            dataset for dataset in self.touched if dataset in self.deliveries and self.deliveries[dataset].parts
        )
        coverages = {dataset: self.deliveries[dataset].coverage for dataset in delivered}
        judged = dependence.judgements(rules, self.manifest.on, coverages)
        left = dependence.only(rules, [one for one in judged if one[0] in self.touched])
        deliveries = [self.delivery(dataset) for dataset in delivered]
        lay_out_others(self.connection, deliveries)
        cells = judge_these(self.connection, left, deliveries, self.manifest.on, list(self.manifest.cells))
        lay_out_judged(self.connection, self.manifest.datasets)
        former = f"(SELECT * FROM {self.standing_findings} SEMI JOIN touched USING (dataset, home))"
        homes = count(self.connection, "SELECT count(DISTINCT home) FROM touched")
        self.change.append(findings.TABLE, "SELECT * FROM judged", covers="SELECT dataset, home FROM touched")
        return self.finish(cells, former, homes, **said)

    def judge_kinds(self, rules: RuleSet, judged: set[Judged], **said: Any) -> Changed:
        """Judge these kinds of finding in all homes, by other rules or as of another day than before (``said``)."""
        left = dependence.only(rules, judged)
        coverages = {dataset: kept.coverage for dataset, kept in self.deliveries.items()}
        own = {dataset for dataset, _ in judged} & coverages.keys()
        helping = {attribute.or_fact for attribute in left.person.values() if attribute.or_fact}
        asked = own.union(*(dependence.stating(fact, coverages) for fact in helping))
        for dataset in asked:
            self.let_matches_be(dataset)
        deliveries = [self.delivery(dataset) for dataset in sorted(asked)]
        lay_out_others(self.connection, deliveries)
        self._let_people_concerned_be(left, judged, own)
        cells = judge_these(self.connection, left, deliveries, said["on"], list(self.manifest.cells))
        lay_out_judged(self.connection, self.manifest.datasets)
        numbers = [number for number, (dataset, _, kind) in enumerate(cells) if (dataset, kind) in judged]
        listed = ", ".join(map(str, [-1, *numbers]))
        # The same rule was asked of datasets that only describe the persons.
        self.run(f"DELETE FROM judged WHERE cell NOT IN ({listed})")
        former = f"(SELECT * FROM {self.standing_findings} WHERE cell IN ({listed}))"
        self.change.append(findings.TABLE, "SELECT * FROM judged", cells=numbers)
        return self.finish(cells, former, None, rules=rules, **said)

    def _let_people_concerned_be(self, rules: RuleSet, judged: set[Judged], datasets: set[str]) -> None:
        """The table ``people``: those about whom a fact is stated that these rules ask for, and their households where they matter."""
        who = ["SELECT CAST(NULL AS BIGINT) AS pid WHERE FALSE"]
        for rule in rules.rules:
            stated = dependence.stating(rule.fact, datasets)
            who += [
                f"SELECT pid FROM ({fact_query(self.delivery(d), rule.fact)})"
                for d in stated
                if (d, rule.kind) in judged and d != OWN
            ]
            if OWN in stated:
                who.append(f"SELECT pid FROM {self.standing_people} WHERE key IS NULL")
        columns = self.judged_columns(rules)
        concerned = f"FROM {self.standing_people} SEMI JOIN ({' UNION ALL '.join(who)}) USING (pid)"
        if dependence.of_whole_households(rules):
            concerned = f"FROM {self.standing_people} SEMI JOIN (SELECT home {concerned}) USING (home)"
        self.let_be(PEOPLE, f"SELECT {columns} {concerned}", table=True)
        self.let_be("filed", f"SELECT {FILED} FROM {self.standing_people}")

    def judged_columns(self, rules: RuleSet) -> str:
        """The columns of ``people`` that these rules ask for."""
        return ", ".join([JUDGED, *sorted(file_columns(rules) - {"is_head"})])

    def finish(self, cells: list[Cell], former: str, homes: int | None, **said: Any) -> Changed:
        """Lay ``judged`` beside what stood, and let the change count."""
        coming = self.manifest.model_copy(update={"cells": tuple(cells), "deliveries": self.deliveries} | said)
        changed = findings.lay_beside(self.connection, coming, former, homes=homes, unfound=self.unfound)
        difference = self.change.write(findings.DIFFERENCE, "difference")
        standing = {dataset: kept for dataset, kept in self.deliveries.items() if kept.parts}
        commit(self.change, self.manifest, cells=coming.cells, deliveries=standing, difference=difference, **said)
        return changed


def as_judged(dataset: str, kept: Kept) -> Delivery:
    """A dataset as judgement asks for it: it reads matches, no files."""
    return Delivery(declared(dataset), "", (), kept.as_of, kept.coverage)


def let_be(connection: duckdb.DuckDBPyConnection, relation: str, query: str) -> None:
    """Make a view of this name (none where the query is empty), whatever had it before."""
    try:
        connection.execute(f"DROP TABLE IF EXISTS {name(relation)}")
    except duckdb.CatalogException:
        connection.execute(f"DROP VIEW IF EXISTS {name(relation)}")
    if query:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name(relation)} AS {query}")


def absolute(delivery: Delivery) -> tuple[str, ...]:
    """Where its staged files are."""
    return tuple(str(Path(path).resolve()) for path in delivery.staged)
