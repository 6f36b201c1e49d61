"""The consent office's addresses: ``POST /exchange/v1/evaluate``, ``GET /exchange/v1/opt-outs``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from yushan.base import Rejected
from yushan.doors.exchange.evaluate import (
    PATH,
    QUESTION_BYTES,
    asking_site,
    json_answer,
    read_struct,
)
from yushan.services.consent import TokenReply, TokenRequest

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from yushan.services.consent import ConsentOffice

OPTOUTS_PATH: Final = "/exchange/v1/opt-outs"
DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def office_routes(office: ConsentOffice) -> list[Route]:
    """What gateways and the commons ask of the office, by their site tokens."""

    async def evaluate(request: Request) -> Response:
        question = await read_struct(request, TokenRequest, QUESTION_BYTES)
        site = asking_site(request, question.site)
        return json_answer(
            TokenReply(await run_in_threadpool(office.evaluate, site, question.blinded))
        )

    async def optouts(request: Request) -> Response:
        asking_site(request)
        known = known_digest(request.query_params.get("known"))
        return json_answer(await run_in_threadpool(office.optout_list, known))

    return [
        Route(PATH, evaluate, methods=["POST"]),
        Route(OPTOUTS_PATH, optouts, methods=["GET"]),
    ]


def known_digest(said: str | None) -> bytes | None:
    """The digest in ``?known=`` (64 hex digits); anything else is a refusal."""
    if said is None:
        return None
    if not DIGEST.fullmatch(said):
        raise Rejected("linkage.request-malformed")
    return bytes.fromhex(said)
