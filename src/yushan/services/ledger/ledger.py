"""The ledger: facts appended in the transaction that makes them true, sealed, provable."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan.base import Absent, Forgotten, canonical_json
from yushan.services.ledger import queries
from yushan.services.ledger.check import check_tables
from yushan.services.ledger.export import write_export
from yushan.services.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_root,
)
from yushan.services.ledger.values import (
    Entry,
    Head,
    Inclusion,
    Verdict,
    commitment,
    key_line,
    read_note,
    write_note,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.base import Clock, Leaving
    from yushan.engines.database import Database
    from yushan.services.ledger.merkle import Node
    from yushan.services.ledger.ports import Signer

KIND: Final = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")


class Ledger:
    """An RFC 9162 Merkle log over the role's own database."""

    def __init__(self, db: Database, clock: Clock, signer: Signer) -> None:
        self.db, self.clock, self.signer = db, clock, signer

    def append(
        self,
        tx: Connection,
        kind: str,
        facts: dict[str, Any],
        private: dict[str, Any] | None = None,
    ) -> int:
        """Enter a fact in the caller's transaction; its number (from 0).

        Do it last: others who append wait until the transaction ends.

        ``kind`` is ``room.event``; ``facts`` are JSON values without anything personal.
        ``private`` are personal fields: the tree gets commitments, the values stay in a table of
        their own and can be destroyed (`destroy`).
        """
        if not KIND.fullmatch(kind):
            raise ValueError(f"not a kind of entry: {kind}")
        salted = [(name, secrets.token_bytes(32), value) for name, value in (private or {}).items()]
        number = queries.take_number(tx)
        entry = Entry(
            number=number,
            time=self.clock.now().isoformat(timespec="milliseconds"),
            kind=kind,
            facts=facts,
            commitments={name: commitment(salt, value) for name, salt, value in salted},
        )
        body = canonical_json(entry)
        queries.add_entry(tx, number, kind, body.decode())
        queries.add_nodes(tx, grown(tx, number, leaf_hash(body)))
        if salted:
            rows = [
                {"number": number, "name": name, "salt": salt, "value": spelled(value)}
                for name, salt, value in salted
            ]
            queries.add_private(tx, rows)
        return number

    def hold(self, tx: Connection) -> None:
        """Keep everybody who appends waiting until the caller's transaction ends."""
        queries.hold(tx)

    def seal(self) -> Head:
        """Sign the tree as it stands; nothing new gives the newest head again."""
        with self.db.begin() as tx:
            newest = queries.newest_head(tx)
            size = queries.size(tx)
            if newest is not None and (head := read_note(newest)).size == size:
                return head
            note = write_note(size, range_root(0, size, node_of(tx)), self.signer)
            queries.add_head(tx, size, note)
        return read_note(note)

    @property
    def key(self) -> str:
        """The line by which others verify the heads: name, fingerprint and public key."""
        return key_line(self.signer.public)

    def size(self) -> int:
        """How many entries there are."""
        with self.db.read() as tx:
            return queries.size(tx)

    def entries(self, *, after: int = -1, limit: int = 100, kind: str | None = None) -> list[Entry]:
        """Entries with a number above ``after``, in order; only of one kind if asked."""
        with self.db.read() as tx:
            rows = queries.bodies(tx, after, limit, kind)
        return [msgspec.json.decode(body, type=Entry) for _, body in rows]

    def heads(self) -> list[Head]:
        """All signed heads, oldest first."""
        with self.db.read() as tx:
            return [read_note(note) for note in queries.heads(tx)]

    def inclusion(self, number: int) -> Inclusion:
        """Proof that an entry is in the newest head; ``Absent("ledger.not-sealed")``."""
        with self.db.read() as tx:
            newest = queries.newest_head(tx)
            head = read_note(newest) if newest is not None else None
            if head is None or not 0 <= number < head.size:
                raise Absent("ledger.not-sealed", number=number)
            [(_, body)] = queries.bodies(tx, number - 1, 1)
            proof = inclusion_proof(number, head.size, node_of(tx))
        return Inclusion(msgspec.json.decode(body, type=Entry), head, proof)

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """Proof that the tree of ``size`` begins with that of ``old`` entries.

        ``Absent("ledger.not-there")`` if the ledger is shorter than ``size``.
        """
        with self.db.read() as tx:
            if not 0 <= old <= size <= queries.size(tx):
                raise Absent("ledger.not-there", number=size)
            return consistency_proof(old, size, node_of(tx))

    def private(self, number: int) -> dict[str, Any]:
        """Personal fields of an entry that were not destroyed."""
        with self.db.read() as tx:
            rows = queries.openings(tx, number)
        return {name: msgspec.json.decode(value) for name, _, value in rows}

    def destroy(self, tx: Connection, name: str, value: Any) -> int:  # noqa: ANN401 - any JSON value
        """Destroy all personal fields of entries in which ``name`` is ``value``; of how many.

        Proofs hold as before: the tree never held the values.
        """
        return queries.destroy_openings(tx, name, spelled(value))

    def forget(self, tx: Connection, leaving: Leaving) -> Forgotten:
        """Destroy the openings of a person who leaves as a whole; the salted commitments stay."""
        if not leaving.whole:
            return Forgotten()
        return Forgotten(removed=self.destroy(tx, "subject", leaving.subject))

    def verify(self) -> Verdict:
        """Compare every entry, subtree, opening and head with what was hashed and signed."""
        with self.db.read() as tx:
            return check_tables(tx, self.signer.public)

    def export(self, folder: Path) -> None:
        """Write all that an auditor needs; see ``export.py``. Nothing personal is in it."""
        with self.db.read() as tx:
            write_export(tx, folder, self.key)


def grown(tx: Connection, number: int, leaf: bytes) -> list[tuple[int, int, bytes]]:
    """The subtrees that are complete once leaf ``number`` is there, from the leaf up."""
    levels = ((number + 1) & -(number + 1)).bit_length() - 1
    left = queries.nodes(tx, [(level, (number >> level) - 1) for level in range(levels)])
    complete, found = [(0, number, leaf)], leaf
    for level in range(levels):
        found = node_hash(left[level, (number >> level) - 1], found)
        complete.append((level + 1, number >> (level + 1), found))
    return complete


def node_of(tx: Connection) -> Node:
    """The tree's subtrees as the proofs want them."""
    return lambda level, number: queries.node(tx, level, number)


def spelled(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A personal value as it is kept and committed to."""
    return canonical_json(value).decode()
