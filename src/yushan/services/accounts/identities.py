"""Who accounts are at identity providers: by issuer and subject, never by a name (ASVS 6.8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from yushan.base import Absent, Conflict
from yushan.services.accounts import queries, tokens
from yushan.services.accounts.tables import ACCOUNT, IDENTITY
from yushan.services.accounts.values import account_of, encode_scope, moment

if TYPE_CHECKING:
    from datetime import datetime

    from yushan.base import Language, Scope, SiteName
    from yushan.services.accounts.register import Register
    from yushan.services.accounts.values import Account


@dataclass(frozen=True, slots=True)
class Identity:
    """One link of an account with a provider."""

    id: str
    issuer: str
    subject: str
    created: datetime


class Identities:
    """Links of accounts with identities at providers."""

    def __init__(self, register: Register) -> None:
        self.register, self.db = register, register.db

    def account(self, issuer: str, subject: str) -> Account | None:
        """The open account of an identity."""
        asked = (
            select(ACCOUNT)
            .join(IDENTITY, IDENTITY.c.account == ACCOUNT.c.id)
            .where(
                IDENTITY.c.issuer == issuer,
                IDENTITY.c.subject == subject,
                ACCOUNT.c.closed_s.is_(None),
            )
        )
        with self.db.read() as tx:
            row = tx.execute(asked).one_or_none()
        return account_of(row) if row else None

    def link(self, account: Account, issuer: str, subject: str) -> None:
        """Let the identity open the account; ``Conflict("accounts.identity-taken")``."""
        row = {
            "id": tokens.new_id(), "issuer": issuer, "subject": subject, "account": account.id,
            "created_s": self.register.now_s(),
        }  # fmt: skip
        taken = select(IDENTITY.c.id).where(
            IDENTITY.c.issuer == issuer, IDENTITY.c.subject == subject
        )
        with self.db.begin() as tx:
            if tx.execute(taken).first() is not None:
                raise Conflict("accounts.identity-taken")
            tx.execute(insert(IDENTITY).values(row))

    def open_account(
        self, issuer: str, subject: str, role: str, scope: Scope, *,
        site: SiteName | None = None, language: Language = "zh-Hant",
    ) -> Account:  # fmt: skip
        """A new account without a password for an identity that a setting lets in."""
        row: dict[str, Any] = {
            "id": tokens.new_id(), "user": f"oidc-{tokens.fingerprint(f'{issuer} {subject}')[:16]}",
            "password": "", "role": role, "language": language, "site": site,
            "scope": encode_scope(scope), "created_s": self.register.now_s(),
        }  # fmt: skip
        with self.db.begin() as tx:
            if not queries.add_account(tx, row):
                raise Conflict("accounts.user-taken")
            made = queries.account_by_id(tx, row["id"])
        assert made is not None  # noqa: S101 - just written
        account = account_of(made)
        self.link(account, issuer, subject)
        return account

    def follow(self, account: Account, role: str) -> None:
        """Take over the role that the provider gives; what was open under another role ends."""
        with self.db.begin() as tx:
            queries.change_account(tx, account.id, role=role)
            queries.end_sessions_of(tx, account.id)
            queries.end_tokens_of(tx, account.id)

    def of(self, account: str) -> tuple[Identity, ...]:
        """The account's identities."""
        asked = select(IDENTITY).where(IDENTITY.c.account == account)
        with self.db.read() as tx:
            rows = tx.execute(asked.order_by(IDENTITY.c.created_s)).all()
        return tuple(Identity(r.id, r.issuer, r.subject, moment(r.created_s)) for r in rows)

    def unlink(self, account: Account, identity: str) -> None:
        """The identity opens the account no more."""
        mine = (IDENTITY.c.account == account.id, IDENTITY.c.id == identity)
        with self.db.begin() as tx:
            if not tx.execute(delete(IDENTITY).where(*mine)).rowcount:
                raise Absent("accounts.absent")
