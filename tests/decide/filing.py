"""A union at work: a synthetic prefecture brought into the database as people bring it in, workbook by workbook, delivery by delivery."""

from datetime import date
from pathlib import Path
from uuid import UUID

from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.record.sources.checking import check_delivery
from bangfu.record.sources.services import receive_delivery
from tests.people import PREFECTURE_CLERK, actor
from tests.record.registry.bringing import bring
from tests.record.sources.making import about, activated, officer, stored

ON = date(2026, 10, 31)


def clerk_of_prefecture() -> Actor:
    """Whose area is the whole prefecture."""
    return actor(PREFECTURE_CLERK, Purpose.COMPARISON)


def bring_workbooks(prefecture: Path) -> None:
    """Each county's workbook, into its own county."""
    for workbook in sorted((prefecture / "archive").iterdir()):
        bring(actor(PREFECTURE_CLERK, Purpose.FILING), workbook, workbook.stem)


def bring_datasets(prefecture: Path, *names: str) -> None:
    """The departments' extracts, all of them or those named, into the prefecture's union."""
    folder = open_folder(prefecture / "datasets")
    for name, path in folder.files.items():
        if not names or name in names:
            deliver(name, path, coverage=folder.about[name].coverage or ())


def deliver(dataset: str, path: Path, *, as_of: date = ON, coverage: tuple[str, ...] = ()) -> UUID:
    """Received, checked and put to use."""
    upload = stored(path.read_bytes(), path.name)
    said = about(dataset=dataset, as_of=as_of, coverage=coverage)
    received = receive_delivery(actor=officer(), act_id=upload.id, stored=upload, about=said)
    check_delivery(officer(), received.delivery_id)
    activated(received.delivery_id)
    return received.delivery_id
