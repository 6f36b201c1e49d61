"""One role, one process: start, serve until told to stop, stop cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import uvicorn
import uvloop

from yushan.assembly.wire import guarded
from yushan.base import Conflict, Unavailable
from yushan.engines.net import Tls, server_tls
from yushan.engines.observe import facts, log_for
from yushan.engines.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.applications import Starlette

    from yushan.assembly.settings import Http, Role

log = log_for(__name__)

#: Certificates are looked at this often (seconds).
LOOK_S: Final = 30.0


class Running(Protocol):
    """A built role."""

    name: str
    http: Http
    settings: Role
    app: Starlette

    def start(self) -> None:
        """Take up work: recover what a former life left, open the doors that are not HTTP."""
        ...

    def stop(self) -> None:
        """Lay down work in order; what is not finished goes on in the next life."""
        ...


def bind(http: Http) -> socket.socket:
    """The listening socket; ``Unavailable("assembly.port-taken")``.

    Small answers leave at once: else head and body of each would wait for the other side's delayed
    acknowledgement, some 40 ms.
    """
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((http.host, http.port))
    except OSError as error:
        door.close()
        raise Unavailable("assembly.port-taken", port=http.port) from error
    return door


@contextlib.contextmanager
def held_alone(settings: Role, *, alone: bool = False) -> Iterator[None]:
    """Hold the role's folder: alone while its database is a file in it, else beside its like.

    ``Conflict("assembly.folder-in-use")``
    """
    kind = fcntl.LOCK_SH if settings.database and not alone else fcntl.LOCK_EX
    with (Path(settings.data) / "lock").open("a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("assembly.folder-in-use", name=settings.name) from error
        yield


def run(role: Running) -> None:
    """Serve the role until SIGTERM or SIGINT."""
    door = bind(role.http)
    with held_alone(role.settings):
        live(role, door)


def live(role: Running, door: socket.socket) -> None:
    """From taking up work to laying it down; a role that only reads takes none up."""
    if not role.settings.read_only:
        role.start()
    log.info("role.started", extra=facts(role=role.name, port=role.http.port, pid=os.getpid()))
    try:
        uvloop.run(serve(role, door))
    finally:
        if not role.settings.read_only:
            role.stop()
        log.info("role.stopped", extra=facts(role=role.name))


async def serve(role: Running, door: socket.socket) -> None:
    """Run the HTTP server on a bound socket until a signal comes."""
    http = role.http
    tls = server_tls(http.certificate, http.key, http.client_ca) if http.certificate else None
    renewing = Rounds("certificates", tls.renew, LOOK_S, first_s=LOOK_S) if tls else None
    if renewing:
        renewing.start()
    server = uvicorn.Server(server_config(role, tls))
    with contextlib.suppress(asyncio.CancelledError), outliving_signals():
        await server.serve(sockets=[door])
    if renewing:
        renewing.stop()


@contextlib.contextmanager
def outliving_signals() -> Iterator[None]:
    """The server raises what stopped it once more; the role has to be laid down first."""
    stops = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: None) for number in stops}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def server_config(role: Running, tls: Tls | None) -> uvicorn.Config:
    """The HTTP server: our wire, our log, TLS by our context."""
    return uvicorn.Config(
        role.app,
        loop="uvloop",
        http=guarded(role.http),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # see behind.py
        timeout_keep_alive=30,
        timeout_graceful_shutdown=max(1, round(role.http.drain_s)),
        ssl_context_factory=(lambda *_: tls.context) if tls else None,
    )


def die_with_parent() -> None:
    """Ask the kernel to stop this process when the one that started it is gone (Linux)."""
    import ctypes  # noqa: PLC0415 - only children of the demo need it

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
