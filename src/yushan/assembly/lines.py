"""How a gateway stands with the others, looked at now and then so that a page need not wait."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Unavailable, YushanError
from yushan.doors.portal import Destination, Line
from yushan.engines.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.assembly.gateway_settings import Gateway
    from yushan.engines.net import Peer
    from yushan.services.consent import ConsentClient
    from yushan.services.gateway import Outbox

LOOK_S: Final = 10.0


class Lines:
    """Looks at commons, key holders, consent list and disk in a thread of its own."""

    def __init__(
        self,
        commons: Peer,
        holders: Sequence[Peer],
        consent: ConsentClient,
        outbox: Outbox,
        settings: Gateway,
    ) -> None:
        self.commons, self.holders, self.consent, self.outbox = commons, holders, consent, outbox
        self.spool, self.dimse = Path(settings.data), settings.dimse
        self.list_age_s = settings.list_age_s
        self.seen = Line("unknown", holders=len(holders))
        self.rounds = Rounds("lines", self.round, LOOK_S)

    def start(self) -> None:
        """Look for the first time soon, then again and again."""
        self.rounds.start()

    def stop(self) -> None:
        """Stop looking."""
        self.rounds.stop()

    def round(self) -> None:
        """Look, and remember what was seen."""
        self.seen = self.look()

    def look(self) -> Line:
        """Ask everybody once."""
        totals = self.outbox.totals()
        latest = self.outbox.page(limit=50)
        receipts = [parcel.receipt for parcel in latest if parcel.receipt is not None]
        waiting = sum(p.manifest.instances for p in latest if p.receipt is None)
        last = max(receipts, key=lambda receipt: receipt.received_at, default=None)
        reached = answers(self.commons)
        return Line(
            state="ok" if reached else "down",
            reason="" if reached else "gateway.line-down",
            receipt_at=datetime.fromisoformat(last.received_at) if last else None,
            pack=last.pack if last else "",
            to_send=waiting,
            searchable=totals.searchable,
            list_at=self._list_at(),
            list_valid_s=self.list_age_s,
            holders_online=sum(map(answers, self.holders)),
            holders=len(self.holders),
            free_bytes=shutil.disk_usage(self.spool).free,
        )

    def _list_at(self) -> datetime | None:
        try:
            return self.consent.list.issued_at()
        except YushanError:
            return None

    def line(self) -> Line:
        """As last seen; the disk as it is now."""
        return replace(self.seen, free_bytes=shutil.disk_usage(self.spool).free)

    def destinations(self) -> Sequence[Destination]:
        """Where the PACS sends to."""
        return [
            Destination(door.host, door.port, door.ae_title, tls=bool(door.tls_cert))
            for door in self.dimse
        ]


def answers(peer: Peer) -> bool:
    """Whether a role says that it is well."""
    try:
        return peer.call("GET", "/health", timeout_s=3.0).status == 200
    except Unavailable:
        return False
