"""Packs we answer for, on their way into the archive: due, held, closed, refused, accounted."""

from __future__ import annotations

import mmap
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from yushan.base import Conflict, Forgotten, PackId, SiteName, canonical_json
from yushan.domain.packs import IncomingState, read_members
from yushan.engines.observe import facts, log_for
from yushan.services.archive import files
from yushan.services.archive import incoming_queries as queries
from yushan.services.archive.incoming import (
    incoming_of,
    part_path,
    row_of,
    stamp,
    without_person,
)
from yushan.services.archive.keyring import destroyed
from yushan.services.archive.layout import quarantine_key, quarantine_name
from yushan.services.archive.standing import Standing, packs_standing
from yushan.services.archive.values import Incoming, Outcome, Quarantined, SiteAccount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.base import Clock, Leaving
    from yushan.engines.database import Database
    from yushan.engines.store import Store
    from yushan.services.archive.keyring import Keyring

log = log_for(__name__)

HELD, ADMITTED, REFUSED = IncomingState.HELD, IncomingState.ADMITTED, IncomingState.REFUSED


class Admissions:
    """What the commons does with the packs that `Uploads` received into ``folder``."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        store: Store,
        clock: Clock,
        keyring: Keyring | None = None,
    ) -> None:
        self.db, self.folder, self.store, self.clock = db, folder, store, clock
        self.keyring = keyring

    def incoming(self, site: SiteName, pack: PackId) -> Incoming:
        """The pack with its manifest and file; ``Absent("archive.pack-unknown")``."""
        found = row_of(self.db, site, pack)
        return incoming_of(found, self.folder)

    def due(self, limit: int = 100, lease_s: float = 900.0) -> list[tuple[SiteName, PackId, int]]:
        """Packs (site, pack, number of this attempt) whose admission is to start now.

        They are not due again for ``lease_s`` seconds, so an attempt that dies is made anew.
        """
        now_s = int(self.clock.now().timestamp())
        with self.db.begin() as tx:
            return [
                (SiteName(found.site), PackId(found.pack), found.attempt + 1)
                for found in queries.due(tx, now_s, limit)
                if queries.claim(tx, found, now_s + int(lease_s))
            ]

    def claimed(self) -> list[tuple[SiteName, PackId, int]]:
        """Packs (site, pack, number of the last attempt) that were due and are not yet again."""
        with self.db.read() as tx:
            return [
                (SiteName(found.site), PackId(found.pack), found.attempt)
                for found in queries.claimed(tx, int(self.clock.now().timestamp()))
            ]

    def hold(self, site: SiteName, pack: PackId, reason: str, again_s: float = 60.0) -> None:
        """Admission has to wait; it is due again in ``again_s`` seconds."""
        due_s = int(self.clock.now().timestamp() + again_s)
        values = {"state": HELD.value, "reasons": canonical_json([reason]).decode(), "due_s": due_s}
        with self.db.begin() as tx:
            queries.update(tx, site, pack, queries.OPEN, values)
        log.info("pack.held", extra=facts(site=site, pack=pack, reason=reason))

    def close(self, tx: Connection, incoming: Incoming, outcome: Outcome) -> None:
        """Note what became of every instance, in the transaction that made it so.

        From then on nothing in the row says whose they were.

        Raises
        ------
        Conflict
            ``archive.closed-before``: another attempt was faster.
        """
        values = {
            "state": ADMITTED.value,
            "manifest": without_person(incoming.manifest),
            "reasons": "[]",
            "result": outcome.result,
            "admitted": outcome.admitted,
            "duplicate": outcome.duplicate,
            "quarantined": outcome.quarantined,
            "opted_out": outcome.opted_out,
        }
        if not queries.update(tx, incoming.site, incoming.pack, queries.OPEN, values):
            raise Conflict("archive.closed-before", pack=incoming.pack)

    def refuse(self, tx: Connection, incoming: Incoming, reason: str) -> None:
        """The pack as a whole cannot be admitted; all its instances count as quarantined."""
        values = {
            "state": REFUSED.value,
            "reasons": canonical_json([reason]).decode(),
            "quarantined": incoming.manifest.instances,
        }
        if not queries.update(tx, incoming.site, incoming.pack, queries.OPEN, values):
            raise Conflict("archive.closed-before", pack=incoming.pack)

    def discard(self, site: SiteName, pack: PackId) -> None:
        """Delete the bytes of a pack that has come to its end."""
        if row_of(self.db, site, pack).state == ADMITTED:
            part_path(self.folder, site, pack).unlink(missing_ok=True)

    def set_aside(
        self, incoming: Incoming, subject: str, failed: Mapping[str, Sequence[str]]
    ) -> None:
        """Keep the members that are not admitted (name → reasons); again changes nothing."""
        rows = []
        with (
            incoming.path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            places = {member.name: member for member in read_members(data)}
            for name, reasons in failed.items():
                _, start, length, _ = places[name]
                key = quarantine_key(incoming.site, incoming.pack, name)
                self.store.put(key, bytes(data[start : start + length]))
                rows.append({
                    "site": incoming.site,
                    "source": incoming.pack,
                    "member": name,
                    "subject": subject,
                    "reasons": canonical_json(list(reasons)).decode(),
                    "size": length,
                    "at": stamp(self.clock),
                })  # fmt: skip
        with self.db.begin() as tx:
            queries.quarantine(tx, rows)

    def quarantined(
        self, site: SiteName | None = None, source: PackId | None = None
    ) -> list[Quarantined]:
        """What is set aside, oldest first; of one site, of one of its packs."""
        with self.db.read() as tx:
            rows = queries.quarantined(tx, site, source)
        return [
            Quarantined(
                SiteName(row.site),
                PackId(row.source),
                row.member,
                tuple(msgspec.json.decode(row.reasons)),
                row.size,
                row.at,
            )
            for row in rows
        ]

    def accounting(self) -> list[SiteAccount]:
        """Where each site's instances are; every account says whether it closes."""
        with self.db.read() as tx:
            rows = queries.accounts(tx)
        return [
            SiteAccount(
                site=SiteName(row.site),
                received=int(row.received),
                admitted=int(row.admitted),
                duplicate=int(row.duplicate),
                quarantined=int(row.quarantined),
                opted_out=int(row.opted_out),
                in_work=int(row.in_work),
                announced=int(row.announced),
                archived=int(row.archived),
                packs=int(row.packs),
            )
            for row in rows
        ]

    def forget(self, tx: Connection, leaving: Leaving) -> Forgotten:
        """Forget a person's instances in quarantine; their files go with the next `sweep`.

        Also where only some series leave: of an instance that failed nobody can say which it is.
        """
        gone = queries.forget_quarantined(tx, leaving.subject)
        queries.send_away(tx, [quarantine_key(*names) for names in gone])
        names = {quarantine_name(site, source) for site, source, _ in gone}
        lost = destroyed(self.keyring, tx, names)
        return Forgotten(
            removed=len(gone), files=len(gone), keys=lost.keys, keys_digest=lost.digest
        )

    def destroy(self, tx: Connection, site: SiteName, pack: PackId) -> bool:
        """A pack on its way whose person left: its instances count as opted out.

        Its bytes go with the next `sweep`. False if it has come to its end.
        """
        found = queries.row(tx, site, pack)
        if found is None:
            return False
        manifest = incoming_of(found, self.folder).manifest
        return queries.destroy(tx, site, pack, without_person(manifest))

    def under_way(self) -> list[Incoming]:
        """Packs that are not admitted: coming, waiting, held or refused."""
        with self.db.read() as tx:
            return [incoming_of(found, self.folder) for found in queries.under_way(tx)]

    def standing(self) -> list[Standing]:
        """Packs that have not come to their end, with why they wait."""
        return packs_standing(self.db)

    def sweep(self, stale_days: float = 14.0) -> int:
        """Drop packs that never became whole, and files nobody needs; how many files went."""
        before = (self.clock.now() - timedelta(days=stale_days)).isoformat(timespec="milliseconds")
        self.send_off()
        with self.db.begin() as tx:
            for site, pack in queries.old(tx, before):
                queries.drop(tx, site, pack, before)
        return sum(self.swept(path) for path in sorted(self.folder.glob("*/*.part")))

    def send_off(self) -> int:
        """Delete the files of forgotten persons; how many."""
        with self.db.read() as tx:
            keys = queries.leaving(tx)
        for key in keys:
            self.store.delete(key)
            with self.db.begin() as tx:
                queries.gone(tx, key)
        return len(keys)

    def swept(self, path: Path) -> bool:
        """Remove one file if no row needs it; nobody writes to it meanwhile."""
        with files.locked(path), self.db.read() as tx:
            found = queries.row(tx, path.parent.name, path.stem)
            if found is not None and found.state != ADMITTED:
                return False
            path.unlink(missing_ok=True)
        return True
