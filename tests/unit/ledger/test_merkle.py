"""The tree against RFC 9162's own recursive definitions, and every proof of small trees."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.services.ledger.merkle import (
    EMPTY,
    Frontier,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_root,
)

#: Roots of the eight entries that certificate transparency logs test with (CT reference tests).
ENTRIES = [bytes.fromhex(e) for e in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def naive_root(leaves):
    """MTH of RFC 9162 §2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    return hashlib.sha256(b"\1" + naive_root(leaves[:cut]) + naive_root(leaves[cut:])).digest()


def grow(leaves):
    """A tree with its complete subtrees."""
    tree, nodes = Frontier(), {}
    for leaf in leaves:
        for level, index, found in tree.add(leaf_hash(leaf)):
            nodes[level, index] = found
    return tree, lambda level, index: nodes[level, index]


def numbered(count):
    return [b"%d" % number for number in range(count)]


def test_the_roots_are_those_of_certificate_transparency():
    assert hashlib.sha256(b"").digest() == EMPTY
    tree = Frontier()
    for entry, root in zip(ENTRIES, ROOTS, strict=True):
        tree.add(leaf_hash(entry))
        assert tree.root().hex() == root


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_roots_equal_the_standards_definition(leaves):
    tree, node = grow(leaves)
    assert tree.root() == naive_root(leaves) == range_root(0, len(leaves), node)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_inclusion_proof_of_small_trees_holds_and_no_other(size):
    leaves = numbered(size)
    tree, node = grow(leaves)
    for index in range(size):
        proof = inclusion_proof(index, size, node)
        leaf = leaf_hash(leaves[index])
        assert included(leaf, index, size, proof, tree.root())
        assert not included(leaf_hash(b"other"), index, size, proof, tree.root())
        assert not included(leaf, index, size, proof, leaf_hash(b"root"))
        assert not included(leaf, index, size, (*proof, leaf), tree.root())
        if proof:
            assert not included(leaf, index, size, proof[:-1], tree.root())
            assert not included(leaf, (index + 1) % size, size, proof, tree.root())
    assert not included(leaf_hash(leaves[0]), size, size, (), tree.root())


@pytest.mark.parametrize("size", range(34))
def test_every_consistency_proof_of_small_trees_holds_and_no_other(size):
    leaves = numbered(size)
    tree, node = grow(leaves)
    for old in range(size + 1):
        old_root = naive_root(leaves[:old])
        proof = consistency_proof(old, size, node)
        assert consistent(old, size, proof, old_root, tree.root())
        if 0 < old < size:
            forked = naive_root([*leaves[: old - 1], b"forked"])
            assert not consistent(old, size, proof, forked, tree.root())
            assert not consistent(old, size, proof, old_root, leaf_hash(b"root"))
            assert not consistent(old, size, proof[:-1], old_root, tree.root())
            assert not consistent(old, size, (*proof, old_root), old_root, tree.root())
    assert not consistent(size + 1, size, (), tree.root(), tree.root())


def test_leaf_and_node_hashes_are_kept_apart():
    assert leaf_hash(b"ab") != node_hash(b"a", b"b") != hashlib.sha256(b"ab").digest()
