"""Checking: every leaf against its row, the tree against every checkpoint, the checkpoints against those kept elsewhere."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bangfu.core.checkpoints import Checkpoint, read_checkpoint
from bangfu.core.merkle import EMPTY_ROOT, WIDTH, Frontier
from bangfu.core.problems import Problem
from bangfu.ground.trail.canonical import SealedShape, commitment_of, leaf_of
from bangfu.ground.trail.verifying.report import Finding, Report
from bangfu.ground.trail.verifying.sources import SealedRow, Source

_NAMED_AT_MOST = 5


@dataclass(slots=True)
class _Tree:
    """The leaves by place: their hashes, and of which row they are. ``there`` is 1 where a leaf was found."""

    size: int
    hashes: bytearray
    there: bytearray
    shape: "array[int]"
    row: "array[int]"
    xact: "array[int]"
    tables: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of_size(cls, size: int) -> "_Tree":
        def numbers() -> "array[int]":
            return array("q", bytes(8 * size))

        return cls(size, bytearray(WIDTH * size), bytearray(size), numbers(), numbers(), numbers())

    def key(self, at: int) -> tuple[int, str, int]:
        """What places are in the order of, within one sealing."""
        return self.xact[at], self.tables[self.shape[at]], self.row[at]

    def named(self, first: int, last: int) -> str:
        """A few rows of a range of places."""
        some = range(first, min(last + 1, first + _NAMED_AT_MOST))
        more = ", …" if last - first >= _NAMED_AT_MOST else ""
        return ", ".join(f"{self.tables[self.shape[at]]} {self.row[at]}" for at in some) + more


def verify(source: Source, *, key: bytes | None = None, elsewhere: Sequence[tuple[str, Checkpoint]] = ()) -> Report:
    """Check a trail.

    ``key`` is the public key that must have signed, where it is known. ``elsewhere`` are checkpoints kept outside of the database,
    each with its name: at the level above, in the instance's folder. Only they show that a whole history was made anew.
    """
    report = Report()
    kept = _kept(source, key, elsewhere, report)
    size = kept[-1].size if kept else 0
    report.sealed, report.checkpoints, report.compared = size, len(kept), len(elsewhere)
    tree = _Tree.of_size(size)
    erased = {(e.table, e.row_id): e.told for e in source.erased()}
    for shape in source.shapes():
        tree.tables[shape.number] = shape.table
        try:
            _check_rows(source, shape, tree, erased, report)
        except Problem as problem:
            report.add(Finding("not_checkable", shape.table, detail=str(problem.values.get("why", problem.code))))
    horizon = kept[-1].horizon if kept else 0
    for other in source.others():
        if other.xact < horizon:
            report.add(Finding("inserted", other.table, other.row_id))
        else:
            report.unsealed += 1
    _check_tree(tree, kept, elsewhere, report)
    return report


def _kept(
    source: Source, key: bytes | None, elsewhere: Iterable[tuple[str, Checkpoint]], report: Report
) -> list[Checkpoint]:
    """The checkpoints of the trail itself. Those that do not hold are told, and compared all the same: that may say where."""
    found: list[Checkpoint] = []
    trusted = key or next((checkpoint.key for _, checkpoint in elsewhere), None)
    for text in source.checkpoints():
        try:
            checkpoint = read_checkpoint(text, "trail_checkpoint")
        except Problem as problem:
            report.add(Finding("checkpoint", detail=problem.code))
            continue
        trusted = trusted or checkpoint.key
        size, root = (found[-1].size, found[-1].root) if found else (0, EMPTY_ROOT)
        if not checkpoint.holds() or checkpoint.key != trusted:
            report.add(Finding("checkpoint", first=checkpoint.size, detail="signature"))
        elif (checkpoint.former_size, checkpoint.former_root) != (size, root) or checkpoint.size <= size:
            report.add(Finding("checkpoint", first=checkpoint.size, detail="former"))
        found.append(checkpoint)
    return sorted(found, key=lambda one: one.size)


def _check_rows(
    source: Source, shape: SealedShape, tree: _Tree, erased: dict[tuple[str, int], bool], report: Report
) -> None:
    """Lay the leaves of a table in their places, and compare each row with what was sealed of it."""
    table, number, width = shape.table, shape.number, WIDTH
    for row in source.sealed(shape):
        position, row_id, xact, _, commitment, text = row
        if not 0 <= position < tree.size:
            report.add(Finding("leaf_added", table, row_id, first=position))
        else:
            tree.hashes[position * width : (position + 1) * width] = leaf_of(table, row_id, xact, commitment)
            tree.there[position], tree.shape[position] = 1, number
            tree.row[position], tree.xact[position] = row_id, xact
        if text is None:
            _check_gone(row, table, erased, report)
        elif not _says(row):
            report.add(Finding("altered", table, row_id, first=position))


def _says(row: SealedRow) -> bool:
    """Does the row say what was sealed of it?"""
    return row.salt is not None and row.text is not None and commitment_of(row.salt, row.text) == row.commitment


def _check_gone(row: SealedRow, table: str, erased: dict[tuple[str, int], bool], report: Report) -> None:
    told = erased.get((table, row.row_id))
    if told is None:
        report.add(Finding("deleted", table, row.row_id, first=row.position))
    elif not told:
        report.add(Finding("erased_without_act", table, row.row_id, first=row.position))
    else:
        report.erased += 1


def _check_tree(
    tree: _Tree, kept: Sequence[Checkpoint], elsewhere: Sequence[tuple[str, Checkpoint]], report: Report
) -> None:
    """Grow the tree leaf by leaf and compare its root wherever a checkpoint says what it was."""
    whole = _report_missing(tree, report)
    ends = {one.size for one in kept}
    wanted = sorted(size for size in ends | {one.size for _, one in elsewhere} if size <= whole)
    roots, growing, start = {0: EMPTY_ROOT}, Frontier(), 0
    for end in wanted:
        for at in range(start, end):
            growing.append(bytes(tree.hashes[at * WIDTH : (at + 1) * WIDTH]))
        roots[end], start = growing.root(), end
    _check_order(tree, [one.size for one in kept if one.size <= whole], report)
    before = 0
    for one in kept:
        if one.size in roots and roots[one.size] != one.root:
            detail = tree.named(before, one.size - 1)
            report.add(Finding("leaf_changed", first=before, last=one.size - 1, detail=detail))
            break  # what comes after it in the tree can only be wrong as well
        before = one.size
    for name, one in elsewhere:
        if not one.holds():
            report.add(Finding("checkpoint", first=one.size, detail=name))
        elif one.size > tree.size:
            report.add(Finding("truncated", first=tree.size, last=one.size, detail=name))
        elif one.size in roots and roots[one.size] != one.root:
            report.add(Finding("rewritten", last=one.size, detail=name))


def _report_missing(tree: _Tree, report: Report) -> int:
    """Tell the places without a leaf; gives how many places there are before the first of them."""
    first = tree.there.find(0)
    whole = tree.size if first < 0 else first
    while first >= 0:
        after = tree.there.find(1, first)
        last = (after if after >= 0 else tree.size) - 1
        report.add(Finding("leaf_missing", first=first, last=last))
        first = tree.there.find(0, last + 1)
    return whole


def _check_order(tree: _Tree, ends: Sequence[int], report: Report) -> None:
    """Within one sealing, leaves are in the order of transaction, table and row."""
    begins = {0, *ends}
    whole = ends[-1] if ends else 0
    for at in range(1, whole):
        if tree.xact[at] > tree.xact[at - 1] or at in begins:
            continue
        if tree.key(at) <= tree.key(at - 1):
            report.add(Finding("reordered", tree.tables[tree.shape[at]], tree.row[at], first=at))
