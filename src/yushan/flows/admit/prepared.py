"""What the step *prepare* hands to *enter*: ids and counts, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from yushan.base import PackId
from yushan.services.archive import Outcome

if TYPE_CHECKING:
    from yushan.services.archive import Incoming


class Prepared(msgspec.Struct, frozen=True):
    """A pack in the store (``result``, with ``parts`` sidecars) and where all members went.

    ``seen`` is how many parts the admitted series and studies had: another number later tells
    that the attempt was overtaken.
    """

    result: str
    parts: int
    seen: int
    admitted: int
    duplicate: int
    quarantined: int
    opted_out: int

    def entry(self, incoming: Incoming) -> dict[str, str | int]:
        """What the ledger is told."""
        return {
            "site": incoming.site,
            "source": incoming.pack,
            "pack": self.result,
            "instances": self.admitted,
            "duplicate": self.duplicate,
            "quarantined": self.quarantined,
            "opted_out": self.opted_out,
        }

    def outcome(self) -> Outcome:
        """What the site's account is told."""
        return Outcome(
            PackId(self.result) if self.result else None,
            self.admitted,
            self.duplicate,
            self.quarantined,
            self.opted_out,
        )
