"""Sessions: opened anew at each proof of who one is, listed, ended at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from yushan.base import NOTHING, Absent, Forbidden
from yushan.services.accounts import queries, tokens
from yushan.services.accounts.values import Account, Session, account_of, moment, moment_or_none

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Row

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.accounts.limits import Limits
    from yushan.services.accounts.policy import Policy

#: A session's last use is written at most this often, to spare writes.
TOUCH_S: Final = 60


class Sessions:
    """What stands behind the cookie. All methods are safe to call from several threads."""

    def __init__(self, db: Database, clock: Clock, policy: Policy, bounds: Limits) -> None:
        self.db, self.clock, self.policy, self.bounds = db, clock, policy, bounds

    def open(
        self,
        account: Account,
        how: str = "password",
        *,
        device: str = "",
        is_confirmed: bool = False,
        proof: str = "",
    ) -> str:
        """A new secret for a cookie; past the most sessions the least used one ends."""
        secret, now_s = tokens.new_session(), self.now_s()
        row = {
            "secret_sha256": tokens.fingerprint(secret),
            "account": account.id,
            "created_s": now_s,
            "seen_s": now_s,
            "expires_s": now_s + self.policy.session_s,
            "id": tokens.new_id(),
            "how": how,
            "confirmed_s": now_s if is_confirmed else None,
            "device": device[:64],
            "proof": proof,
        }
        with self.db.begin() as tx:
            idle_s, window_s = self.policy.idle_s, self.bounds.window_s
            queries.sweep(tx, now_s, idle_s=idle_s, window_s=window_s)
            queries.add_session(tx, row)
            queries.change_account(tx, account.id, last_s=now_s, failed=0)
            held = queries.sessions_of(tx, account.id, now_s, idle_s)
            for old in held[self.policy.most_sessions :]:
                queries.end_session_of(tx, account.id, old.id)
        return secret

    def find(self, secret: str) -> Row[Any] | None:
        """The open account of a session that holds, with the session's columns."""
        with self.db.read() as tx:
            return queries.session(tx, tokens.fingerprint(secret), self.now_s(), self.policy.idle_s)

    def account(self, secret: str, *, touches: bool = True) -> Account | None:
        """Whose session this is, as the account stands now; None if it is over."""
        row, now_s = self.find(secret), self.now_s()
        if row is None:
            return None
        if touches and row.seen_s <= now_s - TOUCH_S:
            with self.db.begin() as tx:
                queries.touch_session(tx, tokens.fingerprint(secret), now_s)
        found = replace(
            account_of(row),
            session=row.session,
            how=row.how,
            ends=moment(row.expires_s),
            idle_s=self.policy.idle_s,
            confirmed_at=moment_or_none(row.confirmed_s),
        )
        if self.policy.asks_factor(found.role) and row.confirmed_s is None:
            return replace(found, restricted=True, scope=NOTHING)
        return found

    def confirm(self, secret: str) -> str:
        """Note a fresh proof; the session goes on under a new secret (ASVS 5.0 7.2.4).

        Raises
        ------
        Forbidden
            ``accounts.session-over``.
        """
        new, now_s = tokens.new_session(), self.now_s()
        if self.find(secret) is None:
            raise Forbidden("accounts.session-over")
        old, fresh = tokens.fingerprint(secret), tokens.fingerprint(new)
        with self.db.begin() as tx:
            if not queries.renew_session(tx, old, fresh, confirmed_s=now_s, seen_s=now_s):
                raise Forbidden("accounts.session-over")
        return new

    def of(self, account: Account) -> tuple[Session, ...]:
        """The account's sessions that hold, the last used first."""
        with self.db.read() as tx:
            rows = queries.sessions_of(tx, account.id, self.now_s(), self.policy.idle_s)
        return tuple(
            Session(
                row.id, row.how, row.device, moment(row.created_s), moment(row.seen_s),
                moment(min(row.expires_s, row.seen_s + self.policy.idle_s)),
            )
            for row in rows
        )  # fmt: skip

    def end(self, account: Account, session_id: str) -> None:
        """End one session at once; ``Absent("accounts.absent")`` if the account has none such."""
        with self.db.begin() as tx:
            if not queries.end_session_of(tx, account.id, session_id):
                raise Absent("accounts.absent")

    def end_others(self, account: Account, keep: str = "") -> int:
        """End all sessions but one; how many."""
        with self.db.begin() as tx:
            return queries.end_sessions_of(tx, account.id, keep)

    def end_proven(self, start: str, is_meant: Callable[[str, str], bool]) -> tuple[str, ...]:
        """End the sessions whose proof begins so and that are meant (account, proof); whose."""
        with self.db.begin() as tx:
            found = [row for row in queries.proven_sessions(tx, start)
                     if is_meant(row.account, row.proof)]  # fmt: skip
            for row in found:
                queries.end_session_of(tx, row.account, row.id)
        return tuple(dict.fromkeys(row.account for row in found))

    def close(self, secret: str) -> None:
        """Sign out; a secret that is not known is fine."""
        with self.db.begin() as tx:
            queries.end_session(tx, tokens.fingerprint(secret))

    def now_s(self) -> int:
        """Whole seconds since 1970 UTC."""
        return int(self.clock.now().timestamp())
