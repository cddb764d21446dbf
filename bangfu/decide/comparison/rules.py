"""What a run changes of a file's findings: opened, changed, closed. Silence is not a fact: what was not read again is not closed."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

# (member, dataset, 种类, 结论): one open finding of each in a file.
Key = tuple[UUID | None, str, str, str]
# Stages of a run around those of the engine: out of the registry, and back into it.
READING, STAGING, ORDERING, RECORDING = "read", "stage", "order", "record"


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of a run, as plain values. ``sources``: ``file:row``, one by one; ``may_be``: (Chinese, English).

    ``candidates``: of 可能同一人, what speaks for and against each (engine/matching/reasons.add_reasons), as JSON.
    """

    case_file: UUID
    member: UUID | None
    dataset: str
    kind: str
    conclusion: str
    says_zh: str
    says_en: str
    may_be: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    row_count: int = 0
    first_row: str = ""
    file: str = ""
    rule: str = ""
    rules_version: str = ""
    as_of: date | None = None
    delivery: UUID | None = None
    candidates: tuple[dict[str, Any], ...] = ()

    @property
    def key(self) -> Key:
        """By which it is the same finding in another run."""
        return self.member, self.dataset, self.kind, self.conclusion

    @property
    def content(self) -> str:
        """The hash of what is said and what may explain it; not of where it was read."""
        said = [self.says_zh, self.says_en, self.may_be, self.rule]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    @property
    def place(self) -> "Place":
        """Where it was read."""
        return Place(self.sources, self.file, self.delivery, self.as_of, self.rules_version, self.candidates)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is read, and by which version of the rules: it may move on while the same is said.

    So may the weights of a candidate, which depend on all that was delivered.
    """

    sources: tuple[str, ...]
    file: str
    delivery: UUID | None
    as_of: date | None
    rules_version: str
    candidates: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """An open finding as it is kept. ``covered``: the places that its delivery covers, empty for every place."""

    id: UUID
    key: Key
    content: str
    place: Place
    covered: tuple[str, ...] = ()


@dataclass(slots=True)
class Difference:
    """``moved`` say the same as before, read elsewhere or of another day; ``changed`` say something else."""

    opened: list[Found] = field(default_factory=list)
    changed: list[tuple[UUID, Found]] = field(default_factory=list)
    moved: list[tuple[UUID, Found]] = field(default_factory=list)
    closed: list[UUID] = field(default_factory=list)
    same: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """What a run compared: dataset → the coverages of its deliveries (empty: every place); ``left_out``: kinds it did not ask about."""

    coverages: Mapping[str, Sequence[tuple[str, ...]]]
    left_out: Collection[str] = ()

    def read_again(self, dataset: str, kind: str, covered: tuple[str, ...]) -> bool:
        """Did the run look at all that a finding was once read from? What the file itself shows is always looked at."""
        if kind in self.left_out:
            return False
        return not dataset or any(_covers(wide, covered) for wide in self.coverages.get(dataset, ()))


def difference(
    found: Iterable[Found], kept: Iterable[Open], compared: Compared, members: Collection[UUID]
) -> Difference:
    """Findings of one file beside those open in it; ``members`` are those who are in the file now.

    A finding that is not found again is closed where its data were read again, or where the person is no longer in the file.
    """
    answer = Difference()
    now = {entry.key: entry for entry in found}
    before = {entry.key: entry for entry in kept}
    for key, entry in now.items():
        earlier = before.get(key)
        if earlier is None:
            answer.opened.append(entry)
        elif earlier.content != entry.content:
            answer.changed.append((earlier.id, entry))
        elif earlier.place != entry.place:
            answer.moved.append((earlier.id, entry))
        else:
            answer.same += 1
    for key, earlier in before.items():
        if key in now:
            continue
        member, dataset, kind, _ = key
        gone = member is not None and member not in members
        if gone or compared.read_again(dataset, kind, earlier.covered):
            answer.closed.append(earlier.id)
    return answer


def together(sized: Iterable[tuple[UUID, int]], size: int) -> Iterable[list[UUID]]:
    """Files, each with how many findings it has, in lists of at most ``size`` files and ``size`` findings; no file is divided."""
    batch: list[UUID] = []
    held = 0
    for file, findings in sized:
        if batch and (len(batch) == size or held + findings > size):
            yield batch
            batch, held = [], 0
        batch.append(file)
        held += findings
    if batch:
        yield batch


def merged(found: Iterable[Found]) -> list[Found]:
    """Findings of several deliveries of one dataset: what has the same key is one, with all its sentences and sources."""
    by_key: dict[tuple[UUID, Key], list[Found]] = {}
    for entry in found:
        by_key.setdefault((entry.case_file, entry.key), []).append(entry)
    return [entries[0] if len(entries) == 1 else _joined(entries) for entries in by_key.values()]


def _joined(entries: list[Found]) -> Found:
    first = entries[0]
    sentences = sorted({(entry.says_zh, entry.says_en) for entry in entries})
    sources = sorted({source for entry in entries for source in entry.sources})
    return Found(
        first.case_file,
        *first.key,
        says_zh="；".join(zh for zh, _ in sentences),
        says_en="; ".join(en for _, en in sentences),
        may_be=tuple(dict.fromkeys(words for entry in entries for words in entry.may_be)),
        sources=tuple(sources),
        row_count=sum(entry.row_count for entry in entries),
        first_row=first.first_row,
        file=first.file,
        rule=first.rule,
        rules_version=first.rules_version,
        as_of=min((entry.as_of for entry in entries if entry.as_of), default=None),
        delivery=first.delivery,
        candidates=tuple(sorted((c for entry in entries for c in entry.candidates), key=lambda c: -c["probability"])),
    )


def _covers(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    if not wide:
        return True
    return bool(narrow) and all(any(place.startswith(prefix) for prefix in wide) for place in narrow)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a run: of which dataset if of one, how many rows it takes (None: it counts none), how long it took (None: not ended)."""

    name: str
    dataset: str = ""
    rows: int | None = None
    seconds: float | None = None


