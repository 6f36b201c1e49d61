"""Flow *join* (B6): a study of few small series lies in one pack.

1. The change feed says of which studies something came; those at rest for a while are looked at.
2. The instances of their small packs are written as one pack, byte for byte, and put.
3. One transaction lets the new pack stand for the old ones: ledger, rows, feed. The files of the
   old ones leave ten minutes later.

A death between any two steps leaves the old packs; what was put in vain is swept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import Conflict, StudyUID
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from yushan.engines.database import Database
    from yushan.services.archive import Joined, Joining
    from yushan.services.ledger import Ledger

log = log_for(__name__)


class Join:
    """The steps of the story."""

    def __init__(self, db: Database, joining: Joining, ledger: Ledger) -> None:
        self.db, self.joining, self.ledger = db, joining, ledger
        joining.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def round(self) -> int:
        """Everything that is at rest and was not looked at; how many packs became others."""
        count = 0
        while True:
            studies, sequence = self.joining.due()
            if not studies:
                return count
            for study in studies:
                for joined in self.joining.prepare(StudyUID(study)):
                    count += self.commit(joined)
            self.joining.done(sequence)

    def commit(self, joined: Joined) -> int:
        """Make it true; the ledger's lock keeps withdrawals and admissions apart from it."""
        entry = {"pack": joined.staged.pack, "packs": list(joined.packs)}
        try:
            with self.db.begin() as tx:
                self.ledger.append(tx, "archive.joined", entry)
                self.joining.commit(tx, joined)
        except Conflict as error:  # somebody left meanwhile, or another process was faster
            self.joining.drop(joined)
            log.info("join.overtaken", extra=facts(pack=joined.staged.pack, code=error.code))
            return 0
        log.info("packs.joined", extra=facts(pack=joined.staged.pack, count=len(joined.packs)))
        return len(joined.packs)
