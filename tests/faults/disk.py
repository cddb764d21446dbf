"""The disk runs full, on a small one of its own: reading goes on, what was acknowledged stays, and with room again everything goes on.

Needs root, for a private mount: ``unshare`` gives this process a view of its own, in which a small tmpfs lies below the home.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.faults.judge import Verdict

_SIZE, _LEAST = 260, 60  # megabytes: of the disk, and what the product must leave
_HOUSEHOLDS = 20
_PIECE = 4 << 20


def full_disk(_home: Path, seed: int) -> Verdict:
    """In a process of its own; an empty verdict where this machine does not let us."""
    environment = {**os.environ, "BANGFU_LEAST_ROOM": str(_LEAST << 20)}
    environment.pop("BANGFU_DATABASE_URL", None)
    try:
        allowed = subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        allowed = False
    if not allowed:
        sys.stderr.write("full disk: not run (it needs root and a mount of its own)\n")
        return Verdict()
    called = ["unshare", "-m", sys.executable, "-m", "tests.faults.disk", str(seed)]
    done = subprocess.run(called, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.stderr.write(f"full disk: broke\n{done.stderr[-3000:]}\n")
        return Verdict(half=1)
    told = json.loads(done.stdout.splitlines()[-1])
    sys.stderr.write(f"full disk: {told.pop('said')}\n")
    return Verdict(**told)


def main(seed: int) -> dict[str, Any]:
    """Fill the disk under a clerk who acts, then make room again."""
    home = Path(tempfile.mkdtemp(prefix="bangfu-disk-"))
    home.chmod(0o755)
    os.environ["BANGFU_HOME"] = str(home)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE}m,mode=755", "tmpfs", str(home)], check=True)
    from bangfu.site.database import cluster  # noqa: PLC0415

    try:
        return _filled(home, seed)
    finally:
        cluster.stop(home)
        subprocess.run(["umount", "-l", str(home)], check=False)
        home.rmdir()


def _filled(home: Path, seed: int) -> dict[str, Any]:
    from bangfu.site.database.urls import database_urls  # noqa: PLC0415
    from tests.faults import parts, world  # noqa: PLC0415
    from tests.faults.judge import judge, newest_entry  # noqa: PLC0415
    from tests.faults.plan import Plan  # noqa: PLC0415
    from tests.faults.run import Hammer, Rhythm, roles  # noqa: PLC0415

    world.make(home, _HOUSEHOLDS)
    with tempfile.TemporaryDirectory() as elsewhere:
        plan, urls = Plan(Path(elsewhere), seed), database_urls(home)
        since = newest_entry(urls.owner)
        hammer = Hammer(home, plan, Rhythm(), roles(plan, 0, hands=1, walkers=0, web=0))
        hammer.begin()
        assert parts.eventually(lambda: plan.acknowledged > 50, 60)
        to_the_limit = _fill(home, _LEAST << 20)
        stopped = _refused(plan)
        seen_then = _read(home)
        to_the_brim = _fill(home, 0)
        seen_at_last = _read(home)
        before = plan.acknowledged
        for ballast in (to_the_limit, to_the_brim):
            ballast.unlink()
        parts.start_database(home)
        went_on = parts.eventually(lambda: plan.acknowledged > before + 50, 60)
        hammer.finish()
        verdict = judge(urls.owner, urls.app, sorted(plan.folder.glob("client-*.jsonl")), since)
        for word, is_so in (
            ("acts were not refused", stopped),
            ("reading stopped", seen_then),
            ("acts did not go on", went_on),
        ):
            if not is_so:
                verdict.say("half", word)
        for word in hammer.broken:
            verdict.say("half", word)
    return {
        "acknowledged": verdict.acknowledged,
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "half": verdict.half,
        "words": verdict.words,
        "said": f"{_SIZE} MB filled up to {_LEAST} MB: acts refused, reading served; filled to the last byte: reading "
        f"{'served' if seen_at_last else 'not served'}; with room again: acts go on; {verdict.acknowledged:,} acts acknowledged, "
        f"lost {verdict.lost}, doubled {verdict.doubled}, half-done {verdict.half} {' '.join(verdict.words)}",
    }


def _fill(home: Path, leaving: int) -> Path:
    """A file that takes all room but so much."""
    path = home / f"ballast-{leaving}"
    with path.open("wb", buffering=0) as file:
        while True:
            disk = os.statvfs(home)
            room = disk.f_bavail * disk.f_frsize - leaving
            if room <= 0:
                return path
            try:
                file.write(bytes(min(room, _PIECE)))
            except OSError:
                return path


def _refused(plan: Any) -> bool:
    """The clerk's acts are refused with the problem that says why."""
    from tests.faults import parts  # noqa: PLC0415

    return parts.eventually(lambda: b'"act.no_room"' in plan.journal(0).read_bytes(), 20)


def _read(home: Path) -> bool:
    """The list of files, as a page reads it, in a process of its own: whoever forks holds no connection."""
    code = (
        "import os\nfrom pathlib import Path\nfrom bangfu.site.instance import start\nstart(Path(os.environ['BANGFU_HOME']))\n"
        "from bangfu.ground.access.selectors import operator\nfrom bangfu.ground.acts.door import acting\n"
        "from bangfu.record.registry.selectors import FileQuery, files\nactor = operator()\n"
        "with acting(actor):\n    assert files(actor, FileQuery()).total > 0\n"
    )
    try:
        return (
            subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, timeout=60).returncode == 0
        )
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))  # noqa: T201
