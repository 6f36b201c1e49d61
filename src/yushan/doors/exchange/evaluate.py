"""``POST /exchange/v1/evaluate`` of a key holder, and what its neighbours share with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from yushan.base import Forbidden, Rejected
from yushan.services.linkage import EvaluateReply, EvaluateRequest

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.services.linkage import KeyHolder

T = TypeVar("T")

PATH: Final = "/exchange/v1/evaluate"
#: Bytes of a question: 256 elements of 44 characters with their commas, and the site.
QUESTION_BYTES: Final = 16 * 1024


def holder_routes(holder: KeyHolder) -> list[Route]:
    """A key holder's one address; ``request.state.site`` says who asks."""

    async def evaluate(request: Request) -> Response:
        question = await read_struct(request, EvaluateRequest, QUESTION_BYTES)
        site = asking_site(request, question.site)
        answer = await run_in_threadpool(holder.evaluate, site, question.blinded)
        return json_answer(EvaluateReply(holder.index, *answer))

    return [Route(PATH, evaluate, methods=["POST"])]


async def read_struct(request: Request, kind: type[T], limit: int) -> T:
    """The body as a ``kind``, read no further than ``limit`` bytes.

    Raises
    ------
    Rejected
        ``linkage.request-too-large``, ``linkage.request-malformed``.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Rejected("linkage.request-too-large", limit=limit)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Rejected("linkage.request-malformed") from error


def asking_site(request: Request, named: str | None = None) -> str:
    """The site whose token the request carries, which must be the one it names.

    Raises
    ------
    Forbidden
        ``linkage.site-unknown``, ``linkage.site-mismatch``.
    """
    site = request.state.site
    if site is None:
        raise Forbidden("linkage.site-unknown")
    if named is not None and named != site:
        raise Forbidden("linkage.site-mismatch")
    return str(site)


def json_answer(value: msgspec.Struct) -> Response:
    """A struct as JSON; answers are for one asker and are not kept on the way."""
    body = msgspec.json.encode(value)
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")
