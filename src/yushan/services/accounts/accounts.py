"""Signing in: passwords, sessions and tokens over the database: read, decide, write."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Absent, Forbidden, Rejected
from yushan.services.accounts import limits, queries, tokens
from yushan.services.accounts.register import Register
from yushan.services.accounts.values import Account, account_of, token_of

if TYPE_CHECKING:
    from sqlalchemy import Row

SESSION_S: Final = 12 * 3600
IDLE_S: Final = 2 * 3600
#: A session's or token's last use is written at most this often, to spare writes.
TOUCH_S: Final = 60


class Accounts(Register):
    """The register, and how the accounts in it prove who they are."""

    def authenticate(self, user: str, password: str, address: str = "") -> Account:
        """The account whose name and password these are; a success gives counted tries back.

        A name that does not exist takes the same time and gives the same answer as a wrong
        password. ``address`` is where the try comes from; it is counted, never stored as it is.

        Raises
        ------
        Forbidden
            ``accounts.wrong``: name or password is wrong, or the account is closed.
        Unavailable
            ``accounts.too-many-tries`` with ``wait_s``, or ``accounts.busy``.
        """
        user = user.strip().lower()
        with self.db.begin() as tx:
            wait_s = limits.count(tx, self.bounds, user, address, self.now_s())
        limits.refuse(wait_s)
        with self.db.read() as tx:
            row = queries.account_by_user(tx, user)
        if not self.hasher.verify(row.password if row else None, password) or row is None:
            raise Forbidden("accounts.wrong")
        self.welcome(row, password, address)
        return account_of(row)

    def welcome(self, row: Row[Any], password: str, address: str) -> None:
        """Give tries back; hash again if today's costs are higher than the stored hash's."""
        renewed = self.hasher.hash(password) if self.hasher.is_outdated(row.password) else None
        keys = limits.attempt_keys(row.user, address)
        with self.db.begin() as tx:
            queries.give_back(tx, keys["account"], keys["address"])
            if renewed:
                queries.change_account(tx, row.id, password=renewed)

    def open_session(self, account: Account) -> str:
        """A new secret for a cookie, valid 12 hours and 2 hours after its last use."""
        secret, now_s = tokens.new_session(), self.now_s()
        row = {
            "secret_sha256": tokens.fingerprint(secret),
            "account": account.id,
            "created_s": now_s,
            "seen_s": now_s,
            "expires_s": now_s + SESSION_S,
        }
        with self.db.begin() as tx:
            queries.sweep(tx, now_s, idle_s=IDLE_S, window_s=self.bounds.window_s)
            queries.add_session(tx, row)
        return secret

    def by_session(self, secret: str) -> Account | None:
        """Whose session this is, as the account stands now; None if it is over."""
        key, now_s = tokens.fingerprint(secret), self.now_s()
        with self.db.read() as tx:
            row = queries.session(tx, key, now_s, IDLE_S)
        if row is None:
            return None
        if row.seen_s <= now_s - TOUCH_S:
            with self.db.begin() as tx:
                queries.touch_session(tx, key, now_s)
        return account_of(row)

    def close_session(self, secret: str) -> None:
        """Sign out; a secret that is not known is fine."""
        with self.db.begin() as tx:
            queries.end_session(tx, tokens.fingerprint(secret))

    def issue_token(self, account: Account, name: str, days: int) -> str:
        """A new ``ysh_…`` token for programs; it is shown once and cannot be read again.

        Raises
        ------
        Rejected
            ``accounts.token-days``: not within 1 to 90 days.
        """
        if not 1 <= days <= tokens.LONGEST_DAYS:
            raise Rejected("accounts.token-days", longest=tokens.LONGEST_DAYS)
        secret, now_s = tokens.new_token(), self.now_s()
        row = {
            "id": tokens.new_id(),
            "secret_sha256": tokens.fingerprint(secret),
            "account": account.id,
            "name": name[:64],
            "created_s": now_s,
            "expires_s": now_s + int(timedelta(days=days).total_seconds()),
        }
        with self.db.begin() as tx:
            queries.add_token(tx, row)
        return secret

    def by_token(self, token: str) -> Account | None:
        """Whose token this is; None if it is unknown, expired or revoked."""
        if not token.startswith(tokens.PREFIX):
            return None
        key, now_s = tokens.fingerprint(token), self.now_s()
        with self.db.read() as tx:
            row = queries.token(tx, key, now_s)
        if row is None:
            return None
        if row.used_s is None or row.used_s <= now_s - TOUCH_S:
            with self.db.begin() as tx:
                queries.touch_token(tx, key, now_s)
        return account_of(row)

    def tokens(self, account: Account) -> tuple[tokens.Token, ...]:
        """The account's tokens, newest first."""
        with self.db.read() as tx:
            return tuple(token_of(row) for row in queries.tokens_of(tx, account.id))

    def revoke_token(self, account: Account, token_id: str) -> None:
        """End one token of the account at once; ``accounts.absent`` if it has no such token."""
        with self.db.begin() as tx:
            if not queries.end_token(tx, account.id, token_id):
                raise Absent("accounts.absent")
