"""Who was let in a moment ago: a viewer asks for hundreds of frames in a second.

What is known is looked up again after a second, and at once after anything was written by this
process: a sign-out or a token taken back here counts from the next request on.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.services.accounts import Account, Accounts

KEPT_S: Final = 1
MOST: Final = 4096


class Recent:
    """Accounts by what a request carried; ``writes`` tells that something was written."""

    def __init__(self, accounts: Accounts | None) -> None:
        self.accounts = accounts
        self.lock = threading.Lock()
        self.known: dict[bytes, tuple[int, int, Account]] = {}

    def writes(self) -> int:
        """How often this process has written by now."""
        return self.accounts.db.writes if self.accounts is not None else 0

    def get(self, secret: bytes) -> Account | None:
        """Who carried this a moment ago; None: look it up."""
        held = self.known.get(secret)
        if held is None or self.accounts is None:
            return None
        at_s, written, account = held
        is_new = 0 <= self.accounts.now_s() - at_s <= KEPT_S and written == self.writes()
        return account if is_new else None

    def keep(self, secret: bytes, written: int, account: Account) -> None:
        """Remember somebody who was looked up after ``written`` writes."""
        if self.accounts is None:
            return
        with self.lock:
            if len(self.known) >= MOST:
                self.known.clear()
            self.known[secret] = (self.accounts.now_s(), written, account)


def secret_of(request: Request, cookie: str) -> bytes:
    """A digest of all by which a request says who asks, and whether somebody is there."""
    headers = request.headers
    said = (
        headers.get("authorization", ""),
        request.cookies.get(cookie, "") if cookie else "",
        headers.get("hx-request", ""),
    )
    return hashlib.sha256("\n".join(said).encode()).digest()
