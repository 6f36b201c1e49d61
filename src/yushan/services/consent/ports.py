"""What gateways and the commons need of the consent office, wherever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.services.consent.optouts import SignedList


class Office(Protocol):
    """The consent office as one site sees it."""

    def evaluate(self, blinded: Sequence[bytes]) -> list[bytes]:
        """One answer with proof per blinded element; raises a ``YushanError`` when it cannot."""
        ...

    def optouts(self, known: bytes | None = None) -> SignedList:
        """The list of this moment, without entries if ``known`` is their digest."""
        ...
