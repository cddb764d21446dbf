"""The machine's clock jumps, forwards and back: what is acknowledged stays, and nothing is done twice.

No library that moves the clock of a whole process is asked for: the product reads the time in two places only, its own MachineClock and
Django's, and both are moved in each client. The database's own clock is not moved.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from tests.faults.copies import a_copy
from tests.faults.judge import Verdict
from tests.faults.run import Hammer, Rhythm, roles

_SECONDS = 15.0
_JUMPS_EVERY = 1.0
_FARTHEST = timedelta(days=3)


def clock_jumps(home: Path, seed: int) -> Verdict:
    """Hands act while the clock of each jumps by up to three days either way, and some are killed."""
    with a_copy(home, "clocks", seed) as copy:
        since, works = copy.breaking(), roles(copy.plan, 0, hands=3, walkers=0, web=0)
        hands = {number: copy.inside(_moving(work, seed + number)) for number, work in works.items()}
        hammer = Hammer(home, copy.plan, Rhythm(client=1.0, database=6.0, backend=0, web=0, worker=0), hands)
        hammer.run(_SECONDS)
        verdict = copy.judged(since)
    for word in hammer.broken:
        verdict.say("half", word)
    sys.stderr.write(
        f"clock jumps of up to {_FARTHEST.days} days either way: {verdict.acknowledged:,} acts acknowledged, lost {verdict.lost}, "
        f"doubled {verdict.doubled}, half-done {verdict.half}\n"
    )
    for word in verdict.words:
        sys.stderr.write(f"  ! {word}\n")
    return verdict


def _moving(work: Callable[[], None], seed: int) -> Callable[[], None]:
    def run() -> None:
        from django.utils import timezone  # noqa: PLC0415

        from bangfu.core.clock import CHINA, MachineClock  # noqa: PLC0415

        dice, before = random.Random(f"{seed} {time.monotonic()}"), timezone.now
        jump = [timedelta(), 0.0]

        def moved() -> datetime:
            if time.monotonic() > float(jump[1]):  # type: ignore[arg-type]
                jump[0] = _FARTHEST * dice.uniform(-1, 1)
                jump[1] = time.monotonic() + _JUMPS_EVERY
            return before() + jump[0]  # type: ignore[operator]

        timezone.now = moved
        MachineClock.now = lambda _self: moved().astimezone(CHINA)  # type: ignore[method-assign, assignment]
        work()

    return run
