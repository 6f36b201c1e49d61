"""The journal: every spooled object in exactly one state, from its arrival to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yushan.services.gateway import accounting, batch_queries, queries
from yushan.services.gateway.importing import FolderImport, check_folder
from yushan.services.gateway.scanning import Scanner
from yushan.services.gateway.spool import Spool
from yushan.services.gateway.states import State
from yushan.services.gateway.times import now_s
from yushan.services.gateway.watching import Watch

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.gateway.importing import ImportReport
    from yushan.services.gateway.rules import Rules
    from yushan.services.gateway.tables import Found
    from yushan.services.gateway.watching import Alarm


@dataclass(frozen=True, slots=True)
class Entry:
    """One object as the hospital's people see it; identifiers of origin, never to leave."""

    id: int
    state: State
    reasons: tuple[str, ...]
    received_at: float
    changed_at: float
    size: int
    association: str
    file: str
    #: Original name of an imported file.
    origin: str | None
    ae: str
    station: str
    model: str
    modality: str
    sop_class_uid: str
    sop_instance_uid: str | None
    series_instance_uid: str | None
    study_instance_uid: str | None
    batch: str | None


class Journal:
    """Takes what lies in the spool into the tables and keeps account of it.

    Parameters
    ----------
    spool
        The folder of ``spool.py``; the receiver and the import write it, the journal reads it.
    """

    def __init__(self, db: Database, clock: Clock, spool: Path, rules: Rules) -> None:
        self.db, self.clock, self.rules = db, clock, rules
        self.spool = Spool(spool)
        self.scanner = Scanner(db, clock, self.spool, rules)
        self.watch = Watch(db, clock, self.spool, rules)

    def start(self, born: float) -> int:
        """What a new process does first; how many objects were new.

        Removes unfinished files last written before ``born`` (the process's start, Unix time),
        looks for every journaled file, takes what arrived meanwhile.
        """
        self.spool.remove_leftovers(born)
        self.watch.check_files()
        return self.scan()

    def scan(self) -> int:
        """Journal and judge what is new in the spool; how many objects.

        One transaction per 500 objects or fewer. What is not finished is taken by the next scan.
        """
        return self.scanner.scan()

    def import_folder(self, folder: Path) -> ImportReport:
        """Take a folder's files into the spool as one association of kind ``import``.

        What is taken is durable when this returns, and journaled by this or the next scan.

        Raises
        ------
        Rejected
            ``gateway.import-no-folder``, ``gateway.import-from-spool``.
        Unavailable
            ``gateway.disk-full``, ``gateway.disk-failed``: what was taken before stays.
        """
        check_folder(folder, self.spool.root)
        copy = FolderImport(self.db, self.clock, self.spool.root, self.rules)
        report = copy.take(folder)
        self.scan()
        self.end_association(report.association)
        return report

    def end_series(self, series_instance_uid: str) -> None:
        """Somebody knows that a series is complete: it need not fall quiet."""
        with self.db.begin() as tx:
            batch_queries.end_series(tx, series_instance_uid, now_s(self.clock))

    def end_association(self, association: str) -> None:
        """The receiver says that an association was released: nothing follows in it."""
        folder = self.spool.find(association)
        if folder is not None:
            self.scanner.close(folder)

    def accounting(self, period: accounting.Period = accounting.ALWAYS) -> accounting.Accounting:
        """The sums of a period."""
        with self.db.read() as tx:
            return accounting.account(tx, period, self.rules.hours_east)

    def closes(self) -> bool:
        """Whether every received object is in exactly one state."""
        with self.db.read() as tx:
            return accounting.closes(tx)

    def page(self, state: State, *, after: int = 0, limit: int = 50) -> tuple[Entry, ...]:
        """Objects in a state, by number, those after ``after``."""
        with self.db.read() as tx:
            return tuple(map(entry, queries.page(tx, state, after, limit)))

    def alarms(self) -> tuple[Alarm, ...]:
        """Alarms that stand: journal rows without file."""
        return self.watch.alarms()

    def check_files(self) -> int:
        """Look for the file of every journal row; how many alarms are new."""
        return self.watch.check_files()

    def purge(self) -> int:
        """Delete originals that may go by the retention setting; how many."""
        return self.watch.purge()


def entry(row: Found) -> Entry:
    """A row as a value."""
    return Entry(
        row.id, State(row.state), tuple(row.reasons.split()), row.received_at,
        row.changed_at, row.size, row.association, row.file, row.origin, row.ae,
        row.station, row.model, row.modality, row.sop_class_uid, row.sop_instance_uid,
        row.series_instance_uid, row.study_instance_uid, row.batch,
    )  # fmt: skip
