"""One Merkle log (RFC 9162 §2.1) over its own tables: append, sign, prove."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from yushan.base import Absent, Broken, canonical_json
from yushan.services.ledger import beside, queries
from yushan.services.ledger.merkle import (
    EMPTY,
    Frontier,
    consistency_proof,
    edge_of,
    inclusion_proof,
    leaf_hash,
    range_root,
)
from yushan.services.ledger.notes import Head, Key, read_note, with_lines, write_note
from yushan.services.ledger.values import Draft, Entry, Inclusion, commitment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.ledger.merkle import Node
    from yushan.services.ledger.ports import Signer
    from yushan.services.ledger.tables import LogTables

T = TypeVar("T")

KIND: Final = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
#: C2SP bundles of entries give a length two bytes.
LARGEST: Final = 0xFFFF


class Log:
    """A log by its tables and the first line of its heads.

    With ``salted`` each entry carries a salt of its own, so that hashes may be shown to people who
    may not read the entries.
    """

    def __init__(
        self, db: Database, clock: Clock, tables: LogTables, origin: str, *, salted: bool
    ) -> None:
        self.db, self.clock, self.tables, self.origin = db, clock, tables, origin
        self.salted = salted

    def extend(self, tx: Connection, drafts: Sequence[Draft]) -> int:
        """Enter facts in the caller's transaction; the number of the first."""
        if bad := [draft.kind for draft in drafts if not KIND.fullmatch(draft.kind)]:
            raise ValueError(f"not a kind of entry: {bad[0]}")
        first = queries.take_numbers(tx, self.tables, len(drafts))
        time = self.clock.now().isoformat(timespec="milliseconds")
        rows, openings = [], []
        for number, draft in enumerate(drafts, first):
            opened = [
                {"number": number, "name": name, "salt": secrets.token_bytes(32), "value": value}
                for name, value in draft.private.items()
            ]
            rows.append((number, draft.kind, self.body(number, time, draft, opened)))
            openings += [one | {"value": spelled(one["value"])} for one in opened]
        queries.add_entries(tx, self.tables, rows)
        self._grow(tx, first, [body for _, _, body in rows])
        beside.add_private(tx, openings)
        return first

    def body(self, number: int, time: str, draft: Draft, opened: Sequence[dict[str, Any]]) -> str:
        """The leaf of a fact; ``ValueError`` if it is longer than 65,535 bytes."""
        entry = Entry(
            number=number,
            time=time,
            kind=draft.kind,
            facts=draft.facts,
            commitments={one["name"]: commitment(one["salt"], one["value"]) for one in opened},
            salt=secrets.token_hex(16) if self.salted else msgspec.UNSET,
        )
        body = canonical_json(entry)
        if len(body) > LARGEST:
            raise ValueError(f"too large for an entry: {draft.kind}")
        return body.decode()

    def _grow(self, tx: Connection, first: int, bodies: Sequence[str]) -> None:
        edge = edge_of(first)
        kept = queries.nodes(tx, self.tables, edge)
        tree = Frontier(first, [kept[one] for one in edge])
        nodes = [node for body in bodies for node in tree.add(leaf_hash(body.encode()))]
        queries.add_nodes(tx, self.tables, nodes)

    def seal(self, tx: Connection, signer: Signer) -> Head:
        """Sign the tree as it stands; nothing new gives the newest head again.

        Raises
        ------
        Broken
            ``ledger.changed-past``: the tree no longer goes on from the newest head.
        """
        newest = self.newest(tx)
        size = queries.size(tx, self.tables)
        if newest is not None:
            if newest.size > size or self.root(tx, newest.size) != newest.root:
                raise Broken("ledger.changed-past", log=self.origin, size=newest.size)
            if newest.size == size:
                return newest
        note = write_note(self.origin, size, self.root(tx, size), signer)
        queries.add_head(tx, self.tables, size, note)
        return read_note(note)

    def newest(self, tx: Connection) -> Head | None:
        """The newest signed head."""
        notes = queries.newest_heads(tx, self.tables, 1)
        return read_note(notes[0]) if notes else None

    def root(self, tx: Connection, size: int) -> bytes:
        """Root over the first entries."""
        return self.computed(tx, lambda node: range_root(0, size, node))

    def computed(self, tx: Connection, make: Callable[[Node], T]) -> T:
        """What is made of the tree's subtrees: asked for once, fetched together, then made."""
        wanted: list[tuple[int, int]] = []

        def note(level: int, number: int) -> bytes:
            wanted.append((level, number))
            return EMPTY

        make(note)
        kept = queries.nodes(tx, self.tables, wanted)
        return make(lambda level, number: kept[level, number])

    def key(self, public: bytes) -> Key:
        """The verifier key of this log for a public key."""
        return Key(self.origin, public)

    def size(self) -> int:
        """How many entries there are."""
        with self.db.read() as tx:
            return queries.size(tx, self.tables)

    def entries(self, *, after: int = -1, limit: int = 100, kind: str | None = None) -> list[Entry]:
        """Entries with a number above ``after``, in order; only of one kind if asked."""
        kinds = () if kind is None else (kind,)
        with self.db.read() as tx:
            rows = queries.bodies(tx, self.tables, after, limit, kinds)
        return [msgspec.json.decode(body, type=Entry) for _, body in rows]

    def heads(self) -> list[Head]:
        """All signed heads, oldest first, without cosignatures."""
        with self.db.read() as tx:
            return [read_note(note) for _, note in queries.heads(tx, self.tables)]

    def newest_heads(self, limit: int) -> list[Head]:
        """The newest heads with the cosignatures that came, newest first."""
        with self.db.read() as tx:
            notes = queries.newest_heads(tx, self.tables, limit)
            return [self.cosigned(tx, read_note(note)) for note in notes]

    def head(self) -> Head | None:
        """The newest head with its cosignatures."""
        heads = self.newest_heads(1)
        return heads[0] if heads else None

    def cosigned(self, tx: Connection, head: Head) -> Head:
        """A head with the cosignatures that came for it."""
        lines = [line for _, line in beside.cosignatures(tx, self.origin, head.size)]
        return Head(head.size, head.root, with_lines(head.note, lines))

    def inclusion(self, number: int) -> Inclusion:
        """Proof that an entry is in the newest head; ``Absent("ledger.not-sealed")``."""
        with self.db.read() as tx:
            head = self.newest(tx)
            if head is None or not 0 <= number < head.size:
                raise Absent("ledger.not-sealed", number=number)
            [(_, body)] = queries.some_bodies(tx, self.tables, [number])
            proof = self.path(tx, number, head.size)
            return Inclusion(msgspec.json.decode(body, type=Entry), self.cosigned(tx, head), proof)

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """Proof that the tree of ``size`` begins with that of ``old`` entries.

        ``Absent("ledger.not-there")`` if the log is shorter than ``size``.
        """
        with self.db.read() as tx:
            if not 0 <= old <= size <= queries.size(tx, self.tables):
                raise Absent("ledger.not-there", number=size)
            return self.between(tx, old, size)

    def path(self, tx: Connection, number: int, size: int) -> tuple[bytes, ...]:
        """What leads from an entry to the root over the first ``size``."""
        return self.computed(tx, lambda node: inclusion_proof(number, size, node))

    def between(self, tx: Connection, old: int, size: int) -> tuple[bytes, ...]:
        """What leads from the root over ``old`` entries to that over ``size``."""
        return self.computed(tx, lambda node: consistency_proof(old, size, node))


def spelled(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A personal value as it is kept and committed to."""
    return canonical_json(value).decode()
