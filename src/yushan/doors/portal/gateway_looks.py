"""Who looked at what inside the hospital: entered in the gateway's own record before it is shown.

Pictures and lists may name somebody, so an entry names the object by the journal's number alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.doors.portal.shell import account_of
from yushan.services.ledger import Thing

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.services.ledger import Audit


class Looks:
    """Notes looks of a gateway's people; ``Unavailable``: it cannot be noted, so nothing shows."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit

    def at_picture(self, request: Request, number: int) -> None:
        """A picture of an object as it came, or with boxes."""
        thing = Thing("object", str(number))
        self.audit.saw(account_of(request), "gateway.picture-seen", thing)

    def at_object(self, request: Request, number: int) -> None:
        """What is known of an object that waits."""
        thing = Thing("object", str(number))
        self.audit.saw(account_of(request), "gateway.object-seen", thing)

    def at_list(self, request: Request, state: str, count: int) -> None:
        """A page of the objects in a state."""
        self.audit.saw(account_of(request), "gateway.list-seen", Thing("list", state), count=count)

    def takes_list(self, request: Request, state: str) -> None:
        """The whole list as a file."""
        self.audit.did(account_of(request), "gateway.list-exported", Thing("list", state))
