"""Checking a whole ledger: from the tables, or from exported files alone.

Both go over the entries once, keep the right edge of the tree only, and name what is wrong.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import YushanError
from yushan.services.ledger import queries
from yushan.services.ledger.merkle import Frontier, leaf_hash
from yushan.services.ledger.values import (
    Entry,
    Fault,
    Head,
    Verdict,
    commitment,
    is_signed,
    key_line,
    read_note,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection


#: More faults than this are not listed.
MOST: Final = 1000


class Auditor:
    """Goes over the leaves in order and collects faults."""

    def __init__(self, public: bytes) -> None:
        self.public = public
        self.tree = Frontier()
        self.faults: list[Fault] = []
        self.heads = 0

    def fault(self, code: str, number: int) -> None:
        """Note a fault."""
        if len(self.faults) < MOST:
            self.faults.append(Fault(code, number))

    def entry(self, body: bytes, expected: bytes | None) -> list[tuple[int, int, bytes]]:
        """The next entry, against the leaf hash that was kept for it; subtrees now complete."""
        number = self.tree.size
        found = leaf_hash(body)
        if expected is not None and found != expected:
            self.fault("ledger.changed-entry", number)
        if stated_number(body) != number:
            self.fault("ledger.wrong-number", number)
        # what was hashed decides the tree, so that one changed entry is one fault
        return self.tree.add(found if expected is None else expected)

    def head(self, head: Head) -> None:
        """A head at the tree's present size."""
        self.heads += 1
        if head.root != self.tree.root():
            self.fault("ledger.wrong-root", head.size)
        if not is_signed(head.note, self.public):
            self.fault("ledger.bad-signature", head.size)

    def verdict(self) -> Verdict:
        """What was found."""
        size, root = self.tree.size, self.tree.root()
        return Verdict(size, self.heads, root, key_line(self.public), tuple(self.faults))


def stated_number(body: bytes) -> int:
    """The number an entry gives itself; -1 if it is not an entry."""
    try:
        return msgspec.json.decode(body, type=Entry).number
    except msgspec.DecodeError:
        return -1


def check_tables(tx: Connection, public: bytes) -> Verdict:
    """The ledger in its own database: entries, every subtree, openings, heads."""
    auditor = Auditor(public)
    heads = Heads(auditor, queries.heads(tx))
    kept: dict[int, Iterator[tuple[int, bytes]]] = {}
    heads.due()
    leaves = queries.level_nodes(tx, 0)
    for row, leaf in zip_longest(queries.all_bodies(tx), leaves):
        if row is None or leaf is None or {row[0], leaf[0]} != {auditor.tree.size}:
            auditor.fault("ledger.missing-entry", auditor.tree.size)
            break
        complete = auditor.entry(row[1].encode(), leaf[1])
        for level, place, found in complete[1:]:
            nodes = kept.setdefault(level, queries.level_nodes(tx, level))
            if next(nodes, None) != (place, found):
                auditor.fault("ledger.changed-node", auditor.tree.size - 1)
        heads.due()
    heads.rest()
    if auditor.tree.size != queries.size(tx):
        auditor.fault("ledger.missing-entry", auditor.tree.size)
    check_openings(tx, auditor)
    return auditor.verdict()


def check_openings(tx: Connection, auditor: Auditor) -> None:
    """Every personal value that is still there is the one that was committed to."""
    entry: Entry | None = None
    for number, name, salt, value in queries.all_openings(tx):
        if entry is None or entry.number != number:
            rows = queries.bodies(tx, number - 1, 1)
            try:
                entry = msgspec.json.decode(rows[0][1], type=Entry) if rows else None
            except msgspec.DecodeError:
                entry = None
        stated = entry.commitments.get(name) if entry is not None else None
        if stated != commitment(salt, msgspec.Raw(value.encode())):
            auditor.fault("ledger.changed-opening", number)


class Heads:
    """Heads in order of size, each looked at when the tree has its size."""

    def __init__(self, auditor: Auditor, notes: Iterable[str]) -> None:
        self.auditor = auditor
        self.waiting: list[Head] = []
        for note in notes:
            try:
                self.waiting.append(read_note(note))
            except YushanError:
                auditor.fault("ledger.bad-head", -1)
        self.waiting.sort(key=lambda head: head.size, reverse=True)

    def due(self) -> None:
        """Look at the heads of the tree's present size."""
        while self.waiting and self.waiting[-1].size == self.auditor.tree.size:
            self.auditor.head(self.waiting.pop())

    def rest(self) -> None:
        """Heads larger than the tree: entries were cut off."""
        for head in reversed(self.waiting):
            self.auditor.fault("ledger.missing-entry", head.size)


def check_files(folder: Path, public: bytes) -> Verdict:
    """An exported ledger, from its files and nothing else."""
    auditor = Auditor(public)
    notes = [page.read_text("utf-8") for page in sorted((folder / "heads").glob("*.txt"))]
    heads = Heads(auditor, notes)
    heads.due()
    with (folder / "entries.jsonl").open("rb") as bodies, (folder / "leaves.txt").open() as hashes:
        for body, leaf in zip_longest(bodies, hashes):
            if body is None or leaf is None:
                auditor.fault("ledger.missing-entry", auditor.tree.size)
                break
            auditor.entry(body.rstrip(b"\n"), hash_of(leaf))
            heads.due()
    heads.rest()
    return auditor.verdict()


def hash_of(line: str) -> bytes:
    """A leaf hash from its line; nothing sensible gives nothing that fits."""
    try:
        return bytes.fromhex(line.strip())
    except ValueError:
        return b""
