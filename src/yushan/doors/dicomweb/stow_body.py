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
from yushan.doors.dicomweb.media import DICOM, JSON, OCTETS, XML, split
from yushan.doors.dicomweb.stow_parts import Content, Opened, Parts
from yushan.flows.store import Apart, BulkPart

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from starlette.requests import Request

    from yushan.doors.dicomweb.stow_parts import Event
    from yushan.flows.store import Asking, Fate, Store

#: Bytes that are gathered before a thread writes them.
AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask of our disk and our time; sizes in bytes."""

    part_bytes: int = 512 << 20
    metadata_bytes: int = 32 << 20
    request_bytes: int = 8 << 30
    parts: int = 10_000
    #: Longest silence of a sender, and longest that a request may take for each mebibyte beyond.
    silence_s: float = 30.0
    #: A sender slower than this after the first minute is a fault or an attack.
    slowest_bytes_s: int = 4096
    grace_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Kind:
    """How a body is read: its boundary, or none when the whole of it is one thing.

    ``apart``: metadata in JSON, and bulk data in further parts; else objects as files.
    """

    boundary: str = ""
    apart: bool = False


def kind_of(content_type: str, encoding: str) -> Kind:
    """How a body is to be read, by its type.

    Raises
    ------
    Rejected
        ``dicomweb.store-type``: a type that is not taken, or a compressed body;
        ``dicomweb.store-metadata``: metadata in XML;
        ``dicomweb.body-malformed``.
    """
    if encoding.strip().lower() not in ("", "identity"):
        raise Rejected("dicomweb.store-type")
    head, said = typed(content_type)
    related = head == "multipart/related"
    inner = said.get("type", DICOM).lower() if related else head
    if inner == XML:
        raise Rejected("dicomweb.store-metadata")
    if inner not in (DICOM, JSON):
        raise Rejected("dicomweb.store-type")
    if related and not said.get("boundary"):
        raise Rejected("dicomweb.body-malformed")
    return Kind(said["boundary"] if related else "", inner == JSON)


def typed(content_type: str) -> tuple[str, dict[str, str]]:
    """A media type in lower case and its parameters."""
    head, *rest = split(content_type, ";")
    pairs = (one.partition("=") for one in rest)
    said = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    return head.strip().lower(), said


class Spool:
    """Writes the objects of one request into files of ``folder``."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self.limits = folder, limits
        self.files: list[Path] = []
        self.out: BinaryIO | None = None
        self.size, self.most = 0, limits.part_bytes

    def take(self, event: Event) -> None:
        """One event of the parser.

        Raises
        ------
        Rejected
            ``dicomweb.store-type``, ``dicomweb.store-metadata``, ``dicomweb.store-location``,
            ``dicomweb.store-too-large``, ``dicomweb.store-too-many``.
        Unavailable
            ``store.full``.
        """
        if isinstance(event, Opened):
            self.judge(event.headers)
            self.open()
        elif isinstance(event, Content):
            self.write(event.data)
        else:
            self.close()

    def judge(self, headers: dict[str, str]) -> None:
        """A part is an object as it is, or nothing we take."""
        require(headers, (DICOM,))

    def open(self) -> None:
        """Begin an object."""
        if len(self.files) >= self.limits.parts:
            raise Rejected("dicomweb.store-too-many", limit=self.limits.parts)
        path = self.folder / f"{len(self.files):05d}.part"
        self.files.append(path)
        self.out, self.size = path.open("xb"), 0

    def fates(self, store: Store, asking: Asking) -> list[Fate]:
        """What becomes of it."""
        return store.run(asking, self.files)

    def write(self, data: bytes) -> None:
        """More of the object that is open."""
        self.size += len(data)
        if self.size > self.most:
            raise Rejected("dicomweb.store-too-large", limit=self.most)
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


class ApartSpool(Spool):
    """The same of metadata, which comes first, and bulk data, which says where it lies."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        super().__init__(folder, limits)
        self.most = limits.metadata_bytes
        self.about: list[tuple[str, str, str]] = []

    def judge(self, headers: dict[str, str]) -> None:
        """The first part is JSON; each further one has a location."""
        if not self.files:
            require(headers, (JSON,))
            return
        kind, said = typed(headers.get("content-type", OCTETS))
        require(headers, (kind,))
        if not (location := headers.get("content-location", "").strip()):
            raise Rejected("dicomweb.store-location")
        self.most = self.limits.part_bytes
        self.about.append((location, kind, said.get("transfer-syntax", "")))

    def fates(self, store: Store, asking: Asking) -> list[Fate]:
        """What becomes of it."""
        metadata, *rest = map(str, self.files)
        pairs = zip(self.about, rest, strict=True)
        parts = tuple(BulkPart(*about, path) for about, path in pairs)
        return store.run_apart(asking, Apart(metadata, parts))


def require(headers: dict[str, str], kinds: Sequence[str]) -> None:
    """A part of one of these types (the first if it says none), its bytes as they are."""
    said, _ = typed(headers.get("content-type", kinds[0]))
    if said == XML:
        raise Rejected("dicomweb.store-metadata")
    encoding = headers.get("content-transfer-encoding", "binary").strip().lower()
    if said not in kinds or encoding not in ("binary", "8bit", "7bit"):
        raise Rejected("dicomweb.store-type")


async def spool(request: Request, kind: Kind, folder: Path, limits: Limits) -> Spool:
    """The parts of a body as files, in order.

    Raises
    ------
    Rejected
        As `Spool.take`; ``dicomweb.body-malformed``, ``dicomweb.store-too-slow``.
    Unavailable
        ``store.full``.
    ClientDisconnect
        The client is gone.
    """
    into = (ApartSpool if kind.apart else Spool)(folder, limits)
    parser = Parts(kind.boundary) if kind.boundary else None
    try:
        if parser is None:
            into.open()
        await gathered(request, into, parser, limits)
        if parser is not None:
            parser.finish()
    finally:
        await run_in_threadpool(into.close)
    return into


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