def steps_ahead(planned: Iterable[Step], told: Iterable[Step]) -> list[Step]:
    """What is not ended of what was planned; what is at work comes first."""
    told = list(told)
    ended = Counter((step.name, step.dataset) for step in told if step.seconds is not None)
    at_work = {(step.name, step.dataset) for step in told if step.seconds is None}
    ahead = []
    for step in planned:
        key = (step.name, step.dataset)
        if ended[key]:
            ended[key] -= 1
        else:
            ahead.append(step)
    return sorted(ahead, key=lambda step: (step.name, step.dataset) not in at_work)


def time_left(ahead: Sequence[Step], former: Sequence[Step], *, spent: float = 0.0) -> float | None:
    """About how many seconds the steps ahead will take, of the first of which ``spent`` are over; None where nothing is known.

    Each is expected to take as long as in the former run, in proportion to its rows; a dataset that was not there then, as long as
    the others by row. A step that already takes longer than expected is expected to end now: never less than nothing is left.
    """
    known = [step for step in former if step.seconds is not None]
    if not known:
        return None
    expected = [_expected(step, known) for step in ahead]
    return sum(expected[1:]) + max(expected[0] - spent, 0.0) if expected else 0.0


def _expected(step: Step, known: Sequence[Step]) -> float:
    same = [one for one in known if (one.name, one.dataset) == (step.name, step.dataset)]
    alike = same or [one for one in known if one.name == step.name]
    seconds = sum(one.seconds or 0.0 for one in alike)
    rows = sum(one.rows or 0 for one in alike)
    if rows and step.rows is not None:
        return seconds * step.rows / rows
    return seconds / len(alike) if alike else 0.0


def going_on(stages: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of the stages that a run keeps, those that need not be done again when it goes on: what the engine has ended."""
    return [stage for stage in stages if stage["seconds"] is not None and stage["name"] != RECORDING]


class Reach(StrEnum):
    """How much of a place the deliveries of a dataset cover."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"


def reach(coverages: Iterable[tuple[str, ...]], path: str) -> Reach:
    """Of the place of a union (its path of division codes) what deliveries cover; an empty coverage is every place.

    Deliveries that each cover a part are a part, even if together they should make the whole: nobody said so.
    """
    codes = [code for code in path.split("/") if code]
    part = False
    for covered in coverages:
        if not covered or any(code.startswith(division) for code in codes for division in covered):
            return Reach.WHOLE
        part = part or any(division.startswith(codes[-1]) for division in covered)
    return Reach.PART if part else Reach.NONE


def together_reach(parts: Sequence[Reach]) -> Reach:
    """Of a place made of several."""
    if all(part is Reach.WHOLE for part in parts):
        return Reach.WHOLE
    return Reach.NONE if all(part is Reach.NONE for part in parts) else Reach.PART
