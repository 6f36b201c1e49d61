"""Bodies of a request to store: what is grammar, what is not, and what is too much (RFC 2046)."""

from __future__ import annotations

import contextlib
import socket
from urllib.parse import urlsplit

from tests.doors.dicomweb.conformance.checking import (
    BOUNDARY,
    JSON,
    POSTED,
    Server,
    check,
    related,
    status,
)
from tests.doors.dicomweb.conformance.storing_checks import fresh

#: Name, the type said, the bytes, the statuses.
BODIES = (
    ("JSON that is no object", "application/json", b"{}", (415,)),
    ("a form", "multipart/form-data; boundary=x", b"--x--", (415,)),
    ("no type at all", "", b"", (400, 415)),
    ("parts of another type", f'multipart/related; type="image/png"; boundary={BOUNDARY}',
     related([b"x"]), (415,)),
    ("parts whose own type is another", POSTED, related([b"x"], b"Content-Type: text/plain\r\n"),
     (400, 409, 415)),
    ("metadata apart from bulk data",
     f'multipart/related; type="application/dicom+json"; boundary={BOUNDARY}',
     related([b"[{}]"], b"Content-Type: application/dicom+json\r\n"), (400, 415)),
    ("no boundary", 'multipart/related; type="application/dicom"', related([b"x"]), (400,)),
    ("another boundary than said", POSTED.replace(BOUNDARY, "other"), related([b"x"]), (400,)),
    ("no parts", POSTED, related([]), (400,)),
    ("an empty body", POSTED, b"", (400,)),
    ("a body that breaks off", POSTED, related([b"x" * 900])[:500], (400,)),
    ("a header without end", POSTED, b"--%s\r\nX: %s" % (BOUNDARY.encode(), b"y" * 20_000), (400,)),
    ("a boundary that is too long", POSTED.replace(BOUNDARY, "b" * 71), related([]), (400,)),
)  # fmt: skip


def enter_body(name: str, kind: str, body: bytes, wanted: tuple[int, ...]) -> None:
    @check("STOW", f"{' or '.join(map(str, wanted))} for {name}")
    def body_of(server: Server) -> None:
        status(server.post([], kind=kind, content=body), *wanted)


for _row in BODIES:
    enter_body(*_row)


@check("STOW", "a compressed body is refused, not inflated")
def encoding(server: Server) -> None:
    data, _ = fresh(server)
    answer = server.post([data], headers={"Content-Encoding": "gzip"})
    status(answer, 400, 415)


#: Forms of a body that the standard allows.
FORMS = {
    "a preamble and an epilogue": lambda body: b"hello\r\n" + body + b"bye\r\n",
    "blanks after a delimiter": lambda body: body.replace(
        b"--" + BOUNDARY.encode() + b"\r\n", b"--" + BOUNDARY.encode() + b" \t\r\n"
    ),
    "headers in other case and order": lambda body: body.replace(
        b"Content-Type: application/dicom\r\n",
        b"content-location: /x\r\nCONTENT-TYPE:application/dicom\r\nMIME-Version: 1.0\r\n",
    ),
    "a part without type": lambda body: body.replace(b"Content-Type: application/dicom\r\n", b""),
}


def enter_form(name: str) -> None:
    @check("STOW", f"takes {name}")
    def form(server: Server) -> None:
        data, study = fresh(server)
        answer = server.post([], content=FORMS[name](related([data])))
        status(answer, 200)
        assert server.found("/studies", {"StudyInstanceUID": study})


for _name in FORMS:
    enter_form(_name)


@check("STOW", "takes a type without quotation marks")
def unquoted(server: Server) -> None:
    data, _ = fresh(server)
    kind = f"multipart/related; boundary={BOUNDARY}; type=application/dicom"
    status(server.post([data], kind=kind), 200)


@check("STOW", "takes a body whose length nobody said")
def chunked(server: Server) -> None:
    data, study = fresh(server)
    body = related([data])
    pieces = (body[at : at + 997] for at in range(0, len(body), 997))
    status(server.post([], content=pieces), 200)
    assert server.found("/studies", {"StudyInstanceUID": study})


@check("STOW", "a sender that dies midway leaves nothing")
def dies(server: Server) -> None:
    data, study = fresh(server)
    parts = urlsplit(server.url)
    body = related([data])
    head = (
        f"POST {parts.path}/studies HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {POSTED}\r\n"
        f"Authorization: Bearer {server.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 80), 10) as line:
        line.sendall(head.encode() + body[: len(body) // 2])
    assert not server.found("/studies", {"StudyInstanceUID": study})
    if server.is_ours:
        folder = server.role.storing.desk.folder
        for _ in range(200):
            if not [one for one in folder.iterdir() if one.is_dir()]:
                return
            server.ask("/studies?limit=1", JSON)  # gives the server time
        raise AssertionError(list(folder.iterdir()))


@check("STOW", "a length beyond the bounds is 413 before anything is read")
def too_large(server: Server) -> None:
    server.need_ours()
    parts = urlsplit(server.url)
    head = (
        f"POST {parts.path}/studies HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {POSTED}\r\n"
        f"Authorization: Bearer {server.token}\r\nContent-Length: {1 << 40}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 80), 10) as line:
        line.sendall(head.encode())
        said = b""
        with contextlib.suppress(TimeoutError):
            said = line.recv(4096)
    assert b" 413 " in said.split(b"\r\n")[0], said
