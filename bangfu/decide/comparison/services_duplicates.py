"""Two files of one family: what a run found alike, and how a person settled it. Nothing is closed or merged here."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from bangfu.decide.comparison.models import Duplicate
from bangfu.decide.comparison.problems import CLOSE_ONE_OF_BOTH, REASON_MISSING, SETTLED_BEFORE
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import lock, locked_row
from bangfu.ground.acts.verbs import verb
from bangfu.record.registry.models import CaseFile

if TYPE_CHECKING:
    from bangfu.engine.matching.duplicates import SameFamily

FOUND = verb(
    "comparison.duplicates_found",
    zh="查找重复建档：新增 {opened} 对，变更 {changed} 对，消除 {closed} 对",
    en="looked for two files of one family: {opened} pairs opened, {changed} changed, {closed} closed",
)
SETTLED = verb(
    "comparison.duplicate_settled",
    zh="核实是否重复建档（{one}、{other}）：{what_zh}",
    en="settled whether two files are one family's ({one}, {other}): {what_en}",
)
_SAME = ("是同一家，建议撤销 {close}", "the same family; proposed to close {close}")
_DIFFERENT = ("不是同一家", "not the same family")
# Of a field that is weighed, what its outcome is; the weight drifts with everything that is on file.
_FACTS = ("field", "level")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files that share a person, surely or perhaps; ``persons`` as Duplicate keeps them."""

    one: UUID
    other: UUID
    persons: list[dict[str, Any]]

    @property
    def by_number(self) -> bool:
        """Is it sure of somebody?"""
        return any(person["by_number"] for person in self.persons)

    @property
    def probability(self) -> float:
        """Of the likeliest person."""
        return max(float(person["probability"]) for person in self.persons)

    @property
    def content(self) -> str:
        """The hash of who is alike in what."""
        said = sorted(
            [p["one"], p["other"], p["by_number"], sorted([f[name] for name in _FACTS] for f in p["fields"])]
            for p in self.persons
        )
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def pairs_of(families: "Iterable[SameFamily]") -> list[Pair]:
    """What the engine found over a register with the names of a database."""
    found: dict[tuple[UUID, UUID], list[dict[str, Any]]] = {}
    for person in (person for family in families for person in family.persons):
        if person.one_ids is None or person.other_ids is None or person.one_ids[0] == person.other_ids[0]:
            continue
        (one, one_member), (other, other_member) = sorted((person.one_ids, person.other_ids), key=_by_id)
        said = {name: value for name, value in asdict(person).items() if name in ("by_number", "probability", "start")}
        kept = {"one": one_member, "other": other_member, **said, "fields": list(person.fields)}
        found.setdefault((UUID(one), UUID(other)), []).append(kept)
    return [Pair(one, other, persons) for (one, other), persons in sorted(found.items())]


def _by_id(ids: tuple[str, str]) -> UUID:
    return UUID(ids[0])


@act(FOUND, right=Right.COMPARE)
def record_duplicates(*, actor: Actor, act_id: UUID, run_id: UUID, pairs: list[Pair]) -> Done[int]:
    """Put the pairs that a run found beside those that are kept: open what is new or no longer as it was settled, end what is gone."""
    lock("comparison.duplicates", [actor.scope])
    files = _paths(pairs)
    kept = {(row.one_id, row.other_id): row for row in Duplicate.objects.all()}
    found = {(pair.one, pair.other): pair for pair in pairs if pair.one in files and pair.other in files}
    counts = {"opened": 0, "changed": 0, "closed": 0, "same": 0}
    for key, pair in found.items():
        counts[_found(pair, kept.get(key), run_id, _above(files[pair.one], files[pair.other]))] += 1
    gone = [row for key, row in kept.items() if key not in found and row.state == Duplicate.State.WAITING]
    counts["closed"] = _ended(gone)
    told = {name: value for name, value in counts.items() if name != "same"}
    return Done(len(found), actor.scope, "run", run_id, values=told)


@act(SETTLED, right=Right.SETTLE)
def settle_duplicate(
    *,
    actor: Actor,
    act_id: UUID,
    duplicate_id: UUID,
    seen_version: int,
    same: bool,
    reason: str,
    close: UUID | None = None,
) -> Done[UUID]:
    """Say whether two files are one family's. If so, ``close`` is the file that should be closed: proposed, and done by somebody else."""
    row = locked_row(Duplicate, duplicate_id, seen_version)
    if row.state != Duplicate.State.WAITING:
        raise SETTLED_BEFORE()
    if not reason.strip():
        raise REASON_MISSING()
    if same and close not in (row.one_id, row.other_id):
        raise CLOSE_ONE_OF_BOTH()
    row.state = Duplicate.State.SAME if same else Duplicate.State.DIFFERENT
    row.reason, row.close_id = reason.strip(), close if same else None
    row.settled_by, row.settled_name, row.settled_at = actor.person_id, actor.name, timezone.now()
    row.version += 1
    row.save()
    numbers = dict(CaseFile.objects.filter(pk__in=[row.one_id, row.other_id]).values_list("pk", "number"))
    told = {"one": numbers[row.one_id], "other": numbers[row.other_id]}
    what = [text.format(close=numbers[close]) if close and same else text for text in (_SAME if same else _DIFFERENT)]
    return Done(row.pk, row.org, "duplicate", row.pk, values={**told, "what_zh": what[0], "what_en": what[1]})


def _found(pair: Pair, row: Duplicate | None, run_id: UUID, org: str) -> str:
    """Write a pair; says which count it belongs to."""
    if row is None:
        Duplicate.objects.create(
            org=org, one_id=pair.one, other_id=pair.other, run_id=run_id, **_said(pair), state=Duplicate.State.WAITING
        )
        return "opened"
    changed = row.content != pair.content
    if not changed and row.state != Duplicate.State.GONE:
        return "same"
    again = row.state == Duplicate.State.GONE or (changed and row.state == Duplicate.State.DIFFERENT)
    for name, value in _said(pair).items():
        setattr(row, name, value)
    row.run_id, row.org, row.version = run_id, org, row.version + 1
    if again:
        row.state = Duplicate.State.WAITING
    row.save()
    return "opened" if again else "changed"


def _said(pair: Pair) -> dict[str, Any]:
    return {
        "by_number": pair.by_number,
        "probability": pair.probability,
        "persons": pair.persons,
        "content": pair.content,
    }


def _ended(rows: list[Duplicate]) -> int:
    for row in rows:
        row.state, row.version = Duplicate.State.GONE, row.version + 1
        row.save(update_fields=["state", "version"])
    return len(rows)


def _paths(pairs: Iterable[Pair]) -> Mapping[UUID, str]:
    """Of the files that are open now, where they belong."""
    wanted = {file for pair in pairs for file in (pair.one, pair.other)}
    return dict(CaseFile.objects.filter(pk__in=wanted, state=CaseFile.State.ON_FILE).values_list("pk", "org"))


def _above(one: str, other: str) -> str:
    """The lowest union above both."""
    shared = []
    for mine, theirs in zip(one.strip("/").split("/"), other.strip("/").split("/"), strict=False):
        if mine != theirs:
            break
        shared.append(mine)
    return f"/{'/'.join(shared)}/"
