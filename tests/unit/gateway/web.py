"""A commons behind HTTP on loopback."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
from tests.unit.gateway.making import Commons

from yushan.base import YushanError
from yushan.domain.packs import Manifest


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
            pack, _, offset = path.rpartition("/")[2].partition("?offset=")
            if int(offset) != self.commons.tell(pack).offset:
                return 409, msgspec.json.encode(self.commons.tell(pack))
            said = self.commons.put(pack, int(offset), body)
        elif path.endswith("/seal"):
            said = self.commons.seal(path.split("/")[-2])
        else:
            said = self.commons.state(path.rpartition("/")[2])
        return 200, msgspec.json.encode(said)

    def start(self) -> None:
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
