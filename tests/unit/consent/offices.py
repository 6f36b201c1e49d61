"""An office, gateways and the commons in one process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from yushan.base import ManualClock, Unavailable
from yushan.engines.keys import Signer
from yushan.services.consent import (
    DAILY_LIMIT,
    ConsentClient,
    ConsentList,
    ConsentOffice,
    Decision,
    Office,
    Part,
    SignedList,
    Wish,
)
from yushan.services.ledger import CONSENT, Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.engines.database import Database

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
KEY = b"consent-key-of-the-office-32byte"
SIGNER = Signer(b"signing-key-of-the-office-32byte")
PERSON = "A123456789"
OTHER = "B123456780"


def stop(**part: object) -> Wish:
    return Wish(decision=Decision.STOP, part=Part(**part))  # type: ignore[arg-type]


def allow(**part: object) -> Wish:
    return Wish(decision=Decision.ALLOW, part=Part(**part))  # type: ignore[arg-type]


@dataclass
class Line:
    """The way to an office: it can be cut, and what comes over it can be replaced."""

    office: Office
    cut: bool = False
    replayed: SignedList | None = None
    fetched: int = 0
    carried: int = 0

    def evaluate(self, blinded: Sequence[bytes]) -> list[bytes]:
        if self.cut:
            raise Unavailable("net.unreachable")
        return self.office.evaluate(blinded)

    def optouts(self, known: bytes | None = None) -> SignedList:
        self.fetched += 1
        if self.cut:
            raise Unavailable("net.unreachable")
        answer = self.replayed or self.office.optouts(known)
        self.carried += answer.entries is not None
        return answer


@dataclass
class Scene:
    """One office and the clock that everybody shares."""

    database: Database
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    daily_limit: int = DAILY_LIMIT

    @property
    def office(self) -> ConsentOffice:
        return ConsentOffice(self.ledger, KEY, daily_limit=self.daily_limit)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.database, self.clock, SIGNER, CONSENT)

    def line(self, site: str = "site-a") -> Line:
        return Line(self.office.at(site))

    def client(self, line: Line | None = None, site: str | None = "site-a") -> ConsentClient:
        return ConsentClient(line or self.line(), self.clock, 3600, self.office.public, site)

    def list(self, line: Line | None = None) -> ConsentList:
        return ConsentList(line or self.line("commons"), self.clock, 3600, self.office.public)
