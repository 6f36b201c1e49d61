"""The body of a request to store: told by its type, bounded while it comes, spooled part by part.

Nothing is believed: declared lengths are not read, locations inside parts are never fetched, and a
sender that stops sending is not waited for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from yushan.base import Rejected, Unavailable
from yushan.doors.dicomweb.media import DICOM, split
from yushan.doors.dicomweb.stow_parts import Content, Opened, Parts

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from starlette.requests import Request

    from yushan.doors.dicomweb.stow_parts import Event

#: Bytes that are gathered before a thread writes them.
AT_ONCE: Final = 1 << 20
METADATA_TYPES: Final = ("application/dicom+json", "application/dicom+xml")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask of our disk and our time; sizes in bytes."""

    part_bytes: int = 512 << 20
    request_bytes: int = 8 << 30
    parts: int = 10_000
    #: Longest silence of a sender, and longest that a request may take for each mebibyte beyond.
    silence_s: float = 30.0
    #: A sender slower than this after the first minute is a fault or an attack.
    slowest_bytes_s: int = 4096
    grace_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Kind:
    """How a body is read: its boundary, or none when the whole of it is one object."""

    boundary: str = ""


def kind_of(content_type: str, encoding: str) -> Kind:
    """How a body is to be read, by its type.

    Raises
    ------
    Rejected
        ``dicomweb.store-type``: a type that is not taken, or a compressed body;
        ``dicomweb.store-metadata``: metadata apart from bulk data;
        ``dicomweb.body-malformed``.
    """
    if encoding.strip().lower() not in ("", "identity"):
        raise Rejected("dicomweb.store-type")
    head, *rest = split(content_type, ";")
    said = {name.strip().lower(): value.strip().strip('"') for name, _, value in
            (one.partition("=") for one in rest)}  # fmt: skip
    head = head.strip().lower()
    if head == DICOM:
        return Kind()
    inner = said.get("type", DICOM).lower()
    if head in METADATA_TYPES or (head == "multipart/related" and inner in METADATA_TYPES):
        raise Rejected("dicomweb.store-metadata")
    if head != "multipart/related" or inner != DICOM:
        raise Rejected("dicomweb.store-type")
    if not said.get("boundary"):
        raise Rejected("dicomweb.body-malformed")
    return Kind(said["boundary"])


class Spool:
    """Writes the objects of one request into files of ``folder``."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self.limits = folder, limits
        self.files: list[Path] = []
        self.out: BinaryIO | None = None
        self.size = 0

    def take(self, event: Event) -> None:
        """One event of the parser.

        Raises
        ------
        Rejected
            ``dicomweb.store-type``, ``dicomweb.store-too-large``, ``dicomweb.store-too-many``.
        Unavailable
            ``store.full``.
        """
        if isinstance(event, Opened):
            require_dicom(event.headers)
            self.open()
        elif isinstance(event, Content):
            self.write(event.data)
        else:
            self.close()

    def open(self) -> None:
        """Begin an object."""
        if len(self.files) >= self.limits.parts:
            raise Rejected("dicomweb.store-too-many", limit=self.limits.parts)
        path = self.folder / f"{len(self.files):05d}.part"
        self.files.append(path)
        self.out, self.size = path.open("xb"), 0

    def write(self, data: bytes) -> None:
        """More of the object that is open."""
        self.size += len(data)
        if self.size > self.limits.part_bytes:
            raise Rejected("dicomweb.store-too-large", limit=self.limits.part_bytes)
        if self.out is not None:
            try:
                self.out.write(data)
            except OSError as error:
                raise Unavailable("store.full") from error

    def close(self) -> None:
        """End the object that is open; safe when none is."""
        if self.out is not None:
            out, self.out = self.out, None
            try:
                out.close()
            except OSError as error:
                raise Unavailable("store.full") from error


def require_dicom(headers: dict[str, str]) -> None:
    """A part is an object as it is, or nothing we take."""
    said = headers.get("content-type", DICOM).partition(";")[0].strip().lower()
    if said in METADATA_TYPES:
        raise Rejected("dicomweb.store-metadata")
    encoding = headers.get("content-transfer-encoding", "binary").strip().lower()
    if said != DICOM or encoding not in ("binary", "8bit", "7bit"):
        raise Rejected("dicomweb.store-type")


async def spool(request: Request, kind: Kind, folder: Path, limits: Limits) -> list[Path]:
    """The objects of a body as files, in order.

    Raises
    ------
    Rejected
        As `Spool.take`; ``dicomweb.body-malformed``, ``dicomweb.store-too-slow``.
    Unavailable
        ``store.full``.
    ClientDisconnect
        The client is gone.
    """
    into = Spool(folder, limits)
    parser = Parts(kind.boundary) if kind.boundary else None
    try:
        if parser is None:
            into.open()
        await gathered(request, into, parser, limits)
        if parser is not None:
            parser.finish()
    finally:
        await run_in_threadpool(into.close)
    return into.files


async def gathered(request: Request, into: Spool, parser: Parts | None, limits: Limits) -> None:
    """Take the chunks of a body as they come, several at once to a thread that writes them.

    The time that we take for writing is not the sender's silence.
    """
    pace, held = Pace(limits), bytearray()
    try:
        async with asyncio.timeout(limits.silence_s) as patience:
            async for chunk in request.stream():
                patience.reschedule(None)
                pace.count(len(chunk))
                held += chunk
                if len(held) >= AT_ONCE:
                    await run_in_threadpool(feed, into, parser, bytes(held))
                    held.clear()
                patience.reschedule(pace.clock() + limits.silence_s)
            patience.reschedule(None)
            await run_in_threadpool(feed, into, parser, bytes(held))
    except TimeoutError:
        raise Rejected("dicomweb.store-too-slow", wait_s=limits.silence_s) from None


def feed(into: Spool, parser: Parts | None, chunk: bytes) -> None:
    """What a chunk holds, written."""
    if parser is None:
        into.write(chunk)
        return
    for event in parser.feed(chunk):
        into.take(event)


class Pace:
    """Counts what comes, and how fast."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.clock = asyncio.get_running_loop().time
        self.began, self.seen = self.clock(), 0

    def count(self, size: int) -> None:
        """So many bytes came; ``Rejected`` when they are too many, or come too slowly."""
        self.seen += size
        if self.seen > self.limits.request_bytes:
            raise Rejected("dicomweb.store-too-large", limit=self.limits.request_bytes)
        late = self.clock() - self.began - self.limits.grace_s
        if late > 0 and self.seen < late * self.limits.slowest_bytes_s:
            raise Rejected("dicomweb.store-too-slow", wait_s=self.limits.grace_s)
