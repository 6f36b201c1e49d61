"""A role's accounts from its settings, and those that the demo brings from a private file."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from yushan.base import EVERYTHING, NOTHING, Conflict, SiteName
from yushan.doors.portal import DemoAccount as OneClick
from yushan.doors.portal import House
from yushan.engines.keys import load_secret, make_secret
from yushan.engines.oidc import Config, Provider
from yushan.services.accounts import Accounts, Policy

if TYPE_CHECKING:
    from yushan.assembly.gateway_settings import Gateway
    from yushan.assembly.settings import Commons
    from yushan.base import Clock
    from yushan.engines.database import Database


def open_accounts(settings: Commons | Gateway, database: Database, clock: Clock) -> Accounts:
    """The accounts of a role under its settings; its key is made at the first start."""
    asked = settings.sign_in
    policy = Policy(
        second_factor="nobody" if settings.demo else asked.second_factor,
        session_s=asked.session_s, idle_s=asked.idle_s, most_sessions=asked.most_sessions,
    )  # fmt: skip
    return Accounts(database, clock, policy=policy, key=accounts_key(settings))


def accounts_key(settings: Commons | Gateway) -> bytes:
    """The secret from which code generators are derived (0600, 32 bytes, beside the data)."""
    path = Path(settings.data) / "accounts-key"
    if not path.exists():
        with suppress(FileExistsError):
            make_secret(path, secrets.token_bytes(32))
    return load_secret(path)


def address_of(settings: Commons | Gateway) -> str:
    """Where people find the portal, without a slash at the end."""
    return (settings.sign_in.address or settings.http.url()).rstrip("/")


def houses_of(settings: Commons | Gateway) -> tuple[House, ...]:
    """The identity providers of the settings."""
    return tuple(
        House(
            key=one.key,
            names={"zh-Hant": one.zh, "en": one.en},
            provider=Provider(
                Config(
                    issuer=one.issuer, client_id=one.client_id,
                    client_secret=load_secret(one.secret_file).decode().strip(),
                    redirect=f"{address_of(settings)}/sign-in/provider/{one.key}/back",
                    scopes=one.scopes, ca=one.ca,
                )
            ),
            claim=one.claim,
            roles=one.roles,
            factor=frozenset(one.factor),
        )
        for one in settings.sign_in.providers
    )  # fmt: skip


class DemoAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One demo account: named by its role; the token is issued apart."""

    role: str
    user: str
    password: str
    sees_everything: bool = False
    site: str = ""


def read_demo_accounts(path: str) -> list[DemoAccount]:
    """The accounts of the file."""
    return msgspec.json.decode(Path(path).read_bytes(), type=list[DemoAccount])


def make_demo_accounts(accounts: Accounts, path: str) -> None:
    """Create those that do not exist yet."""
    for wanted in read_demo_accounts(path):
        scope = EVERYTHING if wanted.sees_everything else NOTHING
        site = SiteName(wanted.site) if wanted.site else None
        try:
            accounts.create(wanted.user, wanted.password, wanted.role, scope, site=site)
        except Conflict:
            continue


def one_click(path: str) -> tuple[OneClick, ...]:
    """One account per role for the demo's one-click sign-in; none without a file."""
    if not path:
        return ()
    first: dict[str, OneClick] = {}
    for one in read_demo_accounts(path):
        first.setdefault(one.role, OneClick(one.role, one.user, one.password))
    return tuple(first.values())
