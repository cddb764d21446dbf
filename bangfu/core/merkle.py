"""The hash tree of RFC 6962 (section 2.1): a root says what all leaves are; a proof says that a longer tree only added to a shorter one.

Hashes are 32 bytes of SHA-256. Leaf hashes travel as one flat ``bytes``, 32 each, in order: ten million are 320 MB and no objects.
"""

from collections.abc import Iterable
from hashlib import sha256

WIDTH = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's content; the first byte keeps leaves and nodes apart."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node above two others."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree, of which only the right edge is kept: the roots of its full subtrees, the largest first."""

    __slots__ = ("edge", "size")

    def __init__(self, size: int = 0, edge: bytes = b"") -> None:
        """``edge`` is what ``bytes()`` gave for a tree of ``size`` leaves. Raises ValueError where the two do not fit."""
        if len(edge) != size.bit_count() * WIDTH:
            raise ValueError(f"{len(edge)} bytes for {size} leaves")
        self.size = size
        self.edge = [edge[at : at + WIDTH] for at in range(0, len(edge), WIDTH)]

    def __bytes__(self) -> bytes:
        return b"".join(self.edge)

    def append(self, leaf: bytes) -> None:
        """Add one leaf, given as its hash."""
        above, full = leaf, self.size
        while full & 1:
            above = node_hash(self.edge.pop(), above)
            full >>= 1
        self.edge.append(above)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves, given as their hashes."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root of what was added so far."""
        if not self.edge:
            return EMPTY_ROOT
        root = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaves: bytes, start: int = 0, end: int | None = None) -> bytes:
    """The root of the leaves from ``start`` up to ``end``, given as flat hashes."""
    tree = Frontier()
    for at in range(start * WIDTH, (len(leaves) // WIDTH if end is None else end) * WIDTH, WIDTH):
        tree.append(leaves[at : at + WIDTH])
    return tree.root()


def consistency_proof(leaves: bytes, former: int) -> list[bytes]:
    """What proves that the tree of these leaves begins with the tree of the first ``former`` of them (RFC 6962, 2.1.2).

    Empty where there is nothing to prove: no leaves before, or none since. Raises ValueError for more than there are.
    """
    size = len(leaves) // WIDTH
    if not 0 <= former <= size:
        raise ValueError(f"{former} of {size}")
    return [] if former in (0, size) else _subproof(leaves, former, 0, size, whole=True)


def _subproof(leaves: bytes, former: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    if former == end - start:
        return [] if whole else [root_of(leaves, start, end)]
    split = 1 << (end - start - 1).bit_length() - 1
    if former <= split:
        proof = _subproof(leaves, former, start, start + split, whole=whole)
        return [*proof, root_of(leaves, start + split, end)]
    proof = _subproof(leaves, former - split, start + split, end, whole=False)
    return [*proof, root_of(leaves, start, start + split)]


def is_consistent(former: int, former_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """Does the proof show that the tree of ``size`` leaves only added to that of ``former``? (RFC 9162, 2.1.4.2)"""
    if former == size:
        return not proof and former_root == root
    if former == 0:
        return not proof and former_root == EMPTY_ROOT and size > 0
    if not 0 < former < size:
        return False
    path = [former_root, *proof] if former & (former - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = former - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = now = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, now = node_hash(step, before), node_hash(step, now)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            now = node_hash(now, step)
        node, last = node >> 1, last >> 1
    return last == 0 and before == former_root and now == root
