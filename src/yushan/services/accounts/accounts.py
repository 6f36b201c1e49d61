"""Signing in: passwords, sessions and tokens over the database: read, decide, write."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Absent, Forbidden, Rejected
from yushan.services.accounts import limits, queries, tokens
from yushan.services.accounts.changes import Changes
from yushan.services.accounts.factors import Factors
from yushan.services.accounts.identities import Identities
from yushan.services.accounts.invitations import Invitations
from yushan.services.accounts.known import device_of, mark
from yushan.services.accounts.passkeys import Passkeys
from yushan.services.accounts.policy import EASY, Policy
from yushan.services.accounts.purposes import Purposes
from yushan.services.accounts.register import Register
from yushan.services.accounts.sessions import Sessions
from yushan.services.accounts.steps import Steps
from yushan.services.accounts.values import Account, account_of, token_of

if TYPE_CHECKING:
    from sqlalchemy import Row

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.accounts.limits import Limits
    from yushan.services.accounts.passwords import Hasher

#: A token's last use is written at most this often, to spare writes.
TOUCH_S: Final = 60


class Accounts(Register):
    """The register, and how the accounts in it prove who they are.

    ``key`` is a secret of the house that is kept outside of the database: code generators are
    derived from it. Parts: ``sessions``, ``factors``, ``passkeys``, ``steps``, ``invitations``,
    ``changes``, ``identities``, ``purposes``.
    """

    def __init__(
        self, db: Database, clock: Clock, *, hasher: Hasher | None = None,
        bounds: Limits | None = None, policy: Policy = EASY, key: bytes = b"",
    ) -> None:  # fmt: skip
        super().__init__(db, clock, hasher=hasher, bounds=bounds)
        self.policy, self.key = policy, key
        self.sessions = Sessions(db, clock, policy, self.bounds)
        self.steps = Steps(db, clock)
        self.factors = Factors(db, clock, key)
        self.passkeys = Passkeys(db, self.factors, self.steps)
        self.invitations = Invitations(self)
        self.changes = Changes(self)
        self.identities = Identities(self)
        self.purposes = Purposes(db, clock)

    def authenticate(self, user: str, password: str, address: str = "", known: str = "") -> Account:
        """The account whose name and password these are; a success gives counted tries back.

        A name that does not exist takes the same time and gives the same answer as a wrong
        password. ``address`` is where the try comes from; it is counted, never stored as it is.
        ``known`` is the mark of a browser in which the account was opened before, if it has one.

        Raises
        ------
        Forbidden
            ``accounts.wrong``: name or password is wrong, or the account is closed.
        Unavailable
            ``accounts.too-many-tries`` with ``wait_s``, or ``accounts.busy``.
        """
        user = user.strip().lower()
        keys = limits.attempt_keys(user, address, device_of(self.key, user, known))
        with self.db.begin() as tx:
            wait_s = limits.count(tx, self.bounds, keys, self.now_s())
        limits.refuse(wait_s)
        with self.db.read() as tx:
            row = queries.account_by_user(tx, user)
        stored = row.password if row is not None and row.password else None
        if not self.hasher.verify(stored, password) or row is None:
            with self.db.begin() as tx:
                queries.note_failure(tx, user)
            raise Forbidden("accounts.wrong")
        self.welcome(row, password, keys)
        return account_of(row)

    def welcome(self, row: Row[Any], password: str, keys: dict[str, str]) -> None:
        """Give tries back; hash again if today's costs are higher than the stored hash's."""
        renewed = self.hasher.hash(password) if self.hasher.is_outdated(row.password) else None
        with self.db.begin() as tx:
            queries.give_back(tx, keys["account"], keys["address"])
            if renewed:
                queries.change_account(tx, row.id, password=renewed)

    def mark_of(self, account: Account) -> str:
        """A mark for a browser in which the account was opened: tries there are counted apart."""
        return mark(self.key, account.user)

    def confirm_code(self, account: Account, code: str) -> str:
        """Take a code of a second factor once; the kind of factor it was of.

        Raises
        ------
        Forbidden
            ``accounts.code-wrong``.
        Unavailable
            ``accounts.too-many-tries`` with ``wait_s``.
        """
        with self.db.begin() as tx:
            wait_s = limits.count_code(tx, self.bounds, account.id, self.now_s())
        limits.refuse(wait_s)
        kind = self.factors.check(account.id, code)
        with self.db.begin() as tx:
            queries.forget_attempts(tx, limits.code_key(account.id))
        return kind

    def count_begin(self, address: str) -> None:
        """Bound what strangers can make us keep: ways in that are begun and not gone.

        Raises
        ------
        Unavailable
            ``accounts.too-many-tries`` with ``wait_s``.
        """
        with self.db.begin() as tx:
            wait_s = limits.count_begin(tx, self.bounds, address, self.now_s())
        limits.refuse(wait_s)

    def open_session(self, account: Account) -> str:
        """A new secret for a cookie; what else a session can be is in ``sessions``."""
        return self.sessions.open(account)

    def by_session(self, secret: str, *, touches: bool = True) -> Account | None:
        """Whose session this is, as the account stands now; None if it is over.

        ``touches``: somebody did something, so that idleness begins anew; what pages ask by
        themselves does not.
        """
        return self.sessions.account(secret, touches=touches)

    def close_session(self, secret: str) -> None:
        """Sign out; a secret that is not known is fine."""
        self.sessions.close(secret)

    def issue_token(
        self, account: Account, name: str, days: int, *, reads_only: bool = False
    ) -> str:
        """A new ``ysh_…`` token for programs; it is shown once and cannot be read again.

        ``reads_only``: it may read what its account may, and change nothing.

        Raises
        ------
        Rejected
            ``accounts.token-days``: not within 1 to 90 days; ``accounts.token-name``: no name.
        """
        if not name.strip():
            raise Rejected("accounts.token-name")
        if not 1 <= days <= tokens.LONGEST_DAYS:
            raise Rejected("accounts.token-days", longest=tokens.LONGEST_DAYS)
        secret, now_s = tokens.new_token(), self.now_s()
        row = {
            "id": tokens.new_id(),
            "secret_sha256": tokens.fingerprint(secret),
            "account": account.id,
            "name": name[:64],
            "reads_only": int(reads_only),
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
        return replace(
            account_of(row), how="token", stated=frozenset({"*"}), reads_only=bool(row.reads_only)
        )

    def tokens(self, account: Account) -> tuple[tokens.Token, ...]:
        """The account's tokens, newest first."""
        with self.db.read() as tx:
            return tuple(token_of(row) for row in queries.tokens_of(tx, account.id))

    def revoke_token(self, account: Account, token_id: str) -> None:
        """End one token of the account at once; ``accounts.absent`` if it has no such token."""
        with self.db.begin() as tx:
            if not queries.end_token(tx, account.id, token_id):
                raise Absent("accounts.absent")
