"""The rooms that the API asks; assembly hands them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from yushan.base import Clock
    from yushan.services.accounts import Accounts
    from yushan.services.archive import Admissions, Archive
    from yushan.services.catalogue import Catalogue
    from yushan.services.ledger import Audit, Ledger


class Names(Protocol):
    """The names under which an account sees UIDs and pseudonyms (``engines.keys.Mask``)."""

    def uid(self, own: str) -> str:
        """The shown UID of one of the commons' own."""
        ...

    def own_uid(self, shown: str) -> str:
        """The commons' own UID of a shown one."""
        ...

    def subject(self, own: str) -> str:
        """The shown pseudonym of one of the commons' own."""
        ...

    def tag(self, data: bytes) -> str:
        """A name for bytes that no other scope has for them."""
        ...

    def own_subject(self, shown: str) -> str:
        """The commons' own pseudonym of a shown one."""
        ...


class Masks(Protocol):
    """Names by the mask of a scope (``engines.keys.Masks``)."""

    def of(self, mask: str) -> Names | None:
        """The names of a mask; None: the commons' own."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Everything that the operations ask."""

    accounts: Accounts
    admissions: Admissions
    archive: Archive
    audit: Audit
    catalogue: Catalogue
    clock: Clock
    ledger: Ledger
    masks: Masks
