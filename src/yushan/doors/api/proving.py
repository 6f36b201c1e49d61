"""The public record: entries, signed heads, proofs."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from yushan.base import Absent
from yushan.doors.api import values
from yushan.services.ledger import Receipts

if TYPE_CHECKING:
    from yushan.doors.api.asked import Bare, ConsistencyAsked, EntriesAsked, EntryAsked
    from yushan.doors.api.asker import Asker
    from yushan.doors.api.ports import Rooms
    from yushan.services.ledger import Entry, Head, Proven


def spelled(data: bytes) -> str:
    """Bytes as they are given."""
    return base64.b64encode(data).decode()


def shown_head(rooms: Rooms, head: Head) -> values.Head:
    """A head as it is given."""
    return values.Head(head.size, spelled(head.root), head.note, rooms.ledger.public_key)


def shown_entry(entry: Entry) -> values.Entry:
    """An entry as it is given."""
    return values.Entry(entry.number, entry.time, entry.kind, entry.facts)


def head(rooms: Rooms, _asker: Asker, _asked: Bare) -> values.Head:
    """The newest head.

    Raises
    ------
    Absent
        ``api.absent``: none was signed yet.
    """
    found = rooms.ledger.public.head()
    if found is None:
        raise Absent("api.absent")
    return shown_head(rooms, found)


def entries(rooms: Rooms, _asker: Asker, asked: EntriesAsked) -> values.Entries:
    """Entries in order."""
    found = rooms.ledger.public.entries(after=asked.start - 1, limit=asked.limit)
    following = found[-1].number + 1 if len(found) == asked.limit else None
    return values.Entries(tuple(map(shown_entry, found)), following)


def entry(rooms: Rooms, _asker: Asker, asked: EntryAsked) -> values.Inclusion:
    """An entry and its proof; ``Absent("ledger.not-sealed")``."""
    found = rooms.ledger.public.inclusion(asked.number)
    proof = tuple(map(spelled, found.proof))
    return values.Inclusion(shown_entry(found.entry), shown_head(rooms, found.head), proof)


def consistency(rooms: Rooms, _asker: Asker, asked: ConsistencyAsked) -> values.Consistency:
    """The proof between two sizes; ``Absent("ledger.not-there")``."""
    proof = rooms.ledger.public.consistency(asked.old, asked.size)
    return values.Consistency(asked.old, asked.size, tuple(map(spelled, proof)))


def receipt(rooms: Rooms, _asker: Asker, asked: EntryAsked) -> Proven:
    """The same in one file that proves it without us; ``Absent("ledger.not-sealed")``."""
    return Receipts(rooms.ledger).make(rooms.ledger.public, asked.number)
