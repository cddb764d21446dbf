"""One session: the world, the hammering, the judgement, the controls, and what is told of them."""

import sys
import time
from pathlib import Path

import psycopg

from bangfu.site.database.urls import database_urls
from tests.faults import parts, world
from tests.faults.judge import Verdict, judge, newest_entry
from tests.faults.plan import Plan
from tests.faults.run import Hammer, Rhythm, roles

_JOBS_END_WITHIN = 120.0


class Session:
    """In a home of its own."""

    def __init__(self, home: Path, seed: int, *, short: bool) -> None:
        self.home, self.seed, self.short = home, seed, short
        self.crashes = 0

    def run(self, seconds: float, households: int) -> dict[str, int]:
        """Everything; gives the figures of the last line."""
        began = time.monotonic()
        world.make(self.home, households)
        self._keep_for_controls()
        tell(f"a union of {households} households was made in {time.monotonic() - began:.0f} s")
        verdict = self._hammered(seconds)
        from tests.faults.controls import caught  # noqa: PLC0415

        controls = caught(self.home, self.seed)
        if not self.short:
            from tests.faults.clocks import clock_jumps  # noqa: PLC0415
            from tests.faults.disk import full_disk  # noqa: PLC0415

            for part in (clock_jumps, full_disk):
                verdict = _sum(verdict, part(self.home, self.seed))
        return told_of(verdict, crashes=self.crashes, controls=controls)

    def _hammered(self, seconds: float) -> Verdict:
        folder = self.home / "journals"
        folder.mkdir()
        plan, logs = Plan(folder, self.seed), self.home / "logs"
        logs.mkdir(exist_ok=True)
        port = parts.free_port()
        hammer = self._hammer(plan, port, logs)
        for part in (hammer.web, hammer.worker):
            if part is not None:
                part.start()
        if hammer.web is not None:
            parts.wait_for_pages(port)
        began, since = time.monotonic(), newest_entry(database_urls(self.home).owner)
        try:
            hammer.run(seconds)
            lasted = time.monotonic() - began
            if hammer.worker is not None:
                self._let_jobs_end(hammer.worker)
        finally:
            for part in (hammer.web, hammer.worker):
                if part is not None:
                    part.kill()
        self.crashes += hammer.crashes.total()
        urls = database_urls(self.home)
        verdict = judge(urls.owner, urls.app, sorted(folder.glob("client-*.jsonl")), since)
        kills = ", ".join(f"{kind} {count}" for kind, count in sorted(hammer.crashes.items()))
        tell(
            f"{verdict.acknowledged:,} acts acknowledged in {lasted:.0f} s ({verdict.acknowledged / lasted:.0f} a second), "
            f"{plan.disturbed:,} times sent again after a fault; kill -9: {kills}"
        )
        self._tell_points(folder)
        for word in [*hammer.broken, *verdict.words]:
            tell(f"  ! {word}")
        if hammer.broken:
            tell((folder / "broken.log").read_text("utf-8")[-4000:])
        for word in hammer.broken:
            verdict.say("half", word)
        return verdict

    def _hammer(self, plan: Plan, port: int, logs: Path) -> Hammer:
        if self.short:
            rhythm = Rhythm(client=0.4, database=2.5, backend=4.0, web=0, worker=0)
            return Hammer(self.home, plan, rhythm, roles(plan, port, hands=2, walkers=1, web=0))
        web, worker = parts.web(port, logs), parts.worker(logs)
        return Hammer(self.home, plan, Rhythm(), roles(plan, port), web, worker)

    def _keep_for_controls(self) -> None:
        with psycopg.connect(database_urls(self.home).owner, dbname="postgres", autocommit=True) as owner:
            owner.execute("CREATE DATABASE untouched TEMPLATE bangfu STRATEGY FILE_COPY")

    def _let_jobs_end(self, worker: parts.Part) -> None:
        """What is queued must be done in the end, by a worker that nobody kills any more."""
        if worker.has_ended():
            worker.start()
        owner = database_urls(self.home).owner

        def idle() -> bool:
            with psycopg.connect(owner) as connection:
                query = (
                    "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND scheduled_at IS NULL"
                )
                row = connection.execute(query).fetchone()
            return row is not None and row[0] == 0

        if not parts.eventually(idle, _JOBS_END_WITHIN):
            tell("  ! jobs were left")

    def _tell_points(self, folder: Path) -> None:
        from tests.faults.matrix import KINDS, all_points, struck_in  # noqa: PLC0415

        every = {(point, kind) for point in all_points() for kind in KINDS}
        struck = struck_in(folder.glob("matrix-*.jsonl"))
        tell(f"fault points × (exception, connection cut, kill -9): {len(struck & every)} of {len(every)} struck")
        missing = sorted({point.rpartition(".")[0] for point, _ in every - struck})
        if missing:
            tell(f"  not struck everywhere: {', '.join(missing)}")


def told_of(verdict: Verdict, *, crashes: int, controls: int) -> dict[str, int]:
    """The last line. What is seen outside its scope counts as half-done: written, and not guarded."""
    return {
        "acknowledged": verdict.acknowledged,
        "crashes": crashes,
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "half": verdict.half + verdict.seen_outside,
        "controls_caught": controls,
    }


def tell(text: str) -> None:
    """What is going on, beside the last line."""
    sys.stderr.write(f"{text}\n")


def _sum(one: Verdict, other: Verdict) -> Verdict:
    total = Verdict(words=one.words + other.words)
    for name in ("acknowledged", "lost", "doubled", "half", "seen_outside"):
        setattr(total, name, getattr(one, name) + getattr(other, name))
    return total
