"""Watching the spool: every journaled file must lie there until it may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.engines.observe import facts, log_for
from yushan.services.gateway import queries
from yushan.services.gateway.scanning import CHUNK, FILE_MISSING
from yushan.services.gateway.spool import HEAD
from yushan.services.gateway.times import now_s

if TYPE_CHECKING:
    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.gateway.rules import Rules
    from yushan.services.gateway.spool import Spool

log = log_for(__name__)

DAY_S: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that must not be: a code and the file it is about."""

    code: str
    association: str
    file: str
    raised_at: float


class Watch:
    """Looks for every file of the journal; lets originals go when they may."""

    def __init__(self, db: Database, clock: Clock, spool: Spool, rules: Rules) -> None:
        self.db, self.clock, self.spool, self.rules = db, clock, spool, rules

    def check_files(self) -> int:
        """Look for the file of every journal row; how many alarms are new."""
        with self.db.read() as tx:
            places = queries.associations(tx)
        return sum(self.check_association(row.id, row.day) for row in places)

    def check_association(self, association: str, day: str) -> int:
        """The same for one association."""
        folder = self.spool.root / day / association
        with self.db.begin() as tx:
            there = {path.name for path in folder.glob("*.dcm")} if folder.is_dir() else set()
            missing = queries.kept_files(tx, association) - there
            queries.clear_alarms(tx, FILE_MISSING, association, missing, now_s(self.clock))
            new = sum(
                queries.raise_alarm(tx, FILE_MISSING, association, file, now_s(self.clock))
                for file in sorted(missing)
            )
        if new:
            log.error("gateway.files-missing", extra=facts(association=association, count=new))
        return new

    def alarms(self) -> tuple[Alarm, ...]:
        """Alarms that stand."""
        with self.db.read() as tx:
            rows = queries.alarms(tx)
        return tuple(Alarm(row.code, row.association, row.file, row.raised_at) for row in rows)

    def purge(self) -> int:
        """Delete originals that the commons has admitted and the retention has passed; how many.

        The rows stay. A file goes only after its row says so, hence no alarm; a crash in between
        leaves a file that the next purge of the folder removes.
        """
        if self.rules.keep_days is None:
            return 0
        before, purged = now_s(self.clock) - self.rules.keep_days * DAY_S, 0
        while True:
            with self.db.begin() as tx:
                rows = queries.purgeable(tx, before, CHUNK)
                queries.set_purged(tx, [row.id for row in rows], now_s(self.clock))
            for row in rows:
                self.spool.path(row.day, row.association, row.file).unlink(missing_ok=True)
            for place in {(row.day, row.association) for row in rows}:
                self.clear_folder(*place)
            purged += len(rows)
            if len(rows) < CHUNK:
                return purged

    def clear_folder(self, day: str, association: str) -> None:
        """Remove files whose rows are purged, and the folder when nothing else is in it."""
        folder = self.spool.root / day / association
        with self.db.read() as tx:
            purged = queries.known_files(tx, association) - queries.kept_files(tx, association)
            closed = queries.is_closed(tx, association)
        for name in purged:
            (folder / name).unlink(missing_ok=True)
        if closed and {entry.name for entry in folder.iterdir()} <= {HEAD}:
            (folder / HEAD).unlink(missing_ok=True)
            folder.rmdir()
