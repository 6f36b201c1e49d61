"""A witness: remembers the newest head it saw of each log, and cosigns only what goes on from it.

Its key is made with its memory. If one is gone the other is of no use: a witness that lost its
memory could be told anything, so it begins anew under another key, and the old one is retired.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Conflict, YushanError
from yushan.engines.keys import Signer, load_secret, make_secret
from yushan.engines.observe import facts, log_for
from yushan.services.ledger import beside
from yushan.services.ledger.changes import Change, is_vouched, keys_of, trusted
from yushan.services.ledger.cosigning import witness_name
from yushan.services.ledger.merkle import consistent
from yushan.services.ledger.notes import (
    WITNESS_KIND,
    Head,
    Key,
    cosign,
    cosigned_at,
    is_signed,
    read_note,
)

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.ledger.cosigning import Offer

log = log_for(__name__)

#: Under this name the memory says whose it is.
SELF: Final = "self"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of a log: its newest head that fits (size -1: none yet), or the alarm."""

    origin: str
    size: int
    note: str
    seen: str
    alarm: str
    alarmed: str
    evidence: str


class Witness:
    """Over the role's own database and a private file for the key.

    Parameters
    ----------
    site
        Who we are for the log.
    public
        A public key of the log from a source that is trusted; later ones follow by changes.
    """

    def __init__(self, db: Database, clock: Clock, site: str, key: Path, public: bytes) -> None:
        self.db, self.clock, self.site, self.path, self.known = db, clock, site, key, public
        self.signer = self._signer()

    @property
    def key(self) -> Key:
        """Our verifier key."""
        return Key(witness_name(self.site), self.signer.public, WITNESS_KIND)

    def _signer(self) -> Signer:
        """The key that belongs to the memory, or a new one."""
        if self.path.exists():
            signer = Signer(load_secret(self.path))
            key = Key(witness_name(self.site), signer.public, WITNESS_KIND)
            with self.db.read() as tx:
                mine = beside.sighting(tx, SELF)
            if mine is not None and mine.witness == key.line:
                return signer
            log.error("witness.memory-lost", extra=facts(site=self.site))
            self.path.rename(self.path.with_name(f"{self.path.name}.retired-{key.id.hex()}"))
        return self._begin()

    def _begin(self) -> Signer:
        """A new key; the memory knows it."""
        make_secret(self.path, secrets.token_bytes(32))
        signer = Signer(load_secret(self.path))
        key = Key(witness_name(self.site), signer.public, WITNESS_KIND)
        with self.db.begin() as tx:
            beside.keep_sighting(tx, SELF, {"witness": key.line})
        return signer

    def retire(self) -> None:
        """Begin anew: another key, and no memory of any head."""
        old = self.key
        with self.db.begin() as tx:
            beside.forget_sightings(tx)
        self.path.rename(self.path.with_name(f"{self.path.name}.retired-{old.id.hex()}"))
        self.signer = self._begin()

    def sighting(self, origin: str) -> Sighting:
        """What is known of a log."""
        found = [one for one in sightings(self.db) if one.origin == origin]
        return found[0] if found else Sighting(origin, -1, "", "", "", "", "")

    def sightings(self) -> tuple[Sighting, ...]:
        """What is known of every log."""
        return sightings(self.db)

    def examine(self, offer: Offer) -> str:
        """Our line for the head that is offered, if it goes on from all that we saw.

        Raises
        ------
        Conflict
            ``ledger.head-unsigned``, ``ledger.head-older``, ``ledger.forked``,
            ``ledger.bad-head``; it is remembered, and nothing is cosigned any more until `retire`.
        """
        known = self.sighting(offer.origin)
        if known.alarm:
            raise Conflict(known.alarm)
        code = self.against(offer, known)
        if code:
            self._alarm(offer, code)
            raise Conflict(code)
        self._follow(offer)
        self._heed(offer, known)
        now = self.clock.now()
        values = {"note": offer.note, "seen": now.isoformat(timespec="seconds")}
        with self.db.begin() as tx:  # remembered before anybody has our word
            beside.keep_sighting(tx, offer.origin, values | {"witness": self.key.line})
        return cosign(offer.note, self.key.name, self.signer, int(now.timestamp()))

    def against(self, offer: Offer, known: Sighting) -> str:
        """The code of what speaks against the head; empty if it may be cosigned."""
        try:
            head = read_note(offer.note)
            proof = tuple(base64.b64decode(one, validate=True) for one in offer.proof)
        except (YushanError, ValueError):
            return "ledger.bad-head"
        keys = keys_of(offer.origin, trusted([self.known], offer.changes))
        if not any(is_signed(head.note, key) for key in keys):
            return "ledger.head-unsigned"
        if known.size < 0:
            return ""
        if head.size < known.size:
            return "ledger.head-older"
        return "" if goes_on(read_note(known.note), head, offer.old, proof) else "ledger.forked"

    def publics(self) -> tuple[bytes, ...]:
        """The public keys of the log: the first, and those it led to."""
        with self.db.read() as tx:
            changes = [msgspec.json.decode(one, type=Change) for one in beside.changes(tx)]
        return trusted([self.known], changes)

    def _follow(self, offer: Offer) -> None:
        """Remember changes of the log's key that both keys vouch for."""
        with self.db.begin() as tx:
            known = set(beside.changes(tx))
            for change in offer.changes:
                text = msgspec.json.encode(change).decode()
                if text not in known and is_vouched(change):
                    beside.add_change(tx, text)

    def _heed(self, offer: Offer, known: Sighting) -> None:
        """If we cosigned more than we remember, our memory is an old copy: another key."""
        if not offer.cosigned or cosigned_at(offer.cosigned, self.key) is None:
            return
        if read_note(offer.cosigned).size > known.size:
            log.error("witness.memory-old", extra=facts(site=self.site))
            self.path.rename(self.path.with_name(f"{self.path.name}.retired-{self.key.id.hex()}"))
            self.signer = self._begin()

    def _alarm(self, offer: Offer, code: str) -> None:
        log.error("witness.alarm", extra=facts(site=self.site, code=code))
        now = self.clock.now().isoformat(timespec="seconds")
        values = {"alarm": code, "alarmed": now, "evidence": offer.note}
        with self.db.begin() as tx:
            beside.keep_sighting(tx, offer.origin, values)


def sightings(db: Database) -> tuple[Sighting, ...]:
    """What a role has seen of every log; needs no key."""
    with db.read() as tx:
        rows = [row for row in beside.sightings(tx) if row.origin != SELF]
    return tuple(
        Sighting(
            row.origin, read_note(row.note).size if row.note else -1, row.note, row.seen,
            row.alarm, row.alarmed, row.evidence,
        )
        for row in rows
    )  # fmt: skip


def goes_on(known: Head, head: Head, old: int, proof: tuple[bytes, ...]) -> bool:
    """Whether the head's tree begins with the one that is known."""
    return old == known.size and consistent(old, head.size, proof, known.root, head.root)
