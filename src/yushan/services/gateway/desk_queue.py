"""The queue of the quarantine desk: what waits for somebody to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import Absent
from yushan.services.gateway import desk_queries
from yushan.services.gateway.journal import entry
from yushan.services.gateway.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.engines.database import Database
    from yushan.services.gateway.journal import Entry


class DeskQueue:
    """Quarantined objects about which nobody has decided, in the order of arrival."""

    def __init__(self, db: Database, spool: Path) -> None:
        self.db, self.spool = db, Spool(spool)

    def page(self, *, after: int = 0, limit: int = 50) -> tuple[Entry, ...]:
        """Those after an object's number."""
        with self.db.read() as tx:
            return tuple(map(entry, desk_queries.queue(tx, after, limit)))

    def count(self, *, before: int | None = None) -> int:
        """How many; those before an object's number if given."""
        with self.db.read() as tx:
            return desk_queries.count_queue(tx, before)

    def before(self, number: int) -> int | None:
        """The number of the one before an object."""
        with self.db.read() as tx:
            return desk_queries.last_before(tx, number)

    def original(self, number: int) -> Path:
        """Where an object's file lies; ``Absent("gateway.object-absent")``."""
        with self.db.read() as tx:
            row = desk_queries.place(tx, number)
        if row is None:
            raise Absent("gateway.object-absent")
        return self.spool.path(row.folder, row.association, row.file)
