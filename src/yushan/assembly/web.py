"""The HTTP side of a role: its doors' routes behind one gate, with one way to refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response

from yushan.assembly.behind import Behind
from yushan.assembly.gate import Gate, json_wanted
from yushan.assembly.rule import Rule, rule_of
from yushan.assembly.settings import Observe
from yushan.assembly.telling import Telling
from yushan.assembly.watching import Watched
from yushan.base import Absent, Broken, Rejected, YushanError, problem
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.assembly.standing import Standing
    from yushan.base import SiteName
    from yushan.services.accounts import Accounts

log = log_for(__name__)


class Pages(Protocol):
    """Whoever draws a refusal for people."""

    def problem(self, request: Request, error: YushanError) -> Response:
        """A page that says what happened and what to do."""
        ...


def application(
    routes: Sequence[BaseRoute],
    *,
    standing: Standing | None = None,
    accounts: Accounts | None = None,
    sites: Mapping[str, SiteName] | None = None,
    cookie: str = "",
    pages: Pages | None = None,
) -> Starlette:
    """One application of a role's doors."""
    refuse = Refusing(pages)
    observe = standing.settings.observe if standing else Observe()
    rule = rule_of(standing.settings) if standing else Rule()
    telling = Telling(standing.health, standing.take, observe) if standing else Telling()
    return Starlette(
        routes=[*telling.routes(), *routes],
        middleware=[
            Middleware(Behind, proxies=standing.settings.http.proxies if standing else ()),
            Middleware(Watched, access_log=observe.access_log),
            Middleware(Gate, accounts=accounts, sites=sites or {}, cookie=cookie, rule=rule),
        ],
        exception_handlers={
            YushanError: refuse.known,
            HTTPException: refuse.http,
            Exception: refuse.unforeseen,
        },
    )


#: Codes with a status of their own.
STATUS: Final = {"assembly.body-too-large": 413}


class Refusing:
    """Turns errors into answers, once for all doors."""

    def __init__(self, pages: Pages | None) -> None:
        self.pages = pages

    async def answer(self, request: Request, error: YushanError) -> Response:
        """A page for people, ``application/problem+json`` for programs."""
        if self.pages is not None and not json_wanted(request):
            return await run_in_threadpool(self.pages.problem, request, error)
        told = problem(error, getattr(request.state, "language", "en"))
        headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}.get(
            error.status, {}
        )
        return Response(
            msgspec.json.encode(told), error.status, headers, "application/problem+json"
        )

    async def known(self, request: Request, error: Exception) -> Response:
        """A refusal of ours."""
        if not isinstance(error, YushanError):
            raise TypeError
        if error.status >= 500:
            log.warning("request.failed", extra=facts(code=error.code, status=error.status))
        answer = await self.answer(request, error)
        answer.status_code = STATUS.get(error.code, answer.status_code)
        return answer

    async def http(self, request: Request, error: Exception) -> Response:
        """The framework's own: no such address, no such method."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return await self.answer(request, Absent("assembly.no-such-address"))
        refused = await self.answer(request, Rejected("assembly.method-not-allowed"))
        refused.status_code = status
        return refused

    async def unforeseen(self, request: Request, error: Exception) -> Response:
        """Our fault: logged by type and place, never by text."""
        log.error("request.broke", exc_info=error, extra=facts(method=request.method))
        return await self.answer(request, Broken("assembly.broken"))
