"""What the gateway keeps of a person who opted out: it goes, and the sums still close.

Objects on their way end as opted out, also those that wait for a person's decision; what was
acknowledged stays acknowledged. Of all of them the file goes, and the row keeps its place in the
accounting but nothing of its origin. The hospital's own archive is not touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
import sqlalchemy as sa

from yushan.base import Forgotten
from yushan.domain.packs import Manifest
from yushan.services.gateway import batch_queries, pack_queries, queries
from yushan.services.gateway.desk_tables import DECISION, FINDING, PICTURE
from yushan.services.gateway.scanning import demand_closing
from yushan.services.gateway.states import Stage, State
from yushan.services.gateway.tables import ASSOCIATION, BATCH, OBJECT, ORIGIN, PACK
from yushan.services.gateway.times import now_s
from yushan.services.gateway.watching import Watch

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection
    from sqlalchemy.sql.elements import ColumnElement

    from yushan.base import Leaving
    from yushan.services.gateway.journal import Journal
    from yushan.services.gateway.outbox import Outbox

O = OBJECT.c  # noqa: E741 - the object's columns, read often
B = BATCH.c
REASON: Final = "gateway.opted-out"
#: Files whose row was emptied are looked for this long, should a process have died in between.
LOOK_BACK_S: Final = 90 * 86400.0
#: Arrows by which an object on its way ends, in the order in which they are taken.
WAYS: Final = (
    (State.SENT, State.PACKED),
    (State.PACKED, State.OPTED_OUT),
    (State.DEIDENTIFIED, State.OPTED_OUT),
    (State.READY, State.OPTED_OUT),
    (State.HELD, State.OPTED_OUT),
    (State.QUARANTINED, State.OPTED_OUT),
)
#: Of the same person, or the same image, though of no batch.
ASIDE: Final = (State.DUPLICATE, State.CONFLICT, State.QUARANTINED, State.OPTED_OUT)
#: An object without origin.
NOBODY: Final = {
    "sha256": "", "content_sha256": "", "sop_instance_uid": None, "series_instance_uid": None,
    "study_instance_uid": None, "patient": "", "station": "", "model": "", "first": False,
}  # fmt: skip
#: A batch of nobody.
NO_PATIENT: Final[dict[str, Any]] = {
    "series_instance_uid": "", "patient": "", "consent_token": None, "subject": None,
    "envelope": None, "examined_on": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Present:
    """A batch of which something is still here: whose, and what decides about opt-outs in part."""

    batch: str
    token: bytes
    series: str
    modality: str
    examined_on: date | None


class Forgetting:
    """``leaving.subject`` is the person's consent token in hex, series are those of origin."""

    def __init__(self, journal: Journal, outbox: Outbox) -> None:
        self.db, self.clock, self.outbox = journal.db, journal.clock, outbox
        self.watch = Watch(self.db, self.clock, journal.spool, journal.rules)

    def present(self) -> tuple[Present, ...]:
        """Batches of persons with a token whose files are here."""
        here = sa.exists().where(O.batch == B.id, O.purged_at.is_(None))
        wanted = sa.select(BATCH).where(B.consent_token.is_not(None), here).order_by(B.id)
        with self.db.read() as tx:
            return tuple(
                Present(row.id, bytes.fromhex(row.consent_token), row.series_instance_uid,
                        row.modality, row.examined_on)
                for row in tx.execute(wanted)
            )  # fmt: skip

    def forget(self, tx: Connection, leaving: Leaving) -> Forgotten:
        """End what is on its way, empty the rows; files go with the next `sweep`.

        Counts objects.
        """
        wanted = sa.select(BATCH).where(B.consent_token == leaving.subject)
        if leaving.series is not None:
            wanted = wanted.where(B.series_instance_uid.in_(sorted(leaving.series)))
        batches = tx.execute(wanted).all()
        if not batches:
            return Forgotten()
        names = [row.id for row in batches]
        which = O.batch.in_(names) | aside(tx, names)
        if leaving.whole:
            patients = {row.patient for row in batches}
            which |= O.patient.in_(patients) & O.state.in_(ASIDE)
        for name in names:
            self.end_batch(tx, name)
        return self.empty(tx, which)

    def end_batch(self, tx: Connection, batch: str) -> None:
        """Nobody works on it any more: a running attempt finds itself superseded."""
        now = now_s(self.clock)
        for arrow in WAYS:
            queries.move(tx, O.batch == batch, arrow, now, reasons=[REASON])
        batch_queries.drop_outputs(tx, batch)
        pack_queries.drop_unreceipted(tx, batch)
        for row in tx.execute(sa.select(PACK.c.id, PACK.c.manifest).where(PACK.c.batch == batch)):
            manifest = msgspec.json.decode(row.manifest, type=Manifest)
            emptied = msgspec.structs.replace(manifest, subject="A" * 16, envelope="")
            pack_queries.change_pack(tx, row.id, manifest=msgspec.json.encode(emptied).decode())
        nothing: dict[str, Any] = {
            "consent_token": None,
            "subject": None,
            "envelope": None,
            "examined_on": None,
        }
        ended = {"stage": Stage.DONE, "attempt": B.attempt + 1, "active_at": None}
        bare = {"series_instance_uid": "", "patient": "", "changed_at": now}
        tx.execute(sa.update(BATCH).where(B.id == batch).values(**nothing, **ended, **bare))

    def empty(self, tx: Connection, which: ColumnElement[bool]) -> Forgotten:
        """Take what is of origin out of the rows of some objects."""
        here = sa.select(O.id, O.association, O.file).where(which, O.purged_at.is_(None))
        rows, now = tx.execute(here).all(), now_s(self.clock)
        for row in rows:
            same = (ORIGIN.c.association == row.association) & (ORIGIN.c.file == row.file)
            tx.execute(sa.delete(ORIGIN).where(same))
            for table in (PICTURE, FINDING, DECISION):
                tx.execute(sa.delete(table).where(table.c.object == row.id))
            emptied = sa.update(OBJECT).where(O.id == row.id)
            tx.execute(emptied.values(purged_at=now, changed_at=now, **NOBODY))
        demand_closing(tx, {row.association for row in rows})
        return Forgotten(removed=len(rows), files=len(rows))

    def forget_stopped(self) -> int:
        """Empty what ended as opted out before anything was made of it; how many objects."""
        with self.db.begin() as tx:
            done = self.empty(tx, O.state == State.OPTED_OUT)
            full = sa.exists().where(O.batch == B.id, O.purged_at.is_(None))
            over = (B.stage == Stage.DONE) & (B.patient != "") & ~full
            emptied = sa.exists().where(O.batch == B.id, O.state == State.OPTED_OUT)
            tx.execute(sa.update(BATCH).where(over, emptied).values(**NO_PATIENT))
        return done.removed

    def leave(self, leaving: Leaving) -> Forgotten:
        """Forget, then delete the files; what a crash left goes with the next start or `sweep`."""
        with self.db.begin() as tx:
            packs = pack_queries.unreceipted_of(tx, leaving.subject)
            done = self.forget(tx, leaving)
            gone = packs - pack_queries.unreceipted_of(tx, leaving.subject)
        for pack in gone:
            self.outbox.discard(pack)
        self.sweep()
        return done

    def sweep(self) -> int:
        """Delete files whose rows were emptied; in how many folders it looked."""
        since = now_s(self.clock) - LOOK_BACK_S
        wanted = (
            sa.select(ASSOCIATION.c.id, ASSOCIATION.c.day)
            .join(OBJECT, O.association == ASSOCIATION.c.id)
            .where(O.purged_at >= since, O.sha256 == NOBODY["sha256"])
            .distinct()
        )
        with self.db.read() as tx:
            places = tx.execute(wanted).all()
        for row in places:
            if (self.watch.spool.root / row.day / row.id).is_dir():
                self.watch.clear_folder(row.day, row.id)
        return len(places)


def aside(tx: Connection, batches: list[str]) -> ColumnElement[bool]:
    """Other copies of the batches' images that were set aside."""
    images = sa.select(O.sop_instance_uid).where(O.batch.in_(batches))
    found = sorted({uid for uid in tx.scalars(images) if uid})
    return O.sop_instance_uid.in_(found) & O.state.in_(ASIDE)
