"""The record as static files (C2SP tlog-tiles), for whoever checks or mirrors it.

``/record/tiles/…`` is the public log with its entries, ``/record/ledger/…`` the hashes of the
restricted one (salted, so nobody can try facts): enough to prove that a receipt stands in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import PlainTextResponse, Response

from yushan.base import Absent
from yushan.doors.portal.shell import HEADERS
from yushan.services.ledger import Receipts, published_tile, read_path

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.shell import Shell
    from yushan.services.ledger import Ledger, Log

#: A whole tile never changes.
FOREVER: Final = "public, max-age=31536000, immutable"
FRESH: Final = "public, max-age=5"


class RecordFiles:
    """Everything that can be fetched without asking anybody."""

    def __init__(self, shell: Shell, ledger: Ledger) -> None:
        self.shell, self.ledger = shell, ledger

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, public, restricted = self.shell.get, self.ledger.public, self.ledger.restricted
        return [
            get("/record/head", lambda _: self.checkpoint(public)),
            get("/record/tiles/checkpoint", lambda _: self.checkpoint(public)),
            get("/record/tiles/tile/{path:path}", lambda request: self.tile(request, public)),
            get("/record/ledger/checkpoint", lambda _: self.checkpoint(restricted)),
            get("/record/ledger/tile/{path:path}", lambda request: self.tile(request, restricted)),
            get("/record/entries/{number:int}/receipt.json", self.receipt),
            get("/record/keys.json", self.keys),
            get("/record/witnesses.txt", self.witnesses),
        ]

    def checkpoint(self, log: Log) -> Response:
        """The newest signed head with its cosignatures."""
        head = log.head()
        if head is None:
            raise Absent("portal.no-such-page")
        return PlainTextResponse(head.note, headers={**HEADERS, "Cache-Control": FRESH})

    def tile(self, request: Request, log: Log) -> Response:
        """A tile of hashes, or (of the public log) of entries."""
        found = read_path(request.path_params["path"])
        if found is None or (found[0] is None and log is self.ledger.restricted):
            raise Absent("portal.no-such-page")
        with self.ledger.db.read() as tx:
            data = published_tile(tx, log, *found)
        if not data:
            raise Absent("portal.no-such-page")
        headers = {**HEADERS, "Cache-Control": FOREVER}
        return Response(data, 200, headers, "application/octet-stream")

    def receipt(self, request: Request) -> Response:
        """The receipt of a public entry."""
        number = request.path_params["number"]
        made = Receipts(self.ledger).make(self.ledger.public, number)
        headers = {"Content-Disposition": f'attachment; filename="receipt-{number}.json"'}
        data = msgspec.json.format(msgspec.json.encode(made))
        return Response(data, 200, {**HEADERS, **headers}, "application/json")

    def keys(self, _request: Request) -> Response:
        """Who signs: the present key and all changes of it."""
        data = msgspec.json.encode(self.ledger.keys())
        return Response(data, 200, {**HEADERS, "Cache-Control": FRESH}, "application/json")

    def witnesses(self, _request: Request) -> Response:
        """Verifier keys of all who cosign or did."""
        lines = "".join(f"{key}\n" for key in self.ledger.witness_keys())
        return PlainTextResponse(lines, headers={**HEADERS, "Cache-Control": FRESH})
