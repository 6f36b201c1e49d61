"""Taking what lies in the spool into the tables: read first, then judge and write at once."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Broken, Conflict
from yushan.engines.observe import facts, log_for
from yushan.services.gateway import accounting, queries
from yushan.services.gateway.judging import First, Verdict, judge, patient_key
from yushan.services.gateway.reading import Arrival, read_arrival
from yushan.services.gateway.spool import stamp
from yushan.services.gateway.states import State
from yushan.services.gateway.tables import OBJECT
from yushan.services.gateway.times import local_hour, now_s

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.gateway.rules import Rules
    from yushan.services.gateway.spool import AssociationHead, Folder, Spool

log = log_for(__name__)

#: Objects journaled in one transaction.
CHUNK: Final = 500
FILE_MISSING: Final = "gateway.file-missing"


class Scanner:
    """Reads the spool, judges, journals; one at a time per process."""

    def __init__(self, db: Database, clock: Clock, spool: Spool, rules: Rules) -> None:
        self.db, self.clock, self.spool, self.rules = db, clock, spool, rules
        self.lock = threading.Lock()

    def scan(self) -> int:
        """Journal and judge what is new in the spool; how many objects.

        One transaction per 500 objects or fewer. What is not finished is taken by the next scan.
        """
        with self.lock:
            taken = self.judge_again()
            for folder in self.spool.changed():
                with suppress(Conflict):  # another process journaled it just now
                    taken += self.take(folder)
        return taken

    def take(self, folder: Folder) -> int:
        """Journal the new objects of one association."""
        seen = stamp(folder.path)
        files = folder.files()
        with self.db.read() as tx:
            new = sorted(files - queries.known_files(tx, folder.association))
        head = folder.head() if new else None
        for start in range(0, len(new), CHUNK):
            arrivals = [read_arrival(folder.path / name) for name in new[start : start + CHUNK]]
            self.write(folder, head or folder.head(), arrivals)
        self.spool.settle(folder, seen)
        return len(new)

    def close(self, folder: Folder) -> None:
        """Nothing follows in an association, whether it was journaled already or not."""
        head = folder.head()
        with self.db.begin() as tx:
            queries.add_association(tx, association_row(folder, head))
            queries.close_association(tx, folder.association, now_s(self.clock))

    def write(self, folder: Folder, head: AssociationHead, arrivals: list[Arrival]) -> None:
        """Judge arrivals and journal them, in one transaction."""
        now = now_s(self.clock)
        with self.db.begin() as tx:
            queries.add_association(tx, association_row(folder, head))
            rows = []
            for arrival, verdict in self.verdicts(tx, arrivals):
                values = {"association": folder.association, "ae": head.calling_ae[:64]}
                rows.append(values | self.times(arrival, now) | columns(arrival, verdict))
            if queries.add_objects(tx, rows) != len(rows):
                raise Conflict("gateway.journal-changed")
            self.count(tx, folder.association, arrivals)
            demand_closing(tx, {folder.association})
        log.info("gateway.journaled", extra=facts(association=head.id, objects=len(rows)))

    def times(self, arrival: Arrival, now: float) -> dict[str, Any]:
        """When it came, when it was journaled."""
        day = local_hour(arrival.received_at, self.rules.hours_east)[:8]
        return {"received_at": arrival.received_at, "journaled_at": now, "day": day,
                "changed_at": now}  # fmt: skip

    def verdicts(
        self, tx: Connection, arrivals: list[Arrival], but: tuple[int, ...] = ()
    ) -> list[tuple[Arrival, Verdict]]:
        """Judge arrivals in order; an earlier one may hold a later one's SOP Instance UID."""
        sops = {one.summary.sop_instance_uid for one in arrivals if one.summary}
        held = queries.firsts(tx, sops, but)
        found = []
        for arrival in arrivals:
            sop = arrival.summary.sop_instance_uid if arrival.summary else ""
            verdict = judge(arrival, held.get(sop))
            if verdict.first and arrival.summary:
                syntax = arrival.summary.transfer_syntax_uid
                held[sop] = First(arrival.sha256, arrival.content_sha256, syntax)
            found.append((arrival, verdict))
        return found

    def count(self, tx: Connection, association: str, arrivals: list[Arrival]) -> None:
        """Count what was received, by hour."""
        hours = [local_hour(one.received_at, self.rules.hours_east) for one in arrivals]
        for hour in sorted(set(hours)):
            queries.count_arrivals(tx, association, hour, hours.count(hour))

    def judge_again(self) -> int:
        """Judge what a person sent back to the start; how many."""
        with self.db.read() as tx:
            waiting = queries.to_judge(tx, CHUNK)
        for row in waiting:
            path = self.spool.path(row.day, row.association, row.file)
            try:
                arrival = read_arrival(path)
            except FileNotFoundError:
                self.lose(row.id, row.association, row.file)
                continue
            with self.db.begin() as tx:
                ((_, verdict),) = self.verdicts(tx, [arrival], (row.id,))
                values = columns(arrival, verdict)
                state, reasons = values.pop("state"), values.pop("reasons").split()
                values.pop("reason")
                arrow = (State.RECEIVED, State(state))
                values |= {"reasons": reasons, "journaled_at": now_s(self.clock), "batch": None}
                queries.move(tx, OBJECT.c.id == row.id, arrow, now_s(self.clock), **values)
        return len(waiting)

    def lose(self, number: int, association: str, file: str) -> None:
        """A journaled file is gone: alarm, and a person must look."""
        with self.db.begin() as tx:
            queries.raise_alarm(tx, FILE_MISSING, association, file, now_s(self.clock))
            arrow = (State.RECEIVED, State.QUARANTINED)
            queries.move(
                tx, OBJECT.c.id == number, arrow, now_s(self.clock), reasons=[FILE_MISSING]
            )


