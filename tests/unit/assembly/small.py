"""A small role on the product's own wire, for tests of it and of what stands before it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import TYPE_CHECKING

import uvicorn
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from yushan.assembly import serve
from yushan.assembly.gate import token_sha256
from yushan.assembly.settings import Citizen, Http, Site
from yushan.assembly.standing import Standing
from yushan.assembly.web import application
from yushan.base import SiteName
from yushan.engines.database import Database
from yushan.engines.net import server_tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.requests import Request

TOKEN = "t" * 43


class Small:
    """A role with two doors of its own, served by the product's server in a thread."""

    def __init__(self, folder: Path, **http: object) -> None:
        folder.mkdir(exist_ok=True)
        self.http = Http(**http)  # type: ignore[arg-type]
        self.name = "small"
        self.settings = Citizen(
            name="small", data=str(folder), http=self.http, consent_key="", signing_key="",
            sites=(Site(name="north", token_sha256=token_sha256(TOKEN)),),
        )  # fmt: skip
        self.began, self.go = threading.Event(), threading.Event()
        self.app = application(
            [
                Route("/exchange/v1/echo", self.echo, methods=["GET", "POST"]),
                Route("/slow", self.slow),
                Route("/who", self.who, methods=["GET", "POST"]),
            ],
            standing=Standing(self.settings, Database("sqlite://")),
            sites={token_sha256(TOKEN): SiteName("north")},
        )
        self.door = socket.socket()
        self.door.bind(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])

    def start(self) -> None:
        """Serve in a thread."""
        tls = (
            server_tls(self.http.certificate, self.http.key, self.http.client_ca)
            if self.http.certificate
            else None
        )
        self.tls = tls
        self.server = uvicorn.Server(serve.server_config(self, tls))  # type: ignore[arg-type]
        self.thread = threading.Thread(
            target=lambda: asyncio.run(self.server.serve(sockets=[self.door]))
        )
        self.thread.start()
        end = time.monotonic() + 10
        while not self.server.started and time.monotonic() < end:
            time.sleep(0.01)

    def stop(self) -> None:
        self.go.set()
        self.server.should_exit = True
        self.thread.join(20)
        self.door.close()

    async def echo(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{request.state.site} {len(await request.body())}")

    async def who(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{request.url.scheme} {request.client.host}")  # type: ignore[union-attr]

    async def slow(self, _request: Request) -> StreamingResponse:
        async def parts() -> Iterator[bytes]:
            yield b"first "
            self.began.set()
            while not self.go.is_set():  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(0.01)
            yield b"last"

        return StreamingResponse(parts())  # type: ignore[arg-type]

    def url(self) -> str:
        return f"{'https' if self.http.certificate else 'http'}://127.0.0.1:{self.port}"

    def raw(self, data: bytes = b"") -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), 10)
        line.sendall(data)
        return line


def up(served: list[Small], folder: Path, **http: object) -> Small:
    """A running role, stopped with the others."""
    role = Small(folder, **http)
    role.start()
    served.append(role)
    return role
