"""What every request leaves behind: an id, a line in the access log, figures; no query string.

The address is logged as the pattern of its route (``/studies/{study}``), never with what stands in
it, and never the query: both may hold identifiers.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from starlette.datastructures import Headers, MutableHeaders

from yushan.engines.observe import (
    REQUEST_HEADER,
    carrying,
    counter,
    facts,
    gauge,
    histogram,
    log_for,
    sound_id,
)
from yushan.services.ledger import asked_from

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = log_for(__name__)

#: Methods that have figures of their own; all others count as one.
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Asked for every few seconds by machines: counted, and logged only when they fail.
QUIET: Final = frozenset({"/health", "/health/live", "/health/ready", "/metrics"})


class Watched:
    """Outermost middleware: gives each request its id, times it, counts it, logs it."""

    def __init__(self, app: ASGIApp, *, access_log: bool = True) -> None:
        self.app, self.access_log = app, access_log
        self.requests = counter(
            "http_requests_total", "answered requests", ("method", "route", "status")
        )
        self.seconds = histogram(
            "http_request_seconds", "from the first byte in to the last byte out", ("route",)
        )
        self.sent = counter("http_sent_bytes_total", "bytes of answers", ("route",))
        self.figures: dict[tuple[str, str, int], Figures] = {}
        self.running = gauge("http_requests_running", "requests that are being answered")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and keep what it leaves behind."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        identifier = sound_id(Headers(scope=scope).get(REQUEST_HEADER, ""))
        answer, began = Answer(send, identifier), time.perf_counter()
        client = (scope.get("client") or ("", 0))[0]
        with carrying(identifier), asked_from(client), self.running.track_inprogress():
            try:
                await self.app(scope, receive, answer)
            finally:
                self.keep(scope, answer, time.perf_counter() - began)

    def keep(self, scope: Scope, answer: Answer, seconds: float) -> None:
        """Count and log one request that is over."""
        route = route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        figures = self.figures_of(method, route, answer.status)
        figures.requests.inc()
        figures.seconds.observe(seconds)
        figures.sent.inc(answer.bytes)
        if not self.access_log or (route in QUIET and answer.status < 400):
            return
        client = scope.get("client") or ("", 0)
        log.info("request.answered", extra=facts(
            method=method, path=route, status=answer.status, bytes=answer.bytes,
            seconds=round(seconds, 4), address=client[0],
        ))  # fmt: skip

    def figures_of(self, method: str, route: str, status: int) -> Figures:
        """The figures of requests like this, found once."""
        found = self.figures.get((method, route, status))
        if found is None:
            found = self.figures[method, route, status] = Figures(
                self.requests.labels(method, route, str(status)),
                self.seconds.labels(route),
                self.sent.labels(route),
            )
        return found


class Figures(NamedTuple):
    """Figures of one route."""

    requests: Any
    seconds: Any
    sent: Any


class Answer:
    """Sends on, noting status and bytes; the answer bears the request's id. 499: never answered."""

    def __init__(self, send: Send, identifier: str) -> None:
        self.send, self.identifier, self.status, self.bytes = send, identifier, 499, 0

    async def __call__(self, message: Message) -> None:
        """Send one message."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_HEADER] = self.identifier
        elif message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
        await self.send(message)


def route_of(scope: Scope) -> str:
    """The pattern of the address; what no route knows is one name for all."""
    route = scope.get("route")
    return str(getattr(route, "path", "")) or "(none)"
