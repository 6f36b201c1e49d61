"""Keeping the record: what doors say is entered, heads are signed, whoever wants may look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.engines.rounds import Rounds

if TYPE_CHECKING:
    from yushan.services.ledger import Audit

#: How often sums of looks are entered, in seconds.
SUMS_S: Final = 15.0


class Recording:
    """The loops of a role that keeps a ledger."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self.rounds = [Rounds("audit", audit.tick, SUMS_S, first_s=SUMS_S)]

    def start(self) -> None:
        """Go round."""
        for one in self.rounds:
            one.start()

    def stop(self) -> None:
        """Enter what is still counted."""
        for one in self.rounds:
            one.stop()
        self.audit.flush()
