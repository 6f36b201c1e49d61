"""Who asks: the account, what it may see, and the names under which it sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yushan.base import NOTHING
from yushan.services.accounts import may

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.base import Scope
    from yushan.doors.api.ports import Masks, Names
    from yushan.services.accounts import Account


class Own:
    """The commons' own names."""

    def uid(self, own: str) -> str:
        """The same."""
        return own

    own_uid = subject = own_subject = uid

    def tag(self, data: bytes) -> str:
        """The name that the bytes spell."""
        return data.decode()


@dataclass(frozen=True, slots=True)
class Asker:
    """One request's sender; ``account`` is None for who is not signed in.

    ``by_token``: the request carries its right itself, and was not sent by a browser on its own.
    """

    account: Account | None
    names: Names
    by_token: bool

    def named(self, name: str) -> str:
        """A pack, its source or a version under the asker's name for it; nothing stays nothing."""
        return self.names.tag(name.encode()) if name else ""

    @property
    def scope(self) -> Scope:
        """What may be seen of the images; nothing for a role that may not see any."""
        if self.account is None or not may(self.account, "see_images"):
            return NOTHING
        scope: Scope = self.account.scope
        return scope

    def may(self, permission: str) -> bool:
        """Whether the role has the permission."""
        return may(self.account, permission)


def asker_of(request: Request, masks: Masks) -> Asker:
    """The sender of a request."""
    account = request.state.account
    names = masks.of(account.scope.mask) if account is not None else None
    by_token = request.headers.get("authorization", "").lower().startswith("bearer ")
    return Asker(account, names or Own(), by_token)
