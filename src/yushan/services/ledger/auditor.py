"""Going over the entries of a log once, with the tree's right edge only, naming what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import YushanError
from yushan.services.ledger.merkle import Frontier, leaf_hash
from yushan.services.ledger.notes import (
    DASH,
    Head,
    Key,
    cosigned_at,
    is_signed,
    read_note,
    with_lines,
)
from yushan.services.ledger.values import Entry, Fault, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: More faults than this are not listed.
MOST: Final = 1000


class Auditor:
    """Goes over the leaves in order and collects faults."""

    def __init__(self, origin: str, keys: Sequence[Key], witnesses: Sequence[Key]) -> None:
        self.origin, self.keys, self.witnesses = origin, keys, witnesses
        self.tree = Frontier()
        self.faults: list[Fault] = []
        self.heads = self.good = self.cosigned = 0

    def fault(self, code: str, number: int, place: str, since: int = -1) -> None:
        """Note a fault."""
        if len(self.faults) < MOST:
            self.faults.append(Fault(code, number, self.origin, place, since))

    def entry(self, body: bytes, expected: bytes, place: str) -> Entry | None:
        """The next entry, against the leaf hash that was kept for it."""
        number = self.tree.size
        entry = read_entry(body)
        if not body:
            self.fault("ledger.missing-entry", number, place)
        elif leaf_hash(body) != expected:
            self.fault("ledger.changed-entry", number, place)
        elif entry is None or entry.number != number:
            self.fault("ledger.wrong-number", number, place)
        return entry

    def grow(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Put the leaf on: what was hashed decides the tree, so one changed entry is one fault."""
        return self.tree.add(leaf)

    def head(self, head: Head, place: str) -> None:
        """A head at the tree's present size."""
        self.heads += 1
        signed = any(is_signed(head.note, key) for key in self.keys)
        if not signed:
            self.fault("ledger.bad-signature", head.size, place)
        if head.root != self.tree.root():
            self.fault("ledger.wrong-root", head.size, place, self.good)
        elif signed:
            self.good = head.size
        self.cosigned = self.cosignatures(head, place)

    def cosignatures(self, head: Head, place: str) -> int:
        """Every line of another than the log is one of a witness; how many are."""
        found = 0
        for line in head.note.partition("\n\n")[2].splitlines():
            if line.startswith(f"{DASH} {self.origin} "):
                continue
            alone = with_lines(head.note.partition("\n\n")[0] + "\n\n", [line])
            if any(cosigned_at(alone, key) is not None for key in self.witnesses):
                found += 1
            else:
                self.fault("ledger.bad-cosignature", head.size, place)
        return found

    def verdict(self) -> Verdict:
        """What was found."""
        return Verdict(
            self.origin,
            self.tree.size,
            self.heads,
            self.tree.root(),
            tuple(key.line for key in self.keys),
            tuple(self.faults),
            len(self.witnesses),
            self.cosigned,
        )


class Heads:
    """Heads in order of size, each looked at when the tree has its size.

    ``notes`` are (size by its place, note, place).
    """

    def __init__(self, auditor: Auditor, notes: Iterable[tuple[int, str, str]]) -> None:
        self.auditor = auditor
        self.waiting: list[tuple[Head, str]] = []
        for size, note, place in notes:
            try:
                head = read_note(note)
            except YushanError:
                auditor.fault("ledger.bad-head", size, place)
                continue
            if head.size != size or head.origin != auditor.origin:
                auditor.fault("ledger.bad-head", size, place)
            self.waiting.append((head, place))
        self.waiting.sort(key=lambda one: one[0].size, reverse=True)
        self.due()

    def due(self) -> None:
        """Look at the heads of the tree's present size."""
        while self.waiting and self.waiting[-1][0].size == self.auditor.tree.size:
            self.auditor.head(*self.waiting.pop())

    def rest(self) -> None:
        """Heads larger than the tree: entries were cut off."""
        for head, place in reversed(self.waiting):
            self.auditor.fault("ledger.missing-entry", self.auditor.tree.size, place, head.size)


def read_entry(body: bytes) -> Entry | None:
    """An entry, or None if it is none."""
    try:
        return msgspec.json.decode(body, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