def demand_closing(tx: Connection, associations: set[str]) -> None:
    """Raise ``Broken("gateway.sum-broken")`` unless the sum holds; nothing is committed then."""
    if not accounting.closes(tx, associations):
        raise Broken("gateway.sum-broken")


def association_row(folder: Folder, head: AssociationHead) -> dict[str, Any]:
    """The association's columns; texts of the peer are cut to what a column holds."""
    return {
        "id": folder.association, "day": folder.day, "kind": head.kind[:16], "tls": head.tls,
        "calling_ae": head.calling_ae[:64], "called_ae": head.called_ae[:64],
        "peer": head.peer[:64], "opened": head.opened[:40], "closed_at": None,
    }  # fmt: skip


def columns(arrival: Arrival, verdict: Verdict) -> dict[str, Any]:
    """The object's columns; texts of the header are cut to what a column holds."""
    row: dict[str, Any] = {
        "file": arrival.file, "size": arrival.size, "sha256": arrival.sha256,
        "content_sha256": arrival.content_sha256, "first": verdict.first, "state": verdict.state,
        "reason": verdict.reason, "reasons": verdict.reason or "", "batch": None,
        "sop_instance_uid": None, "series_instance_uid": None, "study_instance_uid": None,
        "sop_class_uid": "", "transfer_syntax_uid": "", "modality": "", "patient": "",
        "station": "", "model": "",
    }  # fmt: skip
    if (summary := arrival.summary) is not None:
        row |= {
            "sop_instance_uid": summary.sop_instance_uid,
            "series_instance_uid": summary.series_instance_uid,
            "study_instance_uid": summary.study_instance_uid,
            "sop_class_uid": summary.sop_class_uid,
            "transfer_syntax_uid": summary.transfer_syntax_uid,
            "modality": clean(summary.modality, 16), "patient": clean(patient_key(summary), 4096),
            "station": clean(summary.station_name, 64), "model": clean(summary.model, 128),
        }  # fmt: skip
    return row


def clean(value: str, length: int) -> str:
    """A text that every database takes: no NUL, at most ``length`` characters."""
    return value.replace("\0", "")[:length]
