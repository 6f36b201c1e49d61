"""The log's side of its witnesses: what they are given to look at, who they are, what they signed.

Whoever cosigns is a site that its token names. A site's first key is taken as its own; another key
later means that the first is retired. All of it stands in the public log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from yushan.base import Absent, Rejected
from yushan.services.ledger import beside, queries
from yushan.services.ledger.changes import Change, spelled
from yushan.services.ledger.ledger import changes_in
from yushan.services.ledger.notes import WITNESS_KIND, cosigned_at, read_key, with_lines

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from yushan.services.ledger.ledger import Ledger
    from yushan.services.ledger.log import Log

#: Codes a witness may give as the reason why it does not cosign.
REFUSALS = frozenset({
    "ledger.head-older", "ledger.forked", "ledger.head-unsigned", "ledger.bad-head",
})  # fmt: skip


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The newest head for a witness, with what it needs to check it.

    ``proof`` (base64) leads from the tree of ``old`` entries to the head's; ``cosigned`` is the
    newest note that this site cosigned, with its line, empty if there is none.
    """

    origin: str
    note: str
    old: int
    proof: tuple[str, ...]
    changes: tuple[Change, ...]
    cosigned: str = ""


class Cosigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a witness says: its key and its line for the head of a size, or why it refuses."""

    origin: str
    size: int
    key: str
    line: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness as the pages show it.

    ``size`` and ``at_s`` (seconds since 1970) are of its newest cosignature of the public log;
    ``refusal`` is the code of its present refusal, empty if it agrees.
    """

    site: str
    key: str
    joined: str
    retired: str
    refusal: str
    refused: str
    size: int
    at_s: int


class Cosigners:
    """Takes cosignatures for both logs."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def log(self, origin: str) -> Log:
        """The log of this name; ``Absent("ledger.no-such-log")``."""
        found = [log for log in self.ledger.logs if log.origin == origin]
        if not found:
            raise Absent("ledger.no-such-log")
        return found[0]

    def offer(self, site: str, origin: str, old: int) -> Offer:
        """The newest head, and that it goes on from the tree of ``old`` entries.

        Raises
        ------
        Absent
            ``ledger.no-such-log``, ``ledger.not-sealed``.
        """
        log = self.log(origin)
        with self.ledger.db.read() as tx:
            head = log.newest(tx)
            if head is None:
                raise Absent("ledger.not-sealed", number=0)
            old = min(old, head.size)  # to one that saw more we can prove nothing
            proof = log.between(tx, old, head.size)
            return Offer(
                origin=origin,
                note=head.note,
                old=old,
                proof=tuple(map(spelled, proof)),
                changes=changes_in(tx),
                cosigned=self._cosigned(tx, log, site),
            )

    def _cosigned(self, tx: Connection, log: Log, site: str) -> str:
        """The newest note that the site's present key cosigned, with its line."""
        present = [row.key for row in beside.witnesses(tx) if row.site == site and not row.retired]
        found = beside.newest_cosignature(tx, log.origin, present[0]) if present else None
        note = queries.head(tx, log.tables, found[0]) if found is not None else None
        return with_lines(note, [found[1]]) if found is not None and note is not None else ""

    def take(self, site: str, said: Cosigned) -> None:
        """Keep a cosignature or a refusal.

        Raises
        ------
        Rejected
            ``ledger.bad-key``; ``ledger.not-its-key``: another's, or one that was retired;
            ``ledger.bad-cosignature``: it does not fit.
        Absent
            ``ledger.no-such-log``, ``ledger.not-there``: no head of that size.
        """
        log, key = self.log(said.origin), read_key(said.key)
        if key.name != witness_name(site) or key.kind != WITNESS_KIND:
            raise Rejected("ledger.not-its-key")
        if said.refusal and said.refusal not in REFUSALS:
            raise Rejected("ledger.bad-cosignature")
        with self.ledger.db.begin() as tx:
            if said.refusal:
                self._introduce(tx, site, said.key)
                now = {"refusal": said.refusal, "refused": self._now()}
                beside.set_witness(tx, said.key, now)
                return
            note = queries.head(tx, log.tables, said.size)
            if note is None:
                raise Absent("ledger.not-there", number=said.size)
            if "\n" in said.line or cosigned_at(with_lines(note, [said.line]), key) is None:
                raise Rejected("ledger.bad-cosignature")
            self._introduce(tx, site, said.key)
            beside.keep_cosignature(tx, said.origin, said.size, said.key, said.line)
            beside.set_witness(tx, said.key, {"refusal": "", "refused": ""})

    def _introduce(self, tx: Connection, site: str, key: str) -> None:
        """A key that is new joins, and the one that the site had is retired."""
        known = beside.witnesses(tx)
        mine = [row for row in known if row.site == site]
        if any(row.key == key and row.retired for row in mine):
            raise Rejected("ledger.not-its-key")
        if any(row.key == key for row in mine):
            return
        for row in (row for row in mine if not row.retired):
            self._tell(tx, "witness.retired", row.site, row.key)
            beside.set_witness(tx, row.key, {"retired": self._now()})
        self._tell(tx, "witness.joined", site, key)
        beside.add_witness(tx, key, site, self._now())

    def _tell(self, tx: Connection, kind: str, site: str, key: str) -> None:
        facts: dict[str, Any] = {"site": site, "key": key, "at": self._now()}
        self.ledger.append(tx, kind, facts)
        self.ledger.publish(tx, kind, facts)

    def _now(self) -> str:
        return self.ledger.clock.now().isoformat(timespec="seconds")

    def standing(self) -> tuple[Cosigner, ...]:
        """Everybody who cosigns, then who did."""
        with self.ledger.db.read() as tx:
            found = [self._one(tx, row) for row in beside.witnesses(tx)]
        return tuple(sorted(found, key=lambda one: (bool(one.retired), one.site, one.joined)))

    def _one(self, tx: Connection, row: Row[Any]) -> Cosigner:
        found = beside.newest_cosignature(tx, self.ledger.public.origin, row.key)
        size, at_s = -1, 0
        if found is not None:
            note = queries.head(tx, self.ledger.public.tables, found[0]) or ""
            size = found[0]
            at_s = cosigned_at(with_lines(note, [found[1]]), read_key(row.key)) or 0
        return Cosigner(
            row.site, row.key, row.joined, row.retired, row.refusal, row.refused, size, at_s
        )


def witness_name(site: str) -> str:
    """Under which name a site cosigns."""
    return f"yushan/witness/{site}"
