"""The HTTP wire with bounds that the server's library lacks: time, size and number.

A caller gets so many seconds for the head of a request and for each part of its body, takes what
is sent to it within a minute, and holds so many connections at most. Whoever exceeds a bound is
answered where an answer is possible (408, 414, 431, 503 with ``Retry-After``) and cut off.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from yushan.engines.observe import counter

if TYPE_CHECKING:
    import asyncio

    from yushan.assembly.settings import Http

URL_MOST: Final = 8 << 10
HEADERS_MOST: Final = 32 << 10
HEADER_COUNT: Final = 100
WRITE_S: Final = 60.0
CONNECTIONS_MOST: Final = 4096

REASONS: Final = {
    408: "Request Timeout", 414: "URI Too Long", 431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}  # fmt: skip


class Guarded(HttpToolsProtocol):
    """One connection."""

    #: Set by `guarded`: the bounds, and the connections each address holds.
    bounds: Http
    held: Counter[str]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or say that there are too many."""
        super().connection_made(transport)
        self.cut = False
        self.waiting: asyncio.TimerHandle | None = None
        self.writing: asyncio.TimerHandle | None = None
        self.url_size = self.head_size = self.head_count = 0
        self.address = str(self.client[0]) if self.client else ""
        self.held[self.address] += 1
        pipe: Any = transport.get_extra_info("ssl_object")
        shown = pipe.getpeercert(binary_form=True) if pipe is not None else None
        self.app_state = {**self.app_state, "certificate": shown or b""}
        few = self.held[self.address] <= self.bounds.per_address
        if few and len(self.connections) <= CONNECTIONS_MOST:
            self.wait(self.bounds.header_s)
        else:
            self.refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it."""
        self.rest()
        self.held[self.address] -= 1
        if not self.held[self.address]:
            del self.held[self.address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass bytes on, unless the caller was cut off."""
        if not self.cut:
            super().data_received(data)

    # time

    def wait(self, seconds: float) -> None:
        """Cut the caller off when nothing more has come by then."""
        self.rest()
        self.waiting = self.loop.call_later(seconds, self.too_slow)

    def rest(self) -> None:
        """Nothing is waited for."""
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def too_slow(self) -> None:
        """Time is up, unless it is we who did not take what came."""
        if self.flow.read_paused:
            self.wait(self.bounds.body_s)
        else:
            self.refuse(408)

    def on_message_begin(self) -> None:
        """A request begins: its head must follow soon."""
        super().on_message_begin()
        self.url_size = self.head_size = self.head_count = 0
        self.wait(self.bounds.header_s)

    def on_headers_complete(self) -> None:
        """The head is there; more requests than are answered at once are sent away."""
        self.rest()
        if not self.cut and len(self.tasks) >= self.bounds.at_once:
            self.refuse(503)
        if not self.cut:
            super().on_headers_complete()
            self.wait(self.bounds.body_s)

    def on_body(self, body: bytes) -> None:
        """A part of the body came; the next must follow soon."""
        if not self.cut:
            super().on_body(body)
            self.wait(self.bounds.body_s)

    def on_message_complete(self) -> None:
        """All of the request is there."""
        self.rest()
        if not self.cut:
            super().on_message_complete()

    def pause_writing(self) -> None:
        """The caller does not take what is sent."""
        super().pause_writing()
        self.writing = self.loop.call_later(WRITE_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        if self.writing is not None:
            self.writing.cancel()
            self.writing = None
        super().resume_writing()

    # size

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self.url_size += len(url)
        if self.url_size > URL_MOST:
            self.refuse(414)
        else:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self.head_size += len(name) + len(value)
        self.head_count += 1
        if self.head_size > HEADERS_MOST or self.head_count > HEADER_COUNT:
            self.refuse(431)
        else:
            super().on_header(name, value)

    def refuse(self, status: int) -> None:
        """Answer if no answer is under way, then close."""
        self.cut = True
        self.rest()
        counter("http_cut_total", "connections that exceeded a bound", ("status",)).labels(
            str(status)
        ).inc()
        if self.cycle is None or self.cycle.response_complete:
            more = "Retry-After: 5\r\n" if status == 503 else ""
            head = f"HTTP/1.1 {status} {REASONS[status]}\r\n{more}Content-Length: 0\r\n"
            self.transport.write(f"{head}Connection: close\r\n\r\n".encode())
            self.transport.close()
        else:
            self.transport.abort()


def guarded(http: Http) -> type[Guarded]:
    """The protocol with a role's bounds."""
    return type("RoleProtocol", (Guarded,), {"bounds": http, "held": Counter[str]()})
