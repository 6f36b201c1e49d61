"""The ledger: facts appended in the transaction that makes them true, sealed, provable.

Two logs: the *restricted* one has every fact, the *public* one what everybody may read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from yushan.base import Forgotten
from yushan.services.ledger import beside, queries
from yushan.services.ledger.changes import Change, make_change, trusted
from yushan.services.ledger.changes import spelled as base64_of
from yushan.services.ledger.check import check_tables
from yushan.services.ledger.export import Keys, write_export
from yushan.services.ledger.log import Log, spelled
from yushan.services.ledger.notes import LEDGER, RECORD
from yushan.services.ledger.search import Question, Search
from yushan.services.ledger.tables import PUBLIC, RESTRICTED
from yushan.services.ledger.values import Draft, Entry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.base import Clock, Leaving
    from yushan.engines.database import Database
    from yushan.services.ledger.notes import Head
    from yushan.services.ledger.ports import Signer
    from yushan.services.ledger.values import Inclusion, Verdicts


class Ledger:
    """Both logs over the role's own database; ``origin`` names the restricted one.

    Methods without the name of a log are about the restricted one.
    """

    def __init__(self, db: Database, clock: Clock, signer: Signer, origin: str = LEDGER) -> None:
        self.db, self.clock, self.signer = db, clock, signer
        self.restricted = Log(db, clock, RESTRICTED, origin, salted=True)
        self.public = Log(db, clock, PUBLIC, RECORD, salted=False)

    @property
    def logs(self) -> tuple[Log, Log]:
        """Both."""
        return self.restricted, self.public

    def append(
        self,
        tx: Connection,
        kind: str,
        facts: dict[str, Any],
        private: dict[str, Any] | None = None,
    ) -> int:
        """Enter a fact into the restricted log in the caller's transaction; its number (from 0).

        Do it last: others who append wait until the transaction ends.

        ``kind`` is ``room.event``; ``facts`` are JSON values without anything personal.
        ``private`` are personal fields: the tree gets commitments, the values stay in a table of
        their own and can be destroyed (`destroy`).
        """
        return self.extend(tx, [Draft(kind, facts, private or {})])

    def extend(self, tx: Connection, drafts: Sequence[Draft]) -> int:
        """Enter several at once, which costs little more than one; the first's number."""
        first = self.restricted.extend(tx, drafts)
        named = [(draft.facts.get("account"), at) for at, draft in enumerate(drafts, first)]
        beside.add_accounts(tx, [(str(account), at) for account, at in named if account])
        return first

    def publish(self, tx: Connection, kind: str, facts: dict[str, Any]) -> int:
        """Enter a fact into the public log in the caller's transaction; its number there."""
        self.hold(tx)  # the restricted log's lock comes first, always
        return self.public.extend(tx, [Draft(kind, facts)])

    def hold(self, tx: Connection) -> None:
        """Keep everybody who appends waiting until the caller's transaction ends."""
        queries.hold(tx, RESTRICTED)

    def seal(self) -> Head:
        """Sign both logs as they stand; the restricted one's head."""
        with self.db.begin() as tx:
            head, _ = (log.seal(tx, self.signer) for log in self.logs)
        return head

    def rotate(self, signer: Signer) -> Change:
        """Sign with another key from now on; old and new key vouch for each other, in both logs."""
        time = self.clock.now().isoformat(timespec="seconds")
        change = make_change(self.signer, signer, time)
        facts = msgspec.to_builtins(change)
        self.seal()  # the old key's last word
        with self.db.begin() as tx:
            self.append(tx, "ledger.key-changed", facts)
            self.publish(tx, "ledger.key-changed", facts)
            beside.add_change(tx, msgspec.json.encode(change).decode())
            for log in self.logs:
                log.seal(tx, signer)
        self.signer = signer
        return change

    def changes(self) -> tuple[Change, ...]:
        """All changes of the key, oldest first."""
        with self.db.read() as tx:
            return changes_in(tx)

    def keys(self) -> Keys:
        """Who signs, and how that came to be."""
        return Keys(key=base64_of(self.signer.public), changes=self.changes())

    def witness_keys(self) -> tuple[str, ...]:
        """Verifier keys of all who cosign or did."""
        with self.db.read() as tx:
            return tuple(row.key for row in beside.witnesses(tx))

    def publics(self) -> tuple[bytes, ...]:
        """The public keys that the present one vouches for, itself first."""
        return trusted([self.signer.public], self.changes())

    @property
    def key(self) -> str:
        """The line by which others verify the restricted log's heads."""
        return self.restricted.key(self.signer.public).line

    @property
    def public_key(self) -> str:
        """The line by which others verify the public log's heads."""
        return self.public.key(self.signer.public).line

    def size(self) -> int:
        """How many entries there are."""
        return self.restricted.size()

    def entries(self, *, after: int = -1, limit: int = 100, kind: str | None = None) -> list[Entry]:
        """Entries with a number above ``after``, in order; only of one kind if asked."""
        return self.restricted.entries(after=after, limit=limit, kind=kind)

    def heads(self) -> list[Head]:
        """All signed heads, oldest first."""
        return self.restricted.heads()

    def inclusion(self, number: int) -> Inclusion:
        """Proof that an entry is in the newest head; ``Absent("ledger.not-sealed")``."""
        return self.restricted.inclusion(number)

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """Proof that the tree of ``size`` begins with that of ``old`` entries."""
        return self.restricted.consistency(old, size)

    def private(self, number: int) -> dict[str, Any]:
        """The personal fields of an entry that are still there."""
        with self.db.read() as tx:
            rows = beside.openings(tx, number)
        return {name: msgspec.json.decode(value) for name, _, value in rows}

    def about(
        self, name: str, value: str, *, kinds: tuple[str, ...] = (), limit: int = 200
    ) -> list[Entry]:
        """Entries whose personal field (``subject``, ``study`` …) is this, newest first."""
        asked = Question(private=((name, value),), kinds=kinds)
        return [found.entry for found in self.search.newest(asked, limit)]

    def newest_public(self, kind: str) -> Entry | None:
        """The newest entry of a kind in the public log."""
        with self.db.read() as tx:
            body = queries.newest_body(tx, PUBLIC, -1, [kind])
        return msgspec.json.decode(body, type=Entry) if body is not None else None

    def public_of(self, kind: str) -> list[Entry]:
        """All entries of a kind in the public log, of which there are few."""
        return self.public.entries(kind=kind, limit=queries.PAGE)

    @property
    def search(self) -> Search:
        """Finding entries of the restricted log."""
        return Search(self.db)

    def destroy(self, tx: Connection, name: str, value: Any) -> int:  # noqa: ANN401 - any JSON value
        """Destroy all personal fields of entries in which ``name`` is ``value``; of how many.

        Proofs hold as before: the tree never held the values.
        """
        return beside.destroy_openings(tx, name, [spelled(value)])

    def forget(self, tx: Connection, leaving: Leaving) -> Forgotten:
        """Destroy the openings of whoever leaves; the salted commitments stay."""
        if leaving.whole:
            return Forgotten(removed=self.destroy(tx, "subject", leaving.subject))
        series = [spelled(one) for one in sorted(leaving.series or ())]
        return Forgotten(removed=beside.destroy_openings(tx, "series", series))

    def verify(self) -> Verdicts:
        """Compare every entry, subtree, opening, head and cosignature with what was signed."""
        with self.db.read() as tx:
            publics = trusted([self.signer.public], changes_in(tx))
            return check_tables(tx, self.logs, publics)

    def export(self, folder: Path, *, restricted: bool = True) -> None:
        """Write all that an auditor needs; see ``export.py``. Nothing personal is in it."""
        logs = self.logs if restricted else (self.public,)
        with self.db.read() as tx:
            write_export(tx, folder, logs, self.keys())


def changes_in(tx: Connection) -> tuple[Change, ...]:
    """All changes of the key, oldest first."""
    return tuple(msgspec.json.decode(one, type=Change) for one in beside.changes(tx))
