"""Who belongs to whom: one file per household, one person in one file (DOMAIN 0.2), told from names and numbers alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from bangfu.core.problems import Problem
from bangfu.engine.intake import problems
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome, Remark, Value
from bangfu.engine.intake.drafts import HEAD_RELATIONS, Draft
from bangfu.engine.intake.forms import archive_form

# Fields in which a head's row among the members may differ from his own without contradicting it.
_NOT_COMPARED = frozenset({"relation", "head_id_number", "remark", "person_status", "age"})


Pair = tuple[str, str]


@dataclass(slots=True)
class _Household:
    place: str
    order: int
    wrong: Problem | None = None
    listed: int = 1


@dataclass(slots=True)
class _Seen:
    place: str
    household: str
    values: dict[str, Value] | None = None


class Households:
    """Made from a first pass over the rows; then places each row of the second pass."""

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self._heads: dict[str, _Household] = {}
        self._twice: set[Pair] = set()
        self._seen: dict[str, _Seen] = {}
        ties: dict[str, list[tuple[str, str]]] = {}
        once: set[Pair] = set()
        for order, draft in enumerate(drafts):
            pair = _pair(draft)
            repeated = pair is not None and pair in once
            if pair is not None:
                (self._twice if repeated else once).add(pair)
            if draft.is_head:
                self._learn_head(order, draft)
            elif draft.head is not None and "name" in draft.values:
                self._learn_member(draft, draft.head.text, ties, repeated=repeated)
        self._block_second_files(ties)

    def place(self, draft: Draft) -> ArchiveRow:
        """What becomes of a row: new, the same as an earlier one, or wrong with its reasons."""
        wrong = self._wrong_head(draft) if draft.is_head else self._wrong_member(draft)
        outcome = Outcome.WRONG if wrong else Outcome.NEW
        if not wrong:
            earlier = self._earlier(draft)
            if earlier is not None:
                outcome, wrong = self._against(draft, earlier)
        if outcome is Outcome.NEW and draft.is_head:
            self._check_size(draft)
        return ArchiveRow(
            sheet=draft.sheet,
            number=draft.number,
            is_head=draft.is_head,
            household=draft.head,
            values=draft.values,
            raw=draft.raw,
            remarks=tuple(draft.remarks),
            outcome=outcome,
            wrong=tuple(wrong),
        )

    def _learn_head(self, order: int, draft: Draft) -> None:
        own = draft.id_number
        if own is None:
            return
        known = self._heads.get(own.text)
        if known is None or (known.wrong is not None and "name" in draft.values):
            blocked = None if "name" in draft.values else problems.HOUSEHOLD_BLOCKED(place=draft.place)
            self._heads[own.text] = _Household(draft.place, order, blocked)

    def _learn_member(self, draft: Draft, head: str, ties: dict[str, list[tuple[str, str]]], *, repeated: bool) -> None:
        own = draft.id_number
        if _is_head_again(draft):
            self._twice.add((head, head))
            return
        if own is not None:
            ties.setdefault(own.text, []).append((head, draft.place))
        if head in self._heads and not repeated:
            self._heads[head].listed += 1

    def _block_second_files(self, ties: dict[str, list[tuple[str, str]]]) -> None:
        """Of two files that share their people, one head being the other's member, the first in the workbook stands."""
        for person, households in ties.items():
            own = self._heads.get(person)
            for head, place in households:
                other = self._heads.get(head)
                if own is None or other is None:
                    continue
                second, pointer = (own, place) if other.order < own.order else (other, own.place)
                second.wrong = second.wrong or problems.IN_TWO_FILES(place=pointer)

    def _wrong_head(self, draft: Draft) -> list[Problem]:
        wrong = []
        if "name" not in draft.values:
            wrong.append(problems.NO_NAME())
        own = draft.id_number
        if own is None:
            wrong.append(_own_number_problem(draft))
        elif (blocked := self._heads[own.text].wrong) is not None and not wrong:
            wrong.append(blocked)
        return wrong

    def _wrong_member(self, draft: Draft) -> list[Problem]:
        wrong = []
        if "name" not in draft.values:
            wrong.append(problems.NO_NAME())
        household = self._heads.get(draft.head.text) if draft.head is not None else None
        if household is None:
            wrong.append(problems.NO_HEAD_NUMBER())
        elif household.wrong is not None:
            wrong.append(problems.HOUSEHOLD_BLOCKED(place=household.place))
        return wrong

    def _earlier(self, draft: Draft) -> _Seen | None:
        """The row that already stands for this person, or None; remembers this one otherwise."""
        household = draft.head.text if draft.head is not None else ""
        own = draft.id_number
        if own is None and not _is_head_again(draft):
            # Without a number nothing shows that two rows are one person: each counts (DESIGN 4).
            return None
        key = own.text if own is not None else household
        earlier = self._seen.get(key)
        if earlier is None:
            keep = _pair(draft) in self._twice
            self._seen[key] = _Seen(draft.place, household, dict(draft.values) if keep else None)
        return earlier

    def _against(self, draft: Draft, earlier: _Seen) -> tuple[Outcome, list[Problem]]:
        household = draft.head.text if draft.head is not None else ""
        if earlier.household != household:
            return Outcome.WRONG, [problems.IN_TWO_FILES(place=earlier.place)]
        before = earlier.values or {}
        ignored = frozenset() if draft.is_head else _NOT_COMPARED if _is_head_again(draft) else frozenset()
        fields = (
            set(before) & set(draft.values) if _is_head_again(draft) else set(before) | set(draft.values)
        ) - ignored
        different = [name for name in sorted(fields) if before.get(name) != draft.values.get(name)]
        if not different:
            return Outcome.SAME, []
        columns = "、".join(_heading(name, draft) for name in different)
        return Outcome.WRONG, [problems.TWICE_DIFFERENT(place=earlier.place, columns=columns)]

    def _check_size(self, draft: Draft) -> None:
        said, listed = draft.values.get("persons"), self._heads[draft.head.text].listed if draft.head else 0
        if isinstance(said, int) and said != listed:
            draft.remarks.append(Remark("persons", problems.PERSONS_DIFFER(said=said, listed=listed)))


def _pair(draft: Draft) -> Pair | None:
    """The person within the household; a head with himself."""
    if draft.id_number is None or draft.head is None:
        return None
    return draft.head.text, draft.id_number.text


def _is_head_again(draft: Draft) -> bool:
    return not draft.is_head and (draft.id_number == draft.head or draft.values.get("relation") in HEAD_RELATIONS)


def _own_number_problem(draft: Draft) -> Problem:
    found = (remark.problem for remark in draft.remarks if remark.field == "id_number" and remark.problem)
    return next(found, problems.HEAD_NUMBER_DAMAGED())


def _heading(name: str, draft: Draft) -> str:
    form = archive_form()
    first, second = (form.worker, form.member) if draft.is_head else (form.member, form.worker)
    spec = first.get(name) or second.get(name)
    return spec.heading if spec else name
