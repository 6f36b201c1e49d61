"""The consent office: records choices under tokens, answers gateways, signs the list.

It sees a person's number only while it records or shows; nothing of it is kept but the token.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from yushan.base import Absent, Rejected, Unavailable
from yushan.engines.database import count_within, used
from yushan.engines.keys import (
    Domain,
    Element,
    derive,
    derive_key,
    evaluate,
    fingerprint,
    hash_to_group,
    multiply,
    multiply_generator,
    multiply_scalars,
    person_input,
    prove,
    read_element,
    read_scalar,
    short_name,
)
from yushan.engines.observe import facts, log_for
from yushan.services.consent import queries
from yushan.services.consent.choices import Decision, Use, What, check_part, decide
from yushan.services.consent.identity import checked_identity
from yushan.services.consent.optouts import OptOut, SignedList, sign_list, spell_entries
from yushan.services.consent.receipts import (
    Channel,
    History,
    Receipt,
    Wish,
    signed_receipt,
    spelled,
)
from yushan.services.consent.rows import choice_of, receipt_of, row_of, whole_second
from yushan.services.consent.tables import QUOTA
from yushan.services.consent.tokens import Epochs
from yushan.services.consent.wire import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from yushan.engines.database import Usage
    from yushan.services.ledger import Ledger

log = log_for(__name__)

#: Evaluations a site may have in one day (UTC).
DAILY_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class SiteOffice:
    """The office as one site's ``Office``, without a network between."""

    office: ConsentOffice
    site: str

    def evaluate(self, blinded: Sequence[bytes]) -> list[bytes]:
        """As `ConsentOffice.evaluate` for this site."""
        return self.office.evaluate(self.site, blinded)

    def optouts(self, known: bytes | None = None) -> SignedList:
        """As `ConsentOffice.optout_list`."""
        return self.office.optout_list(known)


