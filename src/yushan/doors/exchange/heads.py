"""``/exchange/v1/heads`` of the commons: witnesses fetch heads, and say whether they agree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from yushan.base import Rejected
from yushan.domain.access import Action, Kind
from yushan.doors.exchange.evaluate import json_answer
from yushan.doors.exchange.packs import asking, read_body
from yushan.services.ledger import RECORD, Cosigned

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.services.ledger import Cosigners

HEADS: Final = "/exchange/v1/heads"
SAID_BYTES: Final = 16 << 10
SIZE: Final = re.compile(r"[0-9]{1,15}")
#: What a gateway does here, as the decision table names it.
WITNESS: Final = (Action.COSIGN_HEADS, Kind.HEAD)


def head_routes(cosigners: Cosigners) -> list[Route]:
    """``GET ?log=&old=`` gives the newest head with proof; ``POST`` takes what a witness says."""

    async def offer(request: Request) -> Response:
        site, origin = asking(request, *WITNESS), request.query_params.get("log", RECORD)
        old = request.query_params.get("old", "0")
        if not SIZE.fullmatch(old):
            raise Rejected("exchange.size-malformed")
        return json_answer(await run_in_threadpool(cosigners.offer, site, origin, int(old)))

    async def take(request: Request) -> Response:
        site = asking(request, *WITNESS)
        body = await read_body(request, SAID_BYTES)
        try:
            said = msgspec.json.decode(body, type=Cosigned)
        except msgspec.DecodeError as error:
            raise Rejected("exchange.cosignature-malformed") from error
        await run_in_threadpool(cosigners.take, site, said)
        return Response(status_code=204)

    return [Route(HEADS, offer, methods=["GET"]), Route(HEADS, take, methods=["POST"])]
