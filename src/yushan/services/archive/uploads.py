"""Packs coming in from sites: offered, written in pieces that resume anywhere, sealed.

From the receipt on the commons answers for every instance; before it the site does.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from yushan.base import Conflict, Forbidden, PackId, Rejected, SiteName, Unavailable
from yushan.base import canonical_json as spell
from yushan.domain.packs import IncomingState, Manifest, PackState, Receipt, receipt_message
from yushan.engines.observe import facts, log_for
from yushan.services.archive import files
from yushan.services.archive import incoming_queries as queries
from yushan.services.archive.incoming import part_path, row_of, stamp, told

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Row

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.archive.ports import Signer
    from yushan.services.ledger import Ledger

log = log_for(__name__)

RECEIVING, RECEIVED = IncomingState.RECEIVING, IncomingState.RECEIVED
REFUSED = IncomingState.REFUSED


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What sites may ask of our disk."""

    pack_bytes: int = 64 << 30
    #: Packs of one site that are begun and not whole.
    open_packs: int = 256
    #: Bytes of the disk that stay free.
    reserve_bytes: int = 64 << 20
    #: A pack that is not whole after this is forgotten; the site still has it.
    stale_days: float = 14.0


DEFAULT_LIMITS = UploadLimits()


class Uploads:
    """Receives packs into ``folder`` (one folder per site; shared by all processes of the role)."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        ledger: Ledger,
        signer: Signer,
        limits: UploadLimits = DEFAULT_LIMITS,
    ) -> None:
        self.db, self.folder, self.ledger, self.signer = db, folder, ledger, signer
        self.limits = limits
        self.clock: Clock = ledger.clock
        folder.mkdir(parents=True, exist_ok=True)

    def offer(self, site: SiteName, manifest: Manifest) -> PackState:
        """Begin a pack, or go on: the same again changes nothing; a refused one begins anew.

        Raises
        ------
        Forbidden
            ``archive.other-site``.
        Rejected
            ``archive.over-bounds``.
        Unavailable
            ``store.full``, ``archive.too-many-open``.
        """
        if manifest.site != site:
            raise Forbidden("archive.other-site", site=site)
        if manifest.size > self.limits.pack_bytes:
            raise Rejected("archive.over-bounds", size=manifest.size, limit=self.limits.pack_bytes)
        files.require_room(self.folder, manifest.size, self.limits.reserve_bytes)
        new = {
            "state": RECEIVING.value,
            "manifest": spell(manifest).decode(),
            "size": manifest.size,
            "instances": manifest.instances,
        }
        with self.db.begin() as tx:
            if queries.row(tx, site, manifest.pack) is None:
                if queries.receiving(tx, site) >= self.limits.open_packs:
                    raise Unavailable("archive.too-many-open", limit=self.limits.open_packs)
                start = {
                    "site": site,
                    "pack": manifest.pack,
                    "received": 0,
                    "offered_at": stamp(self.clock),
                }
                queries.offer(tx, new | start)
            elif not queries.update(tx, site, manifest.pack, [RECEIVING], new):
                self.begin_anew(tx, site, manifest.pack, new)
        return self.state(site, PackId(manifest.pack))

    def begin_anew(self, tx: Connection, site: str, pack: str, new: dict[str, Any]) -> None:
        """A refused pack may come again; what was counted of it is counted again."""
        empty = {"received": 0, "receipt": None, "reasons": "[]", "attempt": 0, "due_s": 0}
        counts = {"admitted": 0, "duplicate": 0, "quarantined": 0, "opted_out": 0}
        fresh = new | empty | counts | {"offered_at": stamp(self.clock)}
        queries.update(tx, site, pack, [REFUSED], fresh)

    def write(self, site: SiteName, pack: PackId, offset: int, chunk: bytes) -> PackState:
        """Append a piece; once this returns the piece is on disk and counted.

        A piece for a pack that is whole already changes nothing.

        Raises
        ------
        Absent
            ``archive.pack-unknown``.
        Conflict
            ``archive.wrong-offset`` with the right ``offset``.
        Rejected
            ``archive.too-many-bytes``.
        Unavailable
            ``store.full``; ``archive.disk-failed``: what was written is not trusted, begin at 0.
        """
        found = row_of(self.db, site, pack)
        if found.state != RECEIVING:
            return told(found)
        path = part_path(self.folder, site, pack)
        with files.locked(path) as handle:
            found = row_of(self.db, site, pack)
            if found.state != RECEIVING:
                return told(found)
            if offset != found.received:
                raise Conflict("archive.wrong-offset", pack=pack, offset=found.received)
            if offset + len(chunk) > found.size:
                raise Rejected("archive.too-many-bytes", pack=pack, size=found.size)
            try:
                os.ftruncate(handle, offset)  # what a crash left behind was never counted
                files.write_at(handle, path, offset, chunk)
            except OSError as error:
                self.distrust(site, pack)
                raise Unavailable("archive.disk-failed", pack=pack) from error
            with self.db.begin() as tx:
                values = {"received": offset + len(chunk)}
                queries.update(tx, site, pack, [RECEIVING], values)
        return self.state(site, pack)

    def distrust(self, site: str, pack: str) -> None:
        """After a failed write nothing of the file counts: a page may be lost without a trace."""
        part_path(self.folder, site, pack).unlink(missing_ok=True)
        with self.db.begin() as tx:
            queries.update(tx, site, pack, [RECEIVING], {"received": 0})

    def seal(self, site: SiteName, pack: PackId) -> PackState:
        """Check size, SHA-256 and members, sign the receipt; again gives the same answer.

        What does not fit is refused (state and reasons say so) and its bytes are dropped.

        Raises
        ------
        Absent
            ``archive.pack-unknown``.
        Conflict
            ``archive.incomplete`` with the ``offset`` to go on from.
        """
        found = row_of(self.db, site, pack)
        if found.state != RECEIVING:
            return told(found)
        if found.received != found.size:
            raise Conflict("archive.incomplete", pack=pack, offset=found.received)
        path = part_path(self.folder, site, pack)
        with files.locked(path) as handle:
            try:
                files.check_whole(handle, pack, found.size, found.instances)
            except Rejected as error:
                with self.db.begin() as tx:
                    values = {"reasons": spell([error.code]).decode(), "received": 0}
                    queries.update(tx, site, pack, [RECEIVING], values | {"state": REFUSED.value})
                path.unlink(missing_ok=True)
                log.warning("pack.refused", extra=facts(site=site, pack=pack, reason=error.code))
            else:
                self.give_receipt(site, pack, found)
        return self.state(site, pack)

    def give_receipt(self, site: SiteName, pack: PackId, found: Row[Any]) -> None:
        """Take over: state, receipt and ledger in one transaction."""
        receipt = self.signed(site, pack, found)
        values = {"state": RECEIVED.value, "receipt": spell(receipt).decode()}
        with self.db.begin() as tx:
            if queries.update(tx, site, pack, [RECEIVING], values):
                entry = {"site": site, "pack": pack, "instances": found.instances}
                self.ledger.append(tx, "archive.received", entry | {"bytes": found.size})
        log.info("pack.received", extra=facts(site=site, pack=pack, instances=found.instances))

    def signed(self, site: str, pack: str, found: Row[Any]) -> Receipt:
        """The receipt for a pack that is whole."""
        receipt = Receipt(
            pack=pack,
            site=site,
            size=found.size,
            instances=found.instances,
            received_at=stamp(self.clock),
            signature="",
        )
        signature = base64.b64encode(self.signer.sign(receipt_message(receipt))).decode()
        return msgspec.structs.replace(receipt, signature=signature)

    def state(self, site: SiteName, pack: PackId) -> PackState:
        """What the site is told; ``Absent("archive.pack-unknown")``."""
        return told(row_of(self.db, site, pack))
