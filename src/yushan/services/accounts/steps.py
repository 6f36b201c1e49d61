"""Ways that have begun and go on within minutes, once: the second factor, a passkey, a provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, update

from yushan.base import Forbidden
from yushan.services.accounts import tokens
from yushan.services.accounts.tables import STEP

if TYPE_CHECKING:
    from yushan.base import Clock
    from yushan.engines.database import Database

LASTS_S: Final = 600
MOST_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Step:
    """What was kept; ``account`` is empty while nobody is known."""

    kind: str
    account: str
    data: str


class Steps:
    """Kept under the hash of a secret that the browser holds."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def begin(self, kind: str, account: str = "", data: str = "") -> str:
        """Keep it; the secret under which it is found for ten minutes."""
        secret = tokens.new_session()
        row = {
            "secret_sha256": tokens.fingerprint(secret),
            "kind": kind,
            "account": account,
            "data": data,
            "tries": 0,
            "expires_s": self.now_s() + LASTS_S,
        }
        with self.db.begin() as tx:
            tx.execute(delete(STEP).where(STEP.c.expires_s <= self.now_s()))
            tx.execute(insert(STEP).values(row))
        return secret

    def look(self, kind: str, secret: str) -> Step:
        """What was kept, which stays; ``Forbidden("accounts.step-over")``."""
        asked = select(STEP).where(
            STEP.c.secret_sha256 == tokens.fingerprint(secret),
            STEP.c.kind == kind,
            STEP.c.expires_s > self.now_s(),
        )
        with self.db.read() as tx:
            row = tx.execute(asked).one_or_none()
        if row is None:
            raise Forbidden("accounts.step-over")
        return Step(row.kind, row.account, row.data)

    def attempt(self, kind: str, secret: str) -> Step:
        """The same with one try counted; after five it is over."""
        key = tokens.fingerprint(secret)
        counted = (
            update(STEP)
            .where(STEP.c.secret_sha256 == key, STEP.c.tries < MOST_TRIES)
            .values(tries=STEP.c.tries + 1)
        )
        with self.db.begin() as tx:
            if not tx.execute(counted).rowcount:
                tx.execute(delete(STEP).where(STEP.c.secret_sha256 == key))
        return self.look(kind, secret)

    def take(self, kind: str, secret: str) -> Step:
        """What was kept; it is gone from now on. ``Forbidden("accounts.step-over")``."""
        found = self.look(kind, secret)
        gone = delete(STEP).where(STEP.c.secret_sha256 == tokens.fingerprint(secret))
        with self.db.begin() as tx:
            if not tx.execute(gone).rowcount:
                raise Forbidden("accounts.step-over")
        return found

    def now_s(self) -> int:
        """Whole seconds since 1970 UTC."""
        return int(self.clock.now().timestamp())
