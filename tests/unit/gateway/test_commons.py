"""The commons over real HTTP on loopback: paths, bodies, refusals."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.unit.gateway.making import Commons, manifest_of

from yushan.base import Rejected, Unavailable, YushanError
from yushan.domain.packs import Manifest
from yushan.engines.net import Peer
from yushan.services.gateway import HttpCommons

if TYPE_CHECKING:
    from collections.abc import Iterator

PACK = "0" * 64


class Site:
    """A commons behind HTTP, and what it was asked."""

    def __init__(self) -> None:
        self.commons = Commons()
        self.asked: list[tuple[str, str]] = []
        self.garbage = False
        site = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                site.asked.append((self.command, self.path))
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, said = site.do(self.command, self.path, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_PUT = answer  # noqa: N815 - the server's names

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def do(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if self.garbage:
            return 200, b"<html>"
        try:
            return self.route(method, path, body)
        except YushanError as error:
            problem = {"code": error.code, "title": "", "status": error.status, "detail": "",
                       "remedy": ""}  # fmt: skip
            return error.status, msgspec.json.encode(problem)

    def route(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if method == "POST" and path == "/exchange/v1/packs":
            said = self.commons.offer(msgspec.json.decode(body, type=Manifest))
        elif method == "PUT":
            offset = int(path.partition("offset=")[2])
            if offset != self.commons.tell(PACK).offset:
                return 409, msgspec.json.encode(self.commons.tell(PACK))
            said = self.commons.put(PACK, offset, body)
        elif path.endswith("/seal"):
            said = self.commons.seal(PACK)
        else:
            said = self.commons.state(path.rpartition("/")[2])
        return 200, msgspec.json.encode(said)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    site.server.shutdown()
    thread.join()
    site.server.server_close()


@pytest.fixture
def link(site: Site) -> Iterator[HttpCommons]:
    peer = Peer(site.url)
    yield HttpCommons(peer)
    peer.close()


def test_a_pack_is_offered_handed_over_and_asked_for(link: HttpCommons, site: Site) -> None:
    assert link.offer(manifest_of(PACK, 8, 1)).offset == 0
    assert link.put(PACK, 0, b"1234").offset == 4
    assert link.state(PACK).offset == 4
    assert site.asked == [
        ("POST", "/exchange/v1/packs"),
        ("PUT", f"/exchange/v1/packs/{PACK}?offset=0"),
        ("GET", f"/exchange/v1/packs/{PACK}"),
    ]


def test_a_wrong_offset_is_answered_with_the_right_one(link: HttpCommons, site: Site) -> None:
    link.offer(manifest_of(PACK, 8, 1))
    link.put(PACK, 0, b"1234")
    assert link.put(PACK, 2, b"34").offset == 4
    assert site.commons.bytes[PACK] == b"1234"


def test_refusals_come_as_our_errors(link: HttpCommons) -> None:
    link.offer(manifest_of(PACK, 8, 1))
    with pytest.raises(Rejected) as refused:
        link.seal(PACK)
    assert refused.value.code == "exchange.pack-mismatch"


def test_an_unreadable_answer_is_no_answer(link: HttpCommons, site: Site) -> None:
    site.garbage = True
    with pytest.raises(Unavailable, match="answer-unreadable"):
        link.put(PACK, 0, b"1")


def test_a_put_that_is_refused_raises(link: HttpCommons, site: Site) -> None:
    link.offer(manifest_of(PACK, 8, 1))
    site.route = lambda *_: (507, b"")  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        link.put(PACK, 0, b"1")
