"""The parties of the protocol, in one process: three holders, the commons, hospitals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from yushan.base import ManualClock, Unavailable
from yushan.domain.packs import envelope_aad
from yushan.engines.keys import Dealt, Domain, Share, Signer, deal
from yushan.services.ledger import Ledger
from yushan.services.linkage import (
    DAILY_LIMIT,
    Answer,
    Evaluator,
    KeyHolder,
    LinkageClient,
    LinkageCommons,
    Subject,
    commons_public,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yushan.engines.database import Database

PRIVATE = b"private-of-the-commons-32-bytes!"
KEY = b"token-key-of-the-commons-32byte!"
PUBLIC = commons_public(PRIVATE)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


class Unreachable:
    """A holder whose line is down."""

    def evaluate(self, blinded: Sequence[bytes]) -> Answer:
        raise Unavailable("net.unreachable", count=len(blinded))


@dataclass
class Counting:
    """A holder that counts what passes, and may change it."""

    holder: KeyHolder
    site: str
    asked: list[bytes] = field(default_factory=list)
    change: Callable[[Answer], Answer] = lambda answer: answer

    def evaluate(self, blinded: Sequence[bytes]) -> Answer:
        self.asked += blinded
        return self.change(self.holder.evaluate(self.site, blinded))


@dataclass
class Parties:
    """Three holders over one database, each with its own share."""

    database: Database
    dealt: Dealt = field(default_factory=deal)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    daily_limit: int = DAILY_LIMIT

    def holder(self, index: int, share: Share | None = None) -> KeyHolder:
        mine = share or self.dealt.shares[index - 1]
        ledger = Ledger(self.database, self.clock, Signer(bytes([index]) * 32))
        return KeyHolder(mine, PUBLIC, self.database, ledger, daily_limit=self.daily_limit)

    def evaluators(self, site: str = "site-a", down: tuple[int, ...] = ()) -> list[Evaluator]:
        return [
            Unreachable() if index in down else self.holder(index).at(site) for index in (1, 2, 3)
        ]

    def client(
        self,
        site: str = "site-a",
        down: tuple[int, ...] = (),
        domain: Domain = Domain.LINKAGE,
    ) -> LinkageClient:
        return LinkageClient(self.evaluators(site, down), PUBLIC, self.dealt.public, domain)

    def client_with(self, **changed: Evaluator) -> LinkageClient:
        """A client of which ``first``, ``second`` or ``third`` holder is another."""
        named = dict(zip(("first", "second", "third"), self.evaluators(), strict=True))
        return LinkageClient([*{**named, **changed}.values()], PUBLIC, self.dealt.public)

    def commons(self, key: bytes = KEY, rotations: Sequence[bytes] = ()) -> LinkageCommons:
        return LinkageCommons(PRIVATE, key, self.dealt.public, rotations)

    def subject(
        self,
        identity: str | None,
        site: str = "site-a",
        client: LinkageClient | None = None,
        subject: str = "A" * 16,
    ) -> Subject:
        """From a hospital's number to the commons' person."""
        aad = envelope_aad(site, subject)
        envelope = (client or self.client(site)).envelope(identity, -100, None, aad)
        return self.commons().subject(envelope, aad)
