"""Answers in parts (RFC 2387, PS3.18 8.6.1.2), sent piece by piece and never joined.

Pieces at hand (a list) are sent at once; an iterator is asked for each piece in a thread, so that
at most one part is in memory. A part whose size nobody knows beforehand (``size`` None) makes the
whole go out in chunks.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from starlette.types import Receive, Scope, Send

Piece = bytes | memoryview


class Part(NamedTuple):
    """One part: its type with parameters, its size in bytes, and its pieces or who reads them."""

    media_type: str
    size: int | None
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
    """A body that is made while it is sent; a length that is known is said beforehand."""

    def __init__(
        self,
        pieces: list[Piece] | Iterator[Piece],
        size: int | None,
        media_type: str,
        headers: dict[str, str],
        status: int = 200,
    ) -> None:
        self.pieces = pieces
        self.status_code = status
        self.media_type = media_type
        self.background = None
        length = {} if size is None else {"content-length": str(size)}
        self.init_headers({**headers, **length})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the pieces."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            if isinstance(self.pieces, list):
                *most, last = self.pieces or [b""]
                for piece in most:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": last, "more_body": False})
                return
            while batch := await run_in_threadpool(following, self.pieces):
                for piece in batch:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


#: Up to this size a copy costs less than a message of its own.
SMALL: Final = 1 << 14

#: How much is fetched before it is handed on; a thread is asked less often for small pieces.
BATCH: Final = 1 << 20


def following(pieces: Iterator[Piece]) -> list[Piece]:
    """The next pieces, a megabyte or one piece; none is empty, so an empty list is the end."""
    batch, size = [], 0
    for piece in pieces:
        batch.append(piece)
        size += len(piece)
        if size >= BATCH:
            break
    return batch


def single(part: Part, headers: dict[str, str]) -> Streamed:
    """One thing as it is."""
    return Streamed(part.pieces(), part.size, part.media_type, headers)


def related(parts: Sequence[Part], inner: str, headers: dict[str, str]) -> Streamed:
    """Things as parts; ``inner`` is what the whole says of them: ``type="…"``.

    The boundary follows from the entity tag, if there is one: the same tag is the same bytes.
    """
    boundary = boundary_of(headers)
    kind = f"multipart/related; {inner}; boundary={boundary}"
    sizes = [part.size for part in parts]
    heads = [head_of(part, boundary, first=not index) for index, part in enumerate(parts)]
    tail = f"\r\n--{boundary}--\r\n".encode()
    known = None
    if None not in sizes:
        known = sum(map(len, heads)) + sum(size or 0 for size in sizes) + len(tail)
    made = joined(parts, heads, tail)
    at_hand = all(part.at_hand for part in parts)
    return Streamed(list(made) if at_hand else made, known, kind, headers)


def boundary_of(headers: dict[str, str]) -> str:
    """32 hex digits that nobody could have put into an image."""
    return headers["ETag"].strip('"') if "ETag" in headers else secrets.token_hex(16)


def joined(parts: Iterable[Part], heads: Iterable[bytes], tail: bytes) -> Iterator[Piece]:
    """Heads and parts in turn; a small first piece of a part goes out together with its head."""
    for head, part in zip(heads, parts, strict=True):
        pieces = iter(part.pieces())
        first = next(pieces, b"")
        if len(first) <= SMALL:
            yield head + first
        else:
            yield head
            yield first
        yield from pieces
    yield tail


def head_of(part: Part, boundary: str, *, first: bool) -> bytes:
    """The lines before a part's bytes."""
    opening = "" if first else "\r\n"
    location = f"Content-Location: {part.location}\r\n" if part.location else ""
    length = "" if part.size is None else f"Content-Length: {part.size}\r\n"
    return (
        f"{opening}--{boundary}\r\nContent-Type: {part.media_type}\r\n{location}{length}\r\n"
    ).encode()
