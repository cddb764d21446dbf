"""The export ``determinations.csv`` from the database (DESIGN 4): the rows that ``bangfu identify`` writes of the same workbooks."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

from bangfu.core.whole_files import check_place, replacing
from bangfu.decide.identification.exports import csv_cells, csv_heading
from bangfu.decide.identification.kept import kept
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.services.exported import record_export
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.services import record_looks
from bangfu.record.registry.models import CaseFile
from bangfu.record.registry.reading import bundles, rows_of

_AT_ONCE = 500


def determinations_export(actor: Actor, path: Path) -> int:
    """Write what stands for every open file of the actor's area, in the order of the files' numbers; gives how many households.

    Full numbers: that they are taken out is in the trail, with the actor's purpose, before the file takes its name; and so is, of each
    household, that it was looked at.
    """
    actor.require(Right.EXPORT)
    check_place(path)
    households = 0
    with replacing(path) as temporary:
        with temporary.open("wb") as file:
            file.write(csv_heading())
            for line in _lines(actor):
                file.write(line)
                households += 1
        record_export(actor=actor, act_id=uuid4(), households=households)
    return households


def _lines(actor: Actor) -> Iterator[bytes]:
    last = ""
    while True:
        with acting(actor):
            standing = Determination.objects.exclude(state=Determination.State.SUPERSEDED).filter(
                org__gte=actor.scope,
                org__lt=f"{actor.scope[:-1]}0",
                case_file__state=CaseFile.State.ON_FILE,
                case_file__number__gt=last,
            )
            group = list(standing.select_related("case_file").order_by("case_file__number")[:_AT_ONCE])
            numbers = _numbers([row.case_file for row in group])
            seen = [(row.org, row.household_id) for row in group]
            record_looks(actor, page="determinations_export", seen=seen, fields=["id_number", "main_cause", "income"])
        if not group:
            return
        for row in group:
            said = kept(row.content)
            yield csv_cells(numbers[row.case_file_id], row.class_name, row.rule, said.reasons_zh, said.net_fen)
        last = group[-1].case_file.number


def _numbers(files: list[CaseFile]) -> dict[UUID, str]:
    found = {}
    for bundle in bundles(files):
        head = next(rows_of(bundle)).row.household
        found[bundle.case_file.pk] = head.text if head else ""
    return found
