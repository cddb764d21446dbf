"""The export ``findings`` from the database (DESIGN 4): the rows that ``bangfu compare`` writes of the same workbooks."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

import pyarrow as pa

from bangfu.core.whole_files import replacing
from bangfu.decide.comparison.models import Finding
from bangfu.decide.comparison.services import record_export
from bangfu.engine.duckdb_.session import Limits, session
from bangfu.engine.findings.write import COLUMNS, check_target, write_findings
from bangfu.engine.intake.archive_row import ArchiveRow
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.services import record_looks
from bangfu.record.registry.models import CaseFile
from bangfu.record.registry.reading import bundles, rows_of

_FILES_AT_ONCE = 500
Line = tuple[str, str, str, str, str, str, str]


def findings_export(actor: Actor, path: Path, limits: Limits | None = None) -> int:
    """Write the open findings of the actor's area to ``path`` (.csv or .parquet), full numbers; gives how many lines.

    That they are taken out is in the trail, with the actor's purpose, before the file takes its name; and so is, of each household,
    that it was looked at.
    """
    actor.require(Right.EXPORT)
    check_target(path)
    with replacing(path) as temporary, session(limits or Limits()) as (connection, _):
        columns = ", ".join(f'"{column}" VARCHAR' for column in COLUMNS)
        connection.execute(f"CREATE TEMP TABLE findings ({columns})")
        lines = _lines(actor)
        total = 0
        while batch := list(islice(lines, 20_000)):
            table = pa.table([pa.array(cells, pa.string()) for cells in zip(*batch, strict=True)], list(COLUMNS))
            connection.register("batch", table)
            connection.execute("INSERT INTO findings SELECT * FROM batch")
            connection.unregister("batch")
            total += len(batch)
        write_findings(connection, temporary)
        record_export(actor=actor, act_id=uuid4(), findings=total)
    return total


def _lines(actor: Actor) -> Iterator[Line]:
    """The findings, files in the order of their numbers; five hundred files to a door, for none should stay open for long."""
    last = ""
    while True:
        with acting(actor):
            files = CaseFile.objects.filter(org__gte=actor.scope, org__lt=f"{actor.scope[:-1]}0", number__gt=last)
            found = files.filter(findings__state=Finding.State.OPEN).distinct()
            group = list(found.order_by("number")[:_FILES_AT_ONCE])
            lines = list(_of_files(group))
            seen = [(file.org, file.household_id) for file in group]
            record_looks(actor, page="findings_export", seen=seen, fields=["id_number", "says_zh", "rows"])
        if not group:
            return
        yield from lines
        last = group[-1].number


def _of_files(files: list[CaseFile]) -> Iterator[Line]:
    numbers: dict[UUID | None, tuple[str, str]] = {}
    for bundle in bundles(files):
        for filed in rows_of(bundle):
            head = filed.row.household.text if filed.row.household else ""
            numbers[filed.member] = (head, _number(filed.row))
    findings = Finding.objects.filter(case_file__in=files, state=Finding.State.OPEN)
    # People whom the numbers cannot tell apart are one line, as in the engine's own file.
    lines: dict[tuple[str, ...], tuple[set[str], set[str]]] = {}
    for finding in findings:
        head, number = numbers[finding.member_id]
        key = (head, number, finding.dataset, finding.conclusion, finding.kind)
        says, sources = lines.setdefault(key, (set(), set()))
        says.add(finding.says_zh)
        sources.update(finding.rows)
    for (head, number, dataset, conclusion, kind), (says, sources) in lines.items():
        yield head, number, dataset, conclusion, kind, "；".join(sorted(says)), _joined(sources)


def _number(row: ArchiveRow) -> str:
    """18 characters, or as written."""
    value = row.values.get("id_number")
    return getattr(value, "text", None) or row.raw.get("id_number", "")


def _joined(sources: set[str]) -> str:
    """``file:row``, in the order of the rows."""

    def place(source: str) -> tuple[str, int]:
        file, _, row = source.rpartition(":")
        return file, int(row) if row.isdecimal() else 0

    return ";".join(sorted(sources, key=place))