class ConsentOffice:
    """Owns the ``consent_*`` tables.

    Parameters
    ----------
    ledger
        The office's own: every choice is entered, as a commitment. Its key signs receipts and list.
    key
        Secret of 32 bytes or more.
    rotations
        Factors of all changes of the token key since, oldest first. Tokens that are kept under an
        older key are brought to the newest when the office opens.
    """

    def __init__(
        self,
        ledger: Ledger,
        key: bytes,
        *,
        rotations: Sequence[bytes] = (),
        daily_limit: int = DAILY_LIMIT,
    ) -> None:
        self._ledger, self._db, self._clock = ledger, ledger.db, ledger.clock
        first = derive_key(derive(key, "yushan/consent/token/1"), b"yushan consent 1", 1)
        self._key = first
        for factor in rotations:
            self._key = multiply_scalars(self._key, read_scalar(factor))
        self._epochs = Epochs(multiply_generator(first), rotations)
        self._key_name = fingerprint(self._epochs.public)
        self._handles = derive(key, "yushan/consent/handle/1")
        self._signer = ledger.signer
        self._daily_limit = daily_limit
        #: How many choices there were, and the list's entries of then.
        self._spelled: tuple[int, bytes] = (0, spell_entries(()))
        #: 64 bytes that gateways and the commons know: token key (ristretto255), signing key.
        self.token_public = self._epochs.public
        self.public: bytes = self.token_public + ledger.signer.public
        self._bring_tokens()

    def _bring_tokens(self) -> None:
        """Bring all tokens to today's key, in one transaction; ``Unavailable`` if none leads."""
        with self._db.begin() as tx:
            kept = queries.key(tx)
            if kept is not None and kept != self._key_name:
                scale = self._epochs.between(kept, self._key_name)
                for token in queries.tokens(tx):
                    queries.change_token(tx, token, multiply(scale, Element(token)))
            queries.set_key(tx, self._key_name)

    def _hold_key(self, tx: Connection) -> None:
        """Refuse to go on with a key that another process has changed."""
        if queries.key(tx) != self._key_name:
            raise Unavailable("consent.key-changed")

    def record(self, identity: str, wish: Wish) -> Receipt:
        """Record a person's choice; it is on disk when the receipt is given.

        Raises
        ------
        Rejected
            ``consent.identity-invalid``, ``consent.part-malformed``, ``consent.period-reversed``,
            ``consent.effective-in-past``.
        """
        token = self._token(identity)
        check_part(wish.part)
        now = self._clock.now().replace(microsecond=0)
        effective_at = now if wish.effective_at is None else whole_second(wish.effective_at)
        if effective_at < now:
            raise Rejected("consent.effective-in-past")
        receipt = Receipt(
            receipt=b32encode(secrets.token_bytes(10)).decode("ascii"),
            handle=self._handle(token),
            decision=wish.decision,
            part=wish.part,
            channel=wish.channel,
            effective_at=effective_at,
            recorded_at=now,
        )
        with self._db.begin() as tx:
            self._hold_key(tx)
            queries.add_choice(tx, row_of(receipt, token))
            self._enter(tx, receipt)
        log.info("consent.recorded", extra=facts(kind=wish.decision.value))
        return signed_receipt(self._signer, receipt)

    def _enter(self, tx: Connection, receipt: Receipt) -> int:
        """Enter a choice into the ledger; of what was chosen it holds a commitment alone."""
        private = {"choice": spelled(receipt)}
        number = self._ledger.append(tx, "consent.recorded", {"receipt": receipt.receipt}, private)
        queries.enter_choice(tx, receipt.receipt, number)
        return number

    def entry(self, identity: str, receipt: str) -> int:
        """Where a person's choice stands in the ledger; one of before there was one is entered now.

        Raises
        ------
        Absent
            ``consent.receipt-unknown``: not a receipt of this person.
        """
        token = self._token(identity)
        with self._db.begin() as tx:
            self._hold_key(tx)
            row = queries.choice_with(tx, token, receipt)
            if row is None:
                raise Absent("consent.receipt-unknown")
            if row.entry is not None:
                return int(row.entry)
            return self._enter(tx, receipt_of(row, self._handle(token)))

    def show(self, identity: str) -> History:
        """A person's choices; empty for one who made none. ``consent.identity-invalid``."""
        token = self._token(identity)
        handle = self._handle(token)
        with self._db.read() as tx:
            self._hold_key(tx)
            rows = queries.history(tx, token)
        receipts = tuple(signed_receipt(self._signer, receipt_of(row, handle)) for row in rows)
        choices, now = [receipt.choice() for receipt in receipts], self._clock.now()
        standing = {use: decide(choices, What(use=use), now) for use in Use}
        return History(handle=handle, receipts=receipts, standing=standing)

    def evaluate(self, site: str, blinded: Sequence[bytes]) -> list[bytes]:
        """Per element its product with the consent key and a proof, 96 bytes; counted first.

        Raises
        ------
        Rejected
            ``consent.batch-too-large``, ``keys.element-invalid``.
        Unavailable
            ``consent.quota``: today's allowance of the site would be exceeded; nothing was counted.
        """
        if len(blinded) > BATCH:
            raise Rejected("consent.batch-too-large", count=len(blinded), limit=BATCH)
        elements = [read_element(element) for element in blinded]
        day = self._clock.now().date()
        with self._db.begin() as tx:
            allowed = count_within(tx, QUOTA, (site, day), len(elements), self._daily_limit)
        if not allowed:
            log.warning("consent.quota", extra=facts(site=site, limit=self._daily_limit))
            raise Unavailable("consent.quota", limit=self._daily_limit)
        answers = [(element, evaluate(self._key, element)) for element in elements]
        return [answer + prove(self._key, [asked], [answer]) for asked, answer in answers]

    def optout_list(self, known: bytes | None = None) -> SignedList:
        """Everybody who stopped something, by token, as of now, signed.

        Entries whose SHA-256 is ``known`` are left out; they are spelled anew after a choice only.
        """
        entries = self._entries()
        return sign_list(self._signer, self._clock.now(), entries, self._epochs.public, known)

    def _entries(self) -> bytes:
        """The entries as they travel."""
        with self._db.read() as tx:
            self._hold_key(tx)
            count = queries.count_choices(tx)
            if count != self._spelled[0]:
                by_token = groupby(queries.stopped(tx), key=lambda row: row.token)
                entries = tuple(
                    OptOut(bytes(token), tuple(choice_of(row) for row in mine))
                    for token, mine in by_token
                )
                self._spelled = count, spell_entries(entries)
        return self._spelled[1]

    def choices(self, after: int = 0, limit: int = 100) -> list[tuple[int, Receipt]]:
        """Everybody's choices with their numbers, in order; persons are called by handles."""
        with self._db.read() as tx:
            rows = queries.choices(tx, after, limit)
        return [
            (row.sequence, signed_receipt(self._signer, receipt_of(row, self._handle(row.token))))
            for row in rows
        ]

    def withdraw(self, identity: str, receipt: str, channel: Channel) -> Receipt:
        """Take an earlier choice of a person back: the opposite holds for the same part.

        Raises
        ------
        Absent
            ``consent.receipt-unknown``: not a receipt of this person.
        """
        earlier = {one.receipt: one for one in self.show(identity).receipts}
        if (found := earlier.get(receipt)) is None:
            raise Absent("consent.receipt-unknown")
        opposite = Decision.ALLOW if found.decision is Decision.STOP else Decision.STOP
        return self.record(identity, Wish(decision=opposite, part=found.part, channel=channel))

    def usage(self, since: date) -> tuple[Usage, ...]:
        """Counts by site and day from ``since`` on."""
        with self._db.read() as tx:
            return used(tx, QUOTA, since)

    def at(self, site: str) -> SiteOffice:
        """The ``Office`` of one site."""
        return SiteOffice(self, site)

    def _token(self, identity: str) -> bytes:
        """The element of the person's token under the consent key."""
        person = person_input(Domain.CONSENT, checked_identity(identity))
        return multiply(self._key, hash_to_group(person, 1))

    def _handle(self, token: bytes) -> str:
        """Eight characters to call a person by on the telephone; not searchable without the key."""
        name = short_name(self._handles, token, 8)
        return f"{name[:4]}-{name[4:]}"
