"""Accounts that the demo brings, from a private file; made once, found again at every start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from yushan.base import EVERYTHING, NOTHING, Conflict, SiteName
from yushan.doors.portal import DemoAccount as OneClick

if TYPE_CHECKING:
    from yushan.services.accounts import Accounts


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
