"""Deliveries that arrive at a standing comparison: whole ones, new rows, withdrawn rows; which homes they concern."""

from dataclasses import dataclass

from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import literal, name
from bangfu.engine.incremental import dependence, matches, problems
from bangfu.engine.incremental.folder import Kept, Part, declared
from bangfu.engine.incremental.people import FILED
from bangfu.engine.incremental.work import HOME, PEOPLE, Work, absolute

_TOUCHED_PIDS = "INSERT INTO touched_pids SELECT {number}, pid FROM {relation}"


@dataclass(frozen=True, slots=True)
class Delta:
    """What came of one dataset, all of it staged: ``whole``, a delivery in the place of all before (None: nothing stands any more); or
    else rows ``added`` and rows ``withdrawn``. A corrected row is withdrawn as it was and added as it is.
    """

    dataset: str
    whole: Delivery | None = None
    added: Delivery | None = None
    withdrawn: Delivery | None = None

    @property
    def is_whole(self) -> bool:
        """Does nothing of before stand?"""
        return self.added is None and self.withdrawn is None

    @property
    def arriving(self) -> Delivery | None:
        """What is read in."""
        return self.whole if self.is_whole else self.added


def check_delta(work: Work, delta: Delta) -> None:
    """Raises a Problem for what cannot be taken: sealed rows, a file that was taken before, rows taken back from nothing."""
    kept = work.deliveries.get(delta.dataset)
    for delivery in (delta.arriving, delta.withdrawn):
        if delivery is not None:
            check_open(delivery)
    if delta.is_whole:
        return
    if kept is None:
        raise problems.NOT_DELIVERED(dataset=delta.dataset)
    for delivery, before in ((delta.added, kept.files), (delta.withdrawn, kept.withdrawn)):
        if delivery is not None and delivery.file in before:
            raise problems.FILE_TWICE(file=delivery.file, dataset=delta.dataset)
    if delta.withdrawn:
        matches.check_there(delta.dataset, kept.parts)


def check_open(delivery: Delivery) -> None:
    """Raises a Problem for a sealed delivery: what was opened of it is not kept."""
    if delivery.sealed:
        raise problems.SEALED(dataset=delivery.dataset.name)


def take_deltas(work: Work, deltas: tuple[Delta, ...]) -> None:
    """Match what arrived, lay down the new matches, and say who is touched: afterwards judge_homes can judge."""
    _let_concerned_be(work, deltas)
    work.run("CREATE OR REPLACE TEMP TABLE touched_pids (dataset UTINYINT, pid BIGINT)")
    for delta in deltas:
        _read(work, delta)
    _touch(work, [delta.dataset for delta in deltas])
    fresh = [delta.dataset for delta in deltas if delta.arriving]
    named = " UNION ALL ".join(f"SELECT pid FROM {name(matches.stored(dataset))} WHERE other" for dataset in fresh)
    if named:
        filed = f"SELECT {FILED} FROM {work.standing_people} SEMI JOIN ({named}) USING (pid)"
        work.let_be("filed", filed, table=True)
        matches.settle_names(work.connection, fresh)
    for delta in deltas:
        _keep(work, delta)
    columns = work.judged_columns(work.manifest.rules)
    work.let_be(PEOPLE, f"SELECT {columns} FROM {work.standing_people} SEMI JOIN touched USING (home)", table=True)
    # Nothing is asked of the register's own rows.
    work.let_be("filed", "SELECT CAST(NULL AS BIGINT) AS pid, '' AS source WHERE FALSE")
    for dataset in sorted(work.touched):
        number = work.manifest.dataset_number(dataset)
        own = f"(SELECT pid FROM {PEOPLE} SEMI JOIN (SELECT home FROM touched WHERE dataset = {number}) USING (home))"
        work.let_matches_be(dataset, own)


def _let_concerned_be(work: Work, deltas: tuple[Delta, ...]) -> None:
    """``people``: those whose number is in what arrived; everybody where a delivery is whole, as its silence speaks too."""
    everybody = f"SELECT pid, key, name_hash, home, place FROM {work.standing_people}"
    if any(delta.is_whole for delta in deltas):
        work.let_be(PEOPLE, everybody, table=True)
        return
    keys = " UNION ALL ".join(
        f"SELECT key FROM {_files(delivery)}"
        for delta in deltas
        for delivery in (delta.added, delta.withdrawn)
        if delivery
    )
    work.let_be(PEOPLE, f"{everybody} SEMI JOIN ({keys}) USING (key)", table=True)


