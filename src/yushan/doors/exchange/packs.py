"""``/exchange/v1/packs`` of the commons: sites hand over packs and ask what became of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from yushan.base import Absent, Forbidden, PackId, Rejected, SiteName, SystemClock
from yushan.domain.access import Action, Actor, Kind, Thing, decide
from yushan.domain.packs import IncomingState, Manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from yushan.domain.packs import PackState
    from yushan.services.archive import Uploads

PACKS: Final = "/exchange/v1/packs"
MANIFEST_BYTES: Final = 64 << 10
PIECE_BYTES: Final = 8 << 20
PACK: Final = re.compile(r"[0-9a-f]{64}")
OFFSET: Final = re.compile(r"[0-9]{1,15}")


def pack_routes(uploads: Uploads, received: Callable[[], None]) -> list[Route]:
    """The four addresses; ``received`` is called when a pack became whole (it wakes admission).

    ``request.state.site`` says who asks; what is not the site's own is absent.
    """

    async def offer(request: Request) -> Response:
        site = asking(request)
        body = await read_body(request, MANIFEST_BYTES)
        try:
            manifest = msgspec.json.decode(body, type=Manifest)
        except msgspec.DecodeError as error:
            raise Rejected("exchange.manifest-malformed") from error
        return answer(await run_in_threadpool(uploads.offer, site, manifest))

    async def write(request: Request) -> Response:
        site, pack, offset = asking(request), named(request), offset_of(request)
        body = await read_body(request, PIECE_BYTES)
        return answer(await run_in_threadpool(uploads.write, site, pack, offset, body))

    async def seal(request: Request) -> Response:
        state = await run_in_threadpool(uploads.seal, asking(request), named(request))
        if state.state is IncomingState.REFUSED and state.receipt is None:
            raise Rejected(state.reasons[0], pack=state.pack)
        received()
        return answer(state)

    async def tell(request: Request) -> Response:
        return answer(await run_in_threadpool(uploads.state, asking(request), named(request)))

    return [
        Route(PACKS, offer, methods=["POST"]),
        Route(f"{PACKS}/{{pack}}", write, methods=["PUT"]),
        Route(f"{PACKS}/{{pack}}", tell, methods=["GET"]),
        Route(f"{PACKS}/{{pack}}/seal", seal, methods=["POST"]),
    ]


def asking(
    request: Request, action: Action = Action.SEND_PACKS, kind: Kind = Kind.PACK
) -> SiteName:
    """The site whose token the request carries, if the decision table lets it do this.

    Raises
    ------
    Forbidden
        ``exchange.site-unknown``.
    """
    site = request.state.site
    actor = Actor(roles=frozenset({"site"} if site else {"public"}), id=site or "", site=site or "")
    thing = Thing(kind=kind, site=site or "")
    if not decide(actor, action, thing, SystemClock().now()).allow:
        raise Forbidden("exchange.site-unknown")
    return SiteName(site)


def named(request: Request) -> PackId:
    """The pack of the address; what is no id is absent like any other."""
    name = request.path_params["pack"]
    if not PACK.fullmatch(name):
        raise Absent("archive.pack-unknown")
    return PackId(name)


def offset_of(request: Request) -> int:
    """``?offset=``; ``Rejected("exchange.offset-malformed")``."""
    text = request.query_params.get("offset", "")
    if not OFFSET.fullmatch(text):
        raise Rejected("exchange.offset-malformed")
    return int(text)


async def read_body(request: Request, limit: int) -> bytes:
    """The body, read no further than ``limit`` bytes; ``Rejected("exchange.too-large")``."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Rejected("exchange.too-large", limit=limit)
    return bytes(body)


def answer(state: PackState) -> Response:
    """The state as JSON."""
    return Response(msgspec.json.encode(state), media_type="application/json")
