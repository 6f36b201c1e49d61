"""Answers in parts (RFC 2387, PS3.18 8.6.1.2), sent piece by piece and never joined.

Pieces at hand (a list) are sent at once; an iterator is asked for each piece in a thread, so that
at most one part is in memory.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.types import Receive, Scope, Send

Piece = bytes | memoryview


class Part(NamedTuple):
    """One part: its type with parameters, its size in bytes, and its pieces or who reads them."""

    media_type: str
    size: int
    source: list[Piece] | Callable[[], Iterator[Piece]]
    location: str = ""

    @property
    def at_hand(self) -> bool:
        """Whether the bytes are in memory already."""
        return isinstance(self.source, list)

    def pieces(self) -> list[Piece] | Iterator[Piece]:
        """The bytes."""
        return self.source if isinstance(self.source, list) else self.source()


class Streamed(Response):
    """A body that is made while it is sent; its length is known beforehand."""

    def __init__(
        self,
        pieces: list[Piece] | Iterator[Piece],
        size: int,
        media_type: str,
        headers: dict[str, str],
    ) -> None:
        self.pieces = pieces
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers({**headers, "content-length": str(size)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the pieces."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        if scope["method"] != "HEAD":
            if isinstance(self.pieces, list):
                for piece in self.pieces:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            else:
                while piece := await run_in_threadpool(following, self.pieces):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def following(pieces: Iterator[Piece]) -> Piece:
    """The next piece; none is empty, so empty is the end."""
    return next(pieces, b"")


def single(part: Part, headers: dict[str, str]) -> Streamed:
    """One thing as it is."""
    return Streamed(part.pieces(), part.size, part.media_type, headers)


def related(parts: Sequence[Part], inner: str, headers: dict[str, str]) -> Streamed:
    """Things as parts; ``inner`` is what the whole says of them: ``type="…"``."""
    boundary = secrets.token_hex(16)
    heads = [head_of(part, boundary, first=not index) for index, part in enumerate(parts)]
    tail = f"\r\n--{boundary}--\r\n".encode()
    size = sum(len(head) + part.size for head, part in zip(heads, parts, strict=True)) + len(tail)

    def pieces() -> Iterator[Piece]:
        for head, part in zip(heads, parts, strict=True):
            yield head
            yield from part.pieces()
        yield tail

    at_hand = all(part.at_hand for part in parts)
    made = list(pieces()) if at_hand else pieces()
    return Streamed(made, size, f"multipart/related; {inner}; boundary={boundary}", headers)


def head_of(part: Part, boundary: str, *, first: bool) -> bytes:
    """The lines before a part's bytes."""
    opening = "" if first else "\r\n"
    location = f"Content-Location: {part.location}\r\n" if part.location else ""
    return (
        f"{opening}--{boundary}\r\nContent-Type: {part.media_type}\r\n{location}"
        f"Content-Length: {part.size}\r\n\r\n"
    ).encode()
