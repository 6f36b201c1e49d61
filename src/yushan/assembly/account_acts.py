"""What stands behind ``yushan account``: the root of all trust in a portal's accounts.

Whoever may read a role's settings and secrets may do this; it works beside the running role.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from yushan.assembly.accounts import address_of, open_accounts
from yushan.assembly.gateway_settings import Gateway
from yushan.assembly.loading import load
from yushan.assembly.parts import open_database
from yushan.assembly.settings import Commons
from yushan.base import Absent, Rejected, Scope, SiteName, StudyUID, SystemClock
from yushan.engines.keys import Signer, load_secret
from yushan.services.accounts import CONSOLE, Wish
from yushan.services.ledger import Audit, Ledger, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yushan.services.accounts import Account, Accounts, Invitation

Answer = dict[str, Any]


class Register:
    """A role's accounts, opened for one command, and whom it tells."""

    def __init__(self, config: Path) -> None:
        settings = load(config, dict(os.environ))
        if not isinstance(settings, Commons | Gateway):
            raise Rejected("assembly.other-role", role=settings.name)
        self.database, clock = open_database(settings), SystemClock()
        self.accounts: Accounts = open_accounts(settings, self.database, clock)
        self.address = address_of(settings)
        self.audit: Audit | None = None
        if isinstance(settings, Commons):
            signer = Signer(load_secret(settings.signing_key))
            self.audit = Audit(Ledger(self.database, clock, signer), "cli")

    def told(self, action: str, name: str) -> None:
        """Write it to the ledger of a commons."""
        if self.audit is not None:
            self.audit.did(None, action, Thing("account", name))

    def named(self, user: str) -> Account:
        """An account by its user's name, closed or not; ``Absent("accounts.absent")``."""
        for person in self.accounts.people():
            if person.account.user == user.strip().lower():
                return person.account
        raise Absent("accounts.absent")

    def link(self, made: Invitation, secret: str) -> Answer:
        """A link as it is printed, once."""
        return {
            "link": f"{self.address}/invitation/{secret}",
            "id": made.id,
            "role": made.role,
            "state": made.state,
            "expires": made.expires.isoformat(),
        }


@contextmanager
def register_of(config: Path) -> Iterator[Register]:
    """The accounts of a settings file."""
    register = Register(config)
    try:
        yield register
    finally:
        if register.audit is not None:
            register.audit.flush()
        register.database.dispose()


class AccountActs:
    """``yushan account``."""

    def invite(self, config: Path, wish: Answer) -> Answer:
        """A one-time link by which somebody opens an account."""
        scope = Scope(
            everything=bool(wish["everything"]),
            sites=frozenset(SiteName(one) for one in wish["sites"]),
            studies=frozenset(StudyUID(one) for one in wish["studies"]),
            mask=wish["mask"],
        )
        home = SiteName(wish["home"]) if wish["home"] else None
        with register_of(config) as register:
            made, secret = register.accounts.invitations.invite(
                Wish(wish["role"], scope, home, wish["note"], wish["days"]), CONSOLE
            )
            register.told("account.invited", made.id)
            return register.link(made, secret)

    def listing(self, config: Path) -> Answer:
        """Everybody who has or had an account, and links that are open."""
        with register_of(config) as register:
            people = register.accounts.people()
            links = register.accounts.invitations.all()
        return {
            "accounts": [
                {
                    "user": one.account.user,
                    "role": one.account.role,
                    "note": one.note,
                    "second_factor": one.has_factor,
                    "last": one.last.isoformat() if one.last else None,
                    "closed": one.closed.isoformat() if one.closed else None,
                }
                for one in people
            ],
            "links": [
                {"id": one.id, "role": one.role, "kind": one.kind, "note": one.note,
                 "state": one.state, "expires": one.expires.isoformat()}
                for one in links if one.state in {"open", "waiting"}
            ],
        }  # fmt: skip

    def close(self, config: Path, user: str) -> Answer:
        """Close an account with its sessions and tokens, at once."""
        with register_of(config) as register:
            account = register.named(user)
            register.accounts.close(account.id)
            register.told("account.closed", account.id)
        return {"closed": account.user}

    def reset(self, config: Path, user: str, *, factors: bool) -> Answer:
        """A link for a new password; ``factors``: also take lost second factors away."""
        with register_of(config) as register:
            account = register.named(user)
            if factors:
                register.accounts.changes.lose_factors(account)
                register.told("account.second-factor-changed", account.id)
            made, secret = register.accounts.invitations.reset(account, CONSOLE)
            register.told("account.changed", account.id)
            return register.link(made, secret)

    def revoke(self, config: Path, link: str) -> Answer:
        """Make a link void."""
        with register_of(config) as register:
            register.accounts.invitations.revoke(link)
            register.told("account.changed", link)
        return {"revoked": link}

    def token(self, config: Path, user: str, wish: Answer) -> Answer:
        """A token for a program, under an account's role and scope."""
        with register_of(config) as register:
            account = register.named(user)
            secret = register.accounts.issue_token(
                account, wish["name"], wish["days"], reads_only=bool(wish["reads_only"])
            )
            register.told("account.token-made", account.id)
        return {"token": secret, "user": account.user, "days": wish["days"]}
