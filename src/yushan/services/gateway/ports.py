"""What the gateway asks of others; assembly hands them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from yushan.domain.packs import Manifest, PackState, Receipt


class CommonsLink(Protocol):
    """The commons as a site reaches it; all calls may raise ``Unavailable`` and may be repeated."""

    def offer(self, manifest: Manifest) -> PackState:
        """Announce a pack; tells how much of it the commons has."""
        ...

    def put(self, pack: str, offset: int, piece: bytes) -> PackState:
        """Hand over a piece; a wrong offset changes nothing, and the answer has the right one."""
        ...

    def seal(self, pack: str) -> PackState:
        """All bytes are there: check and keep them; the answer has the receipt."""
        ...

    def state(self, pack: str) -> PackState:
        """Where a pack stands."""
        ...


class ReceiptCheck(Protocol):
    """Whether a receipt carries the commons' signature."""

    def __call__(self, receipt: Receipt) -> bool:
        """Look at the signature alone."""
        ...
