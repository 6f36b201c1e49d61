"""The register: accounts are opened, changed and closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from yushan.base import (
    NOTHING,
    Absent,
    AccountId,
    Clock,
    Conflict,
    Language,
    Rejected,
    Scope,
    SiteName,
)
from yushan.services.accounts import queries, tokens
from yushan.services.accounts.limits import Limits
from yushan.services.accounts.passwords import Hasher, check_password
from yushan.services.accounts.roles import ROLES
from yushan.services.accounts.values import (
    Account,
    Person,
    account_of,
    encode_scope,
    person_of,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from yushan.engines.database import Database

#: A user's name: no blanks, nothing that a log or page would mistake for something else.
USER: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


class Register:
    """Who has an account. All methods are safe to call from several threads."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        hasher: Hasher | None = None,
        bounds: Limits | None = None,
    ) -> None:
        self.db = db
        self.clock = clock
        self.hasher = hasher or Hasher()
        self.bounds = bounds or Limits()

    def create(
        self,
        user: str,
        password: str,
        role: str,
        scope: Scope = NOTHING,
        *,
        language: Language = "zh-Hant",
        site: SiteName | None = None,
    ) -> Account:
        """Open an account.

        Raises
        ------
        Rejected
            The name, password or role will not do (``accounts.user-invalid``, …).
        Conflict
            ``accounts.user-taken``: the name is or was in use.
        """
        if not USER.fullmatch(user):
            raise Rejected("accounts.user-invalid")
        if role not in ROLES:
            raise Rejected("accounts.role-unknown")
        check_password(password, user)
        row: dict[str, Any] = {
            "id": tokens.new_id(),
            "user": user,
            "password": self.hasher.hash(password),
            "role": role,
            "language": language,
            "site": site,
            "scope": encode_scope(scope),
            "created_s": self.now_s(),
        }
        with self.db.begin() as tx:
            if not queries.add_account(tx, row):
                raise Conflict("accounts.user-taken")
        return Account(AccountId(row["id"]), user, role, language, scope, site)

    def close(self, account: AccountId) -> None:
        """Close the account with its sessions and tokens, at once and for good."""
        with self.db.begin() as tx:
            if not queries.change_account(tx, account, closed_s=self.now_s()):
                raise Absent("accounts.absent")
            end_everything(tx, account)

    def set_password(self, account: Account, password: str, *, keep: str = "") -> None:
        """Change the password; sessions and tokens end, they may be in the wrong hands.

        ``keep`` is the id of a session that goes on: the one in which it is changed.
        """
        check_password(password, account.user)
        stored = self.hasher.hash(password)
        with self.db.begin() as tx:
            if not queries.change_account(tx, account.id, password=stored):
                raise Absent("accounts.absent")
            queries.end_sessions_of(tx, account.id, keep)
            queries.end_tokens_of(tx, account.id)

    def set_scope(self, account: AccountId, scope: Scope) -> None:
        """Change what the account may see; it holds from the next request on."""
        with self.db.begin() as tx:
            if not queries.change_account(tx, account, scope=encode_scope(scope)):
                raise Absent("accounts.absent")

    def by_user(self, user: str) -> Account | None:
        """The open account of a name."""
        with self.db.read() as tx:
            row = queries.account_by_user(tx, user)
        return account_of(row) if row else None

    def by_id(self, account: str) -> Account:
        """An account by its id, closed or not; ``Absent("accounts.absent")``."""
        with self.db.read() as tx:
            row = queries.account_by_id(tx, account)
        if row is None:
            raise Absent("accounts.absent")
        return account_of(row)

    def has_password(self, account: str) -> bool:
        """Whether the account can be opened by a password; a provider's own cannot."""
        with self.db.read() as tx:
            row = queries.account_by_id(tx, account)
        return row is not None and bool(row.password)

    def people(self) -> tuple[Person, ...]:
        """All accounts with what whoever manages them must know, closed ones last."""
        with self.db.read() as tx:
            rows = queries.every_account(tx)
            proven = queries.with_factor(tx)
        return tuple(person_of(row, proven) for row in rows)

    def set_language(self, account: AccountId, language: str) -> None:
        """Change the language in which the account is spoken to."""
        with self.db.begin() as tx:
            if not queries.change_account(tx, account, language=language):
                raise Absent("accounts.absent")

    def set_note(self, account: AccountId, note: str) -> None:
        """Say for whom an account is."""
        with self.db.begin() as tx:
            if not queries.change_account(tx, account, note=note.strip()[:64]):
                raise Absent("accounts.absent")

    def all(self) -> tuple[Account, ...]:
        """All open accounts, by name."""
        with self.db.read() as tx:
            return tuple(account_of(row) for row in queries.all_accounts(tx))

    def now_s(self) -> int:
        """Whole seconds since 1970 UTC."""
        return int(self.clock.now().timestamp())


def end_everything(tx: Connection, account: str) -> None:
    """End all sessions and tokens of an account."""
    queries.end_sessions_of(tx, account)
    queries.end_tokens_of(tx, account)
