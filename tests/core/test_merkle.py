"""The hash tree of RFC 6962, against the definition written down as slowly as it stands there, and its known answers."""

import pytest

from bangfu.core.merkle import (
    EMPTY_ROOT,
    WIDTH,
    Frontier,
    consistency_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    root_of,
)

# The test vectors that implementations of RFC 6962 share: eight leaves, and the roots of the first 1, 2, ... of them.
KNOWN_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes([at])) for at in range(33)]


def textbook_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(textbook_root(leaves[:split]), textbook_root(leaves[split:]))


def test_roots_are_those_that_everybody_gets() -> None:
    tree = Frontier()
    for leaf, root in zip(KNOWN_LEAVES, KNOWN_ROOTS, strict=True):
        tree.append(leaf_hash(bytes.fromhex(leaf)))
        assert tree.root().hex() == root


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_a_growing_tree_has_the_root_of_the_definition(size: int) -> None:
    some = LEAVES[:size]
    half = Frontier()
    half.extend(some[: size // 2])
    gone_on = Frontier(size // 2, bytes(half))
    gone_on.extend(some[size // 2 :])
    assert gone_on.root() == root_of(b"".join(some)) == textbook_root(some)


def test_an_edge_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="3 leaves"):
        Frontier(3, bytes(WIDTH))


@pytest.mark.parametrize("size", [*range(1, 18), 32, 33])
def test_a_proof_shows_that_a_tree_only_grew_and_nothing_else(size: int) -> None:
    root, flat = textbook_root(LEAVES[:size]), b"".join(LEAVES[:size])
    for former in range(size + 1):
        before, proof = textbook_root(LEAVES[:former]), consistency_proof(flat, former)
        assert is_consistent(former, before, size, root, proof)
        # Controls: another root before, another one now, a step changed, left out or added.
        if former:
            assert not is_consistent(former, bytes(WIDTH), size, root, proof)
            assert not is_consistent(former, before, size, bytes(WIDTH), proof)
            assert not is_consistent(former, before, size, root, [*proof, bytes(WIDTH)])
        for at in range(len(proof)):
            assert not is_consistent(former, before, size, root, [*proof[:at], bytes(WIDTH), *proof[at + 1 :]])
            assert not is_consistent(former, before, size, root, proof[:at] + proof[at + 1 :])


def test_nothing_is_proven_of_a_tree_longer_than_this_one() -> None:
    with pytest.raises(ValueError, match="4 of 3"):
        consistency_proof(b"".join(LEAVES[:3]), 4)
    assert not is_consistent(4, textbook_root(LEAVES[:4]), 3, textbook_root(LEAVES[:3]), [])
