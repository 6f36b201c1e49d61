"""Sending a pack: from where the last transfer broke off to the receipt, and what came of it.

How far a transfer came is asked from the commons each time, so it goes on where it broke, whoever
died.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from yushan.base import Broken, Rejected, Unavailable, YushanError
from yushan.domain.packs import IncomingState
from yushan.engines.observe import facts, log_for
from yushan.services.gateway import pack_queries, runs
from yushan.services.gateway.outbox import remote
from yushan.services.gateway.states import State
from yushan.services.gateway.times import now_s

if TYPE_CHECKING:
    from yushan.domain.packs import Manifest, PackState, Receipt
    from yushan.services.gateway.outbox import Outbox
    from yushan.services.gateway.ports import CommonsLink, ReceiptCheck
    from yushan.services.gateway.runs import Run

log = log_for(__name__)

#: Answers without progress after which a transfer is broken off.
STUCK: Final = 3
#: Packs asked about in one round.
ASKED: Final = 20
#: Longest pause between two questions about one pack.
PAUSE_MOST_S: Final = 300.0


class Sender:
    """Carries packs of the outbox to the commons.

    Parameters
    ----------
    check
        Whether a receipt carries the commons' signature.
    """

    def __init__(self, outbox: Outbox, commons: CommonsLink, check: ReceiptCheck) -> None:
        self.outbox, self.commons, self.check = outbox, commons, check
        self.db, self.clock, self.rules = outbox.db, outbox.clock, outbox.rules

    def send(self, run: Run) -> Receipt:
        """Bring the pack of a batch to the commons and keep the receipt.

        Raises
        ------
        Unavailable
            The commons is not reached, or gives no receipt yet; ask again later.
        Rejected
            ``gateway.pack-damaged``: our own file is gone or is not what its name says;
            ``gateway.pack-refused``: the commons does not want it though it is whole.
        Broken
            ``gateway.receipt-wrong``: what came back is not this pack's receipt.
        """
        parcel = self.outbox.parcel(run.batch)
        if parcel is None or not self.is_there(parcel.manifest):
            raise Rejected("gateway.pack-damaged")
        manifest = parcel.manifest
        said = self.transfer(run, manifest, self.commons.offer(manifest))
        if said.receipt is None:
            self.mark(run, (State.PACKED, State.SENT), said)
            said = self.commons.seal(manifest.pack)
        if said.receipt is None:
            raise self.obstacle(manifest, said)
        if not self.is_ours(said.receipt, manifest):
            raise Broken("gateway.receipt-wrong", pack=manifest.pack)
        self.outbox.keep(run, manifest, said, said.receipt)
        self.outbox.line_works()
        return said.receipt

    def is_there(self, manifest: Manifest) -> bool:
        """Whether the pack's file has its size; its hash is the commons' to check."""
        path = self.outbox.path(manifest.pack)
        return path.is_file() and path.stat().st_size == manifest.size

    def transfer(self, run: Run, manifest: Manifest, said: PackState) -> PackState:
        """Hand over what the commons does not have yet."""
        idle = 0
        with self.outbox.path(manifest.pack).open("rb") as file:
            while said.receipt is None and said.offset < manifest.size:
                self.mark(run, (State.SENT, State.PACKED), said)
                file.seek(said.offset)
                before = said.offset
                said = self.commons.put(manifest.pack, before, file.read(self.rules.piece_bytes))
                idle = 0 if said.offset > before else idle + 1
                if idle >= STUCK:
                    raise Unavailable("gateway.line-stuck")
        return said

    def mark(self, run: Run, arrow: tuple[State, State], said: PackState) -> None:
        """Note how far a transfer is; shows that the attempt lives."""
        now = now_s(self.clock)
        with self.db.begin() as tx:
            runs.change(tx, run, now, active_at=now)
            pack_queries.change_pack(tx, said.pack, offset=said.offset)
            runs.move(tx, run, arrow, now)

    def obstacle(self, manifest: Manifest, said: PackState) -> YushanError:
        """Why there is no receipt; when the bytes were refused, we look at our own."""
        if said.state is not IncomingState.REFUSED:
            return Unavailable("gateway.receipt-missing")
        with self.outbox.path(manifest.pack).open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest() == manifest.pack
        log.warning("gateway.pack-refused", extra=facts(pack=manifest.pack, count=int(whole)))
        return Rejected("gateway.pack-refused" if whole else "gateway.pack-damaged")

    def is_ours(self, receipt: Receipt, manifest: Manifest) -> bool:
        """Whether a receipt is about this pack and carries the commons' signature."""
        about = (receipt.pack, receipt.site, receipt.size, receipt.instances)
        ours = (manifest.pack, manifest.site, manifest.size, manifest.instances)
        return about == ours and self.check(receipt)

    def follow(self) -> int:
        """Ask what became of packs that have a receipt; how many answered.

        Each pack is asked about after 1, 2, 4 … 300 seconds until the commons admitted or refused
        it; nothing is raised when the commons does not answer.
        """
        now, heard = now_s(self.clock), 0
        with self.db.read() as tx:
            rows = pack_queries.undecided(tx, ASKED)
        for row in rows:
            if now - row.asked_at < min(PAUSE_MOST_S, 2.0 ** min(row.asks, 10)):
                continue
            try:
                said = self.commons.state(row.id)
            except YushanError as error:
                log.warning("gateway.pack-unanswered", extra=facts(pack=row.id, code=error.code))
                break
            with self.db.begin() as tx:
                pack_queries.change_pack(tx, row.id, asks=row.asks + 1, **remote(said, now))
            heard += 1
        return heard
