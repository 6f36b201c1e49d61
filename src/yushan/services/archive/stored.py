"""What came in by another way than a site's packs: received, placed and accounted in one moment."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec

from yushan.base import Conflict, canonical_json
from yushan.domain.packs import IncomingState, Manifest, Receipt, receipt_message
from yushan.services.archive import incoming_queries as queries
from yushan.services.archive.incoming import NOBODY

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from yushan.base import SiteName
    from yushan.services.archive.ports import Signer
    from yushan.services.archive.values import Outcome


class Stored:
    """Keeps the account of objects that were stored directly; writes ``archive_incoming``."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer

    def enter(
        self, tx: Connection, source: str, site: SiteName, size: int, outcome: Outcome, at: str
    ) -> None:
        """Enter one request of one person's objects, in the transaction that admits them.

        ``source`` is a name of 64 hex digits, new for each request; ``size`` the bytes of the
        objects; ``at`` when they were received, ISO 8601 UTC.

        Raises
        ------
        Conflict
            ``archive.closed-before``: a request with this name was entered.
        """
        count = outcome.admitted + outcome.duplicate
        manifest = Manifest(
            pack=source, size=size, site=site, batch="store", instances=count, policy="store",
            policy_digest="-", subject=NOBODY, linked=False, envelope="",
        )  # fmt: skip
        bare = Receipt(
            pack=source, site=site, size=size, instances=count, received_at=at, signature=""
        )
        signature = base64.b64encode(self.signer.sign(receipt_message(bare))).decode()
        receipt = msgspec.structs.replace(bare, signature=signature)
        values = {
            "site": site,
            "pack": source,
            "state": IncomingState.ADMITTED.value,
            "manifest": canonical_json(manifest).decode(),
            "size": size,
            "received": size,
            "instances": count,
            "offered_at": at,
            "receipt": canonical_json(receipt).decode(),
            "result": outcome.result,
            "admitted": outcome.admitted,
            "duplicate": outcome.duplicate,
        }
        if not queries.offer(tx, values):
            raise Conflict("archive.closed-before", pack=source)
