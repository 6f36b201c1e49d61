"""The consent office's addresses: ``POST /exchange/v1/evaluate``, ``GET /exchange/v1/opt-outs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

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
        return json_answer(await run_in_threadpool(office.optout_list))

    return [
        Route(PATH, evaluate, methods=["POST"]),
        Route(OPTOUTS_PATH, optouts, methods=["GET"]),
    ]
