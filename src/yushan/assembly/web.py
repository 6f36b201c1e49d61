"""The HTTP side of a role: its doors' routes behind one gate, with one way to refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from yushan.assembly.gate import Gate, json_wanted
from yushan.base import Absent, Broken, Rejected, YushanError, problem
from yushan.engines.observe import exposition, facts, log_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.base import SiteName
    from yushan.services.accounts import Accounts

log = log_for(__name__)


class Pages(Protocol):
    """Whoever draws a refusal for people."""

    def problem(self, request: Request, error: YushanError) -> Response:
        """A page that says what happened and what to do."""
        ...


class Healthy(Protocol):
    """What ``/health`` asks."""

    def __call__(self) -> Mapping[str, bool]:
        """Each thing the role stands on, and whether it answers."""
        ...


def application(
    routes: Sequence[BaseRoute],
    *,
    healthy: Healthy,
    accounts: Accounts | None = None,
    sites: Mapping[str, SiteName] | None = None,
    cookie: str = "",
    pages: Pages | None = None,
) -> Starlette:
    """One application of a role's doors."""
    refuse = Refusing(pages)
    return Starlette(
        routes=[
            Route("/health", health_route(healthy)),
            Route("/metrics", metrics),
            *routes,
        ],
        middleware=[Middleware(Gate, accounts=accounts, sites=sites or {}, cookie=cookie)],
        exception_handlers={
            YushanError: refuse.known,
            HTTPException: refuse.http,
            Exception: refuse.unforeseen,
        },
    )


def health_route(healthy: Healthy) -> Callable[[Request], Awaitable[Response]]:
    """``/health``: 200 when all answers, 503 naming what does not."""

    async def health(_request: Request) -> Response:
        parts = dict(await run_in_threadpool(healthy))
        good = all(parts.values())
        body = msgspec.json.encode({"ok": good, "parts": parts})
        return Response(body, 200 if good else 503, media_type="application/json")

    return health


async def metrics(request: Request) -> Response:
    """Counts for Prometheus, for this machine only."""
    if request.client is None or not request.client.host.startswith(("127.", "::1")):
        raise Absent("assembly.no-such-address")
    return PlainTextResponse(exposition(), media_type="text/plain; version=0.0.4")


class Refusing:
    """Turns errors into answers, once for all doors."""

    def __init__(self, pages: Pages | None) -> None:
        self.pages = pages

    async def answer(self, request: Request, error: YushanError) -> Response:
        """A page for people, ``application/problem+json`` for programs."""
        if self.pages is not None and not json_wanted(request):
            return await run_in_threadpool(self.pages.problem, request, error)
        told = problem(error, getattr(request.state, "language", "en"))
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
        return Response(
            msgspec.json.encode(told), error.status, headers, "application/problem+json"
        )

    async def known(self, request: Request, error: Exception) -> Response:
        """A refusal of ours."""
        if not isinstance(error, YushanError):
            raise TypeError
        if error.status >= 500:
            log.warning("request.failed", extra=facts(code=error.code, status=error.status))
        return await self.answer(request, error)

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
