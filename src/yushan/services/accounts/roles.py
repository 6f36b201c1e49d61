"""Roles and permissions: the decision table of ``domain/access``, asked for accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from yushan.base import NOTHING, Forbidden, SystemClock
from yushan.domain.access import ANYTHING, TABLE, Action, Actor, actions_of, decide

if TYPE_CHECKING:
    from datetime import datetime

    from yushan.base import Language
    from yushan.domain.access import Decision, Thing

#: A permission is an action of the decision table.
Permission = Action


@dataclass(frozen=True, slots=True)
class Role:
    """A role that a person can be given: its names and what it may do to something."""

    en: str
    zh: str
    may: frozenset[Action]
    powerful: bool


class Holder(Protocol):
    """Whoever has a role."""

    @property
    def role(self) -> str:
        """A key of :data:`ROLES`."""
        ...


ROLES: Final = {
    name: Role(row.en, row.zh, actions_of(name), row.powerful)
    for name, row in TABLE.role.items()
    if row.person
}
PERMISSIONS: Final = TABLE.action
CLOCK: Final = SystemClock()


def actor_of(account: Holder | None) -> Actor:
    """An account as the decision table sees it; nobody signed in is ``public``."""
    if account is None:
        return Actor(roles=frozenset({"public"}))
    restricted = getattr(account, "restricted", False)
    return Actor(
        roles=frozenset({"visitor" if restricted else account.role}),
        id=getattr(account, "id", ""),
        site=getattr(account, "site", None) or "",
        scope=getattr(account, "scope", NOTHING),
        confirmed_at=getattr(account, "confirmed_at", None),
        stated=getattr(account, "stated", frozenset()),
        reads_only=getattr(account, "reads_only", False),
    )


def judge(
    account: Holder | None,
    permission: str,
    thing: Thing = ANYTHING,
    now: datetime | None = None,
) -> Decision:
    """What the decision table says: allowed or why not, and what must be done with it."""
    return decide(actor_of(account), permission, thing, now or CLOCK.now())


def may(
    account: Holder | None,
    permission: str,
    thing: Thing = ANYTHING,
    now: datetime | None = None,
) -> bool:
    """Whether the account may do this; without a thing: whether to anything at all.

    Obligations are not looked at: whoever acts on a thing asks :func:`judge` or ``require``.

    Raises
    ------
    ValueError
        No such permission exists (a programmer's error).
    """
    return judge(account, permission, thing, now).allow


def require(
    account: Holder | None,
    permission: str,
    thing: Thing = ANYTHING,
    now: datetime | None = None,
) -> Decision:
    """Refuse unless the account may do this; the decision with its obligations if it may.

    Raises
    ------
    Forbidden
        ``accounts.not-allowed`` with the permission that lacks and the decision's reason.
    """
    decision = judge(account, permission, thing, now)
    if not decision.allow:
        raise Forbidden("accounts.not-allowed", permission=str(permission))
    return decision


def role_name(role: str, language: Language) -> str:
    """The role as people read it."""
    row = ROLES[role]
    return row.en if language == "en" else row.zh


def permission_name(permission: Permission, language: Language) -> str:
    """The permission as people read it."""
    row = PERMISSIONS[permission]
    return row.en if language == "en" else row.zh
