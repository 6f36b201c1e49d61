"""What withdrawing asks of others; assembly hands them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from yushan.base import Forgotten, Leaving
    from yushan.services.linkage import Subject


class Forgets(Protocol):
    """A room that keeps something of a person."""

    def forget(self, tx: Connection, leaving: Leaving) -> Forgotten:
        """In this transaction nobody finds it any more; again changes nothing."""
        ...


class ConsentGate(Protocol):
    """The citizen office's list (``services.consent.ConsentList``)."""

    def tokens(self) -> frozenset[bytes]:
        """Everybody who stopped something; ``Unavailable`` when it cannot be known."""
        ...

    def check(
        self,
        token: bytes | None,
        modality: str | None,
        *,
        site: str | None = None,
        examined_on: date | None = None,
    ) -> str:
        """``"allowed"`` or ``"opted-out"``; raises ``Unavailable``."""
        ...


class Linker(Protocol):
    """Opens envelopes (``services.linkage.LinkageCommons``)."""

    def subject(self, envelope: bytes, aad: bytes) -> Subject:
        """The person; ``Rejected`` when the envelope is not for us or not for this person."""
        ...