def _read(work: Work, delta: Delta) -> None:
    """Match what arrived of a dataset; who is concerned goes into ``touched_pids``. ``work.deliveries`` says then how it stands."""
    dataset, connection = delta.dataset, work.connection
    former = work.deliveries.get(dataset, Kept())
    number = work.manifest.dataset_number(dataset)
    stored = matches.stored(dataset)
    gone = "" if delta.is_whole else matches.withdrawn_rows(work.change, dataset)
    kept = _standing(former, delta)
    if delta.withdrawn:
        found = matches.find_withdrawn(connection, dataset, former.parts, gone, delta.withdrawn.staged)
        work.unfound += found.unfound
        there = f"{work.change.live(stored, 'row')} SEMI JOIN {found.rows} USING (row)"
        work.run(_TOUCHED_PIDS.format(number=number, relation=there))
        gone = f"(SELECT row FROM {found.rows}{f' UNION ALL FROM {gone}' if gone else ''})"
    if delta.is_whole and stored in work.change.layers:
        work.run(_TOUCHED_PIDS.format(number=number, relation=work.change.live(stored, "row")))
    if delta.arriving:
        matches.match_parts(connection, declared(dataset), kept.parts[-1:], work.manifest.facts, "")
        work.run(_TOUCHED_PIDS.format(number=number, relation=name(stored)))
    work.deliveries[dataset] = kept
    if declared(dataset).silence in work.manifest.facts:
        _hear_silence(work, delta, kept, gone)


def _standing(former: Kept, delta: Delta) -> Kept:
    """What stands of a dataset with a delta."""
    parts, files, withdrawn = (() if delta.is_whole else former.parts), former.files, former.withdrawn
    as_of, coverage = former.as_of, former.coverage
    if delta.arriving:
        part = Part(number=len(files), file=delta.arriving.file, staged=absolute(delta.arriving))
        parts, files = (*parts, part), (*files, part.file)
        as_of = delta.arriving.as_of or as_of
        coverage = delta.arriving.coverage if delta.is_whole else coverage
    if delta.withdrawn:
        withdrawn = (*withdrawn, delta.withdrawn.file)
    return Kept(parts=parts, files=files, withdrawn=withdrawn, as_of=as_of, coverage=coverage)


def _hear_silence(work: Work, delta: Delta, kept: Kept, gone: str) -> None:
    """The tables ``absent_<dataset>`` of those who are absent now, and ``heard_<dataset>`` (pid) of those who were and were asked again."""
    silence, heard = matches.stored_silence(delta.dataset), name(f"heard_{delta.dataset}")
    before = (
        work.change.live(silence, "pid")
        if silence in work.change.layers
        else "(SELECT NULL::BIGINT AS pid WHERE FALSE)"
    )
    asked = PEOPLE
    absent = "SELECT pid, place FROM people WHERE FALSE"
    if kept.parts and (delta.is_whole or delta.withdrawn):
        absent = matches.absent_of(kept.parts, gone)
    elif delta.added:
        asked = f"(SELECT pid FROM {PEOPLE} SEMI JOIN {_files(delta.added)} AS said USING (key))"
    work.let_be(silence, absent, table=True)
    work.run(f"CREATE OR REPLACE TEMP TABLE {heard} AS SELECT pid FROM {before} SEMI JOIN {asked} AS asked USING (pid)")
    number = work.manifest.dataset_number(delta.dataset)
    for one, other in ((heard, name(silence)), (name(silence), heard)):
        # Of a whole delivery the place that it covers may be another one.
        relation = one if delta.is_whole else f"{one} ANTI JOIN {other} USING (pid)"
        work.run(_TOUCHED_PIDS.format(number=number, relation=relation))


def _touch(work: Work, datasets: list[str]) -> None:
    """The table ``touched`` (dataset, home): with a dataset go those whose persons it describes, or is described by."""
    together = dependence.linked(work.manifest.rules, work.deliveries)
    goes_with = []
    for dataset in datasets:
        for other in sorted(together[dataset]):
            own, number = work.manifest.dataset_number(dataset), work.manifest.dataset_number(other)
            goes_with.append(f"(CAST({own} AS UTINYINT), CAST({number} AS UTINYINT))")
            work.touched.add(other)
    work.run(f"""CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT other AS dataset, {HOME}
        FROM (SELECT DISTINCT dataset AS own, {HOME} FROM touched_pids JOIN {PEOPLE} USING (pid))
        JOIN (VALUES {", ".join(goes_with)}) AS goes_with(own, other) USING (own)""")


def _keep(work: Work, delta: Delta) -> None:
    """Write the new matches of a dataset down, and which of the former ones count no more."""
    dataset = delta.dataset
    stored, silence = matches.stored(dataset), matches.stored_silence(dataset)
    if delta.is_whole:
        work.change.begin_anew(stored)
        work.change.begin_anew(silence)
    if delta.arriving or delta.withdrawn:
        rows = name(stored) if delta.arriving else f"{work.change.live(stored, 'row')} LIMIT 0"
        covers = f"SELECT row FROM {name(f'withdrawn_{dataset}')}" if delta.withdrawn else None
        work.change.append(stored, f"SELECT * FROM {rows}", covers=covers)
        if declared(dataset).silence in work.manifest.facts:
            covers = None if delta.is_whole else f"SELECT pid FROM {name(f'heard_{dataset}')}"
            work.change.append(silence, f"SELECT pid, place FROM {name(silence)}", covers=covers)


def _files(delivery: Delivery) -> str:
    return f"read_parquet([{', '.join(literal(str(path)) for path in delivery.staged)}])"
