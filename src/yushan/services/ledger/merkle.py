"""Merkle trees as RFC 9162 §2.1 writes them: roots, proofs and their checks. Pure.

``node(level, index)`` gives the hash of a complete subtree: it covers the leaves from
``index << level`` up to ``(index + 1) << level``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Node = Callable[[int, int], bytes]

#: The root of the empty tree.
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of one entry."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees side by side."""
    return hashlib.sha256(b"\1" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two below ``size`` (> 1): where the Standard cuts a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def range_root(start: int, end: int, node: Node) -> bytes:
    """Root over the leaves from ``start`` to ``end``; ``start`` as the Standard's cuts give it."""
    size = end - start
    if size == 0:
        return EMPTY
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    cut = start + split(size)
    return node_hash(range_root(start, cut, node), range_root(cut, end, node))


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """PATH(index, D_size), §2.1.3.1: what is missing between the entry's hash and the root."""
    start, end, path = 0, size, []
    while end - start > 1:
        cut = start + split(end - start)
        if index < cut:
            path.append(range_root(cut, end, node))
            end = cut
        else:
            path.append(range_root(start, cut, node))
            start = cut
    return tuple(reversed(path))


def consistency_proof(old: int, size: int, node: Node) -> tuple[bytes, ...]:
    """PROOF(old, D_size), §2.1.4.1: that the first ``old`` entries are still the same ones."""
    if not 0 < old < size:
        return ()
    start, end, path, whole = 0, size, [], True
    while end != old:
        cut = start + split(end - start)
        if old <= cut:
            path.append(range_root(cut, end, node))
            end = cut
        else:
            path.append(range_root(start, cut, node))
            start, whole = cut, False
    if not whole:
        path.append(range_root(start, end, node))
    return tuple(reversed(path))


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the entry with this leaf hash is number ``index`` of the tree (§2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(other, found)
            while place & 1 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, other)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether a tree of ``old`` entries is the beginning of one of ``size`` (§2.1.4.2)."""
    if old in {0, size}:
        return not proof and old_root == (root if old else EMPTY)
    if not 0 < old < size or not proof:
        return False
    rest: Iterator[bytes] = iter(proof if old & (old - 1) else (old_root, *proof))
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = next(rest)
    for other in rest:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(other, first), node_hash(other, second)
            while place & 1 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, other)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def edge_of(size: int) -> list[tuple[int, int]]:
    """The complete subtrees (level, index) that so many leaves make, largest first."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return [(level, (size >> level) - 1) for level in levels]


class Frontier:
    """A tree that only grows, in memory of its right edge alone (log₂ n hashes).

    ``edge`` are the hashes of the complete subtrees that ``size`` leaves make, largest first.
    """

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        self.size = size
        self.edge = list(edge)

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Append a leaf hash; the subtrees (level, index, hash) that are complete now."""
        index, level, found = self.size, 0, leaf
        complete = [(0, index, leaf)]
        while index & 1:
            found = node_hash(self.edge.pop(), found)
            level, index = level + 1, index >> 1
            complete.append((level, index, found))
        self.edge.append(found)
        self.size += 1
        return complete

    def root(self) -> bytes:
        """Root of what was added."""
        if not self.edge:
            return EMPTY
        *others, found = self.edge
        for left in reversed(others):
            found = node_hash(left, found)
        return found
