"""What an instance keeps of its trail outside of the database: the newest checkpoint, those handed over, the last result. No Django."""

import json
from datetime import datetime
from pathlib import Path

from bangfu.core.checkpoints import Checkpoint, read_checkpoint
from bangfu.core.whole_files import replacing
from bangfu.ground.trail.keys import trail_folder
from bangfu.ground.trail.verifying.report import Report

LATEST = "latest.json"
OUTBOX = "outbox"
RESULT = "verification.json"


def outbox(home: Path) -> list[Path]:
    """What was handed over, the newest last: names begin with the size, in digits of one length."""
    return sorted((home / "trail" / OUTBOX).glob("*.json"))


def latest(home: Path) -> str | None:
    """The newest checkpoint's text, None before the first sealing."""
    path = home / "trail" / LATEST
    return path.read_text("utf-8").strip() if path.exists() else None


def keep_latest(home: Path, text: str) -> None:
    """Keep the newest checkpoint: it shows when the database loses its end. An older one never takes its place."""
    held = latest(home)
    if held and read_checkpoint(held, LATEST).size > read_checkpoint(text, LATEST).size:
        return
    with replacing(trail_folder(home) / LATEST) as draft:
        draft.write_text(text + "\n", "utf-8")


def set_latest_aside(home: Path, now: datetime) -> None:
    """After a restoration that somebody answers for, what was signed last is kept under another name, as evidence.

    So is what was handed over of it: the level above will ask.
    """
    folder = trail_folder(home)
    for path in [folder / LATEST, *outbox(home)]:
        if path.exists():
            path.rename(folder / f"before-restoration-{now:%Y%m%dT%H%M%S}-{path.name}")


def kept_checkpoints(home: Path) -> list[tuple[str, Checkpoint]]:
    """Every checkpoint that this home keeps, with the name of its file. Read before the database: what is newer is not missed there."""
    files = [path for path in [home / "trail" / LATEST, *outbox(home)] if path.exists()]
    return [(path.name, read_checkpoint(path.read_text("utf-8"), path.name)) for path in files]


def keep_result(home: Path, report: Report, at: datetime, seconds: float) -> None:
    """Keep what a verification came to, for the page."""
    values = {**report.values(most=20), "at": at.isoformat(), "seconds": round(seconds, 2)}
    with replacing(trail_folder(home) / RESULT) as draft:
        draft.write_text(json.dumps(values, ensure_ascii=False) + "\n", "utf-8")


def last_result(home: Path) -> dict[str, object] | None:
    """What the last verification came to; None when there was none."""
    path = home / "trail" / RESULT
    if not path.exists():
        return None
    found: dict[str, object] = json.loads(path.read_text("utf-8"))
    return found
