"""Oneself: who one is, what one may, one's own tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import Rejected
from yushan.doors.api import person_values as person
from yushan.services.accounts import Permission, may

if TYPE_CHECKING:
    from yushan.doors.api.asked import Bare, TokenAsked
    from yushan.doors.api.asker import Asker
    from yushan.doors.api.ports import Rooms
    from yushan.services.accounts import Account, Token


def account_of(asker: Asker) -> Account:
    """The account; the table of operations has seen to it that there is one."""
    if asker.account is None:
        raise Rejected("api.sign-in")
    return asker.account


def me(_rooms: Rooms, asker: Asker, _asked: Bare) -> person.Me:
    """Who asks."""
    account = account_of(asker)
    scope = asker.scope
    return person.Me(
        user=account.user,
        role=account.role,
        language=account.language,
        site=account.site,
        permissions=tuple(sorted(str(one) for one in Permission if may(account, one))),
        sees_everything=scope.everything,
        sees_sites=tuple(sorted(map(str, scope.sites))),
        sees_studies=len(scope.studies),
    )


def shown(token: Token) -> person.Token:
    """A token as it is given."""
    used = token.used.isoformat() if token.used else None
    return person.Token(
        token.id, token.name, token.created.isoformat(), token.expires.isoformat(), used
    )


def tokens(rooms: Rooms, asker: Asker, _asked: Bare) -> person.Tokens:
    """One's own tokens."""
    return person.Tokens(tuple(map(shown, rooms.accounts.tokens(account_of(asker)))))


def make_token(rooms: Rooms, asker: Asker, wanted: person.TokenWanted) -> person.NewToken:
    """A new token."""
    account = account_of(asker)
    known = {one.id for one in rooms.accounts.tokens(account)}
    secret = rooms.accounts.issue_token(account, wanted.name, wanted.days)
    [made] = [one for one in rooms.accounts.tokens(account) if one.id not in known][:1]
    return person.NewToken(shown(made), secret)


def end_token(rooms: Rooms, asker: Asker, asked: TokenAsked) -> person.Nothing:
    """End a token; ``Absent("accounts.absent")`` if one has no such token."""
    rooms.accounts.revoke_token(account_of(asker), asked.id)
    return person.Nothing()
